import MarketModels

/// A supplier's profit if its share and its margin fall while demand changes: deterministic, a what-if, no
/// evidence of anything.
///
/// Unit cost stays. So a lower gross margin GM means a lower price, c/(1 − GM), and profit goes with
/// demand·share·(price − cost).
public struct PricingScenario: Codable, Equatable, Sendable {
    /// Share of the market and gross margin today, as fractions.
    public let baseShare: Double
    public let baseMargin: Double

    /// - Throws: ``MarketModels/ParameterError`` unless the share is in (0, 1] and the margin in (0, 1).
    public init(baseShare: Double, baseMargin: Double) throws(ParameterError) {
        try require("share today", baseShare, "above 0 and at most 1") { $0 > 0 && $0 <= 1 }
        try require("margin today", baseMargin, "above 0 and below 1") { $0 > 0 && $0 < 1 }
        self.baseShare = baseShare
        self.baseMargin = baseMargin
    }

    /// A share and a margin that could come.
    public struct Position: Codable, Equatable, Sendable {
        public let share: Double
        /// Gross margin, below 1; at 0 or below nothing is earned.
        public let margin: Double

        public init(share: Double, margin: Double) {
            self.share = share
            self.margin = margin
        }
    }

    /// One row: what a position means at each demand.
    public struct Row: Codable, Equatable, Sendable {
        public let position: Position
        /// Price over today's.
        public let price: Double
        /// Profit over today's, one for each demand multiple asked for.
        public let profits: [Double]
        /// Demand over today's at which profit is today's; `nil` if none is enough.
        public let breakEvenDemand: Double?
    }

    /// Computes. O(positions · demands).
    ///
    /// - Parameters:
    ///   - demands: Multiples of today's demand, not negative.
    ///   - positions: Shares and margins, each computed at every demand; rows keep their order.
    /// - Throws: ``MarketModels/ParameterError`` for a demand that is negative, a share outside [0, 1], a margin that
    ///   is not below 1, or a result that is not finite.
    public func grid(demands: [Double], positions: [Position]) throws(ParameterError) -> [Row] {
        for demand in demands { try require("demand multiple", demand, "finite and not negative") { $0 >= 0 } }
        var rows: [Row] = []
        for position in positions {
            try require("share", position.share, "from 0 to 1") { $0 >= 0 && $0 <= 1 }
            try require("margin", position.margin, "below 1") { $0 < 1 }
            let price = try finite("price", (1 - baseMargin) / (1 - position.margin))
            let unit = try finite(
                "profit at today's demand", position.share / baseShare * price * position.margin / baseMargin)
            var profits: [Double] = []
            for demand in demands { profits.append(try finite("profit", demand * unit)) }
            rows.append(
                Row(
                    position: position, price: price, profits: profits,
                    breakEvenDemand: unit > 0 ? try finite("break-even demand", 1 / unit) : nil))
        }
        return rows
    }
}
