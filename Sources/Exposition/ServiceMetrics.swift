public import Schema

/// The condition of the whole service as Prometheus reads it. A function of what epicenterd says and the time.
///
/// What processes count by names of their own becomes one family, `epicenter_events_total`, with the label `event`:
/// a name that appears in a later version is there without a change here.
public enum ServiceMetrics {
    /// - Parameters:
    ///   - status: What epicenterd says of itself and its children.
    ///   - wall: ns since the Unix epoch.
    public static func text(_ status: ServiceStatus, wall: UInt64) -> String {
        var out = PrometheusText()
        service(status, &out)
        processes(status.children, &out)
        streams(status.children, wall, &out)
        counters(status.children, &out)
        feeds(status.children, wall, &out)
        sinks(status.children, wall, &out)
        return out.text
    }

    private static func service(_ status: ServiceStatus, _ out: inout PrometheusText) {
        out.family("build_info", .gauge, "The version that runs.", [([("version", status.version)], 1)])
        out.family("ready", .gauge, "Whether every process is ready.", [([], status.ready ? 1 : 0)])
        out.family("uptime_seconds", .gauge, "Since epicenterd began.", [([], status.uptimeSeconds)])
        out.family(
            "alarms", .gauge, "Conditions that last, as a full disk or a silent feed.",
            [([], Double(status.alarms.count))])
        out.family(
            "configuration_refused", .gauge, "Whether the last reload was refused.",
            [([], status.configurationError.isEmpty ? 0 : 1)])
        out.family("reloads_total", .counter, "Configurations reloaded.", [([], Double(status.reloads))])
        out.family("notices_total", .counter, "Notices given.", [([], Double(status.notices))])
        out.family(
            "disk_free_bytes", .gauge, "Room left where the data are.", [([], Double(status.diskFreeBytes))])
    }

    private static func processes(_ children: [ChildStatus], _ out: inout PrometheusText) {
        func each(_ name: String, _ kind: PrometheusText.Kind, _ help: String, _ value: (ChildStatus) -> Double) {
            out.family(name, kind, help, children.map { ([("process", $0.process)], value($0)) })
        }
        each("process_up", .gauge, "Whether the process is ready.") { $0.state == .ready ? 1 : 0 }
        each("process_given_up", .gauge, "Whether it died too often and is not started again.") {
            $0.state == .failed ? 1 : 0
        }
        each("process_stalled", .gauge, "Whether it does not go on for now, as with a full disk.") {
            $0.heartbeat.alarm.isEmpty ? 0 : 1
        }
        each("process_restarts_total", .counter, "Restarts since epicenterd began.") { Double($0.restarts) }
        each("process_uptime_seconds", .gauge, "Since its last start.") { $0.uptimeSeconds }
        each("process_heartbeat_age_seconds", .gauge, "Since its last heartbeat.") { $0.heartbeatAgeSeconds }
        each("process_resident_bytes", .gauge, "Memory resident.") { Double($0.heartbeat.residentBytes) }
        each("process_anonymous_bytes", .gauge, "Memory that is no file's, swapped or not.") { Double($0.memoryBytes) }
        each("process_turns_total", .counter, "Turns of its main loop in this life.") { Double($0.heartbeat.turns) }
        out.family(
            "process_deaths_total", .counter, "Deaths by kind since epicenterd began.",
            children.flatMap { child in
                child.deaths.map { ([("process", child.process), ("kind", $0.name)], Double($0.value)) }
            })
    }

