import Foundation
import Glibc
import Schema
import SwiftProtobuf
import TestKit
import Testing

/// What processes measure themselves, from their heartbeats to the page, read by Prometheus's client for Python
/// (`Tests/Interop/metrics.py`).
@Suite(
    "What processes measure", .enabled(if: Binaries.areHere && Python.isHere, "no EPICENTER_BIN or EPICENTER_PYTHON"),
    .serialized)
struct MetricsTests {
    private struct Page: Decodable {
        struct Sample: Decodable {
            var name: String
            var labels: [String: String]
            var value: Double
        }
        var contentType: String
        var bytes: Int
        var types: [String: String]
        var units: [String: String]
        var samples: [Sample]

        /// nil: no such sample. Labels besides these may be there.
        func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
            samples.first { sample in
                sample.name == "epicenter_" + name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
            }?.value
        }

        func count(_ histogram: String, _ labels: [String: String] = [:]) -> Double {
            value(histogram + "_seconds_count", labels) ?? -1
        }
    }

    private static let openMetrics = "application/openmetrics-text; version=1.0.0"

    /// - Throws: When there is no page, or its parser does not take it.
    private static func page(_ url: String, accept: String? = nil) throws -> Page {
        let ended = try run(
            Python.path, [Binaries.root + "/Tests/Interop/metrics.py", url] + (accept.map { [$0] } ?? []))
        guard ended.status == 0 else { throw Unexpected(ended.errors) }
        return try JSONDecoder().decode(Page.self, from: Data(ended.output.utf8))
    }

    /// Asks for the page until it is as wanted; the last one there was.
    private static func page(
        _ url: String, accept: String? = nil, within seconds: Double = 60, until isReached: (Page) -> Bool
    ) throws -> Page? {
        var last: Page?
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            last = (try? page(url, accept: accept)) ?? last
            if let last, isReached(last) { return last }
            usleep(100_000)
        }
        return last
    }

    /// A service with a live alert behind it: a history, then a fall that is judged by it.
    private static func alerting(_ more: String) throws -> Service {
        let service = try Service(BackfillTests.settings + more)
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        let days = BackfillTests.days(81)
        let file = service.directory.path + "/bars.csv"
        try BackfillTests.history(Array(days.dropLast())).write(toFile: file, atomically: true, encoding: .utf8)
        let loaded = try epicenter("backfill", file, "--config", service.configurationPath)
        #expect(loaded.status == 0, "\(loaded.errors)")
        let bars = [("SPY", 503.0, 503.0), ("AAA", 66, 50)].map {
            #"{"type":"bar","symbol":"\#($0)","start":"\#(days[80])T13:30:00Z","end":"\#(days[80])T20:00:00Z","#
                + #""open":\#($1),"high":\#(max($1, $2)),"low":\#(min($1, $2)),"close":\#($2),"volume":9}"#
        }
        let producer = try Producer(service)
        let batch = #"{"producer":"live","producer_sequence":1,"events":[\#(bars.joined(separator: ","))]}"#
        #expect(try producer.send(batch).acknowledged == 2)
        // What comes behind the settle window makes the bars judged, whenever it comes.
        for sequence in 3..<100 {
            let news = #"{"title":"Nothing","published":"2025-07-01T10:00:00Z","source":"w"}"#
            #expect(
                try producer.send(#"{"producer":"live","producer_sequence":\#(sequence),"events":[\#(news)]}"#)
                    .acknowledged == UInt64(sequence))
            if try service.wait(1, until: { $0.alertHead > 0 }) != nil { break }
        }
        return service
    }

    @Test(
        "a live alert moves the histograms of those it passes through; both formats say the same; a process that died counts anew"
    )
    func histograms() throws {
        let port = NotifyTests.freePort()
        let url = "http://127.0.0.1:\(port)/metrics"
        let directory = TemporaryDirectory()
        let service = try Self.alerting(
            """
            metrics: {listen: "127.0.0.1:\(port)"}
            notify:
              history: true
              sinks: [{name: desk, type: file, path: \(directory.path)/alerts.jsonl}]
              routes: [{sinks: [desk], waitSeconds: 0}]

            """)
        let page = try #require(
            try Self.page(url) {
                $0.count("alert_delay") > 0 && $0.count("sink_delivery_duration", ["sink": "desk"]) > 0
                    && $0.count("http_server_request_duration", ["http_route": "/metrics"]) > 0
            })
        #expect(page.count("sink_delivery_duration", ["sink": "desk"]) > 0)
        #expect(page.count("http_server_request_duration", ["http_route": "/metrics"]) > 0)
        #expect(page.contentType == "text/plain; version=0.0.4; charset=utf-8")
        for (stream, process) in [
            ("market", "ingest"), ("signals", "analyze"), ("findings", "attribute"), ("alerts", "publish"),
        ] {
            let labels = ["stream": stream, "process": "epicenter-\(process)"]
            #expect(page.count("commit_duration", labels) > 0, "\(stream)")
        }
        for process in ["epicenterd", "epicenter-ingest", "epicenter-publish", "epicenter-notify", "epicenter-metrics"]
        {
            #expect(page.count("turn_duration", ["process": process]) > 0, "\(process)")
        }
        #expect(page.count("alert_delay") == Double(try service.status()?.alertHead ?? 0))
        // It was sent within the test's time, not as long ago as its bars say.
        #expect(page.value("alert_delay_seconds_sum").map { $0 < 120 * page.count("alert_delay") } == true)
        #expect(page.types["epicenter_commit_duration_seconds"] == "histogram")
        #expect(page.value("events_total", ["event": "metrics_refused", "process": "epicenter-publish"]) == 0)
        print("Page of \(page.samples.count) samples, \(page.bytes) bytes")

        let open = try Self.page(url, accept: Self.openMetrics)
        #expect(open.contentType == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(open.units["epicenter_alert_delay_seconds"] == "seconds")
        #expect(open.types["epicenter_events"] == "counter")
        func names(_ page: Page) -> Set<String> {
            Set(page.samples.map { "\($0.name) \($0.labels.sorted { $0.key < $1.key })" })
        }
        let (old, new) = (names(page), names(open))
        #expect(old.subtracting(new).isEmpty, "\(old.subtracting(new))")

        let before = page.count("commit_duration", ["stream": "alerts"])
        let publish = try #require(try service.pid(of: "epicenter-publish"))
        _ = Glibc.kill(publish, SIGKILL)
        let again = try #require(
            try Self.page(url, accept: Self.openMetrics) {
                $0.value("process_restarts_total", ["process": "epicenter-publish"]) == 1
                    && $0.value("process_up", ["process": "epicenter-publish"]) == 1
                    && (0..<before).contains($0.count("commit_duration", ["stream": "alerts"]))
            })
        #expect((0..<before).contains(again.count("commit_duration", ["stream": "alerts"])))
        // What it committed in its earlier life is no delay of this one.
        #expect(again.count("alert_delay") == 0)
        #expect(again.value("process_deaths_total", ["process": "epicenter-publish", "kind": "signal"]) == 1)
        let sizes = try service.status()?.children.map { child in
            var without = child.heartbeat
            without.metrics = []
            let bytes = (try child.heartbeat.serializedBytes() as [UInt8]).count
            return "\(child.process) \(bytes) (\((try without.serializedBytes() as [UInt8]).count) without)"
        }
        print("Heartbeats, bytes: \(sizes?.joined(separator: ", ") ?? "")")
        #expect(service.stop() == 0)
    }

    @Test("recorded alerts are no delay; the dashboard counts its requests by route, and hostile ones cost it nothing")
    func requests() throws {
        let (port, board) = (NotifyTests.freePort(), NotifyTests.freePort())
        let url = "http://127.0.0.1:\(port)/metrics"
        let service = try Service(
            """
            ingest: {recording: \(Binaries.recording), ticks: false}
            metrics: {listen: "127.0.0.1:\(port)"}
            dashboard: {listen: "127.0.0.1:\(board)"}

            """)
        #expect(try service.wait { $0.ready && $0.alertHead > 1_000 } != nil, "\(service.log)")
        let hostile = try run(
            Python.path,
            [
                "-c",
                """
                import http.client, sys
                for number in range(300):
                    link = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=10)
                    link.request("METHOD%d" % number, "/")
                    link.getresponse().read()
                    link.request("GET", "/shocks/%d" % number)
                    link.getresponse().read()
                    link.request("GET", "/path/%d" % number)
                    print(link.getresponse().status)
                    link.close()
                """, "\(board)",
            ])
        #expect(hostile.status == 0, "\(hostile.errors)")
        let labels = [
            "process": "epicenter-dashboard", "http_route": "/shocks/{id}", "http_response_status_code": "404",
        ]
        let page = try #require(try Self.page(url) { $0.count("http_server_request_duration", labels) == 300 })
        #expect(page.count("http_server_request_duration", labels) == 300)
        #expect(page.value("hb_requests_total", labels) == 300)
        let ofBoard = page.samples.filter {
            $0.name == "epicenter_http_server_request_duration_seconds_count"
                && $0.labels["process"] == "epicenter-dashboard"
        }
        #expect(Set(ofBoard.map { $0.labels["http_route"] }) == ["/shocks/{id}", "NotFound"])
        #expect(page.count("alert_delay") == 0)
        #expect(page.count("commit_duration", ["stream": "alerts"]) > 0)
        #expect(service.stop() == 0)
    }
}
