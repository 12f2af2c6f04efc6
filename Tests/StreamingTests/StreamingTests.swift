import EventLog
import Foundation
import Schema
import Streaming
import SwiftProtobuf
import TestKit
import Testing
import ZeroMQ

/// Owner and reader in one thread with a clock that the test moves: no waiting but for libzmq to carry bytes.
@Suite("Stream protocol")
struct StreamingTests {
    let directory = TemporaryDirectory()
    let context: Context
    let endpoint: Endpoint

    init() throws {
        context = try Context()
        endpoint = try Endpoint("ipc://\(directory.path)/s")
    }

    private func log() throws -> EventLog {
        try EventLog(directory: directory.path + "/market", stream: .market, newEpoch: 7, options: .init(sync: .never))
    }

    private func tick(_ time: UInt64) -> StreamMessage {
        var tick = ClockTick()
        tick.recordTime = time
        tick.eventTime = time
        return .clockTick(tick)
    }

    private func fact(_ time: UInt64) -> StreamMessage {
        var fact = Fact()
        fact.recordTime = time
        fact.eventTime = time
        fact.subject = "S"
        return .fact(fact)
    }

    /// Serves and reads until `isDone`, at most so many rounds. The clock moves on by a millisecond a round.
    private func exchange(
        _ owner: StreamOwner, _ reader: StreamReader, from start: Duration = .seconds(1), rounds: Int = 5_000,
        acknowledging: Bool = true, _ take: (StreamMessage) -> Void = { _ in }, until isDone: () -> Bool
    ) throws {
        for round in 0..<rounds {
            if isDone() { return }
            let now = start + .milliseconds(round)
            try reader.keepOpen(now: now)
            _ = try owner.service(now: now)
            var poller = Poller()
            _ = reader.add(to: &poller)
            _ = owner.add(to: &poller)
            _ = try poller.wait(timeout: .milliseconds(5))
            while case .progress = try reader.receive(
                now: now,
                { _, records in
                    var decoder = BatchDecoder()
                    while let message = try decoder.next(in: records) { take(message) }
                })
            {}
            if acknowledging { try reader.acknowledge(reader.next - 1, idle: true) }
        }
        Issue.record("the exchange did not come to its end in \(rounds) rounds")
    }

    @Test("catching up and following are one conversation, without gaps or repeats")
    func catchUpAndFollow() throws {
        let log = try log()
        for time in 1...500 as ClosedRange<UInt64> {
            log.append(tick(time))
            if time % 7 == 0 { try log.commit() }
        }
        try log.commit()
        let owner = try StreamOwner(log.index, in: context, at: endpoint, batchBytes: 256)
        let reader = try StreamReader(.market, in: context, at: endpoint, credit: 20, name: "test")
        var seen: [UInt64] = []
        try exchange(owner, reader, { seen.append($0.firstSequence) }, until: { reader.next > 500 })
        for time in 501...520 as ClosedRange<UInt64> {
            log.append(tick(time))
            try log.commit()
            owner.watermark = time
            try exchange(
                owner, reader, { seen.append($0.firstSequence) }, until: { reader.watermark == time && owner.isDrained }
            )
        }
        #expect(seen == Array(1...520))
        #expect(owner.isDrained)
    }

    @Test("credit bounds what is sent to a reader that does not acknowledge")
    func credit() throws {
        let log = try log()
        for time in 1...200 as ClosedRange<UInt64> {
            log.append(tick(time))
            try log.commit()
        }
        let owner = try StreamOwner(log.index, in: context, at: endpoint, batchBytes: 64)
        let reader = try StreamReader(.market, in: context, at: endpoint, credit: 30, name: "slow")
        try exchange(owner, reader, acknowledging: false, until: { reader.next >= 30 })
        for _ in 0..<50 { _ = try owner.service(now: .seconds(1)) }
        try exchange(owner, reader, rounds: 60, acknowledging: false, until: { reader.next > 31 || reader.next >= 30 })
        #expect((30...34).contains(reader.next))
        #expect(!owner.isDrained)
        try exchange(owner, reader, until: { reader.next > 200 && owner.isDrained })
    }

