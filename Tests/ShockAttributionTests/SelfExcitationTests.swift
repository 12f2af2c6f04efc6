import Calendars
import Foundation
import Schema
import TestKit
import Testing

@testable import ShockAttribution

@Suite("Self-excitation of trades")
struct SelfExcitationTests {
    typealias World = ExplanationFixture
    static let dayBefore = MarketFixture.at("2025-01-24", "14:30:00")

    /// Ogata's thinning: times in seconds of a Hawkes process of a branching ratio, 0.12 events a second in the mean.
    static func simulated(
        _ ratio: Double, seconds: Double = 23_400, _ noise: inout SeededGenerator, decay: Double = 0.2
    ) -> [Double] {
        let (rate, jump) = (0.12 * (1 - ratio), ratio * decay)
        var (times, time, excited): ([Double], Double, Double) = ([], 0, 0)
        while true {
            let bound = rate + excited
            let wait = -log(Double.random(in: 1e-12..<1, using: &noise)) / bound
            time += wait
            guard time < seconds else { return times }
            excited *= exp(-decay * wait)
            if Double.random(in: 0..<1, using: &noise) * bound <= rate + excited {
                times.append(time)
                excited += jump
            }
        }
    }

    /// ABC's finding where it traded at these seconds of the session before and of the shock's.
    static func finding(
        _ before: [Double], _ after: [Double], at time: UInt64 = World.close, onset: Range<UInt64>? = nil
    ) -> Finding {
        var stage = AttributeStage()
        return finding(before, after, at: time, onset: onset, by: &stage)
    }

    static func finding(
        _ before: [Double], _ after: [Double], at time: UInt64, onset: Range<UInt64>? = nil,
        by stage: inout AttributeStage
    ) -> Finding {
        finding([(dayBefore, before)], after, at: time, onset: onset, by: &stage)
    }

    /// ... of sessions by their opens, rising, and of the shock's.
    static func finding(
        _ before: [(open: UInt64, times: [Double])], _ after: [Double], at time: UInt64 = World.close,
        onset: Range<UInt64>? = nil, by stage: inout AttributeStage
    ) -> Finding {
        var settings = ModelSettings()
        settings.calendar = "XNYS"
        var market = MarketFixture()
        market.configure(settings)
        market.define("ABC")
        for (open, times) in before + [(World.open, after)] {
            for second in times {
                let time = open + UInt64(second * 1_000) * (CivilTime.second / 1_000)
                market.trade("ABC", at: time, price: 80)
            }
        }
        return stage.findings(market.messages + [.shockSignal(signal(at: time, onset: onset))]).last!
    }

    static func signal(at time: UInt64, onset: Range<UInt64>? = nil) -> ShockSignal {
        var signal = World.signal(at: time)
        if let onset { (signal.measure.onsetFrom, signal.measure.onsetUntil) = (onset.lowerBound, onset.upperBound) }
        signal.measure.returnPeriod.years = 3
        signal.cause.sequence = 1
        return signal
    }

    static func lacks(_ finding: Finding) -> [String] {
        finding.section(.selfExcitation)?.missing.map(\.what) ?? ["no section"]
    }

    @Test("simulated trades give their branching ratio back, and the name's own baseline beside it")
    func known() throws {
        var noise = SeededGenerator(for: "Hawkes trades", default: 71)
        var (covered, intervals, notable) = (0, 0, 0)
        for _ in 0..<12 {
            let finding = Self.finding(Self.simulated(0.3, &noise), Self.simulated(0.75, &noise))
            for (id, ratio) in [("branching-ratio", 0.75), ("baseline", 0.3)] {
                let estimate = try #require(finding.estimate(.selfExcitation, id))
                #expect(estimate.observations >= 100 && estimate.basis == .measured && estimate.method == "hawkes")
                #expect(abs(estimate.value - ratio) < 0.3, "\(id)")
                guard estimate.lower < estimate.upper else { continue }
                intervals += 1
                if (estimate.lower...estimate.upper).contains(ratio) { covered += 1 }
            }
            if finding.estimate(.selfExcitation, "excess")?.text == "notable" { notable += 1 }
        }
        // Of 24 intervals of 95 %, 22.8 in the mean; fewer than 19 once in 70.
        #expect(intervals >= 20 && covered >= intervals - 5, "\(covered) of \(intervals)")
        #expect(notable >= 9, "\(notable) of 12")
    }

