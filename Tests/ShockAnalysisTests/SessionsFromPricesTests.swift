import Foundation
import Schema
import Testing

@testable import ShockAnalysis

/// A feed of minute bars or trades alone: sessions by the calendar, closed from their prices.
@Suite("sessions without bars of their own")
struct SessionsFromPricesTests {
    static let seed = SyntheticWorld.environmentSeed
    /// New York in winter and in summer: 14:30 to 21:00 and 13:30 to 20:00 UTC.
    static func hours(_ day: Int) -> (open: UInt64, close: UInt64) {
        let summer = (CivilTime.parseDate("2024-03-10") ?? 0)..<(CivilTime.parseDate("2024-11-03") ?? 0)
        let open = UInt64(day) * CivilTime.day + (summer.contains(day) ? 48_600 : 52_200) * CivilTime.second
        return (open, open + 6 * 3_600 * CivilTime.second + 1_800 * CivilTime.second)
    }

    static let holidays = Set(
        [
            "2023-11-23", "2023-12-25", "2024-01-01", "2024-01-15", "2024-02-19", "2024-03-29", "2024-05-27",
            "2024-06-19",
        ]
        .compactMap { CivilTime.parseDate($0) })

    static var days: [Int] { Session.days(200, until: SyntheticWorld.lastDate).filter { !holidays.contains($0) } }

    /// Twelve names and a market in half-hour bars, with an hour of after-hours trading that is followed by nothing.
    static func world(fall: Double, afterHours: Double? = nil, halfDays: Set<Int> = []) -> Script {
        var script = Script()
        let days = days
        script.configure(benchmark: "MKT", calendar: "XNYS", at: hours(days[0]).open - CivilTime.day)
        for number in 0...3 {
            script.define(
                UInt32(number), number == 0 ? "MKT" : "N\(number)", kind: number == 0 ? .etf : .equity,
                at: hours(days[0]).open - CivilTime.day)
        }
        var random = LCG(seed)
        var prices = [100.0, 100, 100, 100]
        for (index, day) in days.enumerated() {
            let market = 0.008 * random.normal()
            let returns = [market] + (1...3).map { _ in 0.9 * market + 0.011 * random.normal() }
            let last = index == days.count - 1
            let (open, usualClose) = hours(day)
            let close = halfDays.contains(day) ? open + 12_600 * CivilTime.second : usualClose
            let steps = Int((close - open) / (1_800 * CivilTime.second))
            for step in 1...steps {
                let end = open + UInt64(step) * 1_800 * CivilTime.second
                for number in 0...3 {
                    let value = last && number == 2 ? fall : returns[number]
                    let before = prices[number]
                    prices[number] *= pow(1 + value, 1 / Double(steps))
                    script.bar(
                        UInt32(number), from: end - 1_800 * CivilTime.second, to: end, open: before,
                        close: prices[number])
                }
                script.tick(at: end + 2 * CivilTime.second)
            }
            // A closing print that changes nothing, and one trade after hours that belongs to the next session.
            script.trade(2, prices[2], time: close + 5 * CivilTime.second, condition: .closingAuction)
            if index == days.count - 2, let afterHours {
                script.trade(2, prices[2] * (1 + afterHours), time: close + 1_800 * CivilTime.second)
            }
            script.tick(at: close + 3_600 * CivilTime.second)
        }
        return script
    }

    @Test("half-hour bars alone complete sessions at the calendar's close, summer and winter")
    func halfHours() throws {
        print("seed \(Self.seed)")
        var stage = AnalyzeStage()
        let said = signals(Self.world(fall: -0.2).messages, stage: &stage)
        let id = "N2/" + SyntheticWorld.lastDate
        #expect(Set(said.map(\.shock)) == [id])
        #expect(said.first?.phase == .pending && said.last?.phase == .open)
        let shock = try #require(said.last)
        #expect(abs(shock.measure.simpleReturn + 0.2) < 1e-8)
        #expect(shock.measure.hasMarketModel)
        // A minute after the close, and the settle window.
        #expect(
            shock.eventTime == Self.hours(Self.days[Self.days.count - 1]).close
                + AnalysisSettings.closeDelay + CivilTime.second)
        for number in 0...3 { #expect(stage.table.rings.sessions(of: number) == Self.days.count - 1) }
        #expect(stage.unused.filter { $0.value > 0 }.isEmpty)
    }

    @Test("what is traded after the close belongs to the next session")
    func afterHours() throws {
        let said = signals(Self.world(fall: -0.2, afterHours: -0.15).messages)
        let first = try #require(said.first)
        #expect(first.shock == "N2/" + SyntheticWorld.lastDate)
        #expect(first.reason == "opening print")
        let day = Self.days[Self.days.count - 2]
        #expect(first.measure.onsetUntil == Self.hours(day).close + 1_800 * CivilTime.second)
    }

