import Alerting
import Schema
import Testing

@testable import Pages

/// A finding with something for every chart.
enum SampleFinding {
    static let onset = UInt64(1_700_000_000) * CivilTime.second
    static let whole: Finding = {
        var finding = Finding()
        finding.shock = "ABC/2023-11-14"
        finding.subject = "ABC"
        finding.subjectName = "Alphabet Soup"
        finding.scope = .instrument
        finding.phase = .open
        finding.revision = 3
        finding.eventTime = onset + 3 * CivilTime.day
        finding.measure.session = "2023-11-14"
        finding.measure.simpleReturn = -0.1
        finding.measure.onsetFrom = onset - CivilTime.day
        finding.measure.onsetUntil = onset
        finding.measure.priceBefore = 100
        finding.measure.priceLast = 90
        finding.measure.followUp = [
            session("2023-11-15", 92, 0.02, 0.2), session("2023-11-16", 95, 0.03, 0.5),
        ]
        finding.decomposition.market = -0.02
        finding.decomposition.own = -0.08
        finding.decomposition.ownStandardError = 0.01
        finding.decomposition.evidence = [3]
        var story = TriggerCandidate()
        story.headline = "Soup is found to be cold"
        story.probability = 0.9
        story.kind = .story
        story.firstSeen = onset - CivilTime.day / 2
        story.peak = onset - CivilTime.day / 4
        story.evidence = [4, 5]
        finding.attribution.candidates = [story]
        finding.attribution.unexplained = 0.1
        finding.sections = [
            section("leveraged-funds", .amplifier, [estimate("bound", "", 0.008, .fraction)]),
            section(
                "efficiency", .thesis,
                [
                    estimate("break-even-elasticity", "10", 0.9, .plain),
                    estimate("demand", "low", 0.1, .ratio, ["gain=10", "elasticity=0.0"]),
                    estimate("demand", "high", 2.5, .ratio, ["gain=10.0", "elasticity=1.4"]),
                ]),
            section("information", .gap, [stance("T1", -0.5), stance("T5", 0.4)]),
            section(
                "pricing-power", .chain,
                [
                    estimate("profit", "kept", 2, .ratio, ["demand=2.0"]),
                    estimate("break-even-demand", "kept", 1, .ratio),
                    estimate("profit", "lost", 0.5, .ratio, ["demand=2.0"]),
                    estimate("break-even-demand", "lost", 3.7, .ratio),
                ]),
        ]
        var claim = ClaimFinding()
        claim.id = "cold"
        claim.statement = "The soup is cold."
        claim.status = .supported
        claim.evidence = [6]
        finding.claims = [claim]
        return finding
    }()

    static func section(_ id: String, _ kind: SectionKind, _ estimates: [Estimate]) -> Section {
        var section = Section()
        section.id = id
        section.kind = kind
        section.estimates = estimates
        return section
    }

    static func estimate(
        _ id: String, _ of: String, _ value: Double, _ unit: Schema.Unit, _ assumptions: [String] = []
    ) -> Estimate {
        var estimate = Estimate()
        (estimate.id, estimate.of, estimate.value, estimate.unit) = (id, of, value, unit)
        estimate.assumptions = assumptions
        estimate.basis = .assumed
        return estimate
    }

    private static func stance(_ tier: String, _ value: Double) -> Estimate {
        var estimate = estimate("stance", tier, value, .plain)
        estimate.lower = value - 0.3
        estimate.upper = value + 0.3
        estimate.observations = 4
        return estimate
    }

    private static func session(_ day: String, _ price: Double, _ change: Double, _ retraced: Double) -> FollowUpSession
    {
        var session = FollowUpSession()
        (session.session, session.price, session.simpleReturn, session.retraced) = (day, price, change, retraced)
        return session
    }
}

@Suite("Charts of a finding")
struct ChartComposerTests {
    private static func chart(_ id: String, _ finding: Finding, _ surroundings: Surroundings? = nil) -> Chart? {
        ChartComposer(finding, .english, surroundings).charts.first { $0.id == id }
    }

