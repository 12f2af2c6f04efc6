import EventLog
import Foundation
import Schema
import TestKit

/// Daily bars of many instruments as a random walk with a common factor and seldom a jump: a recording of any size.
struct SyntheticMarket {
    var symbols = 400
    var days = 1_500

    /// - Returns: The last sequence.
    func write(to path: String, seed: UInt64) throws -> UInt64 {
        var random = SeededGenerator(for: "Synthetic market", default: seed)
        var writer = try RecordingWriter(
            path: path, stream: .market, epoch: RecordingWriter.importedEpoch)
        let start: UInt64 = 1_000_000_000 * CivilTime.second / CivilTime.day * CivilTime.day
        var next: UInt64 = 1
        func append(_ message: StreamMessage) throws {
            var message = message
            message.firstSequence = next
            next += UInt64(message.count)
            try writer.append(message)
        }
        for symbol in 0..<symbols {
            var definition = InstrumentDefinition()
            definition.recordTime = start
            definition.eventTime = start
            definition.instrument = UInt32(symbol + 1)
            definition.symbol = "S\(symbol)"
            definition.name = "Instrument \(symbol)"
            definition.kind = symbol == 0 ? .etf : .equity
            definition.currency = "USD"
            try append(.instrumentDefinition(definition))
        }
        var changed = ConfigurationChanged()
        changed.recordTime = start
        changed.eventTime = start
        changed.settings.benchmark = "S0"
        try append(.configurationChanged(changed))
        var price = [Double](repeating: 100, count: symbols)
        for day in 1...days {
            let open = start + UInt64(day) * CivilTime.day + 52_200 * CivilTime.second
            let close = open + 23_400 * CivilTime.second
            let market = Double.random(in: -0.015...0.015, using: &random)
            var bars = Bars()
            for symbol in 0..<symbols {
                let before = price[symbol]
                let jump = symbol > 0 && UInt32.random(in: 0..<20_000, using: &random) == 0 ? -0.2 : 0
                let own = symbol == 0 ? 0 : Double.random(in: -0.02...0.02, using: &random)
                price[symbol] = max(1, before * (1 + market + own + jump))
                bars.recordTime.append(close)
                bars.instrument.append(UInt32(symbol + 1))
                bars.start.append(open)
                bars.end.append(close)
                bars.open.append(Price.units(before) ?? 0)
                bars.high.append(Price.units(max(before, price[symbol])) ?? 0)
                bars.low.append(Price.units(min(before, price[symbol])) ?? 0)
                bars.close.append(Price.units(price[symbol]) ?? 0)
                bars.volume.append(1_000_000)
            }
            try append(.bars(bars))
        }
        try writer.finish()
        return next - 1
    }
}
