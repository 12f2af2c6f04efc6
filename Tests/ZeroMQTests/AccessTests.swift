import TestKit
import Testing

@testable import ZeroMQ

/// Keys of zmq_curve(7), "Test key values".
private let first = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
private let second = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
/// Bytes of `first`: its 40 characters decoded by pyzmq's `zmq.utils.z85`, printed in hexadecimal there.
private let firstBytes: [UInt8] = [
    0xBB, 0x88, 0x47, 0x1D, 0x65, 0xE2, 0x65, 0x9B, 0x30, 0xC5, 0x5A, 0x53, 0x21, 0xCE, 0xBB, 0x5A,
    0xAB, 0x2B, 0x70, 0xA3, 0x98, 0x64, 0x5C, 0x26, 0xDC, 0xA2, 0xB2, 0xFC, 0xB4, 0x3F, 0xC5, 0x18,
]

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A request's frames, written out from RFC 27.
private func request(
    domain: String = "subscribe", mechanism: String = "CURVE", credentials: [[UInt8]] = [firstBytes]
) -> [[UInt8]] {
    [bytes("1.0"), bytes("1"), bytes(domain), bytes("192.168.55.1"), bytes(""), bytes(mechanism)] + credentials
}

@Suite("Who is let in")
struct AccessJudgeTests {
    let list = AllowList("\(first) desk-7 subscribe\n\(second) feed produce\n")

    @Test("a key in the list is admitted, with the frames of RFC 27")
    func admits() {
        var judge = AccessJudge(list: list)
        let reply = judge.answer(request()).frames
        #expect(reply == [bytes("1.0"), bytes("1"), bytes("200"), [], bytes("desk-7"), []])
        #expect(judge.counts.admitted == 1 && judge.counts.refused == 0)
    }

    @Test(
        "everything else is refused and counted by its reason",
        arguments: [
            (AccessRefusal.malformed, [[UInt8]]()),
            (.malformed, Array(request().prefix(5))),
            (.malformed, [bytes("1.1")] + request().dropFirst()),
            (.malformed, [bytes("")] + request().dropFirst()),
            (.malformed, request(domain: String(repeating: "x", count: 256))),
            (.malformed, [bytes("1.0"), [1], [0xFF, 0xFE], [], [], bytes("CURVE"), firstBytes]),
            (.domain, request(domain: "global")),
            (.domain, request(domain: "")),
            (.mechanism, request(mechanism: "NULL", credentials: [])),
            (.mechanism, request(mechanism: "PLAIN", credentials: [bytes("admin"), bytes("secret")])),
            (.mechanism, request(mechanism: "curve")),
            (.mechanism, request(credentials: [])),
            (.mechanism, request(credentials: [firstBytes, firstBytes])),
            (.mechanism, request(credentials: [Array(firstBytes.dropLast())])),
            (.mechanism, request(credentials: [bytes(first)])),
            (.unknownKey, request(credentials: [[UInt8](repeating: 1, count: 32)])),
            (.otherDomain, request(domain: "produce")),
        ])
    func refuses(reason: AccessRefusal, frames: [[UInt8]]) {
        var judge = AccessJudge(list: list)
        let reply = judge.answer(frames)
        #expect(reply.frames[2] == bytes("400"))
        #expect(reply.userID.isEmpty)
        #expect(judge.counts.byReason == [reason: 1])
        #expect(judge.counts.refused == 1 && judge.counts.admitted == 0)
        #expect(judge.counts.recent.count == 1)
    }

    @Test("without a list nobody is admitted, and an empty one admits nobody")
    func failsClosed() {
        var none = AccessJudge(list: nil)
        #expect(none.answer(request()).status == .later)
        #expect(none.counts.byReason == [.noList: 1])
        var empty = AccessJudge(list: AllowList(""))
        #expect(empty.answer(request()).status == .later)
        var lost = AccessJudge(list: list)
        #expect(lost.answer(request()).status == .admitted)
        #expect(lost.replace(with: nil) == [.subscribe])
        #expect(lost.answer(request()).status == .later)
    }

