import Foundation
import Schema
import Testing

@testable import ShockAttribution

/// Candidates that are no stories, in the made-up world of ``TriggerTests``.
@Suite("Candidates that are no stories")
struct OtherCandidateTests {
    static let open = TriggerTests.open
    static let hour = TriggerTests.hour

    private static func fact(
        _ subject: String, at time: UInt64, tier: Schema.SourceTier = .t1, _ value: Fact.OneOf_Value
    ) -> Fact {
        var fact = Fact()
        fact.subject = subject
        fact.eventTime = time
        fact.asOf = CivilTime.date(day: CivilTime.dayNumber(time))
        fact.tier = tier
        fact.value = value
        return fact
    }

    private static func results(_ actual: Double, _ consensus: Double) -> Fact.OneOf_Value {
        var value = EarningsResult()
        value.period = "2024Q4"
        value.epsActual = actual
        value.epsConsensus = consensus
        return .earningsResult(value)
    }

    private static func attribution(
        _ facts: Fact..., trigger: Bool = false, signal: ShockSignal = TriggerTests.signal()
    ) -> Attribution {
        TriggerTests.attribution(TriggerTests.fixture(trigger: trigger) { for fact in facts { $0.fact(fact) } }, signal)
    }

    @Test("results of the evening before are the likeliest trigger; a miss more than a beat before a fall")
    func release() throws {
        let evening = Self.open - 17 * Self.hour
        let miss = Self.attribution(Self.fact("ABC", at: evening, Self.results(0.9, 1)))
        let first = try #require(miss.candidates.first)
        #expect(first.kind == .release)
        #expect(first.headline == "Results of ABC for 2024Q4")
        #expect(first.probability > miss.unexplained)
        #expect(first.contributions.map(\.name).contains("direction"))
        let beat = Self.attribution(Self.fact("ABC", at: evening, Self.results(1.1, 1)))
        #expect(try #require(beat.candidates.first).probability < first.probability)
        #expect(abs(miss.candidates.reduce(miss.unexplained) { $0 + $1.probability } - 1) < 1e-12)
    }

    /// Consumer prices of October 2022, published on 10 November at 08:30 in New York: 7.7 % on the year where 7.9 were
    /// expected (U.S. Bureau of Labor Statistics); the S&P 500 rose by 5.5 %.
    private static func consumerPrices(at time: String = "13:30:00", subject: String = "SPY") -> Fact {
        var value = ScheduledRelease()
        value.name = "US consumer prices, October 2022"
        value.actual = 7.7
        value.consensus = 7.9
        value.sign = -1
        return fact(subject, at: MarketFixture.at("2022-11-10", time), .scheduledRelease(value))
    }

    private static func rise(
        _ facts: [Fact], simpleReturn: Double = 0.055, subject: String = "SPY", scope: ShockScope = .market
    ) -> Attribution {
        var fixture = MarketFixture()
        var settings = ModelSettings()
        settings.benchmark = "SPY"
        settings.groups = [.made("makers", ["ABC"], keywords: ["beads"])]
        fixture.configure(settings)
        fixture.define("SPY", kind: .etf)
        fixture.define("ABC", name: "Abacus")
        // Other news of the day.
        fixture.news("Voters await a count in two states", at: MarketFixture.at("2022-11-10", "11:00:00"))
        for fact in facts { fixture.fact(fact) }
        fixture.signal(
            .made(
                .pending, subject, session: "2022-11-10",
                onset: MarketFixture.at("2022-11-09", "21:00:00")..<MarketFixture.at("2022-11-10", "14:30:00"),
                simpleReturn: simpleReturn, scope: scope))
        var stage = AttributeStage()
        return stage.findings(fixture.messages)[0].attribution
    }

    @Test("a scheduled release inside the onset ranks first for a rise of the whole market; without it, unknown")
    func scheduled() throws {
        let known = Self.rise([Self.consumerPrices()])
        let first = try #require(known.candidates.first)
        #expect(first.kind == .release && first.headline == "US consumer prices, October 2022: 7.7, 7.9 expected")
        #expect(first.probability > 0.9)
        #expect(first.contributions.first { $0.name == "direction" }?.logOdds ?? 0 > 0)
        #expect(Self.rise([]).unexplained == 1)
        // Less inflation than expected made nothing fall.
        let fall = Self.rise([Self.consumerPrices()], simpleReturn: -0.055)
        #expect(try #require(fall.candidates.first).logOdds < first.logOdds)
        // Told beforehand, without figures, it is one candidate still.
        var before = Self.consumerPrices()
        before.scheduledRelease.clearActual()
        #expect(Self.rise([before, Self.consumerPrices()]).candidates.count == 1)
        #expect(try #require(Self.rise([before]).candidates.first).logOdds < first.logOdds)
    }

