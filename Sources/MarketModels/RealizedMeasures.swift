import Glibc

/// How much a session moved, how much of that without jumps, and whether it jumped; bar by bar.
///
/// Add the session's returns over equal bars, five minutes or longer (shorter ones bounce between bid and
/// ask). Leave out the overnight gap, auctions and halts: they are moves, but not of trading.
///
/// Source: Barndorff-Nielsen, O. E. and Shephard, N. (2004), *Journal of Financial Econometrics* 2(1), 1–37
/// and (2006) 4(1), 1–30; Andersen, T. G., Dobrev, D. and Schaumburg, E. (2012), *Journal of Econometrics*
/// 169(1), 75–93 for MedRV. Without finite-sample factors in BV, as in R's `highfrequency`.
public struct RealizedMeasures: BitwiseCopyable, Codable, Equatable, Sendable {
    /// Bars under which the test says nothing.
    public static let minimum = 20
    /// The statistic beyond which one session in a thousand lies without a jump.
    public static let criticalValue = 3.09

    /// M, the bars added.
    public private(set) var count = 0
    /// RV = Σr², in squared returns, jumps included.
    public private(set) var realizedVariance = 0.0
    private var pairs = 0.0
    private var triples = 0.0
    private var medians = 0.0
    /// |r| of the last bar and the one before.
    private var last = 0.0
    private var second = 0.0

    public init() {}

    /// Adds the return of the session's next bar. O(1).
    ///
    /// - Returns: `false`, leaving the state as it was, if it is not finite or above 1e50 in size.
    @discardableResult
    public mutating func add(_ value: Double) -> Bool {
        let size = abs(value)
        guard size <= largestReturn else { return false }
        realizedVariance += size * size
        if count >= 1 { pairs += size * last }
        if count >= 2 {
            // Root by root, so that three small returns do not vanish in their product.
            let roots = cbrt(size) * cbrt(last) * cbrt(second)
            triples += roots * roots * roots * roots
            let median = max(min(size, last), min(max(size, last), second))
            medians += median * median
        }
        second = last
        last = size
        count += 1
        return true
    }

    /// BV = (π/2)·Σ|rᵢ||rᵢ₋₁|, which a single jump hardly changes.
    public var bipowerVariation: Double { .pi / 2 * pairs }

    /// MedRV, from the median of three neighbours; robust to a jump and to a bar that stood still. 0 under
    /// three bars.
    public var medianVariance: Double {
        guard count > 2 else { return 0 }
        let bars = Double(count)
        return .pi / (6 - 4 * 3.0.squareRoot() + .pi) * bars / (bars - 2) * medians
    }

    /// TQ, the tripower estimate of integrated quarticity. 0 under three bars.
    public var tripowerQuarticity: Double {
        guard count > 2 else { return 0 }
        let bars = Double(count)
        let moment = 0.8308609250295592  // E|z|^(4/3) = 2^(2/3)·Γ(7/6)/Γ(1/2)
        return bars * bars / (bars - 2) / (moment * moment * moment) * triples
    }

    /// Share of RV that came in jumps, max(0, 1 − BV/RV), or `nil` if nothing moved.
    public var jumpShare: Double? {
        realizedVariance > 0 ? max(0, 1 - bipowerVariation / realizedVariance) : nil
    }

    /// The ratio statistic of Barndorff-Nielsen and Shephard, standard normal without jumps.
    ///
    /// - Returns: √M·(1 − BV/RV)/√((π²/4 + π − 5)·max(1, TQ/BV²)); `nil` under ``minimum`` bars or where
    ///   no two neighbouring bars moved.
    public var jumpStatistic: Double? {
        let bipower = bipowerVariation
        guard count >= Self.minimum, realizedVariance > 0, bipower > 0 else { return nil }
        // Divided twice: BV² of small returns may vanish.
        let ratio = max(1, tripowerQuarticity / bipower / bipower)
        let spread = (Double.pi * .pi / 4 + .pi - 5) * ratio
        return Double(count).squareRoot() * (1 - bipower / realizedVariance) / spread.squareRoot()
    }

    /// Whether the session jumped, at 0.1 %; `nil` as ``jumpStatistic``.
    public var hasJump: Bool? { jumpStatistic.map { $0 > Self.criticalValue } }
}
