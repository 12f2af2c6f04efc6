import Schema
import Testing

@testable import ShockAttribution

@Suite("What is said of a group and of the market")
struct WiderSectionTests {
    typealias World = ExplanationFixture

    private static func finding(_ scope: ShockScope, _ subject: String) -> Finding {
        func fund(_ symbol: String, on underlying: String, leverage: Double) -> Fact {
            var value = ETFLeverage()
            value.underlying = underlying
            value.leverage = leverage
            value.aumUsd = 1e9
            return World.fact(about: symbol, .etfLeverage(value))
        }
        let facts = [fund("LEV", on: "ABC", leverage: 2), fund("IDXL", on: "IDX", leverage: 3)]
        var world = World(facts: facts)
        var group = Group.made("makers", ["ABC", "DEF"])
        for index in group.members.indices { group.members[index].weight = 1 }
        world.settings.groups = [group]
        world.market.configure(world.settings)
        var signal = World.signal(simpleReturn: scope == .market ? -0.01 : -0.15)
        (signal.scope, signal.subject) = (scope, subject)
        return world.finding(signal)
    }

    @Test("sections about single names say that they have no meaning there; none is dropped")
    func missing() {
        for (scope, subject) in [(ShockScope.market, "IDX"), (.group, "makers")] {
            let finding = Self.finding(scope, subject)
            for id in [SectionID.goodNews, .analogy, .ownership, .feedback, .shorts, .dealerGamma, .selfExcitation] {
                #expect(finding.section(id)?.missing.map(\.what) == ["single-name"], "\(id)")
            }
        }
        #expect(World().finding().sections.allSatisfy { !$0.missing.contains { $0.what == "single-name" } })
    }

    @Test("a group's run-up is its members', the market's its own")
    func runUp() throws {
        // ABC came from about 10.4 to 100, DEF stands.
        let group = try #require(Self.finding(.group, "makers").estimate(.runUp, "multiple"))
        let own = try #require(World().finding().estimate(.runUp, "multiple"))
        #expect(abs(group.value - (own.value + 1) / 2) < 0.01 && !group.evidence.isEmpty)
        #expect(Self.finding(.market, "IDX").estimate(.runUp, "multiple")?.value == 1)
        #expect(Self.finding(.market, "IDX").estimate(.runUp, "net-run-up") == nil)
    }

    /// L(L − 1)·assets·return: 2·10⁹·(−0.2) and 6·10⁹·(−0.01).
    @Test("leveraged funds are those on the members, and for the market all, each by what it tracks")
    func funds() throws {
        let group = Self.finding(.group, "makers")
        #expect(abs(try #require(group.estimate(.leveragedFunds, "gross-flow")).value + 4e8) < 1)
        let market = Self.finding(.market, "IDX")
        #expect(abs(try #require(market.estimate(.leveragedFunds, "flow", of: "IDXL")).value + 6e7) < 1)
        #expect(abs(try #require(market.estimate(.leveragedFunds, "gross-flow")).value + 4.6e8) < 1)
        #expect(market.estimate(.leveragedFunds, "bound") == nil)
    }

    @Test("a revision says which figure changed, from what to what, and by which fact")
    func changes() throws {
        var interest = ShortInterest()
        interest.shares = 1e8
        var world = World(facts: [World.fact(.shortInterest(interest))])
        world.market.signal(World.signal())
        let later = MarketFixture.at("2025-01-28", "12:00:00")
        interest.shares = 2e8
        world.market.fact(World.fact(known: later, .shortInterest(interest)))
        let sequence = world.market.lastSequence
        var stage = AttributeStage()
        let change = try #require(stage.findings(world.market.messages).last?.changes.first { $0.kind == "figure" })
        #expect(change.of == "shorts/short-interest" && change.before == 1e8 && change.after == 2e8)
        #expect(change.names == ["\(sequence)"])
    }
}