    @Test(
        "a release says what came and what had been expected, fractions in per cent",
        arguments: [
            (0.077, 0.08, "CPI: 7.7 %, 8.0 % expected", "物价：7.7%，预期8.0%"),
            (0.0425, 0.04, "CPI: 4.25 %, 4.0 % expected", "物价：4.25%，预期4.0%"),
            (-0.003, 0, "CPI: −0.3 %, 0.0 % expected", "物价：−0.3%，预期0.0%"),
            (261_000, 200_000, "CPI: 261,000, 200,000 expected", "物价：261,000，预期200,000"),
            (50.7, 49.05, "CPI: 50.7, 49.05 expected", "物价：50.7，预期49.05"),
            (1e300, 1, "CPI: n/a, 1.0 expected", "物价：n/a，预期1.0"),
        ])
    func releaseWords(actual: Double, consensus: Double, english: String, chinese: String) {
        var value = ScheduledRelease()
        value.name = "CPI"
        var translation = Translation()
        (translation.language, translation.text) = ("zh", "物价")
        value.translations = [translation]
        #expect(Words.release(value) == "CPI" && Words.translations(of: value).map(\.text) == ["物价"])
        value.actual = actual
        value.consensus = consensus
        #expect(Words.release(value) == english)
        #expect(Words.translations(of: value).map(\.text) == [chinese])
        value.clearConsensus()
        #expect(!Words.release(value).contains("expected"))
    }

    @Test("a scheduled release counts when it came: not hours before the last trade, not after the move")
    func scheduledTime() {
        #expect(Self.rise([Self.consumerPrices(at: "14:30:01")]).candidates.isEmpty)
        #expect(Self.rise([Self.consumerPrices(at: "14:30:00")]).candidates.count == 1)
        var old = Self.consumerPrices()
        old.eventTime = MarketFixture.at("2022-11-09", "19:59:59")
        #expect(Self.rise([old]).candidates.isEmpty)
        old.eventTime = MarketFixture.at("2022-11-09", "20:00:00")
        #expect(Self.rise([old]).candidates.count == 1)
        #expect(Self.rise([Self.consumerPrices(subject: "EUR")]).candidates.isEmpty)
        // Of the market's or its group's release a share counts, and that is less.
        for subject in ["SPY", "makers"] {
            let share = Self.rise([Self.consumerPrices(subject: subject)], subject: "ABC", scope: .instrument)
            #expect(share.candidates.map(\.relevance) == [60])
        }
    }

    @Test("a release about the market explains of a name no more than went with the market")
    func wideRelease() throws {
        var facts = FactLedger()
        facts.add(Self.consumerPrices())
        var settings = ModelSettings()
        settings.benchmark = "SPY"
        func relevance(market: Double) -> [Double] {
            var measure = Measure()
            measure.simpleReturn = -0.4
            var parts = Decomposition()
            (parts.market, parts.own) = (market, -0.4 - market)
            let others = OtherCandidates(
                subject: "ABC", scope: .instrument,
                onset: MarketFixture.at("2022-11-09", "21:00:00")..<MarketFixture.at("2022-11-10", "14:30:00"),
                measure: measure, decomposition: parts, facts: facts, shocks: ShockLedger(), settings: settings,
                turnover: nil)
            return others.run().candidates.filter { $0.kind == .release }.map(\.relevance)
        }
        // A quarter of the return, of 60; the other way, of nothing.
        #expect(abs(try #require(relevance(market: -0.1).first) - 15) < 1e-9)
        #expect(relevance(market: 0.02).isEmpty)
    }

    @Test("results after the move, or four days before, are no candidate; nor are a stranger's")
    func notThese() {
        for (subject, time) in [
            ("ABC", Self.open + 1), ("ABC", Self.open - 73 * Self.hour), ("XYZ", Self.open - Self.hour),
        ] {
            #expect(Self.attribution(Self.fact(subject, at: time, Self.results(0.9, 1))).candidates.isEmpty)
        }
    }

