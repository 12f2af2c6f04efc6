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

    // MARK: Debian's Prometheus

    /// Debian's Prometheus with the rules of `deploy`, asking one page each second.
    private final class Prometheus {
        static let path = "/usr/bin/prometheus"
        static var isHere: Bool { FileManager.default.isExecutableFile(atPath: path) }
        private struct Answer<Data: Decodable>: Decodable {
            var status: String
            var data: Data?
        }
        private let process = Process()
        private let directory = TemporaryDirectory()
        private let address: String

        init(scraping port: Int) throws {
            address = "127.0.0.1:\(NotifyTests.freePort())"
            let configuration = directory.path + "/prometheus.yml"
            try """
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: [\(Binaries.root)/deploy/prometheus/rules.yaml]
            scrape_configs: [{job_name: epicenter, static_configs: [{targets: ["127.0.0.1:\(port)"]}]}]
            """.write(toFile: configuration, atomically: true, encoding: .utf8)
            process.executableURL = URL(fileURLWithPath: Self.path)
            process.arguments = [
                "--config.file=\(configuration)", "--storage.tsdb.path=\(directory.path)/data",
                "--web.listen-address=\(address)",
            ]
            process.standardError = FileHandle.nullDevice
            try process.run()
        }

        deinit {
            process.terminate()
            process.waitUntilExit()
        }

        /// nil: it does not answer, or says that it cannot.
        func ask<Data: Decodable>(_ path: String, query: String = "") throws -> Data? {
            let arguments = ["-s", "--get", "http://\(address)/api/v1/\(path)", "--data-urlencode", "query=\(query)"]
            let ended = try run("/usr/bin/curl", arguments)
            return try? JSONDecoder().decode(Answer<Data>.self, from: .init(ended.output.utf8)).data
        }
    }

    private struct Rules: Decodable {
        struct Group: Decodable { var rules: [Rule] }
        struct Rule: Decodable {
            var name: String
            var health: String
            var state: String
        }
        var groups: [Group]
    }

    private struct Board: Decodable {
        struct Panel: Decodable {
            struct Target: Decodable { var expr: String }
            var targets: [Target]
        }
        var panels: [Panel]
    }

    private struct Metadata: Decodable { var type, help, unit: String }

    /// What a query found, without the samples.
    private struct Found: Decodable {
        struct Series: Decodable { var metric: [String: String] }
        var result: [Series]
    }

    @Test(
        "Debian's Prometheus takes the page as OpenMetrics; every rule is evaluated, and every query of the board answered",
        .enabled(if: Prometheus.isHere, "no /usr/bin/prometheus"))
    func prometheus() throws {
        let port = NotifyTests.freePort()
        let service = try Service(
            """
            ingest: {recording: \(Binaries.recording), ticks: false}
            metrics: {listen: "127.0.0.1:\(port)"}

            """)
        #expect(try service.wait { $0.ready && $0.alertHead > 1_000 } != nil, "\(service.log)")
        let prometheus = try Prometheus(scraping: port)
        let quantile =
            "histogram_quantile(0.99, sum by (le, stream) (epicenter_commit_duration_seconds_bucket)) > 0"
        var streams: Set<String> = []
        var rules: [Rules.Rule] = []
        #expect(
            try service.wait { _ in
                let found: Found? = try? prometheus.ask("query", query: quantile)
                streams = Set(found?.result.compactMap { $0.metric["stream"] } ?? [])
                let known: Rules? = try? prometheus.ask("rules")
                rules = known?.groups.flatMap(\.rules) ?? []
                return streams.count == 4 && !rules.isEmpty && rules.allSatisfy { $0.health != "unknown" }
            } != nil, "\(streams) \(rules)")
        #expect(rules.count >= 15 && rules.allSatisfy { $0.health == "ok" }, "\(rules)")
        #expect(rules.first { $0.name == "EpicenterDown" }?.state == "inactive")
        // Only OpenMetrics says units.
        let said: [String: [Metadata]]? = try prometheus.ask("metadata")
        #expect(said?["epicenter_commit_duration_seconds"]?.first?.unit == "seconds")
        #expect(said?["epicenter_commit_duration_seconds"]?.first?.type == "histogram")
        let file = URL(fileURLWithPath: Binaries.root + "/deploy/grafana/epicenter.json")
        let queries = try JSONDecoder().decode(Board.self, from: Data(contentsOf: file)).panels.flatMap(\.targets)
        #expect(queries.count >= 21)
        for query in queries {
            let found: Found? = try prometheus.ask("query", query: query.expr)
            #expect(found != nil, "\(query.expr)")
        }
        #expect(service.stop() == 0)
    }
}
