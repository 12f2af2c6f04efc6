import EventLog
import Glibc
import Schema

/// Daily bars of many instruments as a random walk with a common factor: every bar moves the market model.
///
/// The generator is the linear congruential one of docs/MODELS.md, so the stream is the same everywhere.
struct SyntheticStream {
    let bars: Int
    let symbols: Int
    /// What the daily returns are like.
    var tails = Tails.fat
    /// What is asked of a shock; the defaults where nothing is said.
    var detection = DetectionSettings()

    enum Tails {
        /// Those of shares: Student's t with 4 degrees of freedom, times a volatility that clusters.
        case fat
        /// Close to normal, of constant volatility: like no market's.
        case thin
    }

    struct Noise {
        var state: Int64
        mutating func uniform() -> Double {
            state = 48_271 &* state % 2_147_483_647
            return Double(state) / 2_147_483_647
        }
        /// Close enough to normal: the sum of four uniforms, scaled.
        mutating func normal() -> Double {
            (uniform() + uniform() + uniform() + uniform() - 2) * 1.732
        }
        /// Student's t with 4 degrees of freedom, scaled to a variance of 1.
        mutating func student() -> Double {
            normal() / (-log(uniform() * uniform())).squareRoot()
        }
    }

    /// Returns of one series of a daily deviation.
    struct Returns {
        let deviation: Double
        let tails: Tails
        /// GARCH(1,1), as a multiple of the long-run variance: half of a burst is gone after 14 sessions.
        private var variance = 1.0

        init(deviation: Double, tails: Tails) {
            self.deviation = deviation
            self.tails = tails
        }

        mutating func next(_ noise: inout Noise) -> Double {
            guard tails == .fat else { return deviation * noise.normal() }
            let value = max(-0.4, min(0.4, deviation * variance.squareRoot() * noise.student()))
            let multiple = value / deviation
            variance = 0.05 + 0.08 * multiple * multiple + 0.87 * variance
            return value
        }
    }

    /// Writes the stream as a recording of plain chunks, 1,024 bars a message.
    func write(to directory: String) throws -> UInt64 {
        let log = try EventLog(
            directory: directory, stream: .market, newEpoch: 1, options: .init(sync: .never))
        try forEachMessage { message in
            log.append(message)
            if log.pendingBytes >= 1 << 18 { try log.commit() }
        }
        try log.close()
        return log.committed
    }

    /// Its messages in their order, without sequences.
    ///
    /// - Parameter close: Takes each close too, day by day, by instrument within a day.
    func forEachMessage(close: (Double) -> Void = { _ in }, _ body: (StreamMessage) throws -> Void) throws {
        let start: UInt64 = 1_000_000_000 * CivilTime.second / CivilTime.day * CivilTime.day
        for message in definitions(at: start) { try body(message) }
        var noise = Noise(state: 20_250_127)
        var price = [Double](repeating: 100, count: symbols)
        var market = Returns(deviation: 0.01, tails: tails)
        var own = [Returns](repeating: Returns(deviation: 0.015, tails: tails), count: symbols)
        var message = Bars()
        var written = 0
        var day: UInt64 = 0
        while written < bars {
            day += 1
            let open = start + day * CivilTime.day + 52_200 * CivilTime.second
            let end = open + 23_400 * CivilTime.second
            let common = market.next(&noise)
            for symbol in 0..<symbols where written < bars {
                let before = price[symbol]
                price[symbol] = max(1, before * (1 + common + (symbol == 0 ? 0 : own[symbol].next(&noise))))
                append(symbol, before, price[symbol], open, end, to: &message)
                close(price[symbol])
                written += 1
                if message.recordTime.count == StreamMessage.maximumRows {
                    try body(.bars(message))
                    message = Bars()
                }
            }
        }
        if !message.recordTime.isEmpty { try body(.bars(message)) }
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

    private func definitions(at time: UInt64) -> [StreamMessage] {
        var settings = ModelSettings()
        settings.benchmark = "S0"
        settings.detection = detection
        var group = Group()
        group.id = "tenth"
        for symbol in stride(from: 1, to: symbols, by: 10) {
            var member = GroupMember()
            member.symbol = "S\(symbol)"
            member.weight = 1
            group.members.append(member)
        }
        settings.groups = [group]
        var made: [StreamMessage] = (0..<symbols).map { symbol in
            var definition = InstrumentDefinition()
            definition.recordTime = time
            definition.eventTime = time
            definition.instrument = UInt32(symbol + 1)
            definition.symbol = "S\(symbol)"
            definition.kind = symbol == 0 ? .etf : .equity
            return .instrumentDefinition(definition)
        }
        var changed = ConfigurationChanged()
        changed.recordTime = time
        changed.eventTime = time
        changed.settings = settings
        made.append(.configurationChanged(changed))
        return made
    }
}
