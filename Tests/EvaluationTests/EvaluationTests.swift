import Evaluation
import Feeds
import Foundation
import Schema
import TestKit
import Testing

@Suite("Evaluation")
struct EvaluationTests {
    /// A benchmark and four names over 220 sessions of small noise; moves are planted by name and session.
    ///
    /// - Parameters:
    ///   - hours: When a day's session begins and ends, in minutes of UTC.
    private static func market(
        _ planted: [Int: [Int: Double]], settings: (inout ModelSettings) -> Void = { _ in },
        hours: (_ day: Int) -> Range<UInt64> = { _ in 870..<1_260 }
    ) -> EvaluationMarket {
        var random = SeededGenerator(for: "EvaluationTests", default: 17)
        var messages: [StreamMessage] = []
        var sequence: UInt64 = 0
        func add(_ message: StreamMessage, at time: UInt64) {
            var message = message
            sequence += 1
            message.firstSequence = sequence
            message.stamp(recordTime: time)
            messages.append(message)
        }
        let start = UInt64(first) * CivilTime.day
        for number in 0...4 {
            var definition = InstrumentDefinition()
            definition.instrument = UInt32(number + 1)
            definition.symbol = number == 0 ? "MKT" : "N\(number)"
            definition.kind = number == 0 ? .etf : .equity
            definition.currency = "USD"
            add(.instrumentDefinition(definition), at: start)
        }
        var changed = ConfigurationChanged()
        changed.settings.benchmark = "MKT"
        settings(&changed.settings)
        add(.configurationChanged(changed), at: start)
        var prices = [Double](repeating: 100, count: 5)
        for (session, day) in days.enumerated() {
            let midnight = UInt64(day) * CivilTime.day
            let (open, close) = (
                midnight + 60 * hours(day).lowerBound * CivilTime.second,
                midnight + 60 * hours(day).upperBound * CivilTime.second
            )
            for number in 0...4 {
                let noise = Double.random(in: -0.02...0.02, using: &random)
                prices[number] *= 1 + (planted[number]?[session] ?? noise)
                var bars = Bars()
                bars.recordTime = [0]
                bars.instrument = [UInt32(number + 1)]
                (bars.start, bars.end) = ([open], [close])
                let price = Price.units(prices[number]) ?? 0
                (bars.open, bars.high, bars.low, bars.close, bars.volume) = ([price], [price], [price], [price], [1])
                add(.bars(bars), at: close)
            }
            var tick = ClockTick()
            tick.eventTime = close + 2 * CivilTime.second
            add(.clockTick(tick), at: close + 2 * CivilTime.second)
        }
        return EvaluationMarket(messages)
    }

    /// 2024-01-01 was a Monday.
    private static let first = CivilTime.dayNumber(year: 2024, month: 1, day: 1)
    private static let days = (0..<44).flatMap { week in (0..<5).map { first + 7 * week + $0 } }

    private static func label(_ symbol: String, _ session: Int, _ scope: ShockScope = .instrument) -> ShockLabel {
        ShockLabel(day: days[session], symbol: symbol, scope: scope)
    }

    @Test("labels are found, missed, late, or cannot be measured, and each is counted as that")
    func outcomes() throws {
        let market = Self.market([1: [160: -0.2], 2: [170: 0.25], 3: [190: -0.3]])
        let labels = [
            Self.label("N1", 160), Self.label("N2", 169), Self.label("N3", 180), Self.label("N4", 50),
            Self.label("ZZZ", 160), Self.label("N3", 190, .market),
        ]
        let evaluation = Evaluation(labels: labels, market: market, rules: [.returnPeriod(0.5)])
        let run = try #require(evaluation.runs.first)
        #expect(run.labels.map(\.usability) == [.usable, .usable, .usable, .warming, .noPrices, .usable])
        #expect(run.labels.map { $0.shock != nil } == [true, false, false, false, false, true])
        #expect(run.labels.map(\.delay) == [0, 1, nil, nil, nil, 0])
        #expect(run.recall.count == 2 && run.recall.of == 4)
        #expect(run.scopeAccuracy.count == 1 && run.scopeAccuracy.of == 2)
        #expect(run.withinOneSession.count == 3 && run.withinFiveSessions.count == 3)
        // Wilson, 2 of 4: 0.15 to 0.85 (Newcombe 1998, method 3, by hand).
        #expect(abs(try #require(run.recall.lower) - 0.1500) < 1e-3)
        #expect(run.shocks.single == 3 && run.shocks.grouped == 3)
        #expect(run.placebos.quietDays.count == 0 && run.placebos.otherName.count == 0)
        // One of three is not labelled on its day, of four names over 220 − 131 sessions.
        #expect(abs(run.unlabelledPerNameYear - 1 / (4 * 89.0 / 252)) < 1e-9)
        #expect(run.rate.worstWeekShocks == 1)
        #expect(evaluation.names == 4 && evaluation.bars == 5 * 220)
        #expect(run.leaveOneClusterOut?.lowest == 1.0 / 3)
    }