    @Test("results of another member of the group are a peer's, and less likely than the same of its own")
    func peer() throws {
        let evening = Self.open - 17 * Self.hour
        let peer = try #require(
            Self.attribution(Self.fact("DEF", at: evening, Self.results(0.9, 1))).candidates.first)
        #expect(peer.kind == .peer && peer.subject == "DEF")
        let own = try #require(Self.attribution(Self.fact("ABC", at: evening, Self.results(0.9, 1))).candidates.first)
        #expect(peer.logOdds < own.logOdds)
    }

    @Test("a peer's shock counts if it had begun before, the same way; not one of the same morning")
    func peerShock() throws {
        func kinds(onset: Range<UInt64>, simpleReturn: Double) -> [CandidateKind] {
            var fixture = TriggerTests.fixture(trigger: false)
            fixture.signal(
                .made(.pending, "DEF", session: "2025-01-24", onset: onset, simpleReturn: simpleReturn))
            fixture.signal(TriggerTests.signal())
            var stage = AttributeStage()
            return stage.findings(fixture.messages)[1].attribution.candidates.map(\.kind)
        }
        let friday = TriggerTests.before - 6 * Self.hour
        #expect(kinds(onset: (friday - 1)..<friday, simpleReturn: -0.1) == [.peer])
        #expect(kinds(onset: (friday - 1)..<friday, simpleReturn: 0.1) == [])
        #expect(kinds(onset: TriggerTests.before..<Self.open, simpleReturn: -0.1) == [])
    }

    @Test("what has the wrong sign or comes at the close is ruled out, with why")
    func ruledOut() throws {
        var short = ShortInterest()
        short.shares = 1e6
        var flow = SignedFlow()
        flow.ownerClass = "private"
        flow.valueUsd = 5e8
        var fund = ETFLeverage()
        fund.leverage = 2
        fund.aumUsd = 5e9
        fund.underlying = "ABC"
        let before = Self.open - 10 * Self.hour
        let attribution = Self.attribution(
            Self.fact("ABC", at: before, .shortInterest(short)), Self.fact("ABC", at: before, .signedFlow(flow)),
            Self.fact("FUND", at: before, .etfLeverage(fund)))
        #expect(attribution.candidates.isEmpty)
        #expect(attribution.unexplained == 1)
        #expect(attribution.rejected.map(\.subject) == ["short covering", "private", "leveraged funds"])
        #expect(attribution.rejected.allSatisfy { $0.kind == .flow && !$0.reason.isEmpty && !$0.evidence.isEmpty })
        // Before a rise covering is not ruled out, and the buying has the right sign.
        var rise = TriggerTests.signal()
        rise.measure.simpleReturn = 0.12
        let up = Self.attribution(Self.fact("ABC", at: before, .shortInterest(short)), signal: rise)
        #expect(up.rejected.isEmpty)
    }

    @Test("background conditions never compete as triggers")
    func conditions() {
        var ownership = Ownership()
        ownership.classes = []
        var shares = SharesOutstanding()
        shares.value = 1e9
        var rental = RentalPrice()
        rental.valueUsdPerHour = 2
        let before = Self.open - 10 * Self.hour
        let with = Self.attribution(
            Self.fact("ABC", at: before, .ownership(ownership)),
            Self.fact("ABC", at: before, .sharesOutstanding(shares)),
            Self.fact("ABC", at: before, .rentalPrice(rental)), trigger: true)
        let without = Self.attribution(trigger: true)
        #expect(with.candidates.map(\.probability) == without.candidates.map(\.probability))
    }

    @Test("a move that is the market's is put down to the market; one against it is not")
    func market() throws {
        func attribution(beta: Double, market: Double, simpleReturn: Double) -> Attribution {
            var fixture = MarketFixture()
            var settings = ModelSettings()
            settings.benchmark = "MKT"
            fixture.configure(settings)
            fixture.define("MKT", kind: .etf)
            fixture.define("ABC")
            var random = NormalLike(seed: 11)
            var (abc, index) = (100.0, 100.0)
            for day in 0..<280 {
                let date = CivilTime.date(day: CivilTime.dayNumber(Self.open) - 280 + day)
                let common = 0.01 * random.next()
                index *= 1 + common
                abc *= 1 + beta * common + 0.005 * random.next()
                fixture.daily("MKT", date, close: index)
                fixture.daily("ABC", date, close: abc)
            }
            let date = CivilTime.date(day: CivilTime.dayNumber(Self.open))
            fixture.daily("MKT", date, close: index * (1 + market))
            fixture.daily("ABC", date, close: abc * (1 + simpleReturn))
            fixture.news("Visitors praise the library", at: Self.open - Self.hour)
            var signal = TriggerTests.signal(complete: true)
            signal.measure.simpleReturn = simpleReturn
            fixture.signal(signal)
            var stage = AttributeStage()
            return stage.findings(fixture.messages)[0].attribution
        }
        let with = attribution(beta: 1.2, market: -0.08, simpleReturn: -0.1)
        let first = try #require(with.candidates.first)
        #expect(first.kind == .market && first.subject == "MKT")
        #expect(first.share > 0.85 && first.probability > with.unexplained)
        let against = attribution(beta: 1.2, market: 0.05, simpleReturn: -0.1)
        #expect(against.candidates.isEmpty)
        #expect(against.rejected.map(\.kind) == [.market])
    }

    @Test("a story that begins with a filing is one; a reprint has its origin's tier and counts once")
    func filing() throws {
        let filed = TriggerTests.fixture(trigger: false) { fixture in
            let title = "Abcdar restates three years of accounts after an audit"
            fixture.news(title, at: Self.open - 5 * Self.hour, source: "Regulator", tier: .t1)
            for source in ["P1", "P2", "P3"] { fixture.news(title, at: Self.open - 4 * Self.hour, source: source) }
        }
        let first = try #require(TriggerTests.attribution(filed).candidates.first)
        #expect(first.kind == .filing)
        #expect(first.bestTier == .t1 && first.items == 4 && first.originals == 1 && first.sources == 4)
        // The press first, a filing's wording or not: its tier is the press's.
        let printed = TriggerTests.fixture(trigger: false) { fixture in
            let title = "Abcdar restates three years of accounts after an audit"
            fixture.news(title, at: Self.open - 5 * Self.hour, source: "P1")
            fixture.news(title, at: Self.open - 4 * Self.hour, source: "Regulator", tier: .t1)
        }
        let second = try #require(TriggerTests.attribution(printed).candidates.first)
        #expect(second.kind == .story && second.bestTier == .t5)
    }
}
