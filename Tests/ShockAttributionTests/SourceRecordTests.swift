import Schema
import Testing

@testable import ShockAttribution

@Suite("Reliability of sources")
struct SourceRecordTests {
    typealias World = ExplanationFixture

    /// Who buys cannot deepen a fall: contradicted at once.
    private static func wrong(_ id: String, known: UInt64 = World.before) -> Fact {
        var test = MechanismTest()
        (test.name, test.sign) = ("covering", 1)
        return World.claim(id: id, known: known, .mechanism(test))
    }

    private static func open(about subject: String) -> Fact {
        var test = FlowTest()
        (test.ownerClass, test.sign) = ("private", -1)
        var claim = World.claim(id: "flow", .flow(test))
        claim.subject = subject
        return claim
    }

    private static func signal(of subject: String, at time: UInt64) -> ShockSignal {
        var signal = World.signal(at: time)
        (signal.subject, signal.shock) = (subject, "\(subject)/\(World.session)")
        return signal
    }

    @Test("a claim that turned out wrong lowers who made it, also elsewhere, from when it was decided")
    func learned() throws {
        let world = World(facts: [Self.wrong("one"), Self.open(about: "DEF")])
        var market = world.market
        let times = (1...3).map { World.close + $0 * CivilTime.second }
        market.signal(Self.signal(of: "DEF", at: times[0]))
        market.signal(Self.signal(of: "ABC", at: times[1]))
        market.signal(Self.signal(of: "DEF", at: times[2]))
        var stage = AttributeStage()
        let findings = stage.findings(market.messages)
        #expect(findings.map(\.subject) == ["DEF", "ABC", "DEF"])
        // Nothing was decided when the other shock's finding was made first.
        #expect(findings[0].section(.sources) == nil)
        for finding in findings[1...] {
            // Beta(2, 2) of the press, and one wrong.
            let found = try #require(finding.estimate(.sources, "reliability", of: "Somebody"))
            #expect(abs(found.value - 0.4) < 1e-12 && found.observations == 1)
            #expect(found.lower < 0.4 && found.upper > 0.4 && found.assumptions == ["prior-right=0.5"])
        }
        #expect(findings[1].estimate(.sources, "reliability", of: "Somebody")?.evidence.isEmpty == false)
    }

    @Test("what is asserted once counts once, however often it is assessed, and not before it is made")
    func once() throws {
        let later = MarketFixture.at("2025-01-28", "12:00:00")
        let world = World(facts: [Self.wrong("one"), Self.wrong("two", known: later)])
        var market = world.market
        for time in [World.close, World.close + 1, later, later + 1] { market.signal(Self.signal(of: "ABC", at: time)) }
        var stage = AttributeStage()
        let counts = stage.findings(market.messages).suffix(4).map {
            $0.estimate(.sources, "reliability", of: "Somebody")?.observations
        }
        #expect(counts == [1, 1, 2, 2])
    }

    @Test("who was wrong counts for less of a voice; who has not been judged for a whole one")
    func voices() throws {
        var statement = Statement()
        (statement.thesis, statement.stance, statement.horizon) = ("fewer", .opposes, "years")
        func finding(_ speaker: String) -> Finding {
            statement.speaker = speaker
            let said = World.fact(about: "widgets", tier: .t2, .statement(statement))
            return World(facts: (0..<4).map { Self.wrong("\($0)") } + [said]).finding()
        }
        let judged = finding("Somebody")
        let other = finding("Another")
        // Tier 2 is taken to be right in 0.75: after four wrong claims 3 of 8, half of that.
        let full = try #require(other.estimate(.information, "stance", of: "T2"))
        let half = try #require(judged.estimate(.information, "stance", of: "T2"))
        #expect(abs(full.value + 1.0 / 4) < 1e-12 && abs(half.value + 0.5 / 3.5) < 1e-12)
        #expect(other.estimate(.information, "reliability", of: "Another") == nil)
        #expect(abs(try #require(judged.estimate(.information, "reliability", of: "Somebody")).value - 0.375) < 1e-12)
    }

    @Test("the store is bounded, the oldest go first, and what is undecided again is forgotten")
    func bounded() {
        func finding(_ id: Int, _ status: ClaimStatus) -> Finding {
            var claim = ClaimFinding()
            (claim.id, claim.assertedBy, claim.status) = ("\(id)", "Somebody", status)
            var finding = Finding()
            (finding.subject, finding.claims) = ("ABC", [claim])
            return finding
        }
        var claims = ResolvedClaims()
        for id in 0...ResolvedClaims.capacity { claims.take(finding(id, .supported)) }
        let kept = claims.known(of: "Somebody", at: .max)
        #expect(kept.count <= ResolvedClaims.capacity)
        #expect(kept.keys.contains { $0.contains("\u{1F}\(ResolvedClaims.capacity)\u{1F}") })
        #expect(!kept.keys.contains { $0.contains("\u{1F}0\u{1F}") })
        claims.take(finding(ResolvedClaims.capacity, .unsupported))
        #expect(claims.known(of: "Somebody", at: .max).count == kept.count - 1)
    }
}
