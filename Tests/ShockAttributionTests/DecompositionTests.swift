import Schema
import Testing

@testable import ShockAttribution

@Suite("The decomposition of a shock")
struct DecompositionTests {
    /// Drift, market and sector of MODELS.md §2.1 (data A, security 1); without its peer step the own part is
    /// the abnormal return of §1.2, the same regression.
    @Test("matches the golden series of MODELS.md")
    func golden() throws {
        var fixture = MarketFixture.goldenA()
        fixture.signal(
            .made(
                .open, "S1", session: MarketFixture.goldenDate(130), onset: 1..<2,
                simpleReturn: -0.18085173818769482))
        var stage = AttributeStage()
        let finding = try #require(stage.findings(fixture.messages).first)
        let parts = finding.decomposition
        #expect(abs(parts.drift - -0.001218727234207122) < 1e-9)
        #expect(abs(parts.market - -0.027949324484477425) < 1e-9)
        #expect(abs(parts.group - -0.0338663908222812) < 1e-9)
        #expect(abs(parts.own - -0.11781729564672906) < 1e-9)
        #expect(abs(parts.drift + parts.market + parts.group + parts.own - -0.18085173818769482) < 1e-12)
        #expect(parts.basket == ["SEC"])
        #expect(parts.groupID == "sector")
        #expect(parts.observations == 120)
        #expect(finding.missing.filter { $0.hasPrefix("decomposition") }.isEmpty)
        // Before and after the event of S1, the benchmark and the basket.
        #expect(parts.evidence.count == 6)
    }

    @Test("is repeated unchanged once the session's closes are known")
    func frozen() {
        var fixture = MarketFixture.goldenA()
        let signal = ShockSignal.made(
            .open, "S1", session: MarketFixture.goldenDate(130), onset: 1..<2, simpleReturn: -0.18085173818769482)
        fixture.signal(signal)
        fixture.daily("S1", MarketFixture.goldenDate(131), close: 5)
        fixture.signal(signal)
        var stage = AttributeStage()
        let findings = stage.findings(fixture.messages)
        #expect(findings.map(\.revision) == [1, 2])
        #expect(findings[0].decomposition == findings[1].decomposition)
    }

    @Test("before the close it is provisional, from the session's last prices, and says so")
    func provisional() throws {
        var fixture = MarketFixture.goldenA(sessions: 130)
        let date = MarketFixture.goldenDate(130)
        for (symbol, price) in [("BMK", 98_500.0), ("SEC", 94_000), ("S1", 82_000)] {
            fixture.trade(symbol, at: MarketFixture.at(date, "15:00:00"), price: price)
        }
        fixture.signal(.made(.pending, "S1", session: date, onset: 1..<2, simpleReturn: -0.18, complete: false))
        var stage = AttributeStage()
        let finding = try #require(stage.findings(fixture.messages).first)
        #expect(finding.hasDecomposition)
        #expect(finding.missing.contains { $0.hasPrefix("decomposition: provisional") })
    }

    @Test("a benchmark whose last price is hours older than the name's is not set beside it")
    func staleBenchmark() throws {
        func reasons(_ benchmark: String, closed: Bool = false) throws -> (missing: [String], isSplit: Bool) {
            var fixture = MarketFixture.goldenA(sessions: 130)
            let date = MarketFixture.goldenDate(130)
            fixture.trade("BMK", at: MarketFixture.at(date, benchmark), price: 98_500)
            fixture.trade("S1", at: MarketFixture.at(date, "16:30:00"), price: 82_000)
            if closed { for symbol in ["BMK", "S1"] { fixture.daily(symbol, date, close: 82_000) } }
            fixture.signal(.made(.pending, "S1", session: date, onset: 1..<2, simpleReturn: -0.18, complete: closed))
            var stage = AttributeStage()
            let finding = try #require(stage.findings(fixture.messages).first)
            return (finding.missing.filter { $0.hasPrefix("decomposition") }, finding.hasDecomposition)
        }
        let old = try reasons("14:30:00")
        #expect(old.missing == ["decomposition: price of the benchmark BMK: the last is 120 min older"])
        #expect(!old.isSplit)
        #expect(try reasons("16:16:00").isSplit)
        #expect(try reasons("14:30:00", closed: true).isSplit)
    }

