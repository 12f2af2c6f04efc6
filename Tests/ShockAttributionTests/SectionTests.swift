import Foundation
import Schema
import Testing

@testable import ShockAttribution

@Suite("The sections of a finding")
struct SectionTests {
    typealias World = ExplanationFixture

    private static func ownership(
        _ subject: String, _ classes: [(String, Double)], within: String = "", source: String = "Somebody"
    ) -> Fact {
        var value = Ownership()
        value.within = within
        value.classes = classes.map { name, share in
            var owner = OwnerClass()
            owner.name = name
            owner.share = share
            return owner
        }
        var fact = World.fact(about: subject, .ownership(value))
        fact.source = source
        return fact
    }

    private static func shares(_ count: Double) -> Fact {
        var value = SharesOutstanding()
        value.value = count
        return World.fact(.sharesOutstanding(value))
    }

    private static func statement(
        _ speaker: String, _ stance: Stance, _ tier: Schema.SourceTier, known: UInt64 = World.before,
        respondents: UInt32 = 0
    ) -> Fact {
        var value = Statement()
        value.speaker = speaker
        value.thesis = "fewer"
        value.stance = stance
        value.horizon = "years"
        value.respondents = respondents
        return World.fact(about: "widgets", known: known, tier: tier, .statement(value))
    }

    @Test("a run-up is said with the market's over the same span, and the days on which the value passed round sums")
    func runUp() throws {
        let finding = World(facts: [Self.shares(1e10)]).finding()
        let multiple = try #require(finding.estimate(.runUp, "multiple"))
        #expect((8...10.1).contains(multiple.value) && multiple.observations >= 100)
        #expect(abs(try #require(finding.estimate(.runUp, "net-run-up")).value - (multiple.value - 1)) < 1e-9)
        let milestones = try #require(finding.section(.runUp)).estimates.filter { $0.id == "milestone" }
        // 10 to 100 at 10 bn shares: 100 bn is passed at the start, a trillion at the end.
        #expect(milestones.map(\.value) == [2e11, 5e11, 1e12])
        #expect(milestones.map(\.asOf) == milestones.map(\.asOf).sorted())
        #expect(milestones.allSatisfy { $0.evidence.count == 2 })
        #expect(finding.estimate(.runUp, "highest-value")?.basis == .assumed)
        #expect(World(days: 100).finding().section(.runUp) == nil)
    }

    @Test(
        "a milestone is the first close above a sum, with its own record, even where a later day of the week is higher")
    func milestone() throws {
        var world = World(days: 480, facts: [Self.shares(1e10)])
        // A week a month before: on Wednesday first above 1.1 tn, on Friday higher.
        var stream = MarketFixture()
        stream.configure(world.settings)
        stream.define("ABC")
        stream.define("IDX", kind: .etf)
        let last = CivilTime.parseDate("2025-01-24")!
        var sequence: UInt64 = 0
        for day in (last - 760)...last where (0...4).contains((day + 3) % 7) {
            let date = CivilTime.date(day: day)
            let path: [String: Double] = ["2024-06-12": 101, "2024-06-13": 103, "2024-06-14": 110]
            stream.daily("IDX", date, close: 100)
            stream.daily("ABC", date, close: path[date] ?? (date > "2024-06-12" ? 105 : 99))
            if date == "2024-06-12" { sequence = stream.lastSequence }
        }
        stream.fact(Self.shares(1e10))
        world.market = stream
        let milestone = try #require(world.finding().estimate(.runUp, "milestone"))
        #expect(milestone.value == 1e12 && milestone.asOf == "2024-06-12")
        #expect(milestone.evidence.first == sequence)
    }