    private static func streams(_ children: [ChildStatus], _ wall: UInt64, _ out: inout PrometheusText) {
        let owned = children.flatMap { child in child.heartbeat.streams }
        func each(_ name: String, _ kind: PrometheusText.Kind, _ help: String, _ value: (StreamStatus) -> Double) {
            out.family(name, kind, help, owned.map { ([("stream", $0.stream)], value($0)) })
        }
        each("stream_records_total", .counter, "Sequence of the last record.") { Double($0.head) }
        each("stream_synced_sequence", .gauge, "Up to here it survives power loss.") { Double($0.synced) }
        each("stream_first_sequence", .gauge, "First record held.") { Double($0.first) }
        each("stream_watermark_sequence", .gauge, "Everything caused by market records up to here is written.") {
            Double($0.watermark)
        }
        each("stream_readers", .gauge, "Readers connected.") { Double($0.readers) }
        each("stream_disk_bytes", .gauge, "On disk.") { Double($0.bytes) }
        each("stream_lost_ranges", .gauge, "Ranges of records that damage took.") { Double($0.lost.count) }
        let heads = Dictionary(owned.map { ($0.stream, $0.head) }) { first, _ in first }
        out.family(
            "stream_lag_records", .gauge, "Records of the stream that the reader has not dealt with.",
            children.flatMap { child in
                child.heartbeat.inputs.compactMap { input in
                    heads[input.stream].map { head in
                        (
                            [("process", child.process), ("stream", input.stream)],
                            Double(head > input.head ? head - input.head : 0)
                        )
                    }
                }
            })
        out.family(
            "stream_records_per_second", .gauge, "Written of late.",
            children.compactMap { child in
                child.heartbeat.streams.first.map { ([("stream", $0.stream)], child.eventsPerSecond) }
            })
    }

    /// Names that say how much there is now, not how often something happened.
    private static let gauges: Set<String> = [
        "longest_turn_ms", "texts_waiting", "alerts_firing", "groups_due", "deliveries_waiting",
    ]

    private static func counters(_ children: [ChildStatus], _ out: inout PrometheusText) {
        func samples(_ isWanted: (String) -> Bool) -> [(labels: [(String, String)], value: Double)] {
            children.flatMap { child in
                var seen: Set<String> = []
                return child.heartbeat.counters.filter { isWanted($0.name) && seen.insert($0.name).inserted }.map {
                    ([("process", child.process), ("event", $0.name)], Double($0.value))
                }
            }
        }
        out.family(
            "events_total", .counter, "What a process counts in this life, by its own name for it.",
            samples { !gauges.contains($0) })
        out.family("level", .gauge, "What a process has now, by its own name for it.", samples(gauges.contains))
    }

    /// Seconds from a time to now, 0 where it is in the future.
    private static func age(_ time: UInt64, _ wall: UInt64) -> Double { wall > time ? Double(wall - time) / 1e9 : 0 }

    private static func feeds(_ children: [ChildStatus], _ wall: UInt64, _ out: inout PrometheusText) {
        let feeds = children.flatMap(\.heartbeat.feeds)
        out.family(
            "feed_events_total", .counter, "Events taken of a live feed.",
            feeds.map { ([("feed", $0.feed)], Double($0.events)) })
        out.family(
            "feed_silence_seconds", .gauge, "Since something came of it.",
            feeds.filter { $0.lastEvent > 0 }.map { ([("feed", $0.feed)], age($0.lastEvent, wall)) })
        out.family(
            "feed_in_session", .gauge, "Whether its market is open, so that something should come.",
            feeds.map { ([("feed", $0.feed)], $0.inSession ? 1 : 0) })
        let polled = feeds.filter(\.hasPolls)
        out.family(
            "feed_polls_total", .counter, "Answers and failures of a polled feed.",
            polled.map { ([("feed", $0.feed)], Double($0.polls.polled)) })
        out.family(
            "feed_poll_failures_total", .counter, "Polls that failed.",
            polled.map { ([("feed", $0.feed)], Double($0.polls.failures)) })
    }

    private static func sinks(_ children: [ChildStatus], _ wall: UInt64, _ out: inout PrometheusText) {
        let sinks = children.flatMap(\.heartbeat.sinks)
        func each(_ name: String, _ kind: PrometheusText.Kind, _ help: String, _ value: (SinkStatus) -> Double) {
            out.family(name, kind, help, sinks.map { ([("sink", $0.sink)], value($0)) })
        }
        each("sink_waiting_deliveries", .gauge, "Deliveries that wait for a sink.") { Double($0.waiting) }
        each("sink_oldest_seconds", .gauge, "How long the oldest of them has waited; 0: none waits.") {
            $0.oldest == 0 ? 0 : age($0.oldest, wall)
        }
        each("sink_deliveries_total", .counter, "Deliveries that arrived.") { Double($0.delivered) }
        each("sink_failures_total", .counter, "Attempts that failed.") { Double($0.failed) }
        each("sink_dead_letters_total", .counter, "Deliveries given up.") { Double($0.deadLetters) }
    }
}