    @Test("trades that do not excite each other have a ratio near 0, and nothing beyond the usual")
    func poisson() {
        var noise = SeededGenerator(for: "Poisson trades", default: 72)
        var notable = 0
        for _ in 0..<10 {
            let finding = Self.finding(Self.simulated(0, &noise), Self.simulated(0, &noise))
            let ratio = finding.estimate(.selfExcitation, "branching-ratio")
            #expect(ratio.map { $0.value < 0.35 } == true)
            if finding.estimate(.selfExcitation, "excess")?.text == "notable" { notable += 1 }
            if finding.estimate(.selfExcitation, "excess") == nil {
                #expect(Self.lacks(finding) == ["branching-error"])
            }
        }
        #expect(notable <= 2)
    }

    @Test("too few trades, none before, none at all and times of whole seconds are said, and no figure is")
    func insufficient() {
        var noise = SeededGenerator(for: "few trades", default: 73)
        let (before, after) = (Self.simulated(0.3, &noise), Self.simulated(0.6, &noise))
        let cases: [([Double], [Double], [String])] = [
            (before, Array(after.prefix(99)), ["more-trades"]),
            (Array(before.prefix(99)), after, ["more-trades-before"]),
            ([], after, ["trades-before"]), ([], [], ["trades"]), (before, [], ["trades"]),
            (before.map { $0.rounded(.down) }, after.map { $0.rounded(.down) }, ["finer-times"]),
        ]
        for (before, after, lacks) in cases {
            let finding = Self.finding(before, after)
            #expect(Self.lacks(finding) == lacks)
            #expect(finding.section(.selfExcitation)?.estimates.isEmpty == true)
        }
        #expect(
            Self.finding(before, Array(after.filter { $0 > 60 }.prefix(100))).estimate(
                .selfExcitation, "branching-ratio")
                != nil)
    }

    @Test("nothing is fitted to trades after the time of the finding, nor to those before the move began")
    func window() throws {
        var noise = SeededGenerator(for: "trades by time", default: 74)
        let (before, after) = (Self.simulated(0.3, &noise), Self.simulated(0.6, &noise))
        let noon = World.open + 3_600 * CivilTime.second
        let early = Self.finding(before, after, at: noon)
        let cut = Self.finding(before, after.filter { $0 <= 3_600 }, at: noon)
        #expect(early.section(.selfExcitation) == cut.section(.selfExcitation))
        #expect(Self.finding(before, after).section(.selfExcitation) != early.section(.selfExcitation))
        // A move within the session is followed from the next thirteenth of it on, 30 minutes each.
        let later = World.open + 4_000 * CivilTime.second
        let onset = later..<later + CivilTime.second
        let whole = Self.finding(before, after, onset: onset)
        let calm = Self.finding(
            before.filter { $0 >= 5_400 }, after.filter { $0 >= 5_400 }, onset: onset)
        #expect(whole.estimate(.selfExcitation, "branching-ratio")?.value != nil)
        #expect(
            whole.section(.selfExcitation)?.estimates.map(\.value)
                == calm.section(.selfExcitation)?.estimates.map(\.value))
        #expect(Self.lacks(Self.finding(before, after, onset: World.close..<World.close + 1)) == ["trades"])
    }

    @Test("figures stay when the sessions that they are of have given way to later ones")
    func kept() throws {
        var noise = SeededGenerator(for: "trades kept", default: 75)
        var stage = AttributeStage()
        let first = Self.finding(Self.simulated(0.3, &noise), Self.simulated(0.6, &noise), at: World.close, by: &stage)
        let section = try #require(first.section(.selfExcitation))
        #expect(section.estimates.count >= 2)
        var trades = Trades()
        trades.firstSequence = 1_000_000
        let days = (0..<TradeTimes.sessions).map { $0 < 4 ? "2025-01-\(28 + $0)" : "2025-02-0\($0 - 1)" }
        trades.time = days.map { MarketFixture.at($0, "15:00:00") }
        trades.recordTime = trades.time
        trades.instrument = days.map { _ in 1 }
        trades.price = days.map { _ in 80_000_000_000 }
        trades.size = days.map { _ in 1 }
        trades.condition = days.map { _ in 0 }
        let later = Self.signal(at: MarketFixture.at("2025-02-03", "21:00:00"))
        let last = stage.findings([.trades(trades), .shockSignal(later)]).last
        #expect(last?.revision == 2 && last?.section(.selfExcitation) == section)
    }

    @Test("the baseline is the mean over all sessions before that are kept, with what they differ among each other")
    func severalSessions() throws {
        var noise = SeededGenerator(for: "trades of a week", default: 76)
        let days = ["2025-01-21", "2025-01-22", "2025-01-23", "2025-01-24"].map { MarketFixture.at($0, "14:30:00") }
        func finding(_ before: [[Double]], _ after: [Double]) -> Finding {
            var stage = AttributeStage()
            return Self.finding(Array(zip(days.suffix(before.count), before)), after, by: &stage)
        }
        let after = Self.simulated(0.6, &noise)
        let steady = (0..<4).map { _ in Self.simulated(0.3, &noise) }
        let whole = finding(steady, after)
        let single = try steady.map { try #require(finding([$0], after).estimate(.selfExcitation, "baseline")) }
        let baseline = try #require(whole.estimate(.selfExcitation, "baseline"))
        #expect(abs(baseline.value - single.reduce(0) { $0 + $1.value } / 4) < 1e-12)
        #expect(baseline.assumptions.contains("sessions=4") && single[0].assumptions.contains("sessions=1"))
        #expect(baseline.observations == single.reduce(0) { $0 + $1.observations } && baseline.evidence.count == 4)
        // Sessions that differ from each other say less than sessions that do not.
        let ratios = [0.05, 0.3, 0.55, 0.75]
        let wild = finding(ratios.map { Self.simulated($0, &noise) }, after)
        let excess = try [whole, wild].map { try #require($0.estimate(.selfExcitation, "excess")) }
        #expect(excess[1].upper - excess[1].lower > 1.5 * (excess[0].upper - excess[0].lower))
        // A session with too few trades is left out, not the others with it.
        let fewer = finding([Array(steady[0].prefix(50))] + steady.dropFirst(), after)
        #expect(
            fewer.estimate(.selfExcitation, "baseline")?.assumptions.contains("sessions=3") == true
                && Self.lacks(fewer).isEmpty)
    }

    @Test("memory is bounded: so many times of a part, so many sessions, so many instruments")
    func bounded() throws {
        var times = TradeTimes()
        let slots = TradeTimes.instruments + 5
        times.grow(toSlots: slots)
        var settings = ModelSettings()
        settings.calendar = "XNYS"
        var clock = SessionClock(settings)
        let calendar = clock.index(of: "ABC", kind: .equity)
        // 2025-01-27 is the ninth.
        func window(_ day: Int32) -> SessionClock.Window { clock.close(of: 20_106 + day, calendar) }
        for slot in 0..<slots {
            times.record(slot: slot, time: window(10).open, sequence: UInt64(slot + 1), session: window(10))
        }
        #expect(times.sessions(slot: TradeTimes.instruments - 1).count == 1)
        #expect(times.sessions(slot: TradeTimes.instruments).isEmpty)
        for index in 0..<1_000 {
            let time = window(10).open + UInt64(index) * CivilTime.second
            times.record(slot: 0, time: time, sequence: 9, session: window(10))
            times.record(slot: 0, time: time, sequence: 9, session: window(10))
        }
        let session = try #require(times.sessions(slot: 0).first)
        // The open has been taken, and nothing is taken twice within a millisecond.
        #expect(session.parts[0].count == TradeTimes.capacity && session.firstSequence == 1)
        #expect(Array(session.parts[0].prefix(3)) == [0, 1_000, 2_000])
        // A session that is gone does not come back, and the oldest gives way.
        for day: Int32 in [11, 12, 13, 16, 17, 9, 10, 12] {
            times.record(slot: 0, time: window(day).close, sequence: 7, session: window(day))
        }
        #expect(times.sessions(slot: 0).map(\.day) == [20_117, 20_118, 20_119, 20_122, 20_123])
        #expect(
            times.sessions(slot: 0).map { $0.parts[TradeTimes.parts - 1].count }
                == Array(repeating: 1, count: TradeTimes.sessions))
        #expect(times.sessions(slot: 0).allSatisfy { $0.parts[0].isEmpty })
        let stored = try JSONDecoder().decode(TradeTimes.self, from: JSONEncoder().encode(times))
        #expect(stored == times)
    }
}
