import CoreMetrics
import Exposition
import Foundation
import MetricsTestKit
import Schema
import SwiftProtobuf
import Testing

@Suite("Metrics")
struct ServiceMetricsTests {
    private static func counter(_ name: String, _ value: UInt64) -> Schema.Counter {
        var counter = Schema.Counter()
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

    /// The page after each of some statuses was heard.
    static func page(_ statuses: ServiceStatus..., wall: UInt64 = 0) -> String {
        let registry = MetricsRegistry()
        var metrics = ServiceMetrics(registry)
        for status in statuses { metrics.record(status, wall: wall) }
        #expect(registry.refused == 0)
        return ExpositionFormat.prometheus.text(registry.snapshot())
    }

    @Test("each sample stands under its family, with labels escaped")
    func lines() {
        let lines = Self.page(Self.status, wall: 31_000_000_000).split(separator: "\n")
        for line in [
            #"epicenter_build_info{version="0.1.0"} 1"#, "epicenter_ready 1", "epicenter_uptime_seconds 12.5",
            "epicenter_disk_free_bytes 1099511627776",
            #"epicenter_process_up{process="epicenter-notify"} 0"#,
            #"epicenter_process_given_up{process="epicenter-notify"} 1"#,
            #"epicenter_process_deaths_total{kind="signal",process="epicenter-publish"} 2"#,
            #"epicenter_stream_lag_records{process="epicenter-notify",stream="alerts"} 20"#,
            #"epicenter_events_total{event="alerts_routed",process="epicenter-notify"} 7"#,
            #"epicenter_level{event="alerts_firing",process="epicenter-notify"} 3"#,
            #"epicenter_sink_oldest_seconds{sink="ops\"\\\n"} 30"#,
        ] {
            #expect(lines.contains(Substring(line)), "\(line)")
        }
    }

    @Test("no family twice, no series twice, names as the conventions want them, and each is described")
    func shape() {
        let lines = Self.page(Self.status).split(separator: "\n")
        let types = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ") }
        #expect(Set(types.map { $0[2] }).count == types.count)
        for type in types { #expect((type[3] == "counter") == type[2].hasSuffix("_total"), "\(type)") }
        let series = lines.filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ").dropLast().joined() }
        #expect(Set(series).count == series.count)
        #expect(!lines.contains { $0.contains("Recorded by a library") })
    }

    @Test("a service of which nothing is known has a page too")
    func empty() {
        #expect(Self.page(ServiceStatus()).contains("epicenter_ready 0\n"))
    }

    @Test("heard again, what grew has grown, what began anew began anew, and what is gone is gone")
    func again() {
        var later = Self.status
        later.children[0].heartbeat.streams[0].head = 150
        later.children[1].heartbeat.counters = [Self.counter("alerts_routed", 3), Self.counter("browsers", 2)]
        later.children[1].heartbeat.sinks = []
        let page = Self.page(Self.status, later, later)
        #expect(page.contains("epicenter_stream_records_total{stream=\"alerts\"} 150\n"))
        #expect(page.contains(#"epicenter_events_total{event="alerts_routed",process="epicenter-notify"} 3"#))
        #expect(page.contains(#"epicenter_level{event="browsers",process="epicenter-notify"} 2"#))
        #expect(!page.contains("alerts_firing") && !page.contains("epicenter_sink"))
        #expect(page == Self.page(later))
    }

    @Test("another backend of swift-metrics is told the same, counters by what was added")
    func anotherBackend() throws {
        let backend = TestMetrics()
        var metrics = ServiceMetrics(backend)
        var status = Self.status
        for head in [120, 150, 150, 10] as [UInt64] {
            status.children[0].heartbeat.streams[0].head = head
            metrics.record(status, wall: 0)
        }
        #expect(try backend.expectCounter("stream_records_total", [("stream", "alerts")]).values == [10])
        #expect(try backend.expectMeter("disk_free_bytes").lastValue == Double(1 << 40))
        status.children[0].heartbeat.streams[0].head = 14
        metrics.record(status, wall: 0)
        #expect(try backend.expectCounter("stream_records_total", [("stream", "alerts")]).values == [10, 4])
    }

    @Test("what processes say of themselves joins under the label process; what does not fit is left out")
    func merging() {
        func own(_ kind: MetricKind, bounds: [Double] = [1, 2], labels: KeyValuePairs<String, String> = [:])
            -> MetricFamily
        {
            ExpositionFormatTests.family(
                "epicenter_a_seconds", kind, bounds: bounds,
                [ExpositionFormatTests.series(1, labels, buckets: bounds.map { _ in 0 } + [2])])
        }
        var page = [ExpositionFormatTests.family("epicenter_ready", .gauge, [ExpositionFormatTests.series(1)])]
        #expect(page.add([own(.histogram)], of: "b") == 0)
        #expect(page.add([own(.histogram, labels: ["process": "forged", "sink": "s"])], of: "a") == 0)
        #expect(page.add([own(.histogram, bounds: [1, 3])], of: "c") == 1)
        #expect(page.add([own(.gauge)], of: "d") == 1)
        #expect(page.add([own(.histogram)], of: "b") == 1)
        let text = ExpositionFormat.prometheus.text(page)
        #expect(text.contains("epicenter_a_seconds_bucket{process=\"b\",le=\"+Inf\"} 2\n"))
        #expect(text.contains("epicenter_a_seconds_count{process=\"a\",sink=\"s\"} 2\n"))
        #expect(text.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }.count == 2)
        #expect(!text.contains("forged") && !text.contains("\"c\"") && !text.contains("\"d\""))
    }

    @Test("a heartbeat stays small, whoever measures how much")
    func heartbeat() throws {
        let registry = MetricsRegistry()
        for name in ["a", "b", "c", "d", "e"] {
            for number in 0..<100 {
                let timer = Timer(
                    label: name, dimensions: [("route", "/route/\(number)"), ("method", "GET")], factory: registry)
                for power in 0..<12 { timer.recordNanoseconds(Int64(pow(10, Double(power)))) }
            }
        }
        var heartbeat = Heartbeat()
        heartbeat.metrics = registry.snapshot()
        #expect(heartbeat.metrics.flatMap(\.series).count == 256 && registry.refused == 244)
        #expect(try (heartbeat.serializedBytes() as [UInt8]).count < 32 << 10)
    }

    @Test("the manual lists every family")
    func documented() throws {
        let manual = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/OPERATIONS.md")
        let text = try String(contentsOf: manual, encoding: .utf8)
        for name in MetricDescription.ofService.keys {
            #expect(text.contains("`\(name)`") || text.contains("`\(name)_total`"), "\(name)")
        }
    }
}
