import EventLog
import Foundation
import Schema
import SwiftProtobuf
import TestKit
import Testing
import ZeroMQ

/// Bad input through the real processes: refused with a reason, counted, and the rest goes on.
@Suite(
    "Bad input through the real processes", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"),
    .serialized)
struct BadInputTests {
    static let instruments = """
        settings: {benchmark: SPY, calendar: {zone: America/New_York, open: "09:30", close: "16:00"}}
        instruments:
          - {symbol: SPY, name: Index fund, kind: etf, currency: USD}
          - {symbol: AAA, name: First, kind: equity, currency: USD}

        """

    @Test("a file with malformed lines: each is refused with file, line and reason, the others are taken")
    func file() throws {
        let directory = TemporaryDirectory()
        let csv = directory.path + "/bars.csv"
        try """
        date,symbol,open,high,low,close,volume
        2025-01-02,AAA,10,11,9,10.5,100
        2025-01-03,AAA,10,11,9
        2025-01-06,AAA,-10,11,9,10,100
        2025-01-07,AAA,10,9,11,10,100
        2025-01-08,ZZZ,10,11,9,10,100
        2025-01-09,AAA,ten,11,9,10,100
        2025-01-10,AAA,10,11,9,10.7,100

        """.write(toFile: csv, atomically: true, encoding: .utf8)
        let service = try Service("ingest: {csv: [\(csv)], ticks: false}\n" + Self.instruments)
        let status = try service.wait { $0.ready && $0.counter("epicenter-ingest", "refused") == 5 }
        let ingest = try #require(status?.children.first { $0.process == "epicenter-ingest" }?.heartbeat)
        let told = ingest.recentErrors.joined(separator: "\n")
        for (line, reason) in [
            (3, "columnCount"), (4, "priceNotPositive"), (5, "highBelowLow"), (6, "unknownSymbol"), (7, "notANumber"),
        ] {
            #expect(told.contains("bars.csv:\(line): "), "\(told)")
            #expect(told.contains("(\(reason))"), "\(told)")
            #expect(status?.counter("epicenter-ingest", "refused_\(reason)") == 1)
        }
        #expect(service.stop() == 0)
        var closes: [Int64] = []
        try LogIndex(reading: service.dataDirectory + "/market").forEachMessage { message in
            if case .bars(let bars) = message { closes += bars.close }
            return true
        }
        #expect(closes == [10_500_000_000, 10_700_000_000])
    }

