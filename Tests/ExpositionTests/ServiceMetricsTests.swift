import Exposition
import Schema
import Testing

@Suite("Metrics")
struct ServiceMetricsTests {
    private static func counter(_ name: String, _ value: UInt64) -> Counter {
        var counter = Counter()
        counter.name = name
        counter.value = value
        return counter
    }

    static let status: ServiceStatus = {
        var status = ServiceStatus()
        status.version = "0.1.0"
        status.ready = true
        status.uptimeSeconds = 12.5
        status.diskFreeBytes = 1 << 40
        var publish = ChildStatus()
        publish.process = "epicenter-publish"
        publish.state = .ready
        publish.deaths = [counter("signal", 2)]
        var alerts = StreamStatus()
        alerts.stream = "alerts"
        alerts.head = 120
        publish.heartbeat.streams = [alerts]
        var notify = ChildStatus()
        notify.process = "epicenter-notify"
        notify.state = .failed
        var input = StreamStatus()
        input.stream = "alerts"
        input.head = 100
        notify.heartbeat.inputs = [input]
        notify.heartbeat.counters = [
            counter("alerts_routed", 7), counter("alerts_firing", 3), counter("alerts_routed", 9),
        ]
        var sink = SinkStatus()
        sink.sink = "ops\"\\\n"
        sink.waiting = 4
        sink.oldest = 1_000_000_000
        notify.heartbeat.sinks = [sink]
        status.children = [publish, notify]
        return status
    }()

    @Test("each sample stands under its family, with labels escaped")
    func lines() {
        let lines = ServiceMetrics.text(Self.status, wall: 31_000_000_000).split(separator: "\n")
        for line in [
            #"epicenter_build_info{version="0.1.0"} 1"#, "epicenter_ready 1", "epicenter_uptime_seconds 12.5",
            "epicenter_disk_free_bytes 1099511627776",
            #"epicenter_process_up{process="epicenter-notify"} 0"#,
            #"epicenter_process_given_up{process="epicenter-notify"} 1"#,
            #"epicenter_process_deaths_total{process="epicenter-publish",kind="signal"} 2"#,
            #"epicenter_stream_lag_records{process="epicenter-notify",stream="alerts"} 20"#,
            #"epicenter_events_total{process="epicenter-notify",event="alerts_routed"} 7"#,
            #"epicenter_level{process="epicenter-notify",event="alerts_firing"} 3"#,
            #"epicenter_sink_oldest_seconds{sink="ops\"\\\n"} 30"#,
        ] {
            #expect(lines.contains(Substring(line)), "\(line)")
        }
    }

    @Test("no family twice, no series twice, and names as the conventions want them")
    func shape() {
        let lines = ServiceMetrics.text(Self.status, wall: 0).split(separator: "\n")
        let types = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ") }
        #expect(Set(types.map { $0[2] }).count == types.count)
        for type in types { #expect((type[3] == "counter") == type[2].hasSuffix("_total"), "\(type)") }
        let series = lines.filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ").dropLast().joined() }
        #expect(Set(series).count == series.count)
    }

    @Test("a service of which nothing is known has a page too")
    func empty() {
        #expect(ServiceMetrics.text(ServiceStatus(), wall: 0).contains("epicenter_ready 0\n"))
    }
}
