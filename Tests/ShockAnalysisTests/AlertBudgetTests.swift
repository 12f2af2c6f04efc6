import Foundation
import Schema
import Testing

@testable import ShockAnalysis

@Suite("AlertBudget")
struct AlertBudgetTests {
    /// Moves of names that never moved before, on five days a week.
    private static func budget(
        weeks: Int, names: Int = 100, budget asked: Double, aDay: Int, seed: Int64
    ) -> (budget: AlertBudget, severities: [(day: Int32, severity: Double)]) {
        var budget = AlertBudget()
        var random = LCG(seed)
        var severities: [(day: Int32, severity: Double)] = []
        var name = 0
        // 1970-01-05 was a Monday.
        for day in (0..<weeks).flatMap({ week in (0..<5).map { Int32(4 + 7 * week + $0) } }) {
            budget.calibrate(day: day, names: names, budget: asked)
            for _ in 0..<aDay {
                let severity = Double(Float(2 + 10 * random.uniform()))
                budget.count(
                    .instrument(name), severity: severity, isFall: true, day: day, sessionBefore: day - 1, parent: 0,
                    followUp: 10)
                severities.append((day, severity))
                name += 1
            }
        }
        return (budget, severities)
    }

    /// MODELS.md §1.1: |SAR| > 5 happens 1.04 times a stock-year, which is 2 per 100 names and week; > 3 4.33 times.
    @Test("the first threshold is the shipped table's", arguments: [(2.0, 5.0), (4.33 / 0.52, 3.0), (0.6 / 0.52, 6.0)])
    func first(asked: Double, expected: Double) throws {
        var budget = AlertBudget()
        budget.calibrate(day: 100, names: 500, budget: asked)
        #expect(abs(try #require(budget.threshold) - expected) < 0.005)
        #expect(budget.ownWeeks == 0)
    }

    @Test("after a year as many moves are at or above the threshold as were asked for", arguments: [1.0, 2, 5])
    func counts(asked: Double) throws {
        print("seed \(SyntheticWorld.environmentSeed)")
        var (budget, severities) = Self.budget(
            weeks: 70, budget: asked, aDay: 4, seed: SyntheticWorld.environmentSeed)
        let day = Int32(4 + 7 * 70)
        budget.calibrate(day: day, names: 100, budget: asked)
        let threshold = try #require(budget.threshold)
        let year = severities.filter { $0.day >= day - 364 }
        #expect(budget.ownWeeks == 52)
        #expect(year.count { $0.severity >= threshold } == Int(52 * asked))
    }

    @Test("a day's own moves do not change its threshold, and it is made once a day")
    func noLookAhead() {
        var (budget, _) = Self.budget(weeks: 10, budget: 2, aDay: 2, seed: 7)
        budget.calibrate(day: 80, names: 100, budget: 2)
        let before = budget.threshold
        for name in 5_000..<5_200 {
            budget.count(
                .instrument(name), severity: 30, isFall: false, day: 80, sessionBefore: 79, parent: 0, followUp: 10)
        }
        budget.calibrate(day: 80, names: 100, budget: 2)
        #expect(budget.threshold == before)
        budget.calibrate(day: 79, names: 100, budget: 2)
        #expect(budget.threshold == before)
        budget.calibrate(day: 81, names: 100, budget: 2)
        #expect((budget.threshold ?? 0) > (before ?? 0))
    }

    @Test("moves older than 52 weeks are forgotten")
    func forgets() {
        var budget = AlertBudget()
        budget.calibrate(day: 0, names: 100, budget: 2)
        for name in 0..<500 {
            budget.count(
                .instrument(name), severity: 40, isFall: true, day: 0, sessionBefore: -1, parent: 0, followUp: 10)
        }
        budget.calibrate(day: 364, names: 100, budget: 2)
        #expect((budget.threshold ?? 0) > 40)
        budget.calibrate(day: 365, names: 100, budget: 2)
        #expect(budget.threshold == AlertBudget.leastThreshold)
    }

