import Foundation
import Schema
import TestKit
import Testing

@testable import ShockAnalysis

/// 138 US names over seven years: prices as they were traded, in pieces, twice, in disorder, cut off at any day.
@Suite("benchmark bars", .enabled(if: SharedData.isPresent, "needs ../shared/data"), .serialized)
struct BenchmarkBarsTests {
    struct Bar {
        let day: Int
        let symbol: Int
        let open, close: Int64
        let volume: UInt64
    }

    static let (bars, symbols): ([Bar], [String]) = (try? load()) ?? ([], [])

    private static func load() throws -> ([Bar], [String]) {
        guard let folder = SharedData.folder else { return ([], []) }
        let file = folder.appendingPathComponent("benchmark/bars_daily_2017_2023.csv.gz").path
        let text = String(decoding: try gunzipped(file), as: UTF8.self)
        var numbers: [Substring: Int] = [:]
        var days: [Substring: Int] = [:]
        var symbols: [String] = []
        var bars: [Bar] = []
        for line in text.split(whereSeparator: \.isNewline).dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard let open = Price.parse(fields[2]), let close = Price.parse(fields[5]) else { continue }
            let day = days[fields[0]] ?? CivilTime.parseDate(fields[0]) ?? 0
            days[fields[0]] = day
            if numbers[fields[1]] == nil {
                numbers[fields[1]] = symbols.count
                symbols.append(String(fields[1]))
            }
            let volume = UInt64(Double(fields[6]) ?? 0)
            bars.append(Bar(day: day, symbol: numbers[fields[1]] ?? 0, open: open, close: close, volume: volume))
        }
        return (bars.sorted { ($0.day, $0.symbol) < ($1.day, $1.symbol) }, symbols)
    }

    static let funds: Set = ["SPY", "QQQ", "DIA", "IWM", "XLK", "TQQQ"]

    /// - Parameters:
    ///   - split: Gives prices as they were traded, and the splits as facts if told.
    ///   - arrival: By how many days each bar comes later.
    static func script(
        splits: [(day: Int, symbol: Int, ratio: Double)] = [], areTold: Bool = true, latenessDays: Int = 0,
        arrival: (() -> UInt64)? = nil, times: Int = 1, budget: Double = 0
    ) -> Script {
        var script = Script()
        let start = Session.open(bars.first?.day ?? 0) - 20 * CivilTime.day
        script.configure(benchmark: "SPY", at: start) {
            $0.allowedLatenessMs = UInt32(latenessDays) * 86_400_000
            $0.alertBudget = budget
        }
        for (number, symbol) in symbols.enumerated() {
            script.define(UInt32(number), symbol, kind: funds.contains(symbol) ? .etf : .equity, at: start)
        }
        if areTold {
            for split in splits {
                script.split(
                    symbols[split.symbol], split.ratio, exDay: split.day,
                    eventTime: UInt64(split.day - 10) * CivilTime.day, at: start)
            }
        }
        var arrivals: [(time: UInt64, bar: Bar)] = bars.map { (Session.close($0.day) + (arrival?() ?? 0), $0) }
        if arrival != nil {
            arrivals = arrivals.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
                .map(\.element)
        }
        for (time, bar) in arrivals {
            let factor = splits.reduce(1.0) { $1.symbol == bar.symbol && bar.day < $1.day ? $0 * $1.ratio : $0 }
            for _ in 0..<times {
                script.bar(
                    UInt32(bar.symbol), from: Session.open(bar.day), to: Session.close(bar.day),
                    open: Price.double(bar.open) * factor, close: Price.double(bar.close) * factor,
                    volume: UInt64((Double(bar.volume) / factor).rounded()), at: time)
            }
        }
        script.tick(at: Session.close(bars.last?.day ?? 0) + UInt64(latenessDays + 1) * 2 * CivilTime.day)
        return script
    }

    static let straight = script()
    static let said = signals(straight.messages)

    private static func what(_ said: [ShockSignal]) -> [String] {
        said.map {
            "\($0.shock) \($0.phase) \($0.reason) "
                + String(format: "%.9f %.9f", $0.measure.simpleReturn, $0.measure.returnPeriod.years)
        }
    }

    private static func knownSplits() throws -> [(day: Int, symbol: Int, ratio: Double)] {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/examples/splits_2017_2023.csv")
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: ",")
            guard let day = CivilTime.parseDate(fields[0]), let ratio = Double(fields[2]),
                let symbol = symbols.firstIndex(of: String(fields[1]))
            else { return nil }
            return (day, symbol, ratio)
        }
    }

    @Test("prices as they were traded, with splits as facts, give the same shocks; without them they do not")
    func deadjusted() throws {
        let splits = try Self.knownSplits()
        #expect(splits.count >= 15)
        let raw = signals(Self.script(splits: splits).messages)
        let (found, expected) = (Self.what(raw), Self.what(Self.said))
        #expect(expected.count > 1_000)
        #expect(found == expected, "\(zip(found, expected).first { $0 != $1 }.map { "\($0)" } ?? "counts")")
        let untold = signals(Self.script(splits: splits, areTold: false).messages)
        let opened = Set(untold.filter { $0.phase == .open && $0.reason == "close" }.map(\.shock))
        for split in splits where !["TQQQ"].contains(Self.symbols[split.symbol]) {
            let id = "\(Self.symbols[split.symbol])/\(CivilTime.date(day: split.day))"
            // A jump of tenfold or more is not believed at all.
            #expect(opened.contains(id) == (split.ratio > 0.1 && split.ratio < 10), "\(id)")
            #expect(!Self.said.contains { $0.shock == id })
        }
    }

    @Test("six years loaded give the budget of 2023 as six years streamed do")
    func budgetOfHistory() throws {
        let streamed = Self.script(budget: 2).messages
        let year = UInt64(CivilTime.dayNumber(year: 2023, month: 1, day: 1)) * CivilTime.day
        let loaded = streamed.map { message in
            guard case .bars(var bars) = message, bars.end[0] < year else { return message }
            bars.history = true
            return .bars(bars)
        }
        // In January shocks of December may still be open in a service that was there.
        func opened(_ messages: [StreamMessage]) -> [ShockSignal] {
            signals(messages).filter {
                $0.phase == .open && $0.measure.followUp.isEmpty && $0.measure.hasBudget
                    && $0.measure.session >= "2023-02-01"
            }
        }
        let (one, other) = (opened(streamed), opened(loaded))
        #expect(one.count > 50)
        #expect(one.map(\.shock) == other.map(\.shock))
        #expect(one.map(\.measure.budget.threshold) == other.map(\.measure.budget.threshold))
        #expect(other.allSatisfy { $0.measure.budget.weeks == 52 })
    }

    @Test("every bar twice gives the same shocks")
    func twice() {
        var stage = AnalyzeStage()
        let said = signals(Self.script(times: 2).messages, stage: &stage)
        #expect(Self.what(said) == Self.what(Self.said))
        #expect(stage.counters.duplicatePrice == UInt64(Self.bars.count))
    }

    @Test("in messages of any size they give the same")
    func batches() {
        var random = LCG(SyntheticWorld.environmentSeed)
        let packed = repacked(Self.straight.messages, &random)
        #expect(packed.count < Self.straight.messages.count / 2)
        #expect(signals(packed) == Self.said)
    }

    @Test("in disorder of up to three days, within what is allowed, they give the same shocks")
    func shuffled() {
        var random = LCG(SyntheticWorld.environmentSeed)
        let ordered = signals(Self.script(latenessDays: 3).messages)
        let shuffled = signals(
            Self.script(
                latenessDays: 3, arrival: { UInt64(random.uniform() * 2.99 * 86_400) * CivilTime.second }
            ).messages)
        #expect(Self.what(shuffled) == Self.what(ordered))
        #expect(zip(shuffled, ordered).allSatisfy { $0.eventTime == $1.eventTime })
        #expect(Set(ordered.map(\.shock)) == Set(Self.said.map(\.shock)))
    }

    /// A run over all records gives, for each day, a digest of what was said up to its end. A run that is cut off
    /// at a day must have said the same by then: tested for forty days, and for every day by the stage's having no
    /// other input than the records before, which the digests of runs in pieces show.
    @Test("taking away all bars after a day changes nothing said up to it")
    func noLookAhead() {
        let messages = Self.straight.messages
        var random = LCG(SyntheticWorld.environmentSeed)
        let last = messages.count - 1
        var cuts = (0..<40).map { _ in random.below(last) }.sorted()
        cuts.append(last)
        // One stage goes on through all cuts, by value: a copy at each is a run that ends there.
        var stage = AnalyzeStage()
        var said: [ShockSignal] = []
        var from = 0
        for cut in cuts {
            said += signals(messages[from..<cut], stage: &stage)
            from = cut
            let sequence = messages[cut - 1].lastSequence
            #expect(said == Self.said.filter { $0.cause.sequence <= sequence })
        }
        // And whole runs that end where the last thirds begin.
        for cut in [messages.count / 3, messages.count * 2 / 3] {
            let sequence = messages[cut - 1].lastSequence
            #expect(signals(messages[..<cut]) == Self.said.filter { $0.cause.sequence <= sequence })
        }
    }

    @Test("every day's end: one run by days says, day by day, what the whole run said")
    func everyDay() {
        var stage = AnalyzeStage()
        var spoken = 0
        var position = 0
        let messages = Self.straight.messages
        while position < messages.count {
            let day = CivilTime.dayNumber(messages[position].recordTime(row: 0))
            var end = position
            while end < messages.count, CivilTime.dayNumber(messages[end].recordTime(row: 0)) == day { end += 1 }
            let said = signals(messages[position..<end], stage: &stage)
            #expect(said.elementsEqual(Self.said[spoken..<(spoken + said.count)]))
            spoken += said.count
            position = end
        }
        #expect(spoken == Self.said.count)
    }
}
