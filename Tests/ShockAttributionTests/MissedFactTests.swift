import Schema
import SwiftProtobuf
import Testing

@testable import ShockAttribution

@Suite("Published records, rents and splits that are missed")
struct MissedFactTests {
    typealias World = ExplanationFixture

    private static func record(_ subject: String, _ usd: Double, _ date: String, known: UInt64? = nil) -> Fact {
        var value = RecordLoss()
        value.valueUsd = usd
        value.date = date
        return World.fact(
            about: subject, known: known ?? MarketFixture.at(date, "22:00:00"), asOf: date, .recordLoss(value))
    }

    /// A fall that cost so much, by the analyze stage the first of ten.
    private static func signal(_ usd: Double = -2e11, rank: UInt32 = 1) -> ShockSignal {
        var signal = World.signal(simpleReturn: usd < 0 ? -0.2 : 0.2)
        signal.measure.value.usd = usd
        signal.measure.value.rank = rank
        signal.measure.value.compared = 10
        return signal
    }

    @Test("a loss is set against the largest published one of a session before it, the last word on each")
    func records() throws {
        let facts = [
            Self.record("DEF", -1e11, "2018-07-26"), Self.record("GHI", -1.2e11, "2022-02-03"),
            Self.record("GHI", -1.6e11, "2022-02-03", known: MarketFixture.at("2022-02-10", "12:00:00")),
            Self.record("JKL", 9e11, "2023-05-25"), Self.record("ABC", -2e11, World.session),
        ]
        let finding = World(facts: facts).finding(Self.signal())
        #expect(finding.estimate(.size, "published-record", of: "GHI")?.value == -1.6e11)
        #expect(finding.estimate(.size, "published-record", of: "GHI")?.asOf == "2022-02-03")
        #expect(abs(try #require(finding.estimate(.size, "over-record")).value - 1.25) < 1e-12)
        let count = try #require(finding.estimate(.size, "published-records"))
        #expect(count.value == 2 && count.asOf == "2018-07-26" && count.evidence.count == 2)
        let none = try #require(World(facts: [facts[4]]).finding(Self.signal()).section(.size))
        #expect(none.estimates.isEmpty && none.missing.map(\.what) == ["record_loss", "moves-by-size"])
        // A rise is held against rises, where any was published.
        let rise = World(facts: facts).finding(Self.signal(1.8e11))
        #expect(rise.estimate(.size, "published-record", of: "JKL")?.value == 9e11)
        #expect(World(facts: [facts[0]]).finding(Self.signal(1.8e11)).section(.size) == nil)
        #expect(World(facts: facts).finding().section(.size) == nil, "without a value there is no size")
    }

    @Test("the first of a stream's own is a record only beside published ones")
    func claims() {
        let claim = World.claim(
            .record(
                .with {
                    $0.inDollars = true
                }))
        let record = Self.record("DEF", -1e11, "2018-07-26")
        let alone = World(facts: [claim]).finding(Self.signal())
        #expect(alone.status(of: "it") == .unsupported)
        #expect(alone.claims.first?.missing.map(\.what) == ["record_loss"])
        let beside = World(facts: [claim, record]).finding(Self.signal())
        #expect(beside.status(of: "it") == .supported)
        #expect(beside.claims.first?.estimates.map(\.id) == ["value", "rank", "published-record"])
        #expect(World(facts: [claim]).finding(Self.signal(rank: 2)).status(of: "it") == .contradicted)
    }

    @Test("a chain has the rents of its input from before the session and since, and says which is missing")
    func rents() throws {
        func rent(_ usd: Double, _ date: String, item: String = "widget press") -> Fact {
            var value = RentalPrice()
            value.item = item
            value.valueUsdPerHour = usd
            return World.fact(
                about: item, known: MarketFixture.at(date, "12:00:00"), asOf: date, .rentalPrice(value))
        }
        var thesis = World.thesis
        thesis.chains = [
            .with {
                ($0.name, $0.gain, $0.priceMultiple, $0.inputShare, $0.otherCost) = ("wheat and bread", 10, 2, 0.3, 0.6)
                $0.rents = ["widget press"]
            }
        ]
        func chain(_ facts: [Fact]) throws -> Section {
            let signal = World.signal(at: MarketFixture.at("2025-02-10", "21:00:00"))
            return try #require(World(thesis: thesis, facts: facts).finding(signal).section(.chain))
        }
        let none = try chain([rent(1, "2024-10-31", item: "other")])
        #expect(none.missing.map { $0.what + " " + $0.of } == ["rental_price widget press"])
        #expect(!none.estimates.contains { $0.id == "rent" } && none.estimates.count >= 3)
        let before = try chain([rent(2.5, "2024-09-30"), rent(3, "2024-10-31")])
        #expect(before.estimates.filter { $0.id == "rent" }.map(\.value) == [3])
        #expect(before.missing.map(\.what) == ["rents-since"])
        let both = try chain([rent(3, "2024-10-31"), rent(3.6, "2025-02-01")])
        #expect(both.missing.isEmpty && both.estimates.filter { $0.id == "rent" }.map(\.value) == [3, 3.6])
        let multiple = try #require(both.estimates.first { $0.id == "rent-multiple" })
        #expect(abs(multiple.value - 1.2) < 1e-12 && multiple.basis == .stated && multiple.evidence.count == 2)
        #expect(try chain([rent(3.6, "2025-02-01")]).missing.map(\.what) == ["rents-before"])
    }

