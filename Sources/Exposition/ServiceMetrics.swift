public import CoreMetrics
public import Schema

/// The condition of the whole service as metrics: what epicenterd says, recorded through swift-metrics each time that it is
/// heard. What was there the last time and is no more, as a feed that was removed, is destroyed.
///
/// A process says how much it has counted in this life; a counter of swift-metrics is told what was added, and is reset when a
/// process began anew. What processes count by names of their own becomes one family, `events_total`, with the label `event`:
/// a name that appears in a later version is there without a change here.
public struct ServiceMetrics {
    private struct Key: Hashable {
        var name: String
        var labels: [String]
    }
    private struct Held<Metric> {
        var metric: Metric
        var value: UInt64 = 0
        var round: UInt64 = 0
    }
    private typealias Labels = KeyValuePairs<String, String>

    private let factory: any MetricsFactory
    private var counters: [Key: Held<CoreMetrics.Counter>] = [:]
    private var gauges: [Key: Held<Meter>] = [:]
    private var round: UInt64 = 0

    /// - Parameter factory: What makes the metrics.
    public init(_ factory: any MetricsFactory) { self.factory = factory }

    /// - Parameters:
    ///   - status: What epicenterd says of itself and its children.
    ///   - wall: ns since the Unix epoch.
    public mutating func record(_ status: ServiceStatus, wall: UInt64) {
        round += 1
        service(status)
        for child in status.children { process(child) }
        streams(status.children)
        for child in status.children {
            count(child)
            for feed in child.heartbeat.feeds { record(feed, wall) }
            for sink in child.heartbeat.sinks { record(sink, wall) }
        }
        for (key, held) in counters where held.round != round {
            held.metric.destroy()
            counters[key] = nil
        }
        for (key, held) in gauges where held.round != round {
            held.metric.destroy()
            gauges[key] = nil
        }
    }

    // MARK: one metric

    private mutating func gauge(_ name: String, _ value: Double, _ labels: Labels = [:]) {
        let key = Key(name: name, labels: labels.flatMap { [$0.key, $0.value] })
        var held =
            gauges[key] ?? Held(metric: Meter(label: name, dimensions: labels.map { ($0, $1) }, factory: factory))
        // Said twice, the first is believed.
        guard held.round != round else { return }
        held.metric.set(value)
        held.round = round
        gauges[key] = held
    }

    private mutating func gauge(_ name: String, _ isSo: Bool, _ labels: Labels = [:]) {
        gauge(name, isSo ? 1.0 : 0.0, labels)
    }

    private mutating func gauge(_ name: String, _ value: UInt64, _ labels: Labels = [:]) {
        gauge(name, Double(value), labels)
    }

    private mutating func counter(_ name: String, _ value: UInt64, _ labels: Labels = [:]) {
        let key = Key(name: name, labels: labels.flatMap { [$0.key, $0.value] })
        var held =
            counters[key]
            ?? Held(metric: CoreMetrics.Counter(label: name, dimensions: labels.map { ($0, $1) }, factory: factory))
        guard held.round != round else { return }
        if value < held.value {
            held.metric.reset()
            held.value = 0
        }
        held.metric.increment(by: Int64(clamping: value - held.value))
        held.value = value
        held.round = round
        counters[key] = held
    }

    // MARK: what is said

    private mutating func service(_ status: ServiceStatus) {
        gauge("build_info", true, ["version": status.version])
        gauge("ready", status.ready)
        gauge("uptime_seconds", status.uptimeSeconds)
        gauge("alarms", UInt64(status.alarms.count))
        gauge("configuration_refused", !status.configurationError.isEmpty)
        counter("reloads_total", UInt64(status.reloads))
        counter("notices_total", status.notices)
        gauge("disk_free_bytes", status.diskFreeBytes)
    }

