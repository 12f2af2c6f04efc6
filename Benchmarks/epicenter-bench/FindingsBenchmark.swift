import Foundation
import Schema
import ShockAttribution

/// How long `epicenter-attribute` takes from a shock's first signal to its first finding, and for each revision: with
/// 10,000 instruments of 300 sessions and a month of news in view. In process, as nothing between is slow.
///
/// Beside it, in the same minute, what the same machine takes to look through the same headlines once for one word.
struct FindingsBenchmark {
    let instruments: Int
    let shocks: Int
    static let sessions = 300

    func run() throws {
        guard let month = try NewsMonth(limit: .max) else {
            print("\nfindings: not run; the month of RSS is not here (EPICENTER_SHARED_DATA)")
            return
        }
        print("\nfindings: \(instruments) instruments, \(month.items.count) news items in view, \(shocks) shocks")
        var stage = AttributeStage()
        var outbox = Outbox()
        fill(&stage, month, &outbox)
        _ = outbox.drain()
        var first: [Double] = []
        var revisions: [Double] = []
        for number in 0..<shocks {
            // Those that the news is about first: they have the most to look through.
            let symbol = symbols[number < NewsWorld.definitions.count ? number : number * 7 % symbols.count]
            for (phase, followUp) in [(ShockPhase.pending, 0), (.open, 0), (.open, 1)] {
                let signal = signal(symbol, phase, followUp, after: month)
                let seconds = wallSeconds { stage.apply(.shockSignal(signal), rows: 0..<1, to: &outbox) }
                guard outbox.drain().count == 1 else { throw BenchmarkFailure("a signal had no finding") }
                if phase == .pending { first.append(seconds) } else { revisions.append(seconds) }
            }
        }
        let scan = Sample((0..<5).map { _ in wallSeconds { scanOnce(month) } })
        line("", "p50 ms", "p99 ms", "max ms", "p99 / scan")
        for (name, times) in [("signal to first finding", first), ("signal to a revision", revisions)] {
            let sorted = times.sorted()
            let p99 = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
            line(
                name, String(format: "%.1f", 1e3 * sorted[sorted.count / 2]), String(format: "%.1f", 1e3 * p99),
                String(format: "%.1f", 1e3 * (sorted.last ?? 0)), String(format: "%.2f", p99 / scan.median))
        }
        print(String(format: "the same headlines looked through once for one word: %.1f ms", 1e3 * scan.median))
    }

    private var symbols: [String] { NewsWorld.definitions.map(\.symbol) + (0..<instruments - 11).map { "S\($0)" } }

    // MARK: The world

    private func fill(_ stage: inout AttributeStage, _ month: NewsMonth, _ outbox: inout Outbox) {
        let all = symbols + ["MKT"]
        for (index, symbol) in all.enumerated() {
            var definition = NewsWorld.definitions.first { $0.symbol == symbol } ?? InstrumentDefinition()
            definition.instrument = UInt32(index + 1)
            definition.symbol = symbol
            definition.kind = .equity
            stage.apply(.instrumentDefinition(definition), rows: 0..<1, to: &outbox)
        }
        var change = NewsWorld.settings
        change.settings.benchmark = "MKT"
        stage.apply(.configurationChanged(change), rows: 0..<1, to: &outbox)
        let last = CivilTime.dayNumber(month.items.last?.recordTime ?? 0)
        var noise = UInt64(20_250_127)
        for age in (0..<Self.sessions).reversed() {
            var bars = Bars()
            bars.firstSequence = UInt64(1 + (Self.sessions - age) * all.count)
            let end = UInt64(last - age - 1) * CivilTime.day + 21 * 3_600 * CivilTime.second
            for index in all.indices {
                noise = noise &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bars.recordTime.append(end)
                bars.instrument.append(UInt32(index + 1))
                bars.start.append(end - 7 * 3_600 * CivilTime.second)
                bars.end.append(end)
                bars.close.append(100_000_000_000 + Int64(noise >> 40) * 100)
                bars.volume.append(1_000_000)
            }
            (bars.open, bars.high, bars.low) = (bars.close, bars.close, bars.close)
            stage.apply(.bars(bars), rows: 0..<all.count, to: &outbox)
        }
        for item in month.items { stage.apply(.newsItem(item), rows: 0..<1, to: &outbox) }
    }

    private func signal(_ symbol: String, _ phase: ShockPhase, _ followUp: Int, after month: NewsMonth) -> ShockSignal {
        let end = month.items.last?.recordTime ?? 0
        var signal = ShockSignal()
        signal.cause.sequence = UInt64(1 << 40)
        (signal.eventTime, signal.recordTime) = (end + 2, end + 2)
        signal.shock = "\(symbol)/\(CivilTime.date(day: CivilTime.dayNumber(end)))"
        (signal.phase, signal.scope, signal.subject) = (phase, .instrument, symbol)
        signal.measure.session = CivilTime.date(day: CivilTime.dayNumber(end))
        signal.measure.onsetFrom = end - 3_600 * CivilTime.second
        signal.measure.onsetUntil = end
        signal.measure.simpleReturn = -0.12
        signal.measure.complete = phase == .open
        (signal.measure.priceBefore, signal.measure.priceLast, signal.measure.volatility) = (100, 88, 0.02)
        if followUp > 0 {
            var day = FollowUpSession()
            (day.session, day.retraced) = ("2099-01-01", 0.1)
            signal.measure.followUp = [day]
        }
        return signal
    }

    private func scanOnce(_ month: NewsMonth) {
        var found = 0
        for item in month.items where item.title.utf8.contains(0x5A) { found += 1 }
        precondition(found >= 0)
    }

    private func wallSeconds(_ body: () -> Void) -> Double {
        let clock = ContinuousClock()
        let elapsed = clock.measure(body)
        return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    }
}