    @Test("a label on a half-day is measured, and its session is one of the sessions that models rest on")
    func halfDay() throws {
        // 2024-07-03: New York closed at 13:00, 17:00 UTC.
        let half = try #require(CivilTime.parseDate("2024-07-03"))
        let session = try #require(Self.days.firstIndex(of: half))
        let market = Self.market(
            [1: [session: -0.2], 2: [session + 20: -0.2]], settings: { $0.calendar = "XNYS" },
            hours: { $0 == half ? 810..<1_020 : 810..<1_200 })
        let evaluation = Evaluation(
            labels: [Self.label("N1", session), Self.label("N2", session + 20)], market: market,
            rules: [.returnPeriod(0.5)])
        let run = try #require(evaluation.runs.first)
        #expect(run.labels.map(\.usability) == [.usable, .usable])
        #expect(run.labels.map(\.shock) == ["N1/2024-07-03", "N2/2024-07-31"])
        #expect(abs(try #require(run.labels[0].simpleReturn) + 0.2) < 1e-9)
        #expect(evaluation.bars == 5 * 220)
    }

    @Test("on an exchange whose day has five and a half hours every session counts")
    func shortDay() throws {
        let market = Self.market(
            [1: [160: -0.2]],
            settings: {
                var calendar = CalendarSettings()
                (calendar.id, calendar.zone) = ("CN", "Asia/Shanghai")
                calendar.week = (UInt32(1)...5).map { weekday in
                    var hours = WeekdayHours()
                    hours.weekday = weekday
                    (hours.hours.open, hours.hours.close) = (570, 900)
                    return hours
                }
                $0.calendars = [calendar]
                $0.calendar = "CN"
            }, hours: { _ in 90..<420 })
        let evaluation = Evaluation(
            labels: [Self.label("N1", 160)], market: market, rules: [.returnPeriod(0.5)])
        #expect(evaluation.bars == 5 * 220)
        #expect(evaluation.from == "2024-01-01" && evaluation.until == "2024-11-01")
        #expect(evaluation.runs.first?.recall.count == 1 && evaluation.usableLabels == 1)
    }

    @Test("in the text every proportion has its interval, and clusters that change nothing are said to")
    func intervals() throws {
        let market = Self.market([1: [160: -0.2], 2: [170: 0.25]])
        let labels = [Self.label("N1", 160), Self.label("N2", 170)]
        let text = Evaluation(labels: labels, market: market, rules: [.returnPeriod(0.5)]).text
        // Wilson, 2 of 2: 0.34 to 1 (by hand: 1 / (1 + 1.96² / 2)).
        #expect(text.contains("scope right 2/2 (0.34–1.00); found within one session 2/2 (0.34–1.00)"))
        #expect(text.contains("quiet days 0/2 (0.00–0.66)"))
        #expect(text.contains("extra shocks a name and year: 0.00 (0.00–"))
        #expect(!text.contains("without 2024"))
    }

    @Test("the report is text, JSON that reads back, and a picture that parses")
    func forms() throws {
        let market = Self.market([1: [160: -0.2]])
        let evaluation = Evaluation(
            labels: [Self.label("N1", 160)], market: market, rules: [.budget(1), .budget(8), .returnPeriod(1)])
        #expect(evaluation.text.contains("budget 8") && evaluation.text.contains("N1/2024-08-12"))
        let data = try JSONEncoder().encode(evaluation)
        #expect(try JSONDecoder().decode(Evaluation.self, from: data) == evaluation)
        let picture = evaluation.picture
        #expect(picture.hasPrefix("<svg ") && picture.contains("</svg>"))
        #expect(picture.components(separatedBy: "<circle").count == 4)
    }

    @Test("without labels that can be measured nothing is claimed")
    func nothingUsable() throws {
        let evaluation = Evaluation(
            labels: [Self.label("ZZZ", 100)], market: Self.market([:]), rules: [.budget(2)])
        let run = try #require(evaluation.runs.first)
        #expect(run.recall.of == 0 && run.recall.share == nil && run.leaveOneClusterOut == nil)
        #expect(evaluation.text.contains("0 of 1 labels"))
    }
}