    @Test("kinds left out are named, and the rest arrives")
    func filter() throws {
        let log = try log()
        for time in 1...40 as ClosedRange<UInt64> {
            log.append(time % 4 == 0 ? fact(time) : tick(time))
            if time % 5 == 0 { try log.commit() }
        }
        try log.commit()
        let owner = try StreamOwner(log.index, in: context, at: endpoint)
        let reader = try StreamReader(.market, in: context, at: endpoint, types: [.fact], name: "facts")
        var seen: [UInt64] = []
        try exchange(owner, reader, { seen.append($0.firstSequence) }, until: { reader.next > 40 })
        #expect(seen == Array(stride(from: 4, through: 40, by: 4)))
    }

    @Test("an owner that comes back is asked again, from where the reader was")
    func ownerRestarts() throws {
        let log = try log()
        for time in 1...10 as ClosedRange<UInt64> { log.append(tick(time)) }
        try log.commit()
        let reader = try StreamReader(.market, in: context, at: endpoint, name: "test")
        var seen: [UInt64] = []
        do {
            // A context of its own: it is gone, socket file and all, when the owner is.
            let owner = try StreamOwner(log.index, in: Context(), at: endpoint)
            try exchange(owner, reader, { seen.append($0.firstSequence) }, until: { reader.next > 10 })
        }
        for time in 11...20 as ClosedRange<UInt64> { log.append(tick(time)) }
        try log.commit()
        let again = try StreamOwner(log.index, in: context, at: endpoint)
        // The new owner knows no reader: after the silence the reader asks again.
        try exchange(
            again, reader, from: .seconds(10), { seen.append($0.firstSequence) },
            until: { reader.next > 20 })
        #expect(seen == Array(1...20))
    }

    @Test("a promise is believed only when all it covers has come")
    func watermark() throws {
        let log = try log()
        for time in 1...100 as ClosedRange<UInt64> {
            log.append(tick(time))
            try log.commit()
        }
        let owner = try StreamOwner(log.index, in: context, at: endpoint, batchBytes: 64)
        owner.watermark = 5_000
        let reader = try StreamReader(.market, in: context, at: endpoint, credit: 10, name: "test")
        try exchange(owner, reader, acknowledging: false, until: { reader.next >= 10 })
        #expect(reader.watermark == 0)
        try exchange(owner, reader, until: { reader.watermark == 5_000 })
        #expect(reader.next == 101)
    }

    @Test(
        "requests that cannot be met are refused with a reason and counted",
        arguments: [
            ("garbage", RefusalCode.malformed), ("version", .version), ("stream", .unknownStream), ("epoch", .epoch),
            ("beyond", .sequence), ("credit", .outOfTurn), ("huge", .malformed), ("frames", .malformed),
            ("empty", .malformed), ("snapshot", .malformed),
        ])
    func refusals(kind: String, code: RefusalCode) throws {
        let log = try log()
        log.append(tick(1))
        try log.commit()
        let owner = try StreamOwner(log.index, in: context, at: endpoint)
        var socket = try Socket(Dealer.self, in: context, options: Self.patient)
        try socket.connect(to: endpoint)
        _ = try socket.sendMultipart(Self.request(kind), wait: true)
        var reply: [UInt8]?
        for _ in 0..<200 where reply == nil {
            _ = try owner.service(now: .seconds(1))
            reply = try socket.receive()?.copyBytes()
        }
        let bytes = try #require(reply)
        let decoded = try StreamReply(serializedBytes: bytes.span.bytes)
        #expect(decoded.refused.code == code)
        #expect(!decoded.refused.reason.isEmpty)
        #expect(owner.refused == 1)
    }

    private static var patient: SocketOptions {
        var options = SocketOptions()
        options.receiveTimeout = .milliseconds(10)
        options.sendTimeout = .seconds(2)
        return options
    }

