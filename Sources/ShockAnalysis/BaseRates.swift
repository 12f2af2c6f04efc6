import Schema

/// What followed the shocks that were seen to their end, by scope and direction.
struct BaseRates: Codable, Sendable {
    private struct Count: Codable {
        var shocks: UInt32 = 0
        var recoveredHalf: UInt32 = 0
        var wentOn: UInt32 = 0
    }

    /// Market, group, instrument; falls, then rises.
    private var counts = Array(repeating: Count(), count: 6)

    private static func place(_ scope: ShockScope, _ isFall: Bool) -> Int {
        (scope == .market ? 0 : scope == .group ? 2 : 4) + (isFall ? 0 : 1)
    }

    /// Takes a shock that was followed to its last session.
    mutating func take(_ signal: ShockSignal) {
        guard let last = signal.measure.followUp.last, last.retraced.isFinite else { return }
        let place = Self.place(signal.scope, signal.measure.simpleReturn < 0)
        counts[place].shocks += 1
        if last.retraced >= 0.5 { counts[place].recoveredHalf += 1 }
        if last.retraced < 0 { counts[place].wentOn += 1 }
    }

    /// - Returns: nil while no such shock has ended.
    func rate(_ scope: ShockScope, isFall: Bool) -> BaseRate? {
        let count = counts[Self.place(scope, isFall)]
        guard count.shocks > 0 else { return nil }
        var rate = BaseRate()
        rate.shocks = count.shocks
        rate.recoveredHalf = count.recoveredHalf
        rate.wentOn = count.wentOn
        return rate
    }
}
