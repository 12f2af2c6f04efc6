import EventLog
import Foundation
import Schema
import ServiceKit
import TestKit
import Testing

/// Says something about every third tick, twice about every ninth, and remembers how many it saw.
private struct Counting: Stage {
    static let output = StreamName.signals
    static let judgementVersion = "counting-1"
    var seen: UInt64 = 0

    mutating func apply(_ message: StreamMessage, rows: Range<Int>, to outbox: inout Outbox) {
        for row in rows {
            seen += 1
            let sequence = message.firstSequence + UInt64(row)
            guard sequence % 3 == 0 else { continue }
            outbox.begin(cause: sequence, recordTime: message.recordTime(row: row))
            for _ in 0..<(sequence % 9 == 0 ? 2 : 1) {
                var signal = ShockSignal()
                signal.shock = "seen \(seen)"
                signal.eventTime = message.recordTime(row: row)
                outbox.emit(signal)
            }
        }
    }
}

/// The same after its judgement was changed.
private struct CountingOtherwise: Stage {
    static let output = StreamName.signals
    static let judgementVersion = "counting-2"
    var seen: UInt64 = 0

    mutating func apply(_ message: StreamMessage, rows: Range<Int>, to outbox: inout Outbox) {
        for row in rows {
            seen += 1
            outbox.begin(cause: message.firstSequence + UInt64(row), recordTime: message.recordTime(row: row))
            var signal = ShockSignal()
            signal.shock = "otherwise \(seen)"
            outbox.emit(signal)
        }
    }
}

/// Writes down in which order it was given records of both its inputs.
private struct Ordering: Stage {
    static let output = StreamName.findings
    static let judgementVersion = "ordering-1"
    var market: UInt64 = 0

    mutating func apply(_ message: StreamMessage, rows: Range<Int>, to outbox: inout Outbox) {
        if case .shockSignal(let signal) = message {
            outbox.begin(cause: signal.cause.sequence, recordTime: signal.recordTime)
            var finding = Finding()
            finding.shock = "signal \(signal.sequence) after market \(market)"
            outbox.emit(finding)
        } else {
            market = message.firstSequence + UInt64(rows.upperBound) - 1
        }
    }
}

/// Has very much to say of each record.
private struct Verbose: Stage {
    static let output = StreamName.signals
    static let judgementVersion = "verbose-1"
    static let count = 2_000

    mutating func apply(_ message: StreamMessage, rows: Range<Int>, to outbox: inout Outbox) {
        outbox.begin(cause: message.firstSequence, recordTime: message.recordTime(row: rows.lowerBound))
        for number in 1...Self.count {
            var signal = ShockSignal()
            signal.shock = "\(number)"
            outbox.emit(signal)
        }
    }
}

@Suite("Stage engine")
struct StageEngineTests {
    let directory = TemporaryDirectory()

    private func trades(_ first: UInt64, _ count: Int) -> StreamMessage {
        var trades = Trades()
        trades.firstSequence = first
        for row in 0..<count {
            trades.recordTime.append(first + UInt64(row))
            trades.instrument.append(1)
            trades.time.append(0)
            trades.price.append(1)
            trades.size.append(0)
            trades.condition.append(0)
        }
        return .trades(trades)
    }

    private func log(_ name: String, _ stream: StreamName, newEpoch: UInt64 = 3) throws -> EventLog {
        try EventLog(
            directory: "\(directory.path)/\(name)", stream: stream, newEpoch: newEpoch, options: .init(sync: .never))
    }

    private func undisturbed(_ records: Int) throws -> String {
        let engine = try StageEngine<Counting>(log: log("undisturbed\(records)", .signals), checkpointPath: nil)
        engine.enqueue(trades(1, records), of: .market)
        try engine.log.commit()
        return try StreamDigest.of(engine.log.index).hexadecimal
    }