    private mutating func process(_ child: ChildStatus) {
        let labels: Labels = ["process": child.process]
        gauge("process_up", child.state == .ready, labels)
        gauge("process_given_up", child.state == .failed, labels)
        gauge("process_stalled", !child.heartbeat.alarm.isEmpty, labels)
        counter("process_restarts_total", UInt64(child.restarts), labels)
        gauge("process_uptime_seconds", child.uptimeSeconds, labels)
        gauge("process_heartbeat_age_seconds", child.heartbeatAgeSeconds, labels)
        gauge("process_resident_bytes", child.heartbeat.residentBytes, labels)
        gauge("process_anonymous_bytes", child.memoryBytes, labels)
        counter("process_turns_total", child.heartbeat.turns, labels)
        for deaths in child.deaths {
            counter("process_deaths_total", deaths.value, ["process": child.process, "kind": deaths.name])
        }
    }

    private mutating func streams(_ children: [ChildStatus]) {
        let owned = children.flatMap(\.heartbeat.streams)
        for stream in owned {
            let labels: Labels = ["stream": stream.stream]
            counter("stream_records_total", stream.head, labels)
            gauge("stream_synced_sequence", stream.synced, labels)
            gauge("stream_first_sequence", stream.first, labels)
            gauge("stream_watermark_sequence", stream.watermark, labels)
            gauge("stream_readers", UInt64(stream.readers), labels)
            gauge("stream_disk_bytes", stream.bytes, labels)
            gauge("stream_lost_ranges", UInt64(stream.lost.count), labels)
        }
        let heads = Dictionary(owned.map { ($0.stream, $0.head) }) { first, _ in first }
        for child in children {
            for input in child.heartbeat.inputs {
                guard let head = heads[input.stream] else { continue }
                gauge(
                    "stream_lag_records", head > input.head ? head - input.head : 0,
                    ["process": child.process, "stream": input.stream])
            }
            if let stream = child.heartbeat.streams.first {
                gauge("stream_records_per_second", child.eventsPerSecond, ["stream": stream.stream])
            }
        }
    }

    /// Names that say how much there is now, not how often something happened.
    private static let levels: Set<String> = [
        "longest_turn_ms", "texts_waiting", "alerts_firing", "groups_due", "deliveries_waiting", "browsers", "shocks",
        "instruments", "instruments_warming", "prices_waiting", "budget_threshold_milli", "budget_weeks",
        "budget_average_milli", "budget_announced_weeks", "budget_worst_week_shocks", "budget_worst_week_day",
    ]

    private mutating func count(_ child: ChildStatus) {
        for event in child.heartbeat.counters {
            let labels: Labels = ["process": child.process, "event": event.name]
            if Self.levels.contains(event.name) {
                gauge("level", event.value, labels)
            } else {
                counter("events_total", event.value, labels)
            }
        }
    }

    /// Seconds from a time to now, 0 where it is in the future.
    private static func age(_ time: UInt64, _ wall: UInt64) -> Double { wall > time ? Double(wall - time) / 1e9 : 0 }

    private mutating func record(_ feed: FeedStatus, _ wall: UInt64) {
        let labels: Labels = ["feed": feed.feed]
        counter("feed_events_total", feed.events, labels)
        if feed.lastEvent > 0 { gauge("feed_silence_seconds", Self.age(feed.lastEvent, wall), labels) }
        gauge("feed_in_session", feed.inSession, labels)
        guard feed.hasPolls else { return }
        counter("feed_polls_total", feed.polls.polled, labels)
        counter("feed_poll_failures_total", feed.polls.failures, labels)
    }

    private mutating func record(_ sink: SinkStatus, _ wall: UInt64) {
        let labels: Labels = ["sink": sink.sink]
        gauge("sink_waiting_deliveries", sink.waiting, labels)
        gauge("sink_oldest_seconds", sink.oldest == 0 ? 0 : Self.age(sink.oldest, wall), labels)
        counter("sink_deliveries_total", sink.delivered, labels)
        counter("sink_failures_total", sink.failed, labels)
        counter("sink_dead_letters_total", sink.deadLetters, labels)
    }
}
