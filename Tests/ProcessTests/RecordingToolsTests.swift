import EventLog
import Foundation
import Glibc
import MCAP
import Schema
import TestKit
import Testing

/// inspect, recover, merge and export as people run them.
@Suite("Recording tools", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"))
struct RecordingToolsTests {
    let directory = TemporaryDirectory()

    /// A market segment of ten chunks of 100 clock ticks, and the bytes of it.
    private func segment(closed: Bool) throws -> (path: String, bytes: [UInt8]) {
        let name = directory.path + "/market-\(closed)"
        let log = try EventLog(directory: name, stream: .market, newEpoch: 0xAB, options: .init(sync: .never))
        for chunk in 0..<10 {
            for index in 1...100 {
                var tick = ClockTick()
                tick.recordTime = 1_700_000_000_000_000_000 + UInt64(100 * chunk + index) * CivilTime.second
                tick.eventTime = tick.recordTime
                log.append(.clockTick(tick))
            }
            try log.commit()
        }
        if closed { try log.close() }
        let path = try #require(try RecordingSurvey.segments(of: name).first)
        return (path, [UInt8](try Data(contentsOf: URL(filePath: path))))
    }

    private func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let path = directory.path + "/" + name
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    private func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func sequences(_ path: String) throws -> [UInt64] {
        var found: [UInt64] = []
        try LogIndex(reading: path).forEachMessage { message in
            found += (message.firstSequence...message.lastSequence)
            return true
        }
        return found
    }

    @Test(
        "damage in the middle: inspect says where, recover saves the rest and says which sequences are lost",
        arguments: [true, false])
    func middle(closed: Bool) throws {
        var (path, bytes) = try segment(closed: closed)
        let chunks = try RecordingSurvey(of: path).file.summary.chunkIndexes
        for index in [3, 7] { bytes[Int(chunks[index].chunkStartOffset) + 200] ^= 0x10 }
        path = try write(bytes, "damaged.mcap")
        let inspected = try epicenter("inspect", path, "--json")
        #expect(inspected.status == 1)
        let found = try json(inspected.output)
        #expect(found["verdict"] as? String == "damaged")
        let lost = [["first": 301, "last": 400], ["first": 701, "last": 800]]
        #expect(found["lost_sequences"] as? [[String: Int]] == lost)
        let segments = found["segments"] as? [[String: Any]]
        let damage = segments?.first?["damage"] as? [[String: Any]]
        #expect(damage?.map { $0["from"] as? Int } == [3, 7].map { Int(chunks[$0].chunkStartOffset) })

        let out = directory.path + "/saved.mcap"
        let recovered = try epicenter("recover", path, "--out", out, "--json")
        #expect(recovered.status == 1, "\(recovered)")
        let told = try json(recovered.output)
        #expect(told["lost_sequences"] as? [[String: Int]] == lost)
        #expect(told["saved_messages"] as? Int == 800)
        #expect(try sequences(out) == Array(1...300) + Array(401...700) + Array(801...1_000))
        // The saved file remembers what it lacks, and cannot be taken for complete.
        let again = try epicenter("inspect", out, "--json")
        #expect(again.status == 1)
        #expect(try json(again.output)["lost_sequences"] as? [[String: Int]] == lost)
        let played = try epicenter("replay", out, "--quiet", "--out", directory.path + "/played")
        #expect(played.status == 1)
        let merged = directory.path + "/merged.mcap"
        #expect(try epicenter("merge", out, "--out", merged).status == 0)
        #expect(try sequences(merged) == Array(1...800))
        #expect(try epicenter("inspect", merged).status == 0)
        #expect([UInt8](try Data(contentsOf: URL(filePath: path))) == bytes, "the input is never changed")
    }

    @Test("a damaged index or a torn summary loses nothing: status 0")
    func derived() throws {
        let (path, bytes) = try segment(closed: true)
        let chunks = try RecordingSurvey(of: path).file.summary.chunkIndexes
        var index = bytes
        index[Int(chunks[4].chunkStartOffset + chunks[4].chunkLength) + 20] ^= 1
        for (name, changed) in [
            ("index", index), ("summary", Array(bytes.dropLast(50))), ("tail", bytes + bytes[..<7]),
        ] {
            let damaged = try write(changed, name + ".mcap")
            #expect(try epicenter("inspect", damaged).status == 1, "\(name)")
            let out = directory.path + "/\(name)-saved.mcap"
            let ended = try epicenter("recover", damaged, "--out", out)
            #expect(ended.status == 0, "\(name): \(ended)")
            #expect(ended.output.contains("Nothing was lost"))
            #expect(try sequences(out) == Array(1...1_000))
            #expect(try epicenter("inspect", out).status == 0)
        }
        // The same for a live segment, whose sequences alone tell that nothing is missing.
        var (_, live) = try segment(closed: false)
        live[Int(chunks[4].chunkStartOffset + chunks[4].chunkLength) + 20] ^= 1
        let out = directory.path + "/live-saved.mcap"
        #expect(try epicenter("recover", write(live, "live.mcap"), "--out", out).status == 0)
        #expect(try sequences(out) == Array(1...1_000))
    }

    @Test("a torn tail: what is whole is saved, and that the end may be lost is said")
    func torn() throws {
        let (path, bytes) = try segment(closed: false)
        let last = try #require(try RecordingSurvey(of: path).file.summary.chunkIndexes.last)
        let torn = try write(Array(bytes[..<Int(last.chunkStartOffset + last.chunkLength / 2)]), "torn.mcap")
        #expect(try json(epicenter("inspect", torn, "--json").output)["verdict"] as? String == "torn")
        let out = directory.path + "/saved.mcap"
        let ended = try epicenter("recover", torn, "--out", out)
        #expect(ended.status == 1)
        #expect(ended.output.contains("the end is damaged"))
        #expect(try sequences(out) == Array(1...900))
    }

    @Test("chunks that lie in another order are put in order, and those that are there twice once")
    func order() throws {
        let (path, bytes) = try segment(closed: false)
        let chunks = try RecordingSurvey(of: path).file.summary.chunkIndexes
        func part(_ index: Int) -> ArraySlice<UInt8> {
            let end = index + 1 < chunks.count ? Int(chunks[index + 1].chunkStartOffset) : bytes.count
            return bytes[Int(chunks[index].chunkStartOffset)..<end]
        }
        let front = bytes[..<Int(chunks[0].chunkStartOffset)]
        let changed = [0, 2, 1, 3, 4, 5, 6, 2, 7, 8, 9].reduce(Array(front)) { $0 + part($1) }
        let moved = try write(changed, "moved.mcap")
        #expect(try epicenter("inspect", moved).status == 1)
        let out = directory.path + "/saved.mcap"
        #expect(try epicenter("recover", moved, "--out", out).status == 0)
        #expect(try sequences(out) == Array(1...1_000))
    }

    @Test("what cannot be saved leaves no file: status 2; its input is no place to save to: 64")
    func nothing() throws {
        let out = directory.path + "/saved.mcap"
        for (name, bytes) in [("empty", []), ("text", [UInt8]("no recording at all".utf8))] {
            let path = try write(bytes, name)
            let ended = try epicenter("recover", path, "--out", out)
            #expect(ended.status == 2, "\(ended)")
            #expect(ended.errors.contains("nothing was saved"))
            #expect(try epicenter("inspect", path).status == 1)
        }
        #expect(try epicenter("recover", "/nowhere.mcap", "--out", out).status == 2)
        let (path, bytes) = try segment(closed: true)
        // A full disk: the file being made is one.
        try FileManager.default.createSymbolicLink(atPath: out + ".new", withDestinationPath: "/dev/full")
        let full = try epicenter("recover", path, "--out", out)
        #expect(full.status == 2)
        #expect(full.errors.contains("No space left"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasPrefix("saved") } == [])
        #expect(try epicenter("recover", path, "--out", path).status == 64)
        // The file being made beside the new one is the input.
        let beside = try write(bytes, "saved.mcap.new")
        #expect(try epicenter("recover", beside, "--out", out).status == 64)
        #expect([UInt8](try Data(contentsOf: URL(filePath: beside))) == bytes)
        #expect(try epicenter("recover", path, "--out", "/dev/full").status == 64)
        #expect([UInt8](try Data(contentsOf: URL(filePath: path))) == bytes)
    }

    @Test("bars and trades come back from CSV as they were")
    func roundTrip() throws {
        let settings = Binaries.root + "/docs/examples/deepseek-2025-01/settings.yaml"
        let (bars, trades) = (directory.path + "/bars.csv", directory.path + "/trades.csv")
        #expect(try epicenter("export", "csv", Binaries.recording, "--out", bars).status == 0)
        #expect(try epicenter("export", "csv", Binaries.recording, "--topic", "trades", "--out", trades).status == 0)
        let back = directory.path + "/back.mcap"
        let ended = try epicenter("import", "csv", bars, trades, "--settings", settings, "--out", back)
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(try rows(back) == rows(Binaries.recording))
        #expect(try rows(back).count == 26_579)
    }

    /// Bars and trades as they stand in the recording, without their sequences.
    private func rows(_ path: String) throws -> [StreamMessage] {
        var found: [StreamMessage] = []
        try LogIndex(reading: path).forEachMessage(types: [.bars, .trades]) { message in
            for row in 0..<message.count {
                var single = message.slice(row..<row + 1)
                single.firstSequence = 1
                found.append(single)
            }
            return true
        }
        return found
    }

    @Test("jsonl has a line a record, which protobuf reads again")
    func jsonl() throws {
        let ended = try epicenter("export", "jsonl", Binaries.recording, "--from", "29000", "--until", "2025-02-14")
        #expect(ended.status == 0)
        var expected: [UInt64] = []
        try LogIndex(reading: Binaries.recording).forEachMessage(from: 29_000) { message in
            for row in 0..<message.count {
                let sequence = message.firstSequence + UInt64(row)
                if sequence >= 29_000, message.recordTime(row: row) < 1_739_491_200 * CivilTime.second {
                    expected.append(sequence)
                }
            }
            return true
        }
        let found = try ended.output.split(separator: "\n").map { line -> UInt64 in
            let record = try #require(try json(String(line))["record"] as? [String: Any])
            return try #require(UInt64(record["sequence"] as? String ?? record["firstSequence"] as? String ?? ""))
        }
        #expect(found == expected && !expected.isEmpty)
        let news = try epicenter("export", "jsonl", Binaries.recording, "--topic", "NewsItem")
        #expect(news.output.split(separator: "\n").count == 270)
        #expect(try epicenter("export", "csv", Binaries.recording, "--topic", "news").status == 64)
    }

    @Test("merging maps instruments by symbol, orders by time and refuses what contradicts")
    func merging() throws {
        func make(_ name: String, _ instruments: String, _ rows: String) throws -> String {
            let settings = try write(
                [UInt8](
                    "settings: {benchmark: SPY, calendar: {zone: America/New_York, open: \"09:30\", close: \"16:00\"}}\ninstruments:\n\(instruments)"
                        .utf8), name + ".yaml")
            let csv = try write([UInt8]("date,symbol,open,high,low,close,volume\n\(rows)".utf8), name + ".csv")
            let out = directory.path + "/\(name).mcap"
            let ended = try epicenter("import", "csv", csv, "--settings", settings, "--out", out)
            #expect(ended.status == 0, "\(ended.errors)")
            return out
        }
        let spy = "  - {symbol: SPY, name: Index fund, kind: etf, currency: USD}\n"
        let first = try make(
            "first", spy + "  - {symbol: AAA, name: First, kind: equity, currency: USD}\n",
            "2025-01-02,AAA,1,2,1,2,0\n2025-01-06,SPY,5,6,5,6,0\n")
        let second = try make(
            "second", "  - {symbol: BBB, name: Second, kind: equity, currency: USD}\n" + spy,
            "2025-01-03,BBB,3,4,3,4,0\n2025-01-07,SPY,7,8,7,8,0\n")
        let out = directory.path + "/both.mcap"
        let ended = try epicenter("merge", first, second, "--out", out)
        #expect(ended.status == 0, "\(ended.errors)")
        let lines = try epicenter("export", "csv", out).output.split(separator: "\n").dropFirst()
        #expect(lines.map { $0.split(separator: ",")[1] } == ["AAA", "BBB", "SPY", "SPY"])
        #expect(lines.map { $0.split(separator: ",")[2] } == ["1", "3", "5", "7"])
        let log = try LogIndex(reading: out)
        #expect(try sequences(out) == Array(1...log.head))
        #expect(try epicenter("replay", out, "--in-process", "--quiet").status == 0)
        let origins = try RecordingSurvey(of: out).file.summary.metadataIndexes.filter {
            $0.name == RecordingNotes.origin
        }
        #expect(origins.count == 2)

        let third = try make(
            "third", spy + "  - {symbol: AAA, name: First, kind: crypto, currency: USD}\n", "2025-01-08,AAA,1,2,1,2,0\n"
        )
        let refused = try epicenter("merge", first, third, "--out", directory.path + "/no.mcap")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("AAA"))
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/no.mcap"))
        #expect(try epicenter("merge", first, "--out", first).status == 64)
    }

    @Test("a file of 300 MB is inspected and recovered in the memory of a chunk")
    func memory() throws {
        let path = directory.path + "/large.mcap"
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
        var writer = try FileWriter(
            descriptor, header: HeaderRecord(library: "test"),
            channels: [ChannelRecord(id: 1, topic: "bytes", messageEncoding: "")])
        var generator = SeededGenerator(seed: 3)
        let data = (0..<1 << 16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        var chunk = ChunkBuilder()
        for number in 0..<300 {
            for part in 0..<16 {
                chunk.append(
                    channelID: 1, sequence: UInt32(16 * number + part), logTime: UInt64(number), publishTime: 0,
                    data: data.span.bytes)
            }
            try writer.append(&chunk, number % 2 == 0 ? .none : .zstd(level: 1))
        }
        try writer.finish()
        try writer.close()
        let limit = 64 << 20
        #expect(try peakMemory(["inspect", path]) < limit)
        #expect(try peakMemory(["recover", path, "--out", directory.path + "/saved.mcap"]) < limit)
    }

    /// Runs the command line to its end, successfully.
    ///
    /// - Returns: The most memory it had, bytes.
    private func peakMemory(_ arguments: [String]) throws -> Int {
        let words = [Binaries.path("epicenter")] + arguments
        var pid: pid_t = 0
        var argv = words.map { strdup($0) } + [nil]
        defer { argv.forEach { free($0) } }
        guard posix_spawn(&pid, words[0], nil, nil, &argv, environ) == 0 else { throw Unexpected("no spawn") }
        // Not ru_maxrss, which begins with the memory of whoever started it.
        var peak = 0
        var status: Int32 = 0
        while waitpid(pid, &status, WNOHANG) == 0 {
            let text = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
            let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            peak = max(peak, line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0)
            usleep(500)
        }
        guard status == 0, peak > 0 else { throw Unexpected("ended with \(status)") }
        return peak << 10
    }
}

/// record beside a running service.
@Suite("Recording a running service", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"), .serialized)
struct RecordTests {
    @Test("the recording has every record in order though the owner is killed, and plays to the same alerts")
    func survivesRestarts() throws {
        let reference = try ReplayTests.reference()
        let service = try Service(
            "service: {checkpointSeconds: 1}\ningest: {recording: \(Binaries.recording), rate: 8000000, ticks: false}")
        let head = try LogIndex(reading: Binaries.recording).head
        let out = service.directory.path + "/recorded.mcap"
        let recorder = Process()
        recorder.executableURL = URL(filePath: Binaries.path("epicenter"))
        recorder.arguments = ["record", "--run", service.runDirectory, "--out", out]
        recorder.standardError = FileHandle.nullDevice
        recorder.standardOutput = FileHandle.nullDevice
        try recorder.run()
        for share in [0.3, 0.6] {
            let reached = try service.wait { $0.watermark(of: "epicenter-ingest") >= UInt64(Double(head) * share) }
            #expect(reached != nil)
            if let pid = try service.pid(of: "epicenter-ingest"), pid > 0 { _ = service.kill(pid) }
        }
        #expect(try service.wait { $0.watermark(of: "epicenter-publish") == head } != nil, "\(service.log)")
        // Ends by itself: the clock is past the time, and all there is has come.
        let until = service.directory.path + "/until.mcap"
        #expect(
            try epicenter("record", "--run", service.runDirectory, "--until", "2025-02-16", "--out", until).status == 0)
        recorder.interrupt()
        recorder.waitUntilExit()
        #expect(recorder.terminationStatus == 0)
        #expect(service.stop() == 0)
        #expect(try StreamDigest.of(LogIndex(reading: until)).hexadecimal == service.digest("market"))
        #expect(try StreamDigest.of(LogIndex(reading: out)).hexadecimal == service.digest("market"))
        #expect(try epicenter("inspect", out).status == 0)
        let replayed = service.directory.path + "/replayed"
        #expect(try epicenter("replay", out, "--in-process", "--quiet", "--out", replayed).status == 0)
        #expect(try StreamDigest.of(LogIndex(reading: replayed + "/alerts")).hexadecimal == reference)
    }

    @Test("parts and kinds: numbered anew, with what they need to be played; several streams go to a directory")
    func parts() throws {
        let service = try Service("ingest: {recording: \(Binaries.recording), ticks: false}")
        let head = try LogIndex(reading: Binaries.recording).head
        #expect(try service.wait { $0.watermark(of: "epicenter-publish") == head } != nil, "\(service.log)")
        let folder = service.directory.path
        let part = folder + "/part.mcap"
        let ended = try epicenter(
            "record", "--run", service.runDirectory, "--from", "2025-01-20", "--until", "2025-01-28", "--out", part,
            "--compression", "lz4")
        #expect(ended.status == 0, "\(ended)")
        var times: [UInt64] = []
        var definitions = 0
        var next: UInt64 = 1
        try LogIndex(reading: part).forEachMessage { message in
            #expect(message.firstSequence == next)
            next = message.lastSequence + 1
            if message.type == .instrumentDefinition { definitions += 1 }
            if message.type == .bars { times += (0..<message.count).map { message.recordTime(row: $0) } }
            return true
        }
        #expect(definitions == 42)
        let (from, until) = (1_737_331_200 * CivilTime.second, 1_738_022_400 * CivilTime.second)
        #expect(!times.isEmpty && times.allSatisfy { (from..<until).contains($0) })
        #expect(try epicenter("replay", part, "--in-process", "--quiet").status == 0)

        // A recorder that is killed leaves what it had written, and nobody writes over it.
        let killed = Process()
        killed.executableURL = URL(filePath: Binaries.path("epicenter"))
        killed.arguments = ["record", "--run", service.runDirectory, "--out", folder + "/killed.mcap"]
        killed.standardError = FileHandle.nullDevice
        try killed.run()
        let partial = folder + "/killed.mcap.partial"
        let end = Date().addingTimeInterval(20)
        while Date() < end,
            try !FileManager.default.fileExists(atPath: partial) || RecordingSurvey(of: partial).chunks.isEmpty
        {
            usleep(10_000)
        }
        _ = service.kill(killed.processIdentifier)
        killed.waitUntilExit()
        #expect(try epicenter("record", "--run", service.runDirectory, "--out", folder + "/killed.mcap").status == 1)
        #expect(try epicenter("recover", partial, "--out", folder + "/killed.mcap").status == 0)
        #expect(try LogIndex(reading: folder + "/killed.mcap").head > 10_000)

        let both = folder + "/both"
        let two = try epicenter(
            "record", "--run", service.runDirectory, "--stream", "signals", "--stream", "alerts", "--until",
            "2025-03-01",
            "--out", both)
        #expect(two.status == 0, "\(two)")
        for name in ["signals", "alerts"] {
            #expect(try StreamDigest.of(LogIndex(reading: "\(both)/\(name).mcap")).hexadecimal == service.digest(name))
        }
        #expect(service.stop() == 0)
        let nobody = try epicenter(
            "record", "--run", folder + "/nobody", "--duration", "0.2", "--out", folder + "/x.mcap")
        #expect(nobody.status == 1)
        #expect(!FileManager.default.fileExists(atPath: folder + "/x.mcap"))
    }
}