    @Test("killed anywhere and restarted from a checkpoint, none or a damaged one, it says the same", arguments: 0..<12)
    func exactlyOnce(round: UInt64) throws {
        var random = SeededGenerator(for: "Stage engine", default: 4_711 + round)
        let path = "\(directory.path)/checkpoint\(round)"
        let name = "signals\(round)"
        var isDone = false
        while !isDone {
            let engine = try StageEngine<Counting>(log: log(name, .signals), checkpointPath: path)
            while (engine.applied[.market] ?? 0) < 900 {
                // Boundaries of messages differ from life to life.
                let next = (engine.applied[.market] ?? 0) + 1
                let count = min(Int.random(in: 1...64, using: &random), Int(901 - next))
                engine.enqueue(trades(next, count), of: .market)
                if Int.random(in: 0..<3, using: &random) == 0 { try engine.log.commit() }
                if Int.random(in: 0..<5, using: &random) == 0 {
                    try engine.log.commit()
                    try engine.writeCheckpoint(epochs: [:])
                }
                // Death: what was not committed is gone.
                if Int.random(in: 0..<12, using: &random) == 0 { break }
            }
            isDone = engine.applied[.market] == 900
            if isDone { try engine.log.commit() }
            switch Int.random(in: 0..<4, using: &random) {
            case 0: try? FileManager.default.removeItem(atPath: path)
            case 1 where FileManager.default.fileExists(atPath: path):
                try Data("bplist00 damaged".utf8).write(to: URL(fileURLWithPath: path))
            default: break
            }
        }
        let index = try LogIndex(reading: "\(directory.path)/\(name)")
        #expect(index.head == 400)
        #expect(try StreamDigest.of(index).hexadecimal == undisturbed(900))
    }

    @Test(
        "each output gives a sign when it is made and when it is appended, and all of one record are committed as one")
    func signs() throws {
        let engine = try StageEngine<Verbose>(log: log("verbose", .signals), checkpointPath: nil)
        var signs = 0
        engine.onOutput = {
            signs += 1
            // What the log holds is what was committed before: nothing of this record.
            #expect(engine.log.committed == 0 && engine.log.index.head == 0)
        }
        engine.enqueue(trades(1, 1), of: .market)
        #expect(signs == 2 * Verbose.count)
        #expect(try engine.log.commit() == UInt64(Verbose.count))
        // One chunk: a crash leaves all of it or nothing.
        #expect(engine.log.index.head == UInt64(Verbose.count))
    }

    @Test("a damaged latest checkpoint does not take the place of the older one when the next is written")
    func damagedLatest() throws {
        let path = directory.path + "/generations"
        func engine() throws -> StageEngine<Counting> {
            try StageEngine<Counting>(log: log("g", .signals), checkpointPath: path)
        }
        func live(upTo last: UInt64, _ engine: StageEngine<Counting>) throws {
            let next = (engine.applied[.market] ?? 0) + 1
            engine.enqueue(trades(next, Int(last - next + 1)), of: .market)
            try engine.log.commit()
            try engine.writeCheckpoint(epochs: [:])
        }
        do {
            let first = try engine()
            try live(upTo: 90, first)
            try live(upTo: 180, first)
        }
        let damaged = Data("EPCK damaged".utf8)
        try damaged.write(to: URL(fileURLWithPath: path))
        do {
            let second = try engine()
            #expect(second.restored == "restored the older one, the latest: damaged")
            #expect(second.applied[.market] == 90)
            try live(upTo: 270, second)
            #expect(second.restorable[.market] == 90)
        }
        try damaged.write(to: URL(fileURLWithPath: path))
        #expect(try engine().applied[.market] == 90)
    }

