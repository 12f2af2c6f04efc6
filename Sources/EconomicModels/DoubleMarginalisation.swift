import MarketModels

/// Two monopolies, one supplying the other, beside both as one: with the linear demand P = a − b·Q and the
/// supplier's unit cost c, two margins make a higher price, less volume and less profit together.
///
/// Source: Spengler, J. J. (1950), *Journal of Political Economy* 58(4), 347–352.
public struct DoubleMarginalisation: Codable, Equatable, Sendable {
    /// What is charged and sold.
    public struct Outcome: Codable, Equatable, Sendable {
        /// To consumers.
        public let price: Double
        public let quantity: Double
        /// The supplier's; of an integrated firm all of it.
        public let supplierProfit: Double
        /// The buyer's; of an integrated firm 0.
        public let buyerProfit: Double

        public var profit: Double { supplierProfit + buyerProfit }
    }

    /// (a + c)/2, what the supplier charges the buyer.
    public let wholesalePrice: Double
    /// P = (3a + c)/4, Q = (a − c)/4b, profits (a − c)²/8b and (a − c)²/16b.
    public let separate: Outcome
    /// P = (a + c)/2, Q = (a − c)/2b, profit (a − c)²/4b.
    public let integrated: Outcome

    /// - Parameters:
    ///   - intercept: a, the price at which nothing is sold.
    ///   - slope: b, above 0.
    ///   - unitCost: c, not negative and below a.
    /// - Throws: ``MarketModels/ParameterError`` outside these bounds, or if a result is not finite.
    public init(intercept: Double, slope: Double, unitCost: Double) throws(ParameterError) {
        try require("slope", slope, "above 0") { $0 > 0 }
        try require("unit cost", unitCost, "finite and not negative") { $0 >= 0 }
        try require("intercept", intercept, "above the unit cost of \(unitCost)") { $0 > unitCost }
        let room = intercept - unitCost
        let profit = try finite("profit", room * room / (4 * slope))
        let quantity = try finite("quantity", room / (2 * slope))
        wholesalePrice = unitCost + room / 2
        separate = Outcome(
            price: unitCost + 0.75 * room, quantity: quantity / 2, supplierProfit: profit / 2, buyerProfit: profit / 4)
        integrated = Outcome(price: unitCost + room / 2, quantity: quantity, supplierProfit: profit, buyerProfit: 0)
    }
}
