import Evaluation
import Feeds
import Foundation
import Schema
import TestKit
import Testing

@Suite("Evaluation")
struct EvaluationTests {
    /// A benchmark and four names over 220 sessions of small noise; moves are planted by name and session.
    private static func market(_ planted: [Int: [Int: Double]]) -> EvaluationMarket {
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
        add(.configurationChanged(changed), at: start)
        var prices = [Double](repeating: 100, count: 5)
        for (session, day) in days.enumerated() {
            let close = UInt64(day) * CivilTime.day + 75_600 * CivilTime.second
            for number in 0...4 {
                let noise = Double.random(in: -0.02...0.02, using: &random)
                prices[number] *= 1 + (planted[number]?[session] ?? noise)
                var bars = Bars()
                bars.recordTime = [0]
                bars.instrument = [UInt32(number + 1)]
                (bars.start, bars.end) = ([close - 23_400 * CivilTime.second], [close])
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
