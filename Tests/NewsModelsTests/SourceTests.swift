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

    /// Beta(2, 2) and 8 right of 10 is Beta(10, 4): mean 10/14, variance 40/(196·15).
    @Test("reliability is learned from resolved claims, in any order, and not from others' words")
    func reliability() throws {
        let claims =
            (0..<10).map { ResolvedClaim(source: "A", asserts: $0 < 8, isTrue: true) }
            + (0..<4).map { ResolvedClaim(source: "B", asserts: $0 < 1, isTrue: false, weight: 0.5) }
        var book = ReliabilityBook()
        for claim in claims { try book.learn(claim) }
        var reversed = ReliabilityBook()
        for claim in claims.reversed() { try reversed.learn(claim) }
        #expect(book == reversed)
        #expect(abs(book.reliability(of: "A").sensitivity.mean - 10.0 / 14) < 1e-12)
        #expect(abs(book.reliability(of: "A").sensitivity.standardDeviation - (40.0 / (196 * 15)).squareRoot()) < 1e-12)
        #expect(book.reliability(of: "A").specificity == .prior)
        #expect(abs(book.reliability(of: "B").specificity.mean - 3.5 / 6) < 1e-12)
        #expect(book.reliability(of: "unheard of") == SourceReliability())
        let tier = book.pooled(["A", "B", "unheard of"])
        #expect(tier.sensitivity == book.reliability(of: "A").sensitivity)
        #expect(tier.specificity == book.reliability(of: "B").specificity)
        #expect(throws: ParameterError.self) {
            try book.learn(ResolvedClaim(source: "A", asserts: true, isTrue: true, weight: 2))
        }
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

    @Test("the curves of spread match the golden values")
    func curves() throws {
        let bass = try BassCurve(market: 1000, innovation: 0.01, imitation: 0.45)
        #expect(abs(bass.adopted(by: 5) - 163.24358187938364) < 1e-9)
        #expect(abs(bass.adopted(by: 12) - 843.8746442420425) < 1e-9)
        #expect(abs(bass.peak - 8.27535323863113) < 1e-12)
        let rumour = try RumourCurve(contact: 0.9, recovery: 0.3)
        for (time, share) in [(5.0, 0.01929770305094675), (10, 0.2056569785579815), (15, 0.25602562112344485)] {
            #expect(abs(rumour.telling(at: time, initial: 0.001) - share) < 1e-8)
        }
        #expect(abs(rumour.finalSize - 0.9404797907073597) < 1e-12)
        #expect(try RumourCurve(contact: 0.2, recovery: 0.3).finalSize == 0)
        #expect(throws: ParameterError.self) { try BassCurve(market: 0, innovation: 1, imitation: 1) }
    }

    @Test("novelty decays by a quarter along a chain")
    func novelty() {
        #expect((0..<5).map { EventNovelty.score(position: $0) } == [100, 75, 56.25, 42.1875, 31.640625])
    }
}
