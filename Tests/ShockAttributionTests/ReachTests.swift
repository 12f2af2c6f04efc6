import NewsModels
import Schema
import Testing

@testable import ShockAttribution

@Suite("How much of what moved a story is about")
struct ReachTests {
    private static var settings: ModelSettings {
        var settings = ModelSettings()
        settings.benchmark = "IDX"
        var group = Group()
        group.id = "makers"
        for (symbol, weight) in [("AAA", 3.0), ("BBB", 1.0), ("CCC", 0)] {
            var member = GroupMember()
            member.symbol = symbol
            member.weight = weight
            group.members.append(member)
        }
        settings.groups = [group]
        var prices = Entity()
        prices.id = "inflation"
        prices.kind = "macro"
        settings.entities = [prices]
        return settings
    }

    private static func reach(
        _ scope: ShockScope, _ subject: String, names: [String] = [], groups: [String] = []
    ) -> Double {
        let relevance = ShockRelevance(subject: subject, scope: scope, settings: settings, shares: 12)
        return relevance.reach(names: names, groups: groups)
    }

    @Test("for the market: all with the economy or the index, of a group's subject the group's part of the shares")
    func market() {
        #expect(Self.reach(.market, "IDX", names: ["inflation"], groups: ["makers"]) == 1)
        #expect(Self.reach(.market, "IDX", names: ["IDX"]) == 1)
        #expect(Self.reach(.market, "IDX", names: ["AAA"], groups: ["makers"]) == 0.25)
    }

    @Test("for a group: all with its subject, of members their weights together, and never nothing")
    func group() {
        #expect(Self.reach(.group, "makers", names: ["AAA"], groups: ["makers"]) == 1)
        #expect(Self.reach(.group, "makers", names: ["AAA"]) == 0.75)
        #expect(Self.reach(.group, "makers", names: ["AAA", "BBB", "AAA"]) == 1)
        #expect(abs(Self.reach(.group, "makers", names: ["CCC"]) - 1.0 / 3) < 1e-12)
    }

    @Test("for a name: all, of whatever it is")
    func instrument() {
        #expect(Self.reach(.instrument, "AAA", groups: ["makers"]) == 1)
        #expect(Self.reach(.instrument, "AAA", names: ["BBB"]) == 1)
    }

    @Test("what a story is not about counts against it as a part of the return counts for what moved with it")
    func score() throws {
        var evidence = TriggerEvidence(time: 5, relevance: 60, tier: .press, isPriceReport: false)
        let onset = OnsetInterval(start: 0, end: 10)
        let whole = try TriggerScore(evidence, onset: onset).logOdds
        evidence.reach = 0.25
        #expect(abs(try TriggerScore(evidence, onset: onset).logOdds - (whole - 3)) < 1e-12)
        evidence.reach = .nan
        #expect(throws: TriggerRefusal.invalid("reach")) { try TriggerScore(evidence, onset: onset) }
    }
}