    @Test("rebounds, aftershocks and members of wider moves are not counted where those are shocks themselves")
    func parts() {
        func threshold(_ add: (inout AlertBudget) -> Void) -> Double {
            var budget = AlertBudget()
            budget.calibrate(day: 0, names: 2, budget: 100)
            for day in stride(from: Int32(14), to: 364, by: 14) {  // 25 shocks, far apart
                budget.count(
                    .instrument(0), severity: 10, isFall: true, day: day, sessionBefore: day - 1, parent: 0,
                    followUp: 5)
            }
            add(&budget)
            budget.calibrate(day: 364, names: 2, budget: 25)  // 26 allowed
            return budget.threshold ?? 0
        }
        func one(
            _ budget: inout AlertBudget, _ day: Int32, before: Int32, severity: Double, isFall: Bool, _ name: Int = 0
        ) {
            budget.count(
                .instrument(name), severity: severity, isFall: isFall, day: day, sessionBefore: before, parent: 0,
                followUp: 5)
        }
        // Two shocks more than allowed set the threshold at the larger ones; parts of shocks do not.
        let alone = threshold {
            one(&$0, 20, before: 19, severity: 9, isFall: true, 1);
            one(&$0, 200, before: 199, severity: 8, isFall: true, 1)
        }
        #expect(alone > 8 && alone <= 9)
        let rebound = threshold { one(&$0, 353, before: 352, severity: 9, isFall: false) }
        #expect(rebound == AlertBudget.leastThreshold)
        let market = threshold { budget in
            for name in 10..<60 {
                budget.count(
                    .instrument(name), severity: 9, isFall: true, day: 100, sessionBefore: 99,
                    parent: AlertBudget.always, followUp: 5)
            }
        }
        #expect(market == AlertBudget.leastThreshold)
    }

    // MARK: In the stage

    private static func eventful(_ seed: Int64) -> SyntheticWorld {
        var world = AnalyzeStageTests.eventful(seed)
        world.budget = 2
        return world
    }

    @Test("a stage with a budget finds the planted shocks and says what the budget came to")
    func stage() throws {
        let said = signals(Self.eventful(SyntheticWorld.environmentSeed).script().messages)
        let opened = said.filter { $0.phase == .open && $0.reason == "close" }
        #expect(opened.contains { $0.subject == "NAME9" && abs($0.measure.simpleReturn + 0.17) < 1e-6 })
        #expect(opened.contains { $0.scope == .group })
        #expect(opened.contains { $0.scope == .market })
        for signal in opened where signal.scope != .market {
            let found = signal.measure.budget
            #expect(found.budget == 2 && found.severity >= found.threshold && found.threshold >= 2)
        }
    }

    @Test("with a budget, too, order means nothing, the future means nothing, and a checkpoint is as good as the past")
    func guarantees() throws {
        var world = Self.eventful(SyntheticWorld.environmentSeed)
        print("seed \(world.seed)")
        let messages = world.script().messages
        let all = signals(messages)
        world.order = world.seed + 1
        #expect(signals(world.script().messages).map(\.withoutSequences) == all.map(\.withoutSequences))
        for cut in stride(from: messages.count * 4 / 5, to: messages.count, by: 97) {
            var stage = AnalyzeStage()
            let early = signals(messages[..<cut], stage: &stage)
            #expect(early == all.filter { $0.cause.sequence <= messages[cut - 1].lastSequence })
            let encoder = PropertyListEncoder()
            encoder.outputFormat = .binary
            var restored = try PropertyListDecoder().decode(AnalyzeStage.self, from: encoder.encode(stage))
            #expect(signals(messages[cut...], stage: &restored) == all.suffix(all.count - early.count))
        }
    }

    // MARK: What it came to

    @Test("what was announced is told as an average with the worst week, and not before a week is over")
    func delivered() throws {
        var budget = AlertBudget()
        // 1970-01-05 was a Monday; 100 names, so that a week's count is its rate.
        for day in stride(from: Int32(4), through: 4 + 7 * 10, by: 7) {
            budget.calibrate(day: day, names: 100, budget: 2)
        }
        #expect(budget.delivered(before: 60) == nil)
        budget.begin(day: 4)
        for day: Int32 in [5, 12, 13, 14, 30] { budget.announce(day: day) }
        #expect(budget.delivered(before: 10) == nil)
        let found = try #require(budget.delivered(before: 4 + 7 * 10))
        #expect(found.weeks == 10 && abs(found.average - 0.5) < 1e-12)
        #expect(found.worstWeek == 11 && found.worstWeekShocks == 3)
        // The day itself does not count.
        #expect(try #require(budget.delivered(before: 30)).worstWeekShocks == 3)
        #expect(abs(try #require(budget.delivered(before: 30)).average - 4 / (26.0 / 7)) < 1e-12)
    }

    @Test("status and alert say what the budget came to")
    func told() throws {
        var world = Self.eventful(SyntheticWorld.environmentSeed)
        world.sessions = 260
        var stage = AnalyzeStage()
        let said = signals(world.script().messages, stage: &stage)
        let last = try #require(said.last { $0.measure.hasBudget })
        #expect(last.measure.budget.hasAverage && last.measure.budget.announcedWeeks > 0)
        let figures = Dictionary(stage.figures.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        #expect(figures["budget_threshold_milli"] ?? 0 >= 2_000)
        let grouped = said.filter { $0.phase == .open && $0.partOf.isEmpty && $0.measure.followUp.isEmpty }
        let ids = Set(grouped.map(\.shock))
        #expect((1...UInt64(ids.count)).contains(figures["budget_worst_week_shocks"] ?? 0))
        #expect(figures["budget_average_milli"] ?? 0 > 0)
    }
}
