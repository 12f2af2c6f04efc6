import MarketModels
import NewsModels
import Testing

/// Sources: `golden/g7.json`, keys `stance_post`, `JSD_bits`, `JSD_multi_equal`, `gap`, `bayes_reliability`, `CIO25`,
/// `CIO25_neff`, `ENS` (scipy, numpy); `golden/g6.json`, keys `doubling`, `Bass`, `SIR`, `SIR_final_size`.
@Suite("Sources, stance by tier, and the spread of stories")
struct SourceTests {
    private static let insider = StanceCounts(support: 1, neutral: 3, oppose: 16)
    private static let sellSide = StanceCounts(support: 3, neutral: 5, oppose: 22)
    private static let press = StanceCounts(support: 40, neutral: 30, oppose: 20)
    private static let social = StanceCounts(support: 180, neutral: 60, oppose: 60)

    @Test("posteriors of stance match the golden values")
    func posteriors() throws {
        let insider = try StancePosterior(Self.insider)
        let social = try StancePosterior(Self.social)
        #expect(insider.probabilities == [0.08695652173913043, 0.17391304347826086, 0.7391304347826086])
        #expect(abs(insider.stance + 0.6521739130434783) < 1e-12)
        #expect(abs(insider.standardDeviation - 0.12922140942121021) < 1e-12)
        #expect(abs(social.stance - 0.39603960396039606) < 1e-12)
        #expect(abs(social.standardDeviation - 0.04594878800022666) < 1e-12)
    }

    @Test("the gap between insiders and the crowd matches the golden values and is notable")
    func gap() throws {
        let gap = StanceGap(try StancePosterior(Self.social), try StancePosterior(Self.insider))
        #expect(abs(gap.gap - 1.0482135170038744) < 1e-12)
        #expect(abs(gap.standardError - 0.13714759848970673) < 1e-12)
        #expect(abs(gap.lower - 0.7794091633348088) < 1e-9)
        #expect(abs(gap.upper - 1.31701787067294) < 1e-9)
        #expect(gap.isNotable)
        #expect(StanceGap(try StancePosterior(Self.insider), try StancePosterior(Self.social)).gap == -gap.gap)
    }

    @Test("a gap is not notable with few voices, with little distance, or with an interval over 0")
    func notNotable() throws {
        let few = try StancePosterior(StanceCounts(oppose: 4))
        let many = try StancePosterior(StanceCounts(support: 400))
        #expect(!StanceGap(few, many).isNotable)
        #expect(abs(StanceGap(few, many).gap) > 1)
        #expect(!StanceGap(try StancePosterior(Self.insider), try StancePosterior(Self.sellSide)).isNotable)
        let dependent = try StancePosterior(Self.social.discounted(correlation: 1))
        #expect(abs(dependent.sampleSize - 1) < 1e-12)
        #expect(!StanceGap(dependent, try StancePosterior(Self.insider)).isNotable)
    }

    @Test("divergences match the golden values")
    func divergence() throws {
        let all = try [Self.insider, Self.sellSide, Self.press, Self.social].map {
            try StancePosterior($0).probabilities
        }
        #expect(abs(try JensenShannon.divergence([all[0], all[3]]) - 0.2728552764699754) < 1e-12)
        #expect(abs(try JensenShannon.divergence([all[0], all[1]]) - 0.002552245181605671) < 1e-12)
        #expect(abs(try JensenShannon.divergence([all[2], all[3]]) - 0.020926495791702217) < 1e-12)
        #expect(abs(try JensenShannon.divergence(all) - 0.23108786159533623) < 1e-12)
        #expect(try JensenShannon.divergence([[1, 0], [0, 1]]) == 1)
        #expect(try JensenShannon.divergence([[0.5, 0.5], [0.5, 0.5]]) == 0)
    }

    @Test(
        "refuses what is no distribution",
        arguments: [[], [[]], [[0.5, 0.4]], [[1.5, -0.5]], [[1, 0], [1]], [[.nan, 1]]] as [[[Double]]])
    func noDistribution(distributions: [[Double]]) {
        #expect(throws: ParameterError.self) { try JensenShannon.divergence(distributions) }
    }

