/// The market model over a sliding estimation window, kept up to date bar by bar.
///
/// After each ``add(asset:market:)`` ``model()`` is the model for the *next* bar: fitted on the `length`
/// bars that end `gap` bars before it, exactly what ``EstimationWindow/range(beforeEvent:length:gap:)``
/// and ``MarketModel/fit(asset:market:)`` give, to 1e-12 of their scale and better where the batch
/// formula itself loses digits.
///
/// Both are O(1). Nothing is allocated after `init`, which takes 16 bytes for each bar of window and gap
/// (4,160 by default). A bar the asset or the market has no return for is simply not added.
///
/// The sums carry twice the precision of `Double` (``CompensatedSums``). They are made again from the
/// bars themselves every 1,024 bars, and when a variance has fallen to 2⁻⁴⁰ of what it was since, as after
/// an absurd price has left the window. The latter can happen some forty times in a window at most.
public struct RollingMarketModel: Equatable, Sendable {
    /// T, the bars a full window holds.
    public let length: Int
    /// G, the bars between the window and the bar the model is for.
    public let gap: Int
    /// Bars added so far.
    public private(set) var count = 0

    /// Asset and market of the last T + G bars, in turn; the oldest is overwritten next.
    private var ring: [Double]
    /// Place of the next bar in the ring.
    private var slot = 0
    private var sums = MarketSums()
    /// Bars of the window, up to its newest, over which the market's return was the same.
    private var constantMarket = 0

    /// Returns beyond this are refused: their squares would overflow a later sum.
    public static let largestReturn = 1e100
    private static let refreshInterval = 1024

    /// - Parameters:
    ///   - length: T, at least ``EstimationWindow/minimum``.
    ///   - gap: G, not negative.
    public init(length: Int = EstimationWindow.length, gap: Int = EstimationWindow.gap) {
        precondition(
            length >= EstimationWindow.minimum && gap >= 0,
            "a window has at least \(EstimationWindow.minimum) bars, and its gap is not negative"
        )
        self.length = length
        self.gap = gap
        ring = [Double](repeating: 0, count: 2 * (length + gap))
    }

    /// Bars in the estimation window now, at most ``length``.
    public var windowCount: Int { sums.count }

    /// Adds the returns of the next bar, oldest first. O(1); see the type for the exceptions.
    ///
    /// - Returns: `false`, leaving the state as it was, if a return is not finite or above
    ///   ``largestReturn`` in size.
    @discardableResult
    public mutating func add(asset: Double, market: Double) -> Bool {
        guard abs(asset) <= Self.largestReturn, abs(market) <= Self.largestReturn else { return false }
        let capacity = length + gap
        if count >= capacity { sums.remove(asset: ring[2 * slot], market: ring[2 * slot + 1]) }
        ring[2 * slot] = asset
        ring[2 * slot + 1] = market
        if count >= gap {
            let entering = slot >= gap ? slot - gap : slot - gap + capacity
            enter(asset: ring[2 * entering], market: ring[2 * entering + 1], place: entering)
        }
        slot = slot + 1 == capacity ? 0 : slot + 1
        count += 1
        if sums.isWorn || count % Self.refreshInterval == 0 { refresh() }
        return true
    }

    private mutating func enter(asset: Double, market: Double, place: Int) {
        let before = place == 0 ? length + gap - 1 : place - 1
        let isSame = sums.count > 0 && ring[2 * before + 1] == market
        constantMarket = isSame ? min(constantMarket + 1, length) : 1
        sums.add(asset: asset, market: market)
    }

    /// Makes the sums again from the bars of the window, oldest first.
    private mutating func refresh() {
        let capacity = length + gap
        var place = slot - gap - sums.count
        if place < 0 { place += capacity }
        var fresh = MarketSums()
        for _ in 0..<sums.count {
            fresh.add(asset: ring[2 * place], market: ring[2 * place + 1])
            place = place + 1 == capacity ? 0 : place + 1
        }
        sums = fresh
    }