    @Test("another judgement begins a new epoch at the head, from the start, and rewrites nothing that was said")
    func otherJudgement() throws {
        let path = directory.path + "/judged"
        let epoch: UInt64
        do {
            let engine = try StageEngine<Counting>(log: log("j", .signals), checkpointPath: path)
            engine.enqueue(trades(1, 90), of: .market)
            try engine.log.commit()
            try engine.writeCheckpoint(epochs: [:])
            epoch = engine.log.epoch
        }
        let before = try StreamDigest.of(LogIndex(reading: directory.path + "/j")).hexadecimal
        let engine = try StageEngine<CountingOtherwise>(log: log("j", .signals, newEpoch: 4), checkpointPath: path)
        #expect(engine.restored == "made by judgement counting-1, this is counting-2")
        #expect(engine.log.epoch != epoch)
        #expect(engine.log.lineage.current.first == 41)
        #expect(engine.log.lineage.standing(epoch: epoch, upTo: 40) == .good)
        // It is shown everything again and says only what is new.
        engine.enqueue(trades(1, 90), of: .market)
        try engine.log.commit()
        #expect(try StreamDigest.of(LogIndex(reading: directory.path + "/j")).hexadecimal == before)
        engine.enqueue(trades(91, 10), of: .market)
        try engine.log.commit()
        #expect(engine.log.committed == 50)
    }

    @Test("a checkpoint that is ahead of its stream is not used")
    func checkpointAhead() throws {
        let path = directory.path + "/checkpoint"
        do {
            let engine = try StageEngine<Counting>(log: log("a", .signals), checkpointPath: path)
            engine.enqueue(trades(1, 90), of: .market)
            try engine.log.commit()
            try engine.writeCheckpoint(epochs: [:])
        }
        let other = try StageEngine<Counting>(log: log("b", .signals), checkpointPath: path)
        #expect(other.applied[.market] == 0)
        #expect(other.restored == "ahead of the stream it belongs to")
    }

    /// Signals arrive early, late, in pieces: each is applied right after the market record that caused it.
    @Test("a merge applies each signal right after its cause, however the inputs interleave", arguments: 0..<20)
    func merge(round: UInt64) throws {
        var random = SeededGenerator(for: "Merge", default: 99 + round)
        let signals = try StageEngine<Counting>(log: log("s\(round)", .signals), checkpointPath: nil)
        signals.enqueue(trades(1, 300), of: .market)
        try signals.log.commit()
        var waiting: [StreamMessage] = []
        try signals.log.index.forEachMessage { message in
            waiting.append(message)
            return true
        }
        let merge = try StageEngine<Ordering>(log: log("f\(round)", .findings), checkpointPath: nil)
        var next: UInt64 = 1
        while next <= 300 || !waiting.isEmpty {
            if next <= 300, Bool.random(using: &random) {
                let count = min(Int.random(in: 1...40, using: &random), Int(301 - next))
                merge.enqueue(trades(next, count), of: .market)
                next += UInt64(count)
            } else if !waiting.isEmpty {
                for _ in 0..<Int.random(in: 1...9, using: &random) where !waiting.isEmpty {
                    merge.enqueue(waiting.removeFirst(), of: .signals)
                }
            }
            merge.advance()
        }
        merge.promise(300)
        merge.advance()
        try merge.log.commit()
        #expect(merge.watermark == 300)
        var said: [String] = []
        try merge.log.index.forEachMessage { message in
            if case .finding(let finding) = message { said.append(finding.shock) }
            return true
        }
        var expected: [String] = []
        try signals.log.index.forEachMessage { message in
            expected.append("signal \(message.firstSequence) after market \(message.cause?.sequence ?? 0)")
            return true
        }
        #expect(said == expected)
    }

    @Test("a signal whose market record is not held any more is applied before the first record behind it")
    func causeIsGone() throws {
        let signals = try StageEngine<Counting>(log: log("gs", .signals), checkpointPath: nil)
        signals.enqueue(trades(1, 60), of: .market)
        try signals.log.commit()
        let merge = try StageEngine<Ordering>(log: log("gf", .findings), checkpointPath: nil)
        try signals.log.index.forEachMessage { message in
            merge.enqueue(message, of: .signals)
            return true
        }
        // Market begins at 31, and 41 to 50 are lost to damage.
        merge.enqueue(trades(31, 10), of: .market)
        merge.enqueue(trades(51, 10), of: .market)
        merge.promise(60)
        merge.advance()
        try merge.log.commit()
        #expect(merge.applied[.market] == 60 && merge.applied[.signals] == signals.log.committed)
        var said: [String] = []
        try merge.log.index.forEachMessage { message in
            if case .finding(let finding) = message { said.append(finding.shock) }
            return true
        }
        var expected: [String] = []
        try signals.log.index.forEachMessage { message in
            let cause = message.cause?.sequence ?? 0
            let market = cause <= 30 ? 0 : cause > 40 && cause <= 50 ? 40 : cause
            expected.append("signal \(message.firstSequence) after market \(market)")
            return true
        }
        #expect(said == expected)
    }