    @Test("a change of the list cuts off where somebody was let in who would not be now, and nowhere else")
    func replacing() throws {
        let both = AllowList("\(first) a\n\(second) b\n")
        var judge = AccessJudge(list: both)
        _ = judge.answer(request())
        #expect(judge.replace(with: AllowList("\(first) a\n")) == [])
        #expect(judge.replace(with: AllowList("\(first) renamed\n\(second) b\n")) == [])
        #expect(judge.replace(with: AllowList("\(first) a produce\n")) == [.subscribe])
        // They were cut off: there is nobody left to cut.
        #expect(judge.replace(with: AllowList()) == [])
        var other = AccessJudge(list: both)
        _ = other.answer(request(domain: "produce", credentials: [try CurvePublicKey(z85: second).bytes]))
        #expect(other.replace(with: AllowList("\(first) a\n")) == [.produce])
    }

    @Test("what is kept of refusals is bounded, and every one is counted")
    func bounded() {
        var judge = AccessJudge(list: list)
        for number in 0..<1_000 as Range<UInt16> {
            let key = [UInt8](repeating: 9, count: 30) + [UInt8(number >> 8), UInt8(number & 255)]
            for _ in 0..<2 { _ = judge.answer(request(credentials: [key])) }
        }
        #expect(judge.counts.refused == 2_000)
        #expect(judge.counts.byKey.count == AccessCounts.maximumKeys)
        #expect(judge.counts.byKey.values.allSatisfy { $0 == 2 })
        #expect(judge.counts.ofOtherKeys == 2_000 - 2 * UInt64(AccessCounts.maximumKeys))
        #expect(judge.counts.recent.count == AccessCounts.maximumLines)
    }

    @Test("the key's bytes are those of another implementation")
    func keyBytes() throws {
        #expect(try CurvePublicKey(z85: first).bytes == firstBytes)
    }
}

@Suite("List of keys")
struct AllowListTests {
    @Test("a list as a person writes it")
    func reads() throws {
        let list = AllowList(
            """
            # Those who may come in.
            #
            \(first) desk-7

            \t\(second)   feed_1.b \t produce\r
            """)
        #expect(list.problems == [])
        #expect(
            list.entries == [
                .init(key: try CurvePublicKey(z85: first), name: "desk-7"),
                .init(key: try CurvePublicKey(z85: second), name: "feed_1.b", domains: [.produce]),
            ])
        #expect(list.entries.map(\.line) == ["\(first) desk-7", "\(second) feed_1.b produce"])
    }

    @Test(
        "a line that cannot be read is reported with its number, and the rest stays in force",
        arguments: [
            ("nonsense", "no key of 40 characters"),
            (first, "without a name"),
            ("\(first) -desk", "allowed are 1 to 64"),
            ("\(first) \(String(repeating: "n", count: 65))", "allowed are 1 to 64"),
            ("\(first) desk everything", "allowed are subscribe, produce"),
            ("\(first.dropLast()) desk", "no key of 40 characters"),
            ("\(first.dropLast())\u{00E9} desk", "no key of 40 characters"),
            ("\(second) again", "stands above already, as feed"),
            (String(repeating: "x", count: 100_000), "xxx…"),
        ])
    func problems(line: String, told: String) throws {
        let list = AllowList("\(second) feed\n\(line)\n")
        #expect(list.entries.map(\.name) == ["feed"])
        #expect(list.problems.count == 1)
        let problem = try #require(list.problems.first)
        #expect(problem.line == 2)
        #expect(problem.text.contains(told), "\(problem)")
        #expect(problem.text.utf8.count < 300)
    }

    /// `#` is digit 84 of Z85: 84 × 85⁴ = 4,384,852,500 is more than 32 bits hold.
    @Test("no key begins as a comment does")
    func hash() {
        #expect(throws: Z85Error.notZ85) { try CurvePublicKey(z85: "#" + String(repeating: "0", count: 39)) }
        #expect(AllowList("#\(first) desk\n# \(first) desk\n").entries == [])
    }

    @Test("random text never stops it, and lets in nothing but keys")
    func fuzz() {
        var random = SeededGenerator(for: "List of keys fuzz", default: 20_250_127)
        for _ in 0..<500 {
            var text = bytes("\(first) a\n# b\n\(second) c produce\n")
            for _ in 0...Int.random(in: 0...5, using: &random) {
                let place = Int.random(in: 0..<text.count, using: &random)
                text[place] = UInt8.random(in: 0...255, using: &random)
            }
            let list = AllowList(String(decoding: text, as: UTF8.self))
            #expect(list.entries.count <= 2 && list.entries.allSatisfy { AllowList.isName($0.name) })
        }
    }
}