    @Test("says what it lacks instead of guessing")
    func missing() {
        func reasons(_ change: (inout MarketFixture) -> Void) -> [String] {
            var fixture = MarketFixture()
            change(&fixture)
            fixture.signal(.made(.pending, "S1", session: "2025-01-27", onset: 1..<2, simpleReturn: -0.1))
            var stage = AttributeStage()
            return stage.findings(fixture.messages)[0].missing.filter { $0.hasPrefix("decomposition") }
        }
        #expect(reasons { _ in } == ["decomposition: no prices of the benchmark "])
        #expect(
            reasons {
                $0.configure(MarketFixture.goldenSettings)
                $0.define("BMK")
                $0.define("S1")
                $0.daily("BMK", "2025-01-24", close: 10)
            } == ["decomposition: no prices of S1"])
        #expect(
            reasons {
                $0.configure(MarketFixture.goldenSettings)
                $0.define("BMK")
                $0.define("S1")
                for date in ["2025-01-23", "2025-01-24", "2025-01-27"] {
                    $0.daily("BMK", date, close: 10)
                    $0.daily("S1", date, close: 10)
                }
            } == ["decomposition: 1 paired sessions, at least 70 are needed"])
        #expect(
            reasons {
                $0 = MarketFixture.goldenA(sessions: 100)
            } == ["decomposition: no price of the benchmark BMK in the session yet"])
    }

    @Test("a split the prices do not show is taken out of the window")
    func split() throws {
        var split = Fact()
        split.eventTime = 1
        split.subject = "S1"
        split.asOf = MarketFixture.goldenDate(60)
        split.split.ratio = 4
        var fixture = MarketFixture.goldenA(splitS1: (before: 60, ratio: 4))
        fixture.fact(split)
        fixture.signal(
            .made(
                .open, "S1", session: MarketFixture.goldenDate(130), onset: 1..<2,
                simpleReturn: -0.18085173818769482))
        var stage = AttributeStage()
        let parts = try #require(stage.findings(fixture.messages).first).decomposition
        #expect(abs(parts.market - -0.027949324484477425) < 1e-7)
    }

    @Test(
        "on 2025-01-27 the stock's fall splits as MODELS.md §2.1 measured it",
        .enabled(if: SharedData.isPresent))
    func realDay() throws {
        let peers = ["AVGO", "MRVL", "TSM", "ASML", "ANET", "VRT", "ARM"]
        var fixture = MarketFixture()
        var settings = ModelSettings()
        settings.benchmark = "SPY"
        settings.groups = [.made("chain", ["NVDA"] + peers)]
        fixture.configure(settings)
        for symbol in ["SPY", "NVDA"] + peers { fixture.define(symbol) }
        for row in try SharedData.dailyCloses()
        where row.date <= "2025-01-27" && (["SPY", "NVDA"] + peers).contains(row.symbol) {
            fixture.daily(row.symbol, row.date, close: row.close)
        }
        fixture.signal(.made(.open, "NVDA", session: "2025-01-27", onset: 1..<2, simpleReturn: 118.42 / 142.62 - 1))
        fixture.signal(
            .made(.open, "chain", session: "2025-01-27", onset: 1..<2, simpleReturn: -0.17, scope: .group))
        var stage = AttributeStage()
        let findings = stage.findings(fixture.messages)
        let parts = findings[0].decomposition
        // numpy's least squares over the same file and window. MODELS.md §2.1 gives −9.50 and −3.99 for the
        // last two, which this file does not yield; drift, market and their sum agree with it within 0.15.
        #expect(abs(parts.drift - 0.0043) < 0.0001)
        #expect(abs(parts.market - -0.0401) < 0.0001)
        #expect(abs(parts.group - -0.0989) < 0.0001)
        #expect(abs(parts.own - -0.0350) < 0.0001)
        #expect(parts.windowFrom == "2024-01-11" && parts.windowUntil == "2025-01-08" && parts.observations == 250)
        let group = findings[1].decomposition
        #expect(!group.hasGroup && group.basket.count == 8)
        #expect(abs(group.drift + group.market + group.own - -0.17) < 1e-12)
    }
}

