import Schema
import Testing

@testable import ShockAttribution

@Suite("Claims are tested, not repeated")
struct ClaimTests {
    typealias World = ExplanationFixture

    private static func flow(_ owner: String, _ usd: Double, known: UInt64 = World.before) -> Fact {
        var value = SignedFlow()
        value.ownerClass = owner
        value.valueUsd = usd
        return World.fact(known: known, asOf: World.session, .signedFlow(value))
    }

    private static func flowTest(_ owner: String, _ sign: Int32) -> Claim.OneOf_Test {
        var test = FlowTest()
        test.ownerClass = owner
        test.sign = sign
        return .flow(test)
    }

    private static func status(_ facts: Fact..., signal: ShockSignal = World.signal()) -> ClaimStatus? {
        World(facts: facts).finding(signal).status(of: "it")
    }

    @Test("that a class sold needs its signed flow: none leaves it unsupported, the other sign contradicts it")
    func flows() {
        let claim = World.claim(Self.flowTest("private", -1))
        #expect(Self.status(claim) == .unsupported)
        #expect(Self.status(claim, Self.flow("private", 5e8)) == .contradicted)
        #expect(Self.status(claim, Self.flow("private", -5e8)) == .supported)
        #expect(Self.status(claim, Self.flow("others", -5e8)) == .unsupported)
        let finding = World(facts: [claim]).finding()
        #expect(finding.claims[0].missing.map(\.what) == ["signed_flow"])
        #expect(finding.claims[0].missing.map(\.of) == ["private"])
    }

    @Test("who buys cannot have made a fall larger, and who sells not a rise", arguments: [(-0.2, 1), (0.2, -1)])
    func mechanism(move: Double, sign: Int32) {
        var test = MechanismTest()
        test.name = "short covering"
        test.sign = sign
        let claim = World.claim(.mechanism(test))
        #expect(Self.status(claim, signal: World.signal(simpleReturn: move)) == .contradicted)
        #expect(Self.status(claim, signal: World.signal(simpleReturn: -move)) == .unsupported)
    }

    /// ABC came from 10 to 100.
    @Test("a run-up is measured from the stream", arguments: [(9.0, true), (12.0, false), (5.0, false)])
    func runUp(multiple: Double, isSo: Bool) {
        var test = RunUpTest()
        test.multiple = multiple
        test.months = 24
        #expect(Self.status(World.claim(.runUp(test))) == (isSo ? .supported : .contradicted))
        let young = World(days: 100, facts: [World.claim(.runUp(test))]).finding()
        #expect(young.status(of: "it") == .unsupported)
    }

    @Test("a run-up within a span is that of the span: what came before it does not count")
    func runUpOfSpan() throws {
        var test = RunUpTest()
        test.multiple = 10
        test.months = 3
        let finding = World(facts: [World.claim(.runUp(test))]).finding()
        #expect(finding.status(of: "it") == .contradicted)
        let low = try #require(finding.claims[0].estimates.first { $0.id == "multiple-from-low" })
        #expect(low.value < 1.3 && low.asOf >= "2024-10-01" && !low.evidence.isEmpty)
    }

    @Test("a mechanism is supported by the signed flow of those who are called so, and contradicted by its other sign")
    func mechanismFlow() throws {
        var test = MechanismTest()
        test.name = "leveraged funds"
        test.sign = -1
        let claim = World.claim(.mechanism(test))
        #expect(Self.status(claim) == .unsupported)
        #expect(Self.status(claim, Self.flow("leveraged funds", -2.3e9)) == .supported)
        #expect(Self.status(claim, Self.flow("leveraged funds", 2.3e9)) == .contradicted)
        #expect(Self.status(claim, Self.flow("others", -2.3e9)) == .unsupported)
        let finding = World(facts: [claim, Self.flow("leveraged funds", -2.3e9)]).finding()
        #expect(finding.claims[0].missing.isEmpty)
        #expect(finding.claims[0].estimates.first { $0.id == "net-flow" }?.value == -2.3e9)
    }

    @Test("the static case is believed only where the price fell at least half as far as it would have it")
    func staticCase() {
        var test = StaticCaseTest()
        test.thesis = "fewer"
        test.gain = 10
        let claim = World.claim(.staticCase(test))
        #expect(Self.status(claim) == .contradicted)
        #expect(Self.status(claim, signal: World.signal(simpleReturn: -0.5)) == .supported)
        // MODELS §8: −17 % at ten times is a break-even elasticity of 0.919.
        let finding = World(facts: [claim]).finding(World.signal(simpleReturn: -0.17))
        let elasticity = finding.claims[0].estimates.first { $0.id == "break-even-elasticity" }
        #expect(abs((elasticity?.value ?? 0) - 0.9190780924) < 1e-9)
    }