    /// Dates: NVDA's closes of `bars_daily.csv` times 24.49 bn shares, the first of each above the sum, counted by hand.
    @Test("milestones and the run-up of a real path", .enabled(if: SharedData.isPresent))
    func realMilestones() throws {
        var settings = ModelSettings()
        settings.benchmark = "SPY"
        var market = MarketFixture()
        market.configure(settings)
        market.define("NVDA")
        market.define("SPY", kind: .etf)
        for close in try SharedData.dailyCloses().sorted(by: { $0.date < $1.date })
        where ["NVDA", "SPY"].contains(close.symbol) && close.date <= "2025-01-27" {
            market.daily(close.symbol, close.date, close: close.close)
        }
        var count = SharesOutstanding()
        count.value = 24.49e9
        market.fact(World.fact(about: "NVDA", .sharesOutstanding(count)))
        var test = RunUpTest()
        (test.multiple, test.months) = (10, 24)
        var claim = World.claim(.runUp(test))
        claim.subject = "NVDA"
        market.fact(claim)
        var signal = World.signal(simpleReturn: -0.1697)
        (signal.subject, signal.shock, signal.measure.priceBefore) = ("NVDA", "NVDA/2025-01-27", 142.62)
        market.signal(signal)
        var stage = AttributeStage()
        let finding = try #require(stage.findings(market.messages).last)
        let milestones = try #require(finding.section(.runUp)).estimates.filter { $0.id == "milestone" }
        #expect(milestones.map(\.value) == [5e11, 1e12, 2e12, 3e12])
        #expect(milestones.map(\.asOf) == ["2023-02-01", "2023-06-13", "2024-03-01", "2024-06-12"])
        #expect(finding.status(of: "it") == .supported)
        // 142.62 over the lowest close since the first of January 2023.
        let low = try #require(finding.claims[0].estimates.first { $0.id == "multiple-from-low" })
        #expect(abs(low.value - 10) < 0.05 && low.asOf == "2023-01-05")
    }

    @Test("results count as far back as closes are kept, and a fall within the noise is none")
    func goodNews() throws {
        func results(_ period: String, _ date: String) -> Fact {
            var value = EarningsResult()
            value.period = period
            value.epsActual = 1.1
            value.epsConsensus = 1
            value.reported = date
            return World.fact(known: MarketFixture.at(date, "22:00:00"), asOf: date, .earningsResult(value))
        }
        var market = MarketFixture()
        market.configure(World().settings)
        market.define("ABC")
        market.define("IDX", kind: .etf)
        let last = CivilTime.parseDate("2025-01-24")!
        // After the first a rise, nearly two years back, after the second a fall, after the third a fall that is none.
        let moves = ["2023-03-02": 1.1, "2024-05-30": 0.95, "2024-11-21": 0.9999]
        var price = 100.0
        for day in (last - 760)...last where (0...4).contains((day + 3) % 7) {
            let date = CivilTime.date(day: day)
            price *= moves[date] ?? 1
            market.daily("IDX", date, close: 100)
            market.daily("ABC", date, close: price)
        }
        for (period, date) in [("1", "2023-03-01"), ("2", "2024-05-29"), ("3", "2024-11-20"), ("0", "2021-11-20")] {
            market.fact(results(period, date))
        }
        var world = World()
        world.market = market
        let finding = world.finding()
        #expect(finding.estimate(.goodNews, "beats")?.value == 3)
        #expect(finding.estimate(.goodNews, "negative-responses")?.value == 1)
        // Beta(1 + 1, 1 + 2).
        #expect(abs(try #require(finding.estimate(.goodNews, "probability")).value - 0.4) < 1e-12)
        #expect(finding.section(.goodNews)?.missing.isEmpty == true)
    }

    @Test("what is measured says what it was measured from")
    func evidence() {
        let world = World(facts: [Self.shares(1e10), Self.statement("Chief", .opposes, .t2)])
        let finding = world.finding(World.signal(followUp: 2))
        for section in finding.sections {
            for estimate in section.estimates where estimate.basis == .measured && estimate.id != "gradient" {
                // Sessions that have no price yet have nothing to point to.
                guard section.id != SectionID.recovery.rawValue else { continue }
                #expect(!estimate.evidence.isEmpty, "\(section.id)/\(estimate.id)")
            }
        }
    }

    @Test("who spoke first is dated as the fact is; who speaks at the same time is not second")
    func firstVoice() throws {
        func said(_ speaker: String, _ stance: Stance, _ known: UInt64) -> Fact {
            var fact = Self.statement(speaker, stance, .t3, known: known)
            fact.asOf = "2025-01-27"
            return fact
        }
        // The end of the 27th in New York is the 28th by UTC.
        let end = MarketFixture.at("2025-01-28", "05:00:00")
        let world = World(facts: [
            said("First", .opposes, end), said("Second", .opposes, end), said("Third", .supports, end),
            said("Late", .supports, end + 1),
        ])
        let voices = try #require(world.finding(World.signal(at: end + 1)).section(.information)).estimates
            .filter { $0.id == "first-voice" }
        #expect(voices.map(\.text) == ["First, Second", "Third"])
        #expect(voices.map(\.value) == [-1, 1] && voices.allSatisfy { $0.asOf == "2025-01-27" })
    }