extension Group {
    static func made(_ id: String, _ symbols: [String], keywords: [String] = []) -> Group {
        var group = Group()
        group.id = id
        group.name = id
        group.keywords = keywords
        group.members = symbols.map { symbol in
            var member = GroupMember()
            member.symbol = symbol
            member.weight = 1
            return member
        }
        return group
    }
}

/// Data A of MODELS.md §1.1: market, sector and one security, made with its generator.
extension MarketFixture {
    static var goldenSettings: ModelSettings {
        var settings = ModelSettings()
        settings.benchmark = "BMK"
        settings.detection.estimationWindow = 120
        settings.detection.minimumHistory = 60
        var group = Group.made("sector", ["S1", "SEC", "HALF"])
        group.members[2].weight = 0
        settings.groups = [group]
        return settings
    }

    /// The date of return `index`; one session a day, the calendar does not matter.
    static func goldenDate(_ index: Int) -> String {
        CivilTime.date(day: CivilTime.dayNumber(year: 2024, month: 1, day: 2) + index)
    }

    /// - Parameters:
    ///   - sessions: 131 includes the event.
    ///   - splitS1: Prices of S1 before this return are multiplied by the ratio.
    static func goldenA(
        sessions: Int = 131, splitS1: (before: Int, ratio: Double)? = nil, absurdSession: Int? = nil
    ) -> MarketFixture {
        var random = NormalLike(seed: 20_250_127)
        var fixture = MarketFixture()
        fixture.configure(goldenSettings)
        for symbol in ["BMK", "SEC", "S1"] { fixture.define(symbol) }
        let rows = goldenReturns(&random)
        // Prices travel in units of 1e-9: start high, so that returns keep twelve digits.
        var prices = ["BMK": 100_000.0, "SEC": 100_000.0, "S1": 100_000.0]
        for index in -1..<sessions {
            for (column, symbol) in ["BMK", "SEC", "S1"].enumerated() {
                if index >= 0 { prices[symbol]! *= 1 + rows[index][column] }
                let ratio = symbol == "S1" ? splitS1.flatMap { index < $0.before ? $0.ratio : nil } ?? 1 : 1
                fixture.daily(
                    symbol, goldenDate(index),
                    close: prices[symbol]! * (symbol == "S1" && index == absurdSession ? 1_000 : ratio))
            }
        }
        return fixture
    }

    /// Rows of market, sector and security 1: 120 of the window, 10 quiet ones for the gap, the event.
    private static func goldenReturns(_ random: inout NormalLike) -> [[Double]] {
        var rows: [[Double]] = []
        for row in 0...120 {
            let zm = random.next()
            let zs = random.next()
            var m = 0.0004 + 0.009 * zm
            var s = 0.0002 + 1.2 * m + 0.008 * zs
            if row == 120 { (m, s) = (-0.015, -0.060) }
            var first = 0.0
            for security in 0..<4 {
                let z = random.next()
                guard security == 0 else { continue }
                first = 0.0008 + 1.6 * m + 0.8 * (s - 1.2 * m) + 0.020 * z + (row == 120 ? -0.10 : 0)
            }
            rows.append([m, s, first])
        }
        rows.insert(contentsOf: Array(repeating: [0.001, 0.001, 0.001], count: 10), at: 120)
        return rows
    }
}

/// The golden noise of MODELS.md §0.
struct NormalLike {
    private var state: Int64

    init(seed: Int64) { state = seed }

    mutating func uniform() -> Double {
        state = 48_271 * state % 2_147_483_647
        return Double(state) / 2_147_483_647.0
    }

    mutating func next() -> Double {
        var sum = 0.0
        for _ in 0..<12 { sum += uniform() }
        return sum - 6
    }
}