    @Test("producers: wrong types, negative prices, unknown symbols and huge frames are refused, the rest acknowledged")
    func producers() throws {
        let service = try Service("ingest: {ticks: false}\n" + Self.instruments)
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        let producer = try Producer(service)
        let day = "\"start\":\"2026-01-02T14:30:00Z\",\"end\":\"2026-01-02T21:00:00Z\""
        func bar(_ fields: String) -> String { "{\"type\":\"bar\",\(day),\(fields)}" }
        let good = bar(#""symbol":"AAA","open":10,"high":11,"low":9,"close":10.5,"volume":5"#)
        let reply = try producer.send(
            """
            {"producer":"p","producer_sequence":1,"events":[\(good),
            \(bar(#""symbol":"AAA","open":"ten","high":11,"low":9,"close":10,"volume":5"#)),
            \(bar(#""symbol":"AAA","open":-10,"high":11,"low":9,"close":10,"volume":5"#)),
            \(bar(#""symbol":"AAA","open":10,"high":9,"low":11,"close":10,"volume":5"#)),
            \(bar(#""symbol":"QQQ","open":10,"high":11,"low":9,"close":10,"volume":5"#)),
            {"type":"news","title":7,"source":"s"}]}
            """)
        #expect(reply.acknowledged == 6)
        #expect(reply.durability == .written)
        #expect(reply.refusals.map(\.producerSequence) == [2, 3, 4, 5, 6], "\(reply)")
        #expect(reply.refusals.allSatisfy { !$0.reason.isEmpty })

        let repeated = try producer.send(#"{"producer":"p","producer_sequence":1,"events":[\#(good)]}"#)
        #expect(repeated.acknowledged == 6)
        let gap = try producer.send(#"{"producer":"p","producer_sequence":9,"events":[\#(good)]}"#)
        #expect(gap.acknowledged == 6 && gap.error.contains("expected at most 7"))
        let broken = try producer.send("{\"producer\":")
        #expect(!broken.error.isEmpty)
        let huge = try producer.send(
            #"{"producer":"p","producer_sequence":7,"events":[""# + String(repeating: "x", count: 5 << 20))
        #expect(huge.error.contains("allowed"), "\(huge.error)")
        let far = try producer.send(#"{"producer":"far","producer_sequence":9223372036854775000,"events":[\#(good)]}"#)
        #expect(!far.error.isEmpty)
        let high = try producer.send(
            #"{"producer":"high","producer_sequence":9223372036854770000,"events":[\#(good)]}"#)
        #expect(high.error.isEmpty)
        let low = try producer.send(#"{"producer":"high","producer_sequence":1,"events":[\#(good)]}"#)
        #expect(low.acknowledged == 9_223_372_036_854_770_000)
        let after = try producer.send(#"{"producer":"p","producer_sequence":7,"events":[\#(good)]}"#)
        #expect(after.acknowledged == 7 && after.error.isEmpty)

        // Five events, a gap, two unreadable batches, a sequence too high; two events sent again.
        let status = try service.wait {
            $0.counter("epicenter-ingest", "refused") == 9 && $0.counter("epicenter-ingest", "repeats_dropped") == 2
        }
        #expect(status != nil)
        #expect(service.stop() == 0)
    }

    @Test("what a producer sends again after a restart of the service is dropped")
    func resend() throws {
        let service = try Service("ingest: {ticks: false}\n" + Self.instruments)
        #expect(try service.wait(until: \.ready) != nil)
        let trade = #"{"type":"trade","symbol":"AAA","time":"2026-01-02T15:00:00Z","price":10.5,"size":1}"#
        let batch = #"{"producer":"q","producer_sequence":1,"events":[\#(trade),\#(trade)]}"#
        #expect(try Producer(service).send(batch).acknowledged == 2)
        let pid = try #require(try service.pid(of: "epicenter-ingest"))
        #expect(service.kill(pid))
        #expect(try service.wait { $0.ready && ($0.children.first?.pid ?? 0) != pid } != nil)
        #expect(try Producer(service).send(batch).acknowledged == 2)
        #expect(service.stop() == 0)
        var trades = 0
        try LogIndex(reading: service.dataDirectory + "/market").forEachMessage { message in
            if case .trades(let found) = message { trades += found.time.count }
            return true
        }
        #expect(trades == 2)
    }

    @Test("a REQ socket gets its reply too")
    func requestSocket() throws {
        let service = try Service("ingest: {ticks: false}\n" + Self.instruments)
        #expect(try service.wait(until: \.ready) != nil)
        var options = SocketOptions()
        options.receiveTimeout = .seconds(20)
        var socket = try Socket(Request.self, in: Context(), options: options)
        try socket.connect(to: Endpoint("ipc://\(service.runDirectory)/producers.sock"))
        let trade = #"{"type":"trade","symbol":"AAA","time":"2026-01-02T15:00:00Z","price":10.5,"size":1}"#
        _ = try socket.send(#"{"producer":"r","producer_sequence":1,"events":[\#(trade)]}"#, wait: true)
        guard let frame = try socket.receive() else { throw Unexpected("no reply") }
        #expect(try ProducerReply(jsonUTF8Bytes: frame.copyBytes()).acknowledged == 1)
        #expect(service.stop() == 0)
    }

    @Test("standard input is a live feed: lines are taken as they come, and a wrong one is refused with its number")
    func standardInput() throws {
        let pipe = Pipe()
        let service = try Service("ingest: {jsonl: [\"-\"], ticks: false}\n" + Self.instruments, input: pipe)
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        let trade = #"{"type":"trade","symbol":"AAA","time":"2026-01-02T15:00:00Z","price":10.5,"size":1}"#
        try pipe.fileHandleForWriting.write(contentsOf: Data((trade + "\n{\"type\":\"trade\"}\n" + trade + "\n").utf8))
        let status = try service.wait {
            $0.counter("epicenter-ingest", "refused") == 1 && $0.watermark(of: "epicenter-ingest") >= 5
        }
        let told = status?.children.first?.heartbeat.recentErrors ?? []
        #expect(told.first?.hasPrefix("stdin:2: ") == true, "\(told)")
        #expect(service.stop() == 0)
        var trades = 0
        try LogIndex(reading: service.dataDirectory + "/market").forEachMessage { message in
            if case .trades(let found) = message { trades += found.time.count }
            return true
        }
        #expect(trades == 2)
    }

    @Test("files that are not those the stream began with are refused, and the stream is as it was")
    func changedFiles() throws {
        let directory = TemporaryDirectory()
        let csv = directory.path + "/bars.csv"
        let rows =
            "date,symbol,open,high,low,close,volume\n2025-01-02,AAA,10,11,9,10.5,100\n2025-01-03,AAA,10,11,9,10.5,100\n"
        try rows.write(toFile: csv, atomically: true, encoding: .utf8)
        let yaml = "ingest: {csv: [\(csv)], ticks: false}\n" + Self.instruments
        let service = try Service(yaml)
        #expect(try service.wait(until: \.ready) != nil)
        #expect(service.stop() == 0)
        let before = try service.digest("market")
        try (rows + "2025-01-01,AAA,10,11,9,10.5,100\n").write(toFile: csv, atomically: true, encoding: .utf8)
        let ended = try run(Binaries.path("epicenter-ingest"), ["--config", service.configurationPath])
        #expect(ended.status == 78)
        #expect(ended.errors.contains("not those that the stream"), "\(ended.errors)")
        #expect(try service.digest("market") == before)
    }

    @Test("a second supervisor does not disturb the first")
    func secondSupervisor() throws {
        let service = try Service("ingest: {ticks: false}\n" + Self.instruments)
        #expect(try service.wait(until: \.ready) != nil)
        let second = try run(Binaries.path("epicenterd"), ["--config", service.configurationPath])
        #expect(second.status == 1)
        #expect(second.errors.contains("another epicenterd"), "\(second.errors)")
        #expect(try service.status()?.ready == true)
        #expect(service.stop() == 0)
    }

    @Test("a wrong configuration ends at once with status 78 and says everything that is wrong")
    func configuration() throws {
        let service = try Service("data2: {x: 1}\nlog: {level: loud}")
        service.process.waitUntilExit()
        #expect(service.process.terminationStatus == 78)
        #expect(service.log.contains("data2.x is not a setting"))
        #expect(service.log.contains("log.level is"))
        #expect(try epicenter("config", "check", service.configurationPath).status == 78)
    }
}

/// A producer as any program would be one.
final class Producer {
    private var socket: Socket<Dealer>

    init(_ service: Service) throws {
        var options = SocketOptions()
        options.receiveTimeout = .seconds(20)
        options.sendTimeout = .seconds(20)
        socket = try Socket(Dealer.self, in: Context(), options: options)
        try socket.connect(to: Endpoint("ipc://\(service.runDirectory)/producers.sock"))
    }

    func send(_ text: String) throws -> ProducerReply {
        guard try socket.send(text, wait: true) == .sent, let frame = try socket.receive() else {
            throw Unexpected("no reply")
        }
        return try ProducerReply(jsonUTF8Bytes: frame.copyBytes())
    }
}
