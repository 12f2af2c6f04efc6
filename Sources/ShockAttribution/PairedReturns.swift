import Schema

/// The returns a decomposition is estimated from, one row for each pair of consecutive days, and the event.
struct PairedReturns {
    /// One more than there are rows before the event: row i is the return from day i to day i + 1.
    let days: [Int64]
    /// Rows before the event, then the event's.
    let target: [Double?]
    let market: [Double?]
    /// The return to split.
    let event: Double
    /// Rows before the event in which both have a return.
    let indices: [Int]
    private(set) var basket: Basket?
    private(set) var group = ""
    /// Market sequences of the event's prices and the closes before it.
    var evidence: Set<UInt64> = []
    /// Whether all prices of the event are closes.
    var isClosed = true

    init(days: [Int64], target: [Double?], market: [Double?], event: Double) {
        self.days = days
        self.target = target
        self.market = market
        self.event = event
        indices = (0..<max(0, target.count - 1)).filter { target[$0] != nil && market[$0] != nil }
    }

    /// The market's return over the event; nil while it has no price in the session.
    var marketEvent: Double? { market.last ?? nil }

    /// Counts an instrument's prices as evidence.
    mutating func read(_ prices: SessionPrices) {
        evidence.formUnion([prices.sequenceBefore, prices.eventSequence].filter { $0 > 0 })
        isClosed = isClosed && prices.isClosed
    }

    mutating func add(_ basket: Basket, group: String) {
        self.basket = basket
        self.group = group
        evidence.formUnion(basket.evidence)
        isClosed = isClosed && basket.isClosed
    }
}

/// A weighted basket of instruments over given days.
struct Basket {
    /// Its members with enough prices, in the configuration's order.
    let symbols: [String]
    /// Rows before the event, then the event's; nil where no member has a return.
    let returns: [Double?]
    let evidence: Set<UInt64>
    let isClosed: Bool

    /// - Parameters:
    ///   - members: With positive weights. Whoever has no price in the session, or fewer than `minimum`
    ///     returns within `window`, is left out.
    ///   - window: Row numbers.
    /// - Returns: nil if nobody is left.
    init?(members: [GroupMember], days: [Int64], minimum: Int, window: Range<Int>, reader: PriceReader) {
        var symbols: [String] = []
        // Of each row over the members that have a return in it, in their order: of return times weight, and of weight.
        var sums = [Double](repeating: 0, count: days.count)
        var weights = sums
        var evidence: Set<UInt64> = []
        var isClosed = true
        for member in members where !symbols.contains(member.symbol) {
            guard let prices = reader.prices(of: member.symbol) else { continue }
            let returns = prices.returns(over: days)
            guard returns.last != .some(nil), returns[window].count(where: { $0 != nil }) >= minimum else { continue }
            symbols.append(member.symbol)
            for (row, value) in returns.enumerated() {
                guard let value, value.isFinite else { continue }
                sums[row] += member.weight * value
                weights[row] += member.weight
            }
            evidence.formUnion([prices.sequenceBefore, prices.eventSequence])
            isClosed = isClosed && prices.isClosed
        }
        guard !symbols.isEmpty else { return nil }
        self.symbols = symbols
        self.evidence = evidence
        self.isClosed = isClosed
        returns = zip(sums, weights).map { $1 > 0 ? $0 / $1 : nil }
    }
}
