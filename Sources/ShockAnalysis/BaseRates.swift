import MarketModels
import Schema

/// What followed the shocks that were seen to their end, by scope and direction.
struct BaseRates: Codable, Sendable {
    /// Under so many shocks a rate is said to be insufficient.
    static let needed: UInt32 = 20

    /// Market, group, instrument; falls, then rises.
    private var ends = Array(repeating: Retracements(), count: 6)

    private static func place(_ scope: ShockScope, _ isFall: Bool) -> Int {
        (scope == .market ? 0 : scope == .group ? 2 : 4) + (isFall ? 0 : 1)
    }

    /// Takes a shock that was followed to its last session.
    mutating func take(_ signal: ShockSignal) {
        guard let last = signal.measure.followUp.last else { return }
        take(retraced: last.retraced, signal.scope, isFall: signal.measure.simpleReturn < 0)
    }

    /// - Parameter retraced: By the last session, as a fraction of the move; what is no number is not counted.
    mutating func take(retraced: Double, _ scope: ShockScope, isFall: Bool) {
        ends[Self.place(scope, isFall)].take(Float(retraced))
    }

    /// The rate so far; of no shock at all too, so that readers can say how many are missing.
    func rate(_ scope: ShockScope, isFall: Bool) -> BaseRate { ends[Self.place(scope, isFall)].rate }
}

/// What the last shocks of one kind had retraced by their ends. O(``limit``) moves of memory a shock, O(log) a rate.
private struct Retracements: Codable, Sendable {
    static let limit = 1_000

    /// In the order they came; once full, the one at ``next`` is the oldest.
    private var arrived = PackedArray<Float>()
    private var next = 0
    private var sorted = PackedArray<Float>()

    mutating func take(_ value: Float) {
        guard value.isFinite else { return }
        if arrived.values.count < Self.limit {
            arrived.values.append(value)
        } else {
            sorted.values.remove(at: rank(of: arrived.values[next]))
            arrived.values[next] = value
            next = (next + 1) % Self.limit
        }
        sorted.values.insert(value, at: rank(of: value))
    }

    /// How many are less.
    private func rank(of value: Float) -> Int {
        var range = 0..<sorted.values.count
        while !range.isEmpty {
            let middle = (range.lowerBound + range.upperBound) / 2
            range = sorted.values[middle] < value ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }

    var rate: BaseRate {
        let values = sorted.values
        var rate = BaseRate()
        rate.needed = BaseRates.needed
        rate.shocks = UInt32(values.count)
        guard !values.isEmpty else { return rate }
        rate.recoveredHalf = UInt32(values.count - rank(of: 0.5))
        rate.wentOn = UInt32(rank(of: 0))
        rate.medianRetraced = (Double(values[(values.count - 1) / 2]) + Double(values[values.count / 2])) / 2
        if let interval = MedianInterval(count: values.count) {
            rate.lower = Double(values[interval.lowerRank - 1])
            rate.upper = Double(values[interval.upperRank - 1])
        }
        return rate
    }
}