    @Test("a claim that names its day is not yet due before it, and is scored as record time comes to that day")
    func due() throws {
        var test = RentalTest()
        test.item = "widget press"
        test.sign = 1
        func rent(_ usd: Double, _ date: String) -> Fact {
            var value = RentalPrice()
            value.item = "widget press"
            value.valueUsdPerHour = usd
            return World.fact(
                about: "widget press", known: MarketFixture.at(date, "12:00:00"), asOf: date, .rentalPrice(value))
        }
        var world = World(facts: [rent(3, "2024-12-01"), World.claim(due: "2025-03-01", .rental(test))])
        world.market.signal(World.signal())
        world.market.signal(World.signal(.closed, at: MarketFixture.at("2025-02-10", "21:00:00")))
        world.market.fact(rent(2, "2025-02-20"))
        world.market.daily("IDX", "2025-02-27", close: 99)
        let early = world.market.messages.count
        world.market.daily("IDX", "2025-03-03", close: 99)
        var stage = AttributeStage()
        let before = stage.findings(Array(world.market.messages[..<early]))
        #expect(before.map { $0.status(of: "it") } == [.notYetDue, .notYetDue])
        let after = stage.findings(Array(world.market.messages[early...]))
        let scored = try #require(after.first)
        #expect(after.count == 1 && scored.status(of: "it") == .contradicted)
        #expect(scored.revised == ["claim it: not yet due → contradicted"])
        #expect(scored.phase == .closed && scored.revision == 3)
        #expect(scored.claims[0].estimates.map(\.value) == [3, 2])
    }

    @Test("a fact of the subject changes a claim's status at once, and says so; the same again says nothing")
    func atOnce() {
        var world = World(facts: [World.claim(Self.flowTest("private", -1))])
        world.market.signal(World.signal())
        let later = MarketFixture.at("2025-01-28", "12:00:00")
        world.market.fact(Self.flow("private", 5e8, known: later))
        world.market.fact(Self.flow("private", 5e8, known: later + 1))
        var stage = AttributeStage()
        let findings = stage.findings(world.market.messages)
        #expect(findings.map { $0.status(of: "it") } == [.unsupported, .contradicted])
        #expect(findings.last?.revised.contains("claim it: unsupported → contradicted") == true)
        #expect(findings.last?.eventTime == later)
    }

    @Test("what is claimed later is not there before, whatever the order of records")
    func lookAhead() {
        let later = MarketFixture.at("2025-02-05", "07:27:00")
        let claim = World.claim(known: later, Self.flowTest("private", -1))
        #expect(World(facts: [claim]).finding().claims.isEmpty)
        #expect(World(facts: [claim]).finding(World.signal(at: later)).claims.count == 1)
    }

    @Test("one has recovered more than the other only beyond twice the pair's tracking error")
    func recovery() {
        var test = RecoveryTest()
        test.symbol = "DEF"
        test.than = "ABC"
        func status(abc: Double, def: Double) -> ClaimStatus? {
            var world = World(facts: [World.claim(.recovery(test))])
            world.market.daily("ABC", "2025-01-28", close: abc)
            world.market.daily("DEF", "2025-01-28", close: def)
            return world.finding(World.signal(at: MarketFixture.at("2025-01-28", "21:00:00"))).status(of: "it")
        }
        #expect(status(abc: 80, def: 45.1) == .unsupported)
        #expect(status(abc: 80, def: 50) == .supported)
        #expect(status(abc: 99, def: 45) == .contradicted)
        #expect(Self.status(World.claim(.recovery(test))) == .unsupported)
    }

    @Test("a move of a size is rare for a name or not, by the name's own closes")
    func tail() {
        var test = TailTest()
        test.move = -0.015
        test.perYear = 1
        // ABC wiggles by two per cent every other day.
        #expect(Self.status(World.claim(.tail(test))) == .contradicted)
        test.move = -0.15
        test.perYear = 4
        #expect(Self.status(World.claim(.tail(test))) == .supported)
        let claim = World(facts: [World.claim(.tail(test))]).finding().claims.first
        #expect(claim?.estimates.first { $0.id == "claimed-per-year" }?.value == 4)
        #expect(claim?.missing.map(\.what) == ["moves-by-size"])
    }

    @Test("plans stand until somebody named cuts; who has not spoken since the shock is missing")
    func plans() {
        var test = PlansTest()
        test.subjects = ["BUY", "ALSO"]
        func commitment(_ subject: String, _ status: CommitmentStatus) -> Fact {
            var value = CapexCommitment()
            value.valueUsd = 1e9
            value.period = "2025"
            value.status = status
            return World.fact(about: subject, known: World.open, asOf: World.session, .capexCommitment(value))
        }
        let claim = World.claim(.plans(test))
        #expect(Self.status(claim, commitment("BUY", .reaffirmed)) == .unsupported)
        #expect(Self.status(claim, commitment("BUY", .reaffirmed), commitment("ALSO", .raised)) == .supported)
        #expect(Self.status(claim, commitment("BUY", .reaffirmed), commitment("ALSO", .cut)) == .contradicted)
    }
}
