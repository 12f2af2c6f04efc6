import Schema
import Testing

@testable import ShockAttribution

/// Closes that are not believed: what the analyze stage drops is no close here either.
@Suite("Prices that attribute believes")
struct PriceLevelTests {
    private static let days = Array(
        ((CivilTime.parseDate("2025-01-02") ?? 0)...(CivilTime.parseDate("2025-01-31") ?? 0)).filter {
            ($0 + 3) % 7 < 5
        })
    private static func date(_ index: Int) -> String { CivilTime.date(day: days[index]) }

    private static func table(_ build: (inout MarketFixture) -> Void) -> (stage: AttributeStage, closes: [Double]) {
        var fixture = MarketFixture()
        var settings = ModelSettings()
        settings.calendar = "XNYS"
        fixture.configure(settings)
        fixture.define("ABC")
        build(&fixture)
        var stage = AttributeStage()
        _ = stage.findings(fixture.messages)
        return (stage, stage.prices.closes(slot: 0).map { Price.double($0.price) })
    }

    private static func split(_ ratio: Double, _ exDay: String, at time: UInt64) -> Fact {
        var fact = Fact()
        fact.subject = "ABC"
        fact.asOf = exDay
        fact.eventTime = time
        fact.recordTime = time
        fact.split.ratio = ratio
        return fact
    }

    /// The returns that a decomposition would rest on.
    private static func returns(_ stage: AttributeStage) -> [Double] {
        let closes = stage.prices.closes(slot: 0)
        let session = (closes.last?.day ?? 0) + 1
        let prices = SessionPrices(
            closes: closes, latest: stage.prices.latest(slot: 0), session: session,
            splits: stage.facts.splits(of: "ABC", at: .max) + stage.prices.newLevels(slot: 0))
        return zip(prices.prices.dropFirst(), prices.prices).map { $0 / $1 - 1 }
    }

    @Test("one price a thousandfold or a thousandth is no close, whatever it came in", arguments: [1e3, 1e-3, 11])
    func absurd(factor: Double) {
        let (stage, closes) = Self.table { fixture in
            for day in 0..<5 {
                fixture.daily("ABC", Self.date(day), close: day == 2 ? 100 * factor : 100 + Double(day))
            }
            fixture.trade("ABC", at: MarketFixture.at(Self.date(5), "15:00:00"), price: 100 * factor)
        }
        #expect(closes == [100, 101, 103, 104])
        #expect(stage.prices.latest(slot: 0).price == Price.units(104))
        #expect(stage.prices.absurd == 2)
    }

    @Test("a level that two sessions agree on is believed, and the jump to it is no return", arguments: [1e3, 1e-3])
    func newLevel(factor: Double) {
        let (stage, closes) = Self.table { fixture in
            for day in 0..<6 {
                fixture.daily("ABC", Self.date(day), close: (100 + Double(day)) * (day > 2 ? factor : 1))
            }
        }
        // The first session of the new level is held.
        #expect(closes.map { $0.rounded() } == [100, 101, 102, 104 * factor, 105 * factor].map { $0.rounded() })
        let returns = Self.returns(stage)
        #expect(returns.count == 4 && abs(returns[2]) < 1e-9)
        #expect(abs(returns[3] - (105.0 / 104 - 1)) < 1e-6)
    }

    @Test("a split of twenty is no absurd price, told before or after")
    func split() {
        for told in [0, 5] {
            let (stage, closes) = Self.table { fixture in
                for day in 0..<6 {
                    if day == told {
                        fixture.fact(Self.split(20, Self.date(3), at: MarketFixture.at(Self.date(day), "12:00:00")))
                    }
                    fixture.daily("ABC", Self.date(day), close: (100 + Double(day)) / (day > 2 ? 20 : 1))
                }
            }
            #expect(closes.count == (told == 0 ? 6 : 5), "told on day \(told)")
            // Told late, the new level it stood for gives way: the closes are in the split's terms, once.
            #expect(Self.returns(stage).allSatisfy { abs($0) < 0.03 }, "\(Self.returns(stage))")
            #expect(stage.prices.newLevels(slot: 0).isEmpty)
        }
    }

    @Test("of a history that is loaded, what is tenfold off its neighbours is not taken")
    func history() {
        let (stage, closes) = Self.table { fixture in
            for day in 10..<14 { fixture.daily("ABC", Self.date(day), close: 100) }
            for day in 0..<10 { fixture.daily("ABC", Self.date(day), close: day == 4 ? 100_000 : 90 + Double(day)) }
        }
        #expect(closes == [90, 91, 92, 93, 95, 96, 97, 98, 99, 100, 100, 100, 100])
        #expect(stage.prices.absurd == 1)
    }

    @Test("a price from days ahead of its record does not make all that follow late")
    func future() {
        let (stage, closes) = Self.table { fixture in
            fixture.daily("ABC", Self.date(0), close: 100)
            fixture.bar(
                "ABC", from: MarketFixture.at("2027-01-04", "14:30:00"),
                until: MarketFixture.at("2027-01-04", "21:00:00"),
                close: 50, recorded: MarketFixture.at(Self.date(0), "21:30:00"))
            fixture.trade("ABC", at: MarketFixture.at(Self.date(1), "15:00:00"), price: 101)
        }
        #expect(closes == [100, 101])
        #expect(stage.prices.latest(slot: 0).price == Price.units(101))
    }

    @Test("a decomposition is the same with one absurd close in its window as without it")
    func decomposition() throws {
        func parts(absurd: Bool) throws -> Decomposition {
            var fixture = MarketFixture.goldenA(absurdSession: absurd ? 60 : nil)
            var settings = MarketFixture.goldenSettings
            settings.detection.minimumHistory = 100
            fixture.configure(settings)
            fixture.signal(
                .made(
                    .open, "S1", session: MarketFixture.goldenDate(130), onset: 1..<2,
                    simpleReturn: -0.18085173818769482))
            var stage = AttributeStage()
            return try #require(stage.findings(fixture.messages).first).decomposition
        }
        let (with, without) = (try parts(absurd: true), try parts(absurd: false))
        // The session itself is missing, and with it two returns of the window.
        #expect(with.observations < without.observations)
        #expect(abs(with.market - without.market) < 0.005 && abs(with.own - without.own) < 0.01)
        #expect(abs(with.group - without.group) < 0.01)
        #expect(with.ownStandardError < 1.1 * without.ownStandardError)
    }
}