    /// The model for the next bar. O(1), no allocation.
    ///
    /// - Throws: ``EstimationError/tooFewObservations(_:minimum:)`` under ``EstimationWindow/minimum`` bars
    ///   in the window, ``EstimationError/collinear(regressor:)`` if the market did not move in it.
    public func model() throws(EstimationError) -> MarketModel {
        guard sums.count >= EstimationWindow.minimum else {
            throw .tooFewObservations(sums.count, minimum: EstimationWindow.minimum)
        }
        guard constantMarket < sums.count else { throw .collinear(regressor: 0) }
        return try sums.model()
    }
}

extension RollingMarketModel: Codable {
    /// - Throws: `DecodingError` for a state that no sequence of bars could have left.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        length = try container.decode(Int.self, forKey: .length)
        gap = try container.decode(Int.self, forKey: .gap)
        count = try container.decode(Int.self, forKey: .count)
        ring = try container.decode([Double].self, forKey: .ring)
        slot = try container.decode(Int.self, forKey: .slot)
        sums = try container.decode(MarketSums.self, forKey: .sums)
        constantMarket = try container.decode(Int.self, forKey: .constantMarket)
        let sizes = 0...1_000_000
        guard length >= EstimationWindow.minimum, sizes.contains(length), sizes.contains(gap), count >= 0,
            ring.count == 2 * (length + gap), ring.allSatisfy({ abs($0) <= Self.largestReturn }),
            slot == count % (length + gap), sums.count == min(length, max(0, count - gap))
        else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: container.codingPath, debugDescription: "not the state of a rolling market model"))
        }
    }
}

/// Σa, Σm, Σa², Σam and Σm² of a window, and what follows from them.
struct MarketSums: BitwiseCopyable, Codable, Equatable, Sendable {
    private(set) var count = 0
    private var sums = CompensatedSums<SIMD8<Double>>()
    /// The largest Σa² and Σm² since the sums were made.
    private var peak = SIMD2<Double>()

    private static let (asset, market, assetSquares, products, marketSquares) = (0, 1, 2, 3, 4)

    mutating func add(asset: Double, market: Double) {
        sums.add(Self.left(asset, market), times: Self.right(asset, market))
        count += 1
        peak = pointwiseMax(peak, squares)
    }

    mutating func remove(asset: Double, market: Double) {
        sums.add(Self.left(-asset, -market), times: Self.right(asset, market))
        count -= 1
    }

    /// Whether so little is left of a sum that the rounding of what went may show.
    var isWorn: Bool {
        let least = peak * 0x1p-40
        return squares[0] < least[0] || squares[1] < least[1]
    }

    private var squares: SIMD2<Double> { SIMD2(sums.high[Self.assetSquares], sums.high[Self.marketSquares]) }

    private static func left(_ asset: Double, _ market: Double) -> SIMD8<Double> {
        SIMD8(asset, market, asset, asset, market, 0, 0, 0)
    }

    private static func right(_ asset: Double, _ market: Double) -> SIMD8<Double> {
        SIMD8(1, 1, asset, market, market, 0, 0, 0)
    }

    func model() throws(EstimationError) -> MarketModel {
        let length = Double(count)
        let (assetMean, marketMean) = (sums[Self.asset] / length, sums[Self.market] / length)
        let marketSquares = sums[Self.marketSquares] - sums[Self.market] * marketMean
        // As in the batch formula: what rounding alone leaves of a market that never moved.
        let rounding = 8 * abs(marketMean.high).ulp
        guard marketSquares.high > length * rounding * rounding else { throw .collinear(regressor: 0) }
        let products = sums[Self.products] - sums[Self.asset] * marketMean
        let beta = products / marketSquares
        let residual = sums[Self.assetSquares] - sums[Self.asset] * assetMean - beta * products
        return MarketModel(
            count: count, assetMean: assetMean.high, marketMean: marketMean.high, marketSquares: marketSquares.high,
            beta: beta.high, residualSquares: max(0, residual.high)
        )
    }
}
