import EventLog
import Schema

/// Daily bars of many instruments as a random walk with a common factor: every bar moves the market model.
///
/// The generator is the linear congruential one of docs/MODELS.md, so the stream is the same everywhere.
struct SyntheticStream {
    let bars: Int
    let symbols: Int

    private struct Noise {
        var state: Int64
        mutating func uniform() -> Double {
            state = 48_271 &* state % 2_147_483_647
            return Double(state) / 2_147_483_647
        }
        /// Close enough to normal: the sum of four uniforms, scaled.
        mutating func normal() -> Double {
            (uniform() + uniform() + uniform() + uniform() - 2) * 1.732
        }
    }

    /// Writes the stream as a recording of plain chunks, 1,024 bars a message.
    func write(to directory: String) throws -> UInt64 {
        let log = try EventLog(
            directory: directory, stream: .market, newEpoch: 1, options: .init(sync: .never))
        let start: UInt64 = 1_000_000_000 * CivilTime.second / CivilTime.day * CivilTime.day
        try define(log, at: start)
        var noise = Noise(state: 20_250_127)
        var price = [Double](repeating: 100, count: symbols)
        var message = Bars()
        var written = 0
        var day: UInt64 = 0
        while written < bars {
            day += 1
            let open = start + day * CivilTime.day + 52_200 * CivilTime.second
            let close = open + 23_400 * CivilTime.second
            let market = 0.01 * noise.normal()
            for symbol in 0..<symbols where written < bars {
                let before = price[symbol]
                price[symbol] = max(1, before * (1 + market + (symbol == 0 ? 0 : 0.015 * noise.normal())))
                append(symbol, before, price[symbol], open, close, to: &message)
                written += 1
                if message.recordTime.count == StreamMessage.maximumRows {
                    log.append(.bars(message))
                    message = Bars()
                    if log.pendingBytes >= 1 << 18 { try log.commit() }
                }
            }
        }
        if !message.recordTime.isEmpty { log.append(.bars(message)) }
        try log.close()
        return log.committed
    }

    private func append(
        _ symbol: Int, _ before: Double, _ after: Double, _ open: UInt64, _ close: UInt64, to message: inout Bars
    ) {
        message.recordTime.append(close)
        message.instrument.append(UInt32(symbol + 1))
        message.start.append(open)
        message.end.append(close)
        message.open.append(Price.units(before) ?? 0)
        message.high.append(Price.units(max(before, after)) ?? 0)
        message.low.append(Price.units(min(before, after)) ?? 0)
        message.close.append(Price.units(after) ?? 0)
        message.volume.append(1_000_000)
    }

    private func define(_ log: EventLog, at time: UInt64) throws {
        var settings = ModelSettings()
        settings.benchmark = "S0"
        var group = Group()
        group.id = "tenth"
        for symbol in stride(from: 1, to: symbols, by: 10) {
            var member = GroupMember()
            member.symbol = "S\(symbol)"
            member.weight = 1
            group.members.append(member)
        }
        settings.groups = [group]
        for symbol in 0..<symbols {
            var definition = InstrumentDefinition()
            definition.recordTime = time
            definition.eventTime = time
            definition.instrument = UInt32(symbol + 1)
            definition.symbol = "S\(symbol)"
            definition.kind = symbol == 0 ? .etf : .equity
            log.append(.instrumentDefinition(definition))
        }
        var changed = ConfigurationChanged()
        changed.recordTime = time
        changed.eventTime = time
        changed.settings = settings
        log.append(.configurationChanged(changed))
    }
}