    @Test("an empty finding has every chart, each saying what it lacks", arguments: Language.allCases)
    func nothing(language: Language) {
        let charts = ChartComposer(Finding(), language).charts
        #expect(
            charts.map(\.id) == ["price", "decomposition", "attention", "bounds", "scenarios", "stance", "recovery"])
        for chart in charts {
            guard case .missing(let what) = chart.content else {
                Issue.record("\(chart.id) is drawn")
                continue
            }
            #expect(!what.isEmpty)
        }
        let page = PageComposer(Finding(), language).page
        let read = WellFormed(HTMLPage.body(page: page, charts: charts))
        #expect(read.problems == [])
        #expect(!read.elements.contains { $0.name == "svg" })
    }

    @Test("values that are no numbers are not drawn, nor do they end the program")
    func notNumbers() {
        for value in [Double.nan, .infinity, -.infinity, 1e300] {
            var finding = SampleFinding.whole
            finding.measure.simpleReturn = value
            finding.decomposition.own = value
            finding.decomposition.ownStandardError = value
            for index in finding.sections.indices {
                for place in finding.sections[index].estimates.indices {
                    finding.sections[index].estimates[place].value = value
                }
            }
            for index in finding.measure.followUp.indices {
                finding.measure.followUp[index].price = value
                finding.measure.followUp[index].retraced = value
            }
            for scope in [ShockScope.instrument, .group] {
                finding.scope = scope
                for language in Language.allCases {
                    let page = PageComposer(finding, language).page
                    let read = WellFormed(HTMLPage.body(page: page, charts: ChartComposer(finding, language).charts))
                    #expect(read.problems == [])
                    let drawn = read.elements.flatMap(\.attributes).filter { $0.key == "viewBox" || $0.key == "points" }
                    #expect(!drawn.contains { $0.value.contains("nan") || $0.value.contains("inf") })
                }
            }
        }
    }

    @Test("the parts of a waterfall are those of the decomposition, with their sum")
    func waterfall() throws {
        let chart = try #require(Self.chart("decomposition", SampleFinding.whole))
        guard case .waterfall(let drawing) = chart.content else { return #expect(Bool(false)) }
        #expect(drawing.steps.map(\.name) == ["drift", "market", "own", "total"])
        #expect(abs(drawing.steps[3].points + 10) < 1e-9)
        #expect(chart.table.rows[2] == ["own", "−8.00", "1.00"])
    }

    @Test("cases are set against the break-even in words")
    func scenarios() throws {
        let demand = try #require(Self.chart("demand", SampleFinding.whole))
        #expect(demand.table.rows.map(\.last) == ["▼ below break-even", "▲ above break-even", "what the move implies"])
        let profit = try #require(Self.chart("profit", SampleFinding.whole))
        #expect(profit.table.rows.map { $0[2] } == ["1.00×", "3.70×"])
        #expect(profit.table.rows.map(\.last) == ["▲ above break-even", "▼ below break-even"])
    }

    @Test("stances keep their intervals, bounds their move, recovery its first day")
    func others() throws {
        guard case .intervals(let stance) = try #require(Self.chart("stance", SampleFinding.whole)).content else {
            return #expect(Bool(false))
        }
        #expect(stance.rows.count == 2 && stance.rows[0].lower == -0.8)
        guard case .bounds(let bounds) = try #require(Self.chart("bounds", SampleFinding.whole)).content else {
            return #expect(Bool(false))
        }
        #expect(bounds.rows.map(\.points) == [-10, 0.8])
        guard case .series(let recovery) = try #require(Self.chart("recovery", SampleFinding.whole)).content else {
            return #expect(Bool(false))
        }
        #expect(recovery.points.map(\.value) == [0, 20, 50])
    }

    // MARK: What is beside the finding

    private static func bars(_ first: UInt64, _ closes: [(UInt64, Double)], instrument: UInt32 = 1) -> StreamMessage {
        var bars = Bars()
        bars.firstSequence = first
        for (end, close) in closes {
            bars.recordTime.append(end)
            bars.instrument.append(instrument)
            bars.start.append(end - CivilTime.day / 24)
            bars.end.append(end)
            let price = Price.units(close)!
            bars.open.append(price)
            bars.high.append(price)
            bars.low.append(price)
            bars.close.append(price)
            bars.volume.append(1)
        }
        return .bars(bars)
    }

    private static func definition(_ symbol: String, _ number: UInt32, aliases: [String]) -> StreamMessage {
        var definition = InstrumentDefinition()
        (definition.sequence, definition.instrument, definition.symbol) = (UInt64(number), number, symbol)
        definition.aliases = aliases
        return .instrumentDefinition(definition)
    }

    private static func news(_ sequence: UInt64, _ time: UInt64, _ title: String, _ url: String = "") -> StreamMessage {
        var item = NewsItem()
        (item.sequence, item.eventTime, item.published, item.firstSeen) = (sequence, time, time, time)
        (item.title, item.url, item.source) = (title, url, "Paper")
        return .newsItem(item)
    }

    @Test("prices, news and records come from the stream, of the subject alone, and none from after the finding")
    func surroundings() throws {
        let finding = SampleFinding.whole
        let onset = SampleFinding.onset
        var read = Surroundings(of: finding)
        read.add(Self.definition("ABC", 1, aliases: ["Soup"]))
        read.add(Self.definition("DEF", 2, aliases: []))
        read.add(
            Self.bars(
                3, [(onset - 2 * CivilTime.day, 100), (onset, 90), (finding.eventTime, 95), (finding.eventTime + 1, 7)])
        )
        read.add(Self.bars(20, [(onset, 5)], instrument: 2))
        // A bar that comes late has its place.
        read.add(Self.bars(21, [(onset - CivilTime.day, 101)]))
        read.add(Self.news(4, onset - CivilTime.day / 4, "Cold soup", "https://example.com/soup"))
        read.add(Self.news(5, onset - CivilTime.day / 4 + 1, "Soups are warm"))
        read.add(Self.news(30, finding.eventTime + 1, "Soup again"))
        #expect(read.prices.map(\.value) == [100, 101, 90, 95])
        #expect(read.naming.values.reduce(0, +) == 1)
        #expect(read.telling.values.reduce(0, +) == 2)
        #expect(read.evidence.map(\.sequence) == [3, 4, 5, 6, 4, 5])
        #expect(read.evidence[0].kind == "bar" && read.evidence[0].text == "ABC 100.00")
        let chart = try #require(Self.chart("price", finding, read))
        guard case .series(let drawing) = chart.content else { return #expect(Bool(false)) }
        #expect(drawing.marks.map(\.label) == ["1"])
        #expect(drawing.onset == onset - CivilTime.day...onset)
        guard case .series = try #require(Self.chart("attention", finding, read)).content else {
            return #expect(Bool(false))
        }
    }

    @Test("a minute's prices over weeks stay a few hundred points, in order")
    func many() {
        let finding = SampleFinding.whole
        var read = Surroundings(of: finding)
        read.add(Self.definition("ABC", 1, aliases: []))
        let minute = 60 * CivilTime.second
        let start = SampleFinding.onset - 20 * CivilTime.day
        for block in 0..<30 as Range<UInt64> {
            read.add(Self.bars(10 + block * 1_000, (0..<1_000).map { (start + (block * 1_000 + $0) * minute, 50) }))
        }
        #expect(read.prices.count > 200 && read.prices.count <= 602)
        #expect(zip(read.prices, read.prices.dropFirst()).allSatisfy { $0.time < $1.time })
    }

    @Test(
        "names are whole words, symbols as they are written, and names without spaces anywhere",
        arguments: [
            ("Soup", "cold SOUP, again", true), ("Soup", "Soups", false), ("Soup", "", false),
            ("ARM", "an arm's length", false),
            ("ARM", "ARM falls", true), ("英伟达", "因为英伟达下跌", true), ("T", "AT&T", true), ("T", "The", false),
            ("", "x", false),
            ("AT&T", "(AT&T)", true), ("abc", "ab", false), ("Nvidia", "英Nvidia跌", true),
        ])
    func names(name: String, text: String, isNamed: Bool) {
        #expect(NameSearch.names(name, in: text) == isNamed)
    }
}