    @Test("a half-day's session ends at its own close")
    func halfDay() throws {
        // 2023-11-24 and 2023-12-24 were half-days; only the first is a weekday.
        let half = try #require(CivilTime.parseDate("2023-11-24"))
        var stage = AnalyzeStage()
        _ = signals(Self.world(fall: -0.2, halfDays: [half]).messages, stage: &stage)
        for number in 0...3 { #expect(stage.table.rings.sessions(of: number) == Self.days.count - 1) }
        #expect(stage.table.rings.has(Int32(half), of: 2))
    }

    @Test("a half-day's bar of all its hours is a session's")
    func halfDayBar() throws {
        let half = try #require(CivilTime.parseDate("2023-11-24"))
        var script = Script()
        let (open, _) = Self.hours(half)
        script.configure(benchmark: "", calendar: "XNYS", at: open - CivilTime.day)
        script.define(0, "X", at: open - CivilTime.day)
        script.bar(0, from: open, to: open + 12_600 * CivilTime.second, open: 10, close: 11)
        script.bar(0, from: open, to: open + 9_000 * CivilTime.second, open: 10, close: 12)
        var stage = AnalyzeStage()
        _ = signals(script.messages, stage: &stage)
        #expect(stage.table.states[0].closeDay == Int32(half))
        #expect(stage.table.states[0].close.value == 11)
    }

    @Test("a daily bar is of the session it reaches into, however it is stamped")
    func stamps() throws {
        let day = try #require(CivilTime.parseDate("2024-06-14"))
        for (from, until) in [(0, 86_400), (48_600, 72_000), (48_600, 75_600), (14_400, 86_400 + 14_400)] {
            var script = Script()
            let midnight = UInt64(day) * CivilTime.day
            script.configure(benchmark: "", calendar: "XNYS", at: midnight)
            script.define(0, "X", at: midnight)
            script.bar(
                0, from: midnight + UInt64(from) * CivilTime.second, to: midnight + UInt64(until) * CivilTime.second,
                open: 10, close: 11)
            var stage = AnalyzeStage()
            _ = signals(script.messages, stage: &stage)
            #expect(stage.table.states[0].closeDay == Int32(day), "from \(from) until \(until)")
        }
    }

    @Test("by the usual calendar after-hours prices belong to the next session, over the week-end too")
    func usual() throws {
        for (offset, next) in [(0, 1), (4, 3)] {
            let day = (CivilTime.parseDate("2025-01-20") ?? 0) + offset
            var script = Script()
            script.define(0, "X", at: Session.open(day))
            script.bar(0, from: Session.open(day), to: Session.close(day), open: 100, close: 100)
            script.trade(0, 90, time: Session.close(day) + 3_600 * CivilTime.second)
            var stage = AnalyzeStage()
            _ = signals(script.messages, stage: &stage)
            #expect(stage.table.states[0].running?.day == Int32(day + next))
            #expect(stage.table.states[0].running?.last.value == 90)
        }
    }

    @Test("a session whose bar never comes is closed by its last price when the next one opens")
    func lostBar() {
        let script = SyntheticWorld(seed: Self.seed).script()
        let days = Session.days(200, until: SyntheticWorld.lastDate)
        var made = Script()
        for message in script.messages {
            let time = message.recordTime(row: 0)
            if case .bars(let bars) = message, bars.instrument[0] == 9, CivilTime.dayNumber(time) == days[150] {
                made.trade(9, Price.double(bars.close[0]), time: bars.end[0] - CivilTime.second)
                continue
            }
            made.add(message, at: time)
        }
        var (stage, whole) = (AnalyzeStage(), AnalyzeStage())
        #expect(signals(made.messages, stage: &stage).isEmpty)
        _ = signals(script.messages, stage: &whole)
        #expect(
            stage.table.rings.dated(of: 9, before: .max).values == whole.table.rings.dated(of: 9, before: .max).values)
    }

    @Test("a checkpoint keeps calendars and running sessions")
    func checkpoint() throws {
        let messages = Self.world(fall: -0.2, afterHours: -0.1).messages
        for cut in [messages.count - 3, messages.count - 40, messages.count - 62] {
            var stage = AnalyzeStage()
            _ = signals(messages[..<cut], stage: &stage)
            let encoder = PropertyListEncoder()
            encoder.outputFormat = .binary
            var restored = try PropertyListDecoder().decode(AnalyzeStage.self, from: encoder.encode(stage))
            let again = signals(messages[cut...], stage: &stage)
            #expect(!again.isEmpty)
            #expect(signals(messages[cut...], stage: &restored) == again)
        }
    }
}
