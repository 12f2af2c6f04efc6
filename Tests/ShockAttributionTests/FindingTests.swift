import Foundation
import Schema
import Testing

@testable import ShockAttribution

@Suite("A finding and its revisions")
struct FindingTests {
    /// A shock from its first signal to its end, with prices and news between.
    static func life() -> MarketFixture {
        var fixture = TriggerTests.fixture()
        func signal(
            _ phase: ShockPhase, _ simpleReturn: Double, complete: Bool, followUp: [FollowUpSession] = [],
            reason: String
        ) -> ShockSignal {
            var signal = TriggerTests.signal(complete: complete)
            signal.phase = phase
            signal.measure.simpleReturn = simpleReturn
            signal.measure.followUp = followUp
            signal.reason = reason
            return signal
        }
        var next = FollowUpSession()
        next.session = "2025-01-28"
        next.simpleReturn = 0.0893
        next.retraced = 0.4368
        fixture.trade("ABC", at: TriggerTests.open, price: 88)
        fixture.signal(signal(.pending, -0.125, complete: false, reason: "opening print"))
        fixture.news("Abcdar denies everything", at: TriggerTests.open + TriggerTests.hour)
        fixture.daily("ABC", "2025-01-27", close: 83)
        fixture.signal(signal(.open, -0.17, complete: true, reason: "close"))
        fixture.daily("ABC", "2025-01-28", close: 90)
        fixture.signal(signal(.open, -0.17, complete: true, followUp: [next], reason: "close"))
        fixture.signal(signal(.closed, -0.17, complete: true, followUp: [next], reason: "ten sessions"))
        return fixture
    }

    @Test("says in words what each revision changed")
    func revisions() {
        var stage = AttributeStage()
        let findings = stage.findings(Self.life().messages)
        #expect(findings.map(\.revision) == [1, 2, 3, 4])
        #expect(
            findings.map(\.revised) == [
                [], ["confirmed at the close", "return −12.5 % → −17.0 %"],
                ["follow-up 2025-01-28: +8.9 %, 44 % retraced"], ["over: ten sessions"],
            ])
        #expect(findings.map(\.phase) == [.pending, .open, .open, .closed])
        #expect(findings[0].subjectName == "Abcdar Corporation")
        #expect(findings[0].cause.ordinal == 1)
        #expect(findings[0].hasAttribution)
        #expect(findings[0].missing.contains { $0.hasPrefix("decomposition") })
        #expect(Set(findings[1...].map(\.attribution)).count == 1)
    }

    @Test("a group's finding names its members, the market's every share and fund")
    func members() {
        var fixture = TriggerTests.fixture()
        fixture.define("IDX", kind: .index)
        fixture.define("FUND", kind: .etf)
        fixture.signal(TriggerTests.signal("makers", scope: .group))
        fixture.signal(TriggerTests.signal("FUND", scope: .market))
        fixture.signal(TriggerTests.signal())
        var stage = AttributeStage()
        let findings = stage.findings(fixture.messages)
        #expect(findings[0].members.map(\.symbol) == ["ABC", "DEF"])
        #expect(findings[0].members[1].name == "Defoe Works" && findings[0].subjectName == "makers")
        #expect(findings[1].members.map(\.symbol) == ["ABC", "DEF", "FUND"])
        #expect(findings[1].missing.contains("decomposition: the market is its own factor"))
        #expect(findings[2].members.isEmpty)
    }

    @Test("a withdrawn shock that begins again goes on with its revisions")
    func again() {
        var fixture = TriggerTests.fixture()
        for phase in [ShockPhase.pending, .withdrawn, .pending] {
            var signal = TriggerTests.signal()
            signal.phase = phase
            fixture.signal(signal)
        }
        var stage = AttributeStage()
        #expect(stage.findings(fixture.messages).map(\.revision) == [1, 2, 3])
    }

    @Test("a stage restored from a checkpoint at any record says what the uninterrupted one says")
    func checkpoint() throws {
        let messages = Self.life().messages
        var whole = AttributeStage()
        let expected = whole.findings(messages)
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        for cut in stride(from: 0, through: messages.count, by: 5) {
            var first = AttributeStage()
            var said = first.findings(Array(messages[..<cut]))
            var second = try PropertyListDecoder().decode(AttributeStage.self, from: encoder.encode(first))
            said += second.findings(Array(messages[cut...]))
            // The outbox numbers what one cause makes it say, and lives as long as the process.
            #expect(said == expected, "cut before message \(cut)")
        }
    }

    @Test("two runs say the same, byte for byte")
    func deterministic() {
        var first = AttributeStage()
        var second = AttributeStage()
        let messages = Self.life().messages
        let left = first.findings(messages).map { StreamMessage.finding($0).serialized() }
        #expect(left == second.findings(messages).map { StreamMessage.finding($0).serialized() })
    }

    @Test("numbers have a true minus and no sign on zero")
    func words() {
        #expect(Words.percent(-0.125) == "−12.5 %")
        #expect(Words.percent(0.0893) == "+8.9 %")
        #expect(Words.percent(-0.0001) == "0.0 %")
        #expect(Words.percent(.nan) == "n/a")
        #expect(Words.share(0.4368) == "44 %")
        #expect(Words.share(-0.07) == "−7 %")
    }
}

@Suite("Stored news")
struct StoredNewsTests {
    @Test("a checkpoint's news cut short anywhere is refused, never read as other news")
    func truncated() throws {
        let items = ArchivedItems([
            ArchivedItem(
                sequence: .max, seen: 1 << 60, story: 3, origin: 17, source: "Blatt", tier: 5, title: "Größe 芯片",
                terms: ["grosse"], isName: [true], isPriceReport: true, language: "de",
                names: [.init(entity: "ABC", relevance: 54.13)], groups: [])
        ])
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        let whole = try encoder.encode([items])
        #expect(try PropertyListDecoder().decode([ArchivedItems].self, from: whole) == [items])
        let bytes = try PropertyListDecoder().decode([Data].self, from: whole)[0]
        for length in 1..<bytes.count {
            let cut = try encoder.encode([bytes.prefix(length)])
            #expect(throws: DecodingError.self) { try PropertyListDecoder().decode([ArchivedItems].self, from: cut) }
        }
    }
}