    private static func request(_ kind: String) throws -> [[UInt8]] {
        var request = StreamRequest()
        request.version = StreamProtocol.version
        var open = OpenStream()
        open.stream = "market"
        open.fromSequence = 1
        open.credit = 10
        switch kind {
        case "garbage": return [[0xFF, 0xFF, 0xFF]]
        case "huge": return [[UInt8](repeating: 0xFF, count: StreamProtocol.maximumRequestBytes - 1)]
        case "frames": return [[1], [2]]
        case "empty": break
        case "version": request.version = 99
        case "stream": open.stream = "gossip"
        case "epoch": open.epoch = 8
        case "beyond": open.fromSequence = 1_000
        case "credit": request.credit = GrantCredit()
        case "snapshot": request.snapshot = AskSnapshot()
        default: break
        }
        if !["credit", "snapshot", "empty"].contains(kind) { request.open = open }
        return [try request.serializedBytes()]
    }

    @Test("random bytes never stop an owner")
    func fuzz() throws {
        var random = SeededGenerator(for: "Stream protocol fuzz", default: 20_250_127)
        let log = try log()
        log.append(tick(1))
        try log.commit()
        let owner = try StreamOwner(log.index, in: context, at: endpoint)
        var socket = try Socket(Dealer.self, in: context, options: Self.patient)
        try socket.connect(to: endpoint)
        let valid = try Self.request("open")[0]
        for _ in 0..<5_000 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            _ = try socket.send(bytes, wait: true)
            _ = try owner.service(now: .seconds(1))
            while try socket.receive(wait: false) != nil {}
        }
        let reader = try StreamReader(.market, in: context, at: endpoint, name: "after")
        try exchange(owner, reader, until: { reader.next > 1 })
    }
}

@Suite("Alert header")
struct AlertHeaderTests {
    static let header = AlertHeader(
        epoch: 0x0102_0304_0506_0708, sequence: 42, topicSequence: 3, eventTime: 1_000_000_000, sendTime: 2,
        bodyCRC: 0xDEAD_BEEF)

    /// Written out by hand from the table in docs/PROTOCOL.md.
    static let golden: [UInt8] = [
        1, 0,  // version
        0, 0,  // flags
        0xEF, 0xBE, 0xAD, 0xDE,  // body CRC
        8, 7, 6, 5, 4, 3, 2, 1,  // epoch
        42, 0, 0, 0, 0, 0, 0, 0,  // sequence
        3, 0, 0, 0, 0, 0, 0, 0,  // topic sequence
        0, 0xCA, 0x9A, 0x3B, 0, 0, 0, 0,  // event time: 1 s
        2, 0, 0, 0, 0, 0, 0, 0,  // send time
    ]

    @Test("encodes to the documented bytes and back")
    func goldenBytes() {
        #expect(Self.header.encoded == Self.golden)
        #expect(AlertHeader(decoding: Self.golden) == Self.header)
    }

    @Test("every truncation and another version are refused")
    func refusals() {
        for length in 0..<AlertHeader.encodedSize {
            #expect(AlertHeader(decoding: Array(Self.golden.prefix(length))) == nil)
        }
        var other = Self.golden
        other[0] = 2
        #expect(AlertHeader(decoding: other) == nil)
    }

    /// The check value of CRC-32C: RFC 3720, appendix B.4 has the others.
    @Test("CRC-32C has its published check values")
    func checksum() {
        #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum([]) == 0)
        // RFC 3720 B.4: 32 bytes counting up, and down; then pieces that are not a multiple of eight, bit by bit.
        #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
        #expect(CRC32C.checksum((0..<32).reversed().map { UInt8($0) }) == 0x113F_DB5C)
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }
            var expected = ~UInt32(0)
            for byte in bytes {
                expected ^= UInt32(byte)
                for _ in 0..<8 { expected = expected & 1 == 1 ? expected >> 1 ^ 0x82F6_3B78 : expected >> 1 }
            }
            #expect(CRC32C.checksum(bytes) == ~expected, "\(count) bytes")
        }
    }
}