    @Test("classes within a class of the same source are shares of the whole; each without a signed flow is missing")
    func ownership() throws {
        let finding = World(facts: [
            Self.shares(1e10),
            Self.ownership("ABC", [("institutions", 0.66)], source: "Filings"),
            Self.ownership("all shares", [("institutions", 0.75), ("private", 0.25)]),
            Self.ownership("all institutions", [("fast", 0.2)], within: "institutions"),
        ]).finding()
        #expect(abs(try #require(finding.estimate(.ownership, "share", of: "fast")).value - 0.15) < 1e-12)
        #expect(
            finding.section(.ownership)?.missing.filter { $0.what == "signed_flow" }.map(\.of).sorted()
                == ["fast", "institutions", "institutions", "private"].uniqued)
        #expect(finding.section(.ownership)?.missing.contains { $0.what == "turnover" } == true)
        #expect(finding.section(.ownership)?.missing.last?.what == "inaction")
        #expect(finding.section(.trendFollowers)?.missing.map(\.what) == ["trend-positions"])
    }

    @Test("commitments are the last of each spender as of the day, with what each is of revenue")
    func spending() throws {
        func commitment(_ usd: Double, _ status: CommitmentStatus, _ known: UInt64) -> Fact {
            var value = CapexCommitment()
            value.valueUsd = usd
            value.period = "2025"
            value.status = status
            return World.fact(about: "BUY", known: known, .capexCommitment(value))
        }
        var thesis = World.thesis
        thesis.spenders = ["BUY", "SILENT"]
        let later = MarketFixture.at("2025-01-29", "22:00:00")
        let world = World(
            thesis: thesis, facts: [commitment(60e9, .announced, World.before), commitment(65e9, .raised, later)])
        let first = world.finding()
        #expect(first.estimate(.spending, "announced", of: "BUY")?.value == 60e9)
        #expect(
            first.section(.spending)?.missing.map { $0.what + " " + $0.of } == [
                "capex_commitment SILENT", "revenue BUY",
            ])
        #expect(first.estimate(.spending, "committed")?.value == 60e9)
        let second = world.finding(World.signal(at: later))
        #expect(second.estimate(.spending, "raised", of: "BUY")?.value == 65e9)
        #expect(second.estimate(.spending, "announced", of: "BUY") == nil)
    }

    /// Source: numpy-financial 1.0.0 `npv`, `pv` (`docs/golden/findings.py`, "ledger").
    @Test("what a part of revenue makes of the spending: years until it is back, and what it is worth")
    func payback() throws {
        func commitment(_ subject: String, _ usd: Double) -> Fact {
            var value = CapexCommitment()
            value.valueUsd = usd
            return World.fact(about: subject, .capexCommitment(value))
        }
        func revenue(_ subject: String, _ usd: Double) -> Fact {
            var value = Revenue()
            value.valueUsd = usd
            return World.fact(about: subject, .revenue(value))
        }
        var thesis = World.thesis
        thesis.spenders = ["ONE", "TWO", "DARK"]
        thesis.payback.margin = 0.5
        thesis.payback.lifeYears = 5
        thesis.payback.discountRate = 0.1
        thesis.payback.revenueShares = [0.1, 0.25]
        let facts = [commitment("ONE", 80e9), commitment("TWO", 65e9), commitment("DARK", 10e9)]
        let known = [revenue("ONE", 245.122e9), revenue("TWO", 134.902e9)]
        let finding = World(thesis: thesis, facts: facts + known).finding()
        let years = ["10%", "25%"].map { finding.estimate(.spending, "payback-years", of: $0) }
        let values = ["10%", "25%"].map { finding.estimate(.spending, "net-present-value", of: $0) }
        // Of the two whose revenue is known, 145 bn; the third is missing and said so.
        #expect(abs(try #require(years[0]).value - 7.631097) < 1e-6 && years[0]?.text == "beyond-its-life")
        #expect(abs(try #require(years[1]).value - 3.052439) < 1e-6 && years[1]?.text == "")
        #expect(abs(try #require(values[0]).value + 72_970_502_437.11621) < 1)
        #expect(abs(try #require(values[1]).value - 35_073_743_907.20947) < 1)
        #expect(years[0]?.assumptions == ["revenue-share=0.1", "margin=0.5", "life-years=5", "discount-rate=0.1"])
        #expect(
            (years + values).allSatisfy { $0?.basis == .whatIf && $0?.observations == 2 && $0?.evidence.count == 4 })
        #expect(finding.section(.spending)?.missing.map { $0.what + " " + $0.of } == ["revenue DARK"])
        let without = World(thesis: thesis, facts: facts).finding()
        #expect(without.estimate(.spending, "revenue-needed") != nil)
        #expect(without.section(.spending)?.estimates.contains { $0.id == "net-present-value" } == false)
        #expect(without.section(.spending)?.missing.filter { $0.what == "revenue" }.count == 3)
    }

    @Test("the flow of leveraged funds is that of MODELS §5.1, net of creations")
    func leveragedFunds() throws {
        func fund(_ symbol: String, _ leverage: Double, _ assets: Double) -> Fact {
            var value = ETFLeverage()
            value.leverage = leverage
            value.aumUsd = assets
            value.underlying = "ABC"
            value.weight = 1
            return World.fact(about: symbol, .etfLeverage(value))
        }
        let funds = [
            fund("L1", 2, 5.0e9), fund("L2", 2, 0.7387e9), fund("L3", 2, 0.5655e9), fund("S1", -2, 0.2e9),
        ]
        var creation = FundCreation()
        creation.valueUsd = 1e9
        creation.date = World.session
        let known = MarketFixture.at("2025-01-28", "12:00:00")
        let world = World(facts: funds + [World.fact(about: "L1", known: known, .fundCreation(creation))])
        let close = world.finding(World.signal(simpleReturn: -0.16968))
        // The exact sum of the four flows at −16.968 %: 2·(5 + 0.7387 + 0.5655) + 6·0.2 bn, times the return.
        let gross = try #require(close.estimate(.leveragedFunds, "gross-flow")).value
        #expect(abs(gross + 2.343032676e9) < 1e6)
        #expect(close.estimate(.leveragedFunds, "net-flow") == nil)
        #expect(close.section(.leveragedFunds)?.missing.contains { $0.what == "fund_creation" } == true)
        let next = world.finding(World.signal(simpleReturn: -0.16968, at: known))
        #expect(abs(try #require(next.estimate(.leveragedFunds, "net-flow")).value - (gross + 2e9)) < 1)
    }

    @Test("short sellers who cover are rejected as amplifiers of a fall and bounded as those of a rise")
    func shorts() {
        var interest = ShortInterest()
        interest.shares = 2.8e8
        interest.daysToCover = 1.3
        let world = World(facts: [World.fact(.shortInterest(interest))])
        #expect(world.finding().estimate(.shorts, "direction")?.text == "rejected")
        #expect(world.finding().estimate(.shorts, "bound") == nil)
        #expect(world.finding(World.signal(simpleReturn: 0.2)).estimate(.shorts, "direction")?.text == "possible")
    }

    /// Source of the first interval: `golden/g9.json`, `wilson_11_15`.
    @Test("what shocks of the kind were followed by is said from the number needed on, and lacking below")
    func recovery() throws {
        #expect(World().finding().section(.recovery) == nil)
        var signal = World.signal()
        signal.measure.baseRate.shocks = 15
        signal.measure.baseRate.recoveredHalf = 11
        signal.measure.baseRate.wentOn = 0
        signal.measure.baseRate.medianRetraced = 0.6
        signal.measure.baseRate.lower = -0.1
        signal.measure.baseRate.upper = 0.9
        signal.measure.baseRate.needed = 20
        let lacking = try #require(World().finding(signal).section(.recovery))
        #expect(lacking.estimates.isEmpty && lacking.missing.map(\.what) == ["base-rates"])
        signal.measure.baseRate.needed = 15
        let finding = World().finding(signal)
        #expect(finding.section(.recovery)?.missing.isEmpty == true)
        let half = try #require(finding.estimate(.recovery, "recovered-half"))
        #expect(abs(half.value - 11.0 / 15) < 1e-12 && abs(half.lower - 0.48049565938201017) < 1e-9)
        #expect(finding.estimate(.recovery, "went-on")?.value == 0)
        let median = try #require(finding.estimate(.recovery, "median-retraced"))
        #expect(median.value == 0.6 && median.lower == -0.1 && median.upper == 0.9 && median.observations == 15)
        #expect(World().finding(World.signal(followUp: 2)).section(.recovery)?.missing.isEmpty == true)
    }

    @Test("names that fell as the thesis said are hits; one frozen too late says nothing")
    func signature() throws {
        let finding = World().finding()
        #expect(finding.estimate(.signature, "hits")?.value == 2)
        #expect(abs(try #require(finding.estimate(.signature, "probability")).value - 0.25) < 1e-12)
        var late = World.thesis
        late.frozen = World.session
        let none = World(thesis: late).finding()
        #expect(none.section(.signature)?.estimates.isEmpty == true)
        #expect(none.section(.signature)?.missing.map(\.what) == ["frozen-before"])
    }

    @Test(
        "a signature says by when its signs were fixed, that they were written afterwards, and that n names show no less than 1/n"
    )
    func hindsight() throws {
        var thesis = World.thesis
        thesis.hindsight = true
        var exposure = Exposure()
        (exposure.symbol, exposure.sign) = ("IDX", 1)
        thesis.exposures.append(exposure)
        let finding = World(thesis: thesis).finding()
        let figures = try #require(finding.section(.signature)).estimates
        #expect(figures.allSatisfy { $0.assumptions.starts(with: ["frozen=2025-01-20", "hindsight"]) })
        #expect(finding.section(.signature)?.missing.map(\.what) == ["foresight"])
        let control = try #require(finding.estimate(.signature, "rotation-control"))
        // Of three rotations only the signs as they are put the one that did not fall first.
        #expect(control.value == 1.0 / 3 && control.text == "floor")
        let before = World().finding()
        #expect(before.estimate(.signature, "hits")?.assumptions == ["frozen=2025-01-20"])
        #expect(before.section(.signature)?.missing.isEmpty == true)
    }

    @Test("figures on facts that nobody could open are marked, and what a fact calls an assumption is one")
    func cited() throws {
        func fund(_ name: String, verified: Bool, assumed: Bool = false) -> Fact {
            var value = ETFLeverage()
            (value.leverage, value.aumUsd, value.underlying) = (2, 1e9, "ABC")
            var fact = World.fact(about: name, .etfLeverage(value))
            (fact.verified, fact.assumed, fact.note) = (verified, assumed, "about \(name)")
            return fact
        }
        let finding = World(facts: [
            fund("LEA", verified: true), fund("LEB", verified: false), fund("LEC", verified: false, assumed: true),
        ]).finding()
        func flow(_ name: String) throws -> Estimate {
            try #require(finding.estimate(.leveragedFunds, "flow", of: name))
        }
        #expect(try flow("LEA").basis == .stated && !flow("LEA").unverified)
        #expect(try flow("LEB").basis == .stated && flow("LEB").unverified && flow("LEB").assumptions.isEmpty)
        #expect(try flow("LEC").basis == .assumed && flow("LEC").unverified)
        #expect(try flow("LEC").assumptions == ["fact=assumed"])
        let gross = try #require(finding.estimate(.leveragedFunds, "gross-flow"))
        #expect(gross.unverified && gross.basis == .assumed)
        #expect(finding.unverified.map(\.note) == ["about LEB", "about LEC"])
        #expect(finding.unverified.map(\.assumed) == [false, true])
        #expect(try finding.unverified.map(\.sequence) == [flow("LEB"), flow("LEC")].flatMap(\.evidence))
    }

    @Test("before the close what funds will trade is assumed, by the move so far")
    func soFar() throws {
        var value = ETFLeverage()
        (value.leverage, value.aumUsd, value.underlying) = (2, 1e9, "ABC")
        var fact = World.fact(about: "LEV", .etfLeverage(value))
        fact.verified = true
        var early = World.signal(at: World.open + 60_000_000_000)
        early.measure.complete = false
        let flow = try #require(World(facts: [fact]).finding(early).estimate(.leveragedFunds, "gross-flow"))
        #expect(flow.basis == .assumed && flow.assumptions == ["move=so-far"])
        let finding = World(facts: [fact]).finding(early)
        let rest = (finding.section(.leveragedFunds)?.estimates ?? []) + (finding.section(.feedback)?.estimates ?? [])
        #expect(rest.allSatisfy { $0.assumptions.contains("move=so-far") })
        #expect(World(facts: [fact]).finding().estimate(.leveragedFunds, "gross-flow")?.basis == .stated)
    }

    @Test(
        "one quarter's results are not called missing where five are needed, and a likeness lacks the other's earnings")
    func analogyLacks() throws {
        var result = EarningsResult()
        (result.period, result.epsActual, result.epsConsensus, result.reported) = ("2024Q4", 1, 0.9, "2025-01-20")
        var likeness = Likeness()
        (likeness.other, likeness.correlation, likeness.weeks, likeness.windows) = ("DEF", 0.9, 52, 100)
        likeness.windowEnd = "1996-06"
        let facts = [World.fact(.earningsResult(result)), World.fact(.likeness(likeness))]
        let section = try #require(World(facts: facts).finding().section(.analogy))
        let missing = section.missing.map { $0.what + " " + $0.of }
        #expect(missing.contains("five-results ABC") && missing.contains("then-earnings DEF"))
        #expect(!missing.contains("earnings_result ABC"))
        #expect(section.estimates.first { $0.id == "likeness" }?.text == "1996-06")
        let none = try #require(World().finding().section(.analogy)).missing.map { $0.what + " " + $0.of }
        #expect(none.contains("earnings_result ABC") && !none.contains("five-results ABC"))
    }

    @Test("25 who had not changed their plans bound the changers at 11 %, or 52 % if they think alike (MODELS §7)")
    func surveys() throws {
        let finding = World(facts: [Self.statement("Analyst", .opposes, .t3, respondents: 25)]).finding()
        #expect(finding.section(.information)?.missing.contains { $0.what == "awareness" } == true)
        let bounds = try #require(finding.section(.information)).estimates.filter { $0.id == "survey-bound" }
        #expect(bounds.count == 2)
        #expect(abs(bounds[0].value - 0.10883) < 1e-5 && abs(bounds[1].value - 0.5228) < 1e-4)
        #expect(bounds.map(\.assumptions) == [["correlation=0"], ["correlation=0.3"]])
    }

    @Test("stance, gap and gradient follow the voices known at the time, and each new one changes them")
    func gaps() throws {
        let insiders = (0..<4).map { Self.statement("Chief \($0)", .opposes, .t2) }
        let analysts = (0..<4).map { Self.statement("Analyst \($0)", .neutral, .t3) }
        let papers = (0..<4).map { Self.statement("Paper \($0)", .supports, .t5) }
        let later = MarketFixture.at("2025-01-28", "12:00:00")
        let world = World(
            facts: insiders + analysts + papers + [Self.statement("Chief 9", .opposes, .t2, known: later)])
        let first = world.finding()
        let gradient = try #require(first.estimate(.proximity, "gradient"))
        #expect(gradient.value > 0 && gradient.observations == 3)
        #expect(try #require(first.estimate(.information, "gap")).value > 0)
        #expect(first.estimate(.information, "stance", of: "T2")?.observations == 4)
        #expect(world.finding(World.signal(at: later)).estimate(.information, "stance", of: "T2")?.observations == 5)
        let horizons = try #require(first.section(.horizon)).estimates
        #expect(horizons.count == 12 && horizons.allSatisfy { $0.text == "years" && $0.evidence.count == 1 })
    }

    @Test(
        "taking one kind of fact away changes the section concerned and no other",
        arguments: [
            (FactKind.shortInterest, SectionID.shorts), (.statement, .information), (.ownership, .ownership),
        ])
    func independent(kind: FactKind, section: SectionID) {
        var interest = ShortInterest()
        interest.shares = 2.8e8
        let facts = [
            Self.shares(1e10), Self.ownership("ABC", [("all", 1)]), Self.statement("Chief", .opposes, .t2),
            World.fact(.shortInterest(interest)),
        ]
        let whole = World(facts: facts).finding()
        let less = World(facts: facts.filter { $0.kind != kind }).finding()
        #expect(whole.section(section) != less.section(section))
        let concerned: Set<String> =
            kind == .statement ? ["information", "proximity", "horizon"] : [section.rawValue]
        func figures(_ finding: Finding) -> [[Double]] {
            finding.sections.filter { !concerned.contains($0.id) }.map { $0.estimates.map(\.value) }
        }
        #expect(figures(whole) == figures(less))
    }

    @Test("a checkpoint in between changes nothing")
    func checkpoint() throws {
        var world = World(facts: [Self.shares(1e10), Self.statement("Chief", .opposes, .t2)])
        world.market.signal(World.signal())
        var stage = AttributeStage()
        let half = world.market.messages.count / 2
        _ = stage.findings(Array(world.market.messages[..<half]))
        var restored = try PropertyListDecoder().decode(
            AttributeStage.self, from: PropertyListEncoder().encode(stage))
        let straight = stage.findings(Array(world.market.messages[half...]))
        #expect(!straight.isEmpty && restored.findings(Array(world.market.messages[half...])) == straight)
    }
}

extension [String] {
    fileprivate var uniqued: [String] { Array(Set(self)).sorted() }
}
