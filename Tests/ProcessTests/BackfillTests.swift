import EventLog
import Foundation
import Glibc
import Schema
import TestKit
import Testing

/// Histories loaded into a running service by `epicenter backfill`.
@Suite("Backfill", .enabled(if: Binaries.areHere, "no EPICENTER_BIN"), .serialized)
struct BackfillTests {
    static let settings = """
        ingest: {ticks: false}
        settings:
          benchmark: SPY
          calendar: XNYS
          detection: {estimation_window: 60, minimum_history: 40, settle_ms: 50}
        instruments:
          - {symbol: SPY, name: Index fund, kind: etf, currency: USD}
          - {symbol: AAA, name: First, kind: equity, currency: USD}

        """

    /// Week-days of 2025 that New York trades on, from 3 March on.
    static func days(_ count: Int) -> [String] {
        var day = CivilTime.parseDate("2025-03-03") ?? 0
        let closed = ["2025-04-18", "2025-05-26", "2025-06-19", "2025-07-04"].compactMap { CivilTime.parseDate($0) }
        var days: [String] = []
        while days.count < count {
            if (day + 3) % 7 < 5, !closed.contains(day) { days.append(CivilTime.date(day: day)) }
            day += 1
        }
        return days
    }

    /// A wobble about 100, with a fall of a third that is old news by the end.
    static func history(_ days: [String]) -> String {
        var text = "date,symbol,open,high,low,close,volume\n"
        for (index, day) in days.enumerated() {
            let market = 500 + Double(index * 7 % 11)
            let name = (index < 60 ? 100.0 : 66) + Double(index * 5 % 7) / 4
            for (symbol, price) in [("SPY", market), ("AAA", name)] {
                text += "\(day),\(symbol),\(price),\(price + 1),\(price - 1),\(price + 0.5),1000\n"
            }
        }
        return text
    }

    @Test("a loaded history is estimated from and not judged; loaded again it is known; the next fall is judged by it")
    func loads() throws {
        let service = try Service(Self.settings)
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        let days = Self.days(81)
        let file = service.directory.path + "/bars.csv"
        try Self.history(Array(days.dropLast())).write(toFile: file, atomically: true, encoding: .utf8)
        let first = try epicenter("backfill", file, "--config", service.configurationPath)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.hasPrefix("160 session bars, 0 made of shorter bars and trades, 0 facts;"))
        let loaded = try service.wait { $0.counter("epicenter-analyze", "history_taken") == 160 }
        #expect(loaded != nil, "\(service.log)")
        #expect(loaded?.counter("epicenter-analyze", "instruments_warming") == 0)

        // Ingest dies, and the same is loaded again: known by its name.
        let pid = try #require(try service.pid(of: "epicenter-ingest"))
        _ = Glibc.kill(pid, SIGKILL)
        let again = try epicenter("backfill", file, "--config", service.configurationPath, "--quiet")
        #expect(again.status == 0, "\(again.errors)")
        let head = try #require(try service.wait { $0.ready && $0.watermark(of: "epicenter-ingest") > 0 })
        #expect(head.counter("epicenter-analyze", "history_taken") == 160)
        // More of it, overlapping: what is known stays, what is new is taken.
        try Self.history(Array(days.dropLast().suffix(5))).write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try epicenter("backfill", file, "--config", service.configurationPath).status == 0)
        #expect(try service.wait { $0.counter("epicenter-analyze", "unused_refused_history") == 10 } != nil)

        let bars = [("SPY", 503.0, 503.0), ("AAA", 66, 50)].map {
            #"{"type":"bar","symbol":"\#($0)","start":"\#(days[80])T13:30:00Z","end":"\#(days[80])T20:00:00Z","#
                + #""open":\#($1),"high":\#(max($1, $2)),"low":\#(min($1, $2)),"close":\#($2),"volume":9}"#
        }
        let batch = #"{"producer":"live","producer_sequence":1,"events":[\#(bars.joined(separator: ","))]}"#
        #expect(try Producer(service).send(batch).acknowledged == 2)
        usleep(100_000)
        // A record after the settle window.
        let news = #"{"title":"Nothing","published":"2025-07-01T10:00:00Z","source":"w"}"#
        #expect(
            try Producer(service).send(#"{"producer":"live","producer_sequence":3,"events":[\#(news)]}"#)
                .acknowledged == 3)
        let reached = try service.wait {
            let head = $0.watermark(of: "epicenter-ingest")
            return head > 0 && $0.watermark(of: "epicenter-publish") == head
        }
        #expect(reached != nil, "\(service.log)")
        #expect(service.stop() == 0)
        var shocks: Set<String> = []
        try LogIndex(reading: service.dataDirectory + "/signals").forEachMessage { message in
            if case .shockSignal(let signal) = message { shocks.insert(signal.shock) }
            return true
        }
        #expect(shocks == ["AAA/\(days[80])"])
    }

    @Test("what cannot be loaded is told: no file, no instruments, a wrong line")
    func refused() throws {
        let directory = TemporaryDirectory()
        let config = directory.path + "/epicenter.yaml"
        try ("run: {directory: \(directory.path)/run}\n" + Self.settings).write(
            toFile: config, atomically: true, encoding: .utf8)
        let file = directory.path + "/bars.csv"
        try "date,symbol,open,high,low,close,volume\n2025-03-03,AAA,1,2,1,1,5\n2025-03-04,ZZZ,1,2,1,1,5\n".write(
            toFile: file, atomically: true, encoding: .utf8)
        let dry = try epicenter("backfill", file, "--config", config, "--dry-run")
        #expect(dry.status == 1 && dry.output.hasPrefix("1 session bars"))
        #expect(dry.errors.contains("bars.csv:3: symbol is \"ZZZ\""))
        #expect(try epicenter("backfill", directory.path + "/none.csv", "--config", config).status == 1)
        #expect(try epicenter("backfill", "--config", config).status == 64)
        try "run: {directory: \(directory.path)/run}\n".write(toFile: config, atomically: true, encoding: .utf8)
        #expect(try epicenter("backfill", file, "--config", config).status == 78)
    }
}