    @Test("what is handed over twice, in other pieces, is applied once")
    func overlapping() throws {
        let merge = try StageEngine<Ordering>(log: log("o", .findings), checkpointPath: nil)
        merge.enqueue(trades(1, 40), of: .market)
        merge.enqueue(trades(21, 40), of: .market)
        merge.enqueue(trades(5, 10), of: .market)
        merge.enqueue(trades(61, 40), of: .market)
        merge.promise(30)
        merge.advance()
        merge.enqueue(trades(1, 100), of: .market)
        merge.promise(100)
        merge.advance()
        #expect(merge.recordsApplied == 100)
        #expect(merge.applied[.market] == 100)
    }

    @Test("a signal whose cause damage took from market is applied before the next record there is")
    func lostCause() throws {
        let merge = try StageEngine<Ordering>(log: log("l", .findings), checkpointPath: nil)
        var signal = ShockSignal()
        signal.sequence = 1
        signal.cause.sequence = 15
        signal.cause.ordinal = 1
        merge.enqueue(trades(1, 10), of: .market)
        merge.enqueue(trades(21, 10), of: .market)
        merge.enqueue(.shockSignal(signal), of: .signals)
        merge.promise(30)
        merge.advance()
        try merge.log.commit()
        #expect(merge.applied == [.market: 30, .signals: 1])
        var said: [String] = []
        try merge.log.index.forEachMessage { message in
            if case .finding(let finding) = message { said.append(finding.shock) }
            return true
        }
        #expect(said == ["signal 1 after market 10"])
    }

    @Test("what waits to be applied, or was promised, is taken back too")
    func takenBackWhileWaiting() throws {
        func waiting(_ name: String) throws -> StageEngine<Ordering> {
            let merge = try StageEngine<Ordering>(log: log(name, .findings), checkpointPath: nil)
            merge.enqueue(trades(1, 10), of: .market)
            merge.advance()
            return merge
        }
        let merge = try waiting("t1")
        #expect(try !merge.takeBack(.market, from: 11, cause: 11))
        #expect(try merge.takeBack(.market, from: 10, cause: 10))
        let promised = try waiting("t2")
        promised.promise(20)
        #expect(try promised.takeBack(.market, from: 15, cause: 15))
        #expect(promised.log.epoch != 3)
    }

    @Test("no more messages are applied in one step than asked for, and the promise covers those alone")
    func bounded() throws {
        let merge = try StageEngine<Ordering>(log: log("w", .findings), checkpointPath: nil)
        for first in 0..<5 { merge.enqueue(trades(UInt64(2 * first + 1), 2), of: .market) }
        merge.promise(10)
        #expect(merge.advance(messages: 2))
        #expect(merge.applied[.market] == 4 && merge.watermark == 4)
        #expect(merge.advance(messages: 2))
        #expect(!merge.advance(messages: 2))
        #expect(merge.applied[.market] == 10 && merge.watermark == 10)
        #expect(!merge.advance(messages: 2))
    }

    @Test("market records wait until the first input's promise covers them")
    func waitsForPromise() throws {
        let merge = try StageEngine<Ordering>(log: log("w", .findings), checkpointPath: nil)
        merge.enqueue(trades(1, 10), of: .market)
        merge.advance()
        #expect(merge.applied[.market] == 0)
        merge.promise(4)
        merge.advance()
        #expect(merge.applied[.market] == 4)
        #expect(merge.watermark == 4)
    }
}
