import MarketModels
import NewsModels
import Testing

@Suite("Triggers")
struct TriggerTests {
    static let hour: Int64 = 3_600_000_000_000
    static let onset = OnsetInterval(start: 100 * hour, end: 110 * hour)

    private func evidence(
        hour: Int64, relevance: Double = 90, attention: Double? = 5, direction: Double? = nil,
        tier: SourceTier = .press, isPriceReport: Bool = false
    ) -> TriggerEvidence {
        TriggerEvidence(
            time: hour * Self.hour, relevance: relevance, attention: attention, direction: direction, tier: tier,
            isPriceReport: isPriceReport
        )
    }

    /// Source: `golden/g9.json`, `softmax`.
    @Test("the ranking matches the golden values, the unknown included")
    func golden() throws {
        let ranking = try TriggerRanking.rank([("c", -0.4), ("a", 2.1), ("b", 0.7)], unknownScore: 0)
        #expect(ranking.entries.map(\.id) == ["a", "b", "c"])
        for (entry, expected) in zip(ranking.entries, [0.689114150881205, 0.16993345741650326, 0.05656593412679289]) {
            #expect(abs(entry.probability - expected) <= 1e-12)
        }
        #expect(abs(ranking.unknown - 0.08438645757549881) <= 1e-12)
        #expect(ranking.trigger?.id == "a")
    }

    @Test("without a candidate above it the unknown is the answer")
    func unknown() throws {
        #expect(try TriggerRanking.rank([]).unknown == 1)
        #expect(try TriggerRanking.rank([("a", -2.0)]).trigger == nil)
        #expect(try TriggerRanking.rank([("b", 1.0), ("a", 1.0)]).entries.map(\.id) == ["a", "b"])
        #expect(throws: ParameterError.self) { try TriggerRanking.rank([("a", .nan)]) }
    }

    @Test("the score is the sum of what the evidence adds")
    func score() throws {
        let score = try TriggerScore(
            evidence(hour: 105, relevance: 100, attention: 4, direction: 1, tier: .filing), onset: Self.onset
        )
        #expect(score.timing == 2)
        #expect(score.relevance == 2)
        #expect(abs(score.attention - -0.6) < 1e-12)
        #expect(score.direction == 0.5)
        #expect(score.tier == 1)
        #expect(abs(score.logOdds - 1.9) < 1e-12)
    }

    @Test("evidence before the onset counts less the older it is")
    func decay() throws {
        let scores = try [100, 88, 76, 0].map { try TriggerScore(evidence(hour: $0), onset: Self.onset).timing }
        #expect(scores[0] == 1.5)
        #expect(scores[1] == 0.75)
        #expect(scores[2] == 0.375)
        #expect(scores[3] < 0.01)
    }

    @Test("more attention, more relevance and a better source never lower the score")
    func monotone() throws {
        var previous = -Double.infinity
        for step in 0...10 {
            let score = try TriggerScore(
                evidence(hour: 105, relevance: Double(step) * 10, attention: Double(step)), onset: Self.onset
            ).logOdds
            #expect(score > previous)
            previous = score
        }
        let tiers = try SourceTier.allCases.map {
            try TriggerScore(evidence(hour: 105, tier: $0), onset: Self.onset).logOdds
        }
        #expect(tiers == tiers.sorted(by: >))
    }

    @Test("unknown attention adds nothing, an extreme one is capped")
    func attention() throws {
        #expect(try TriggerScore(evidence(hour: 105, attention: nil), onset: Self.onset).attention == 0)
        #expect(try TriggerScore(evidence(hour: 105, attention: 1_000), onset: Self.onset).attention == 3)
        #expect(try TriggerScore(evidence(hour: 105, attention: -50), onset: Self.onset).attention == -3)
    }

    @Test("refuses what cannot have been the cause")
    func refuses() {
        let refusals: [(TriggerEvidence, TriggerRefusal)] = [
            (evidence(hour: 111), .afterOnset(nanoseconds: Self.hour)),
            (evidence(hour: 105, isPriceReport: true), .onlyReportsPrice),
            (evidence(hour: 110, isPriceReport: true), .onlyReportsPrice),
            (evidence(hour: 111, isPriceReport: true), .afterOnset(nanoseconds: Self.hour)),
            (evidence(hour: 105, relevance: 101), .invalid("relevance")),
            (evidence(hour: 105, relevance: .nan), .invalid("relevance")),
            (evidence(hour: 105, attention: .nan), .invalid("attention")),
            (evidence(hour: 105, direction: 2), .invalid("direction")),
        ]
        for (candidate, expected) in refusals {
            #expect(throws: expected) { try TriggerScore(candidate, onset: Self.onset) }
        }
    }

    @Test("at the onset's end evidence still counts, and an earlier price report counts less")
    func bounds() throws {
        #expect(try TriggerScore(evidence(hour: 110), onset: Self.onset).timing == 2)
        let report = try TriggerScore(evidence(hour: 99, isPriceReport: true), onset: Self.onset)
        #expect(report.priceReport == -1.5)
    }

    @Test("shifted by a day into the past of nobody's attention, a cause becomes unknown")
    func placebo() throws {
        let real = try TriggerScore(evidence(hour: 105), onset: Self.onset).logOdds
        let stale = try TriggerScore(evidence(hour: 52, attention: 0), onset: Self.onset).logOdds
        #expect(try TriggerRanking.rank([("story", real)]).trigger?.id == "story")
        #expect(try TriggerRanking.rank([("story", stale)]).trigger == nil)
    }

    @Test("what moved with it counts by its share of the return, and not at all the other way")
    func coMovement() throws {
        let half = try #require(CoMovementScore(part: -0.085, of: -0.17))
        #expect(abs(half.logOdds - -1) < 1e-12)
        #expect(abs(try #require(CoMovementScore(part: -0.1275, of: -0.17)).logOdds) < 1e-12)
        // More than all of it is all of it.
        #expect(try #require(CoMovementScore(part: -0.3, of: -0.17)).logOdds == 1)
        #expect(CoMovementScore(part: 0.01, of: -0.17) == nil)
        #expect(CoMovementScore(part: .nan, of: -0.17) == nil)
        #expect(CoMovementScore(part: 0, of: -0.17) == nil)
    }
}