    @Test("25 unanimous calls bound the exceptions at 11 % if independent, at 52 % if not")
    func unanimity() throws {
        #expect(abs(EffectiveSample.upperBoundOfExceptions(size: 25) - 0.10883035576078481) < 1e-12)
        let effective = try EffectiveSample.size(25, correlation: 0.3)
        #expect(abs(effective - 3.048780487804878) < 1e-12)
        #expect(abs(EffectiveSample.upperBoundOfExceptions(size: effective) - 0.5228430365600039) < 1e-9)
        #expect(abs(EffectiveSample.upperBoundOfExceptions(size: 0) - 0.95) < 1e-12)
        #expect(throws: ParameterError.self) { try EffectiveSample.size(25, correlation: 1.1) }
        #expect(throws: ParameterError.self) { try EffectiveSample.size(.nan, correlation: 0) }
    }

    @Test("seven reports move a probability as the golden trace does")
    func trace() throws {
        let reports = [
            SourceReport(asserts: true, sensitivity: 0.60, specificity: 0.55),
            SourceReport(asserts: true, sensitivity: 0.60, specificity: 0.55, weight: 0.3),
            SourceReport(asserts: true, sensitivity: 0.60, specificity: 0.55, weight: 0.3),
            SourceReport(asserts: true, sensitivity: 0.70, specificity: 0.65, weight: 0.5),
            SourceReport(asserts: false, sensitivity: 0.85, specificity: 0.90),
            SourceReport(asserts: false, sensitivity: 0.85, specificity: 0.90, weight: 0.7),
            SourceReport(asserts: false, sensitivity: 0.75, specificity: 0.80, weight: 0.5),
        ]
        let golden = [
            0.36363636363636365, 0.38383283499692383, 0.4044381213973253, 0.4898931383278764, 0.1379773002543028,
            0.04367073596910425, 0.024892056084139916,
        ]
        for (value, expected) in zip(try SourceReport.trace(prior: 0.3, reports), golden) {
            #expect(abs(value - expected) < 1e-12)
        }
        #expect(throws: ParameterError.self) { try SourceReport.trace(prior: 1, reports) }
        #expect(throws: ParameterError.self) {
            try SourceReport.trace(
                prior: 0.5, [SourceReport(asserts: true, sensitivity: 1, specificity: 0.5)])
        }
    }

    /// Beta(2, 2) and 8 right of 10 is Beta(10, 4): mean 10/14, variance 40/(196·15). Interval: scipy 1.17.1
    /// `beta.ppf([0.025, 0.975], 10, 4)`.
    @Test("reliability is learned from resolved claims, in any order, from where the tier is taken to be")
    func reliability() throws {
        var press = SourceReliability(tier: 5)
        for index in 0..<10 { try press.learn(isRight: index < 8) }
        var reversed = SourceReliability(tier: 5)
        for index in (0..<10).reversed() { try reversed.learn(isRight: index < 8) }
        #expect(press == reversed && press.resolved == 10)
        #expect(abs(press.right.mean - 10.0 / 14) < 1e-12)
        #expect(abs(press.right.standardDeviation - (40.0 / (196 * 15)).squareRoot()) < 1e-12)
        #expect(
            abs(press.right.lower - 0.461868460765959) < 1e-10 && abs(press.right.upper - 0.9090796054279033) < 1e-10)
        // It is right more often than it is taken to be; one that is wrong loses its voice step by step.
        #expect(press.weight == 1 && SourceReliability(tier: 1).weight == 1)
        var wrong = SourceReliability(tier: 1)
        for _ in 0..<4 { try wrong.learn(isRight: false) }
        #expect(abs(wrong.right.mean - 3.4 / 8) < 1e-12 && abs(wrong.weight - 0.5) < 1e-12)
        #expect(zip(SourceReliability.priors, SourceReliability.priors.dropFirst()).allSatisfy { $0 > $1 })
        #expect(SourceReliability(tier: 0) == SourceReliability(tier: 5))
        #expect(throws: ParameterError.self) { try press.learn(isRight: true, weight: 2) }
    }

    @Test("growth and doubling time match the golden values")
    func growth() throws {
        let growth = try #require(NarrativeGrowth(counts: [3, 5, 8, 14, 22, 37]))
        #expect(abs(growth.rate - 0.5018845008739611) < 1e-12)
        #expect(abs(try #require(growth.doublingTime) - 1.3810890341361952) < 1e-12)
        #expect(growth.standardError > 0)
        #expect(try #require(NarrativeGrowth(counts: [8, 4, 2])).doublingTime == nil)
        #expect(NarrativeGrowth(counts: [1, 2]) == nil)
        #expect(NarrativeGrowth(counts: [1, 0, 4]) == nil)
    }

    @Test("novelty decays by a quarter along a chain")
    func novelty() {
        #expect((0..<5).map { EventNovelty.score(position: $0) } == [100, 75, 56.25, 42.1875, 31.640625])
    }
}