    /// Eight quarters of earnings, the last of them in split shares.
    private static func results(_ earnings: [Double], surprise: Double = 1.05) -> [Fact] {
        let dates = [
            "2023-02-15", "2023-05-15", "2023-08-15", "2023-11-15", "2024-02-15", "2024-05-15", "2024-08-15",
            "2024-11-15",
        ]
        return zip(dates, earnings).enumerated().map { number, result in
            var value = EarningsResult()
            value.period = "Q\(number)"
            value.epsActual = result.1
            value.epsConsensus = result.1 / surprise
            value.reported = result.0
            return World.fact(
                known: MarketFixture.at(result.0, "22:00:00"), asOf: result.0, .earningsResult(value))
        }
    }

    private static func split(_ ratio: Double) -> Fact {
        var value = Split()
        value.ratio = ratio
        value.applied = true
        return World.fact(known: MarketFixture.at("2024-05-20", "22:00:00"), asOf: "2024-06-10", .split(value))
    }

    @Test("earnings a share that look split without a split say that one is missing, and no parts of the price")
    func splits() throws {
        func analogy(_ facts: [Fact]) throws -> (parts: Bool, lacks: Bool) {
            let section = try #require(World(facts: facts).finding().section(.analogy))
            return (
                section.estimates.contains { $0.id == "earnings-part" }, section.missing.contains { $0.what == "split" }
            )
        }
        let grown = [0.9, 1.1, 2.7, 4, 5.2, 6.1, 0.68, 0.81]
        #expect(try analogy(Self.results(grown)) == (false, true))
        #expect(try analogy(Self.results(grown) + [Self.split(10)]) == (true, false))
        // Growth, a recovery, a seasonal business and a twofold change are none.
        #expect(try analogy(Self.results([1, 1, 1, 1, 1, 1, 10, 10])) == (true, false))
        #expect(try analogy(Self.results([0.9, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7])) == (true, false))
        #expect(try analogy(Self.results([0.3, 0.3, 0.3, 3, 0.3, 0.3, 0.3, 3])) == (true, false))
        #expect(try analogy(Self.results([2, 2, 2, 2, 2, 2, 1, 1])) == (true, false))
        // Losses have no ratio; a collapse nobody foresaw is one, by what was expected.
        #expect(try analogy(Self.results([1, 1, 1, 1, 1, 1, -1, 1])).lacks == false)
        var collapse = Self.results([1, 1, 1, 1, 1, 1, 0.1, 1])
        collapse[6].earningsResult.epsConsensus = 1
        #expect(try analogy(collapse).lacks == false)
    }

    @Test("a finding has the names of whom it speaks, in all languages that the configuration has")
    func names() throws {
        var world = World()
        var settings = world.settings
        settings.groups = [
            .with {
                ($0.id, $0.name) = ("makers", "Widget makers")
                $0.members = ["ABC", "DEF"].map { symbol in .with { ($0.symbol, $0.weight) = (symbol, 1) } }
                $0.translations = [.with { ($0.language, $0.text) = ("zh", "部件制造商") }]
            }
        ]
        world.market.configure(settings)
        var signal = World.signal()
        signal.partOf = ["makers/2025-01-27"]
        let finding = world.finding(signal)
        #expect(Set(finding.names.map(\.id)) == ["ABC", "IDX", "makers"])
        let group = try #require(finding.names.first { $0.id == "makers" })
        #expect(group.name == "Widget makers" && group.translations.map(\.text) == ["部件制造商"])
    }
}
