import MarketModels

/// Values under scenarios somebody weighted. Every result is a what-if: the weights decide it, and they are not
/// evidence.
public struct WhatIf: Codable, Equatable, Sendable {
    /// One future.
    public struct Scenario: Codable, Equatable, Sendable {
        public let name: String
        /// Probability given to it.
        public let weight: Double
        /// Change of value in it, as a fraction, at least −1.
        public let change: Double

        public init(name: String, weight: Double, change: Double) {
            self.name = name
            self.weight = weight
            self.change = change
        }
    }

    public let scenarios: [Scenario]
    /// Σ weight·change, as a fraction.
    public let expected: Double

    /// - Throws: ``MarketModels/ParameterError`` unless weights are not negative and sum to 1 within 1e-6, and changes
    ///   are finite and at least −1.
    public init(_ scenarios: [Scenario]) throws(ParameterError) {
        for scenario in scenarios {
            try require("weight of \(scenario.name)", scenario.weight, "from 0 to 1") { $0 >= 0 && $0 <= 1 }
            try require("change in \(scenario.name)", scenario.change, "at least -1") { $0 >= -1 }
        }
        try require("sum of weights", scenarios.reduce(0) { $0 + $1.weight }, "1") { abs($0 - 1) <= 1e-6 }
        self.scenarios = scenarios
        expected = try finite("expected change", scenarios.reduce(0) { $0 + $1.weight * $1.change })
    }

    /// What was observed less what the scenarios expect, as a fraction. No overreaction follows from it.
    ///
    /// - Throws: ``MarketModels/ParameterError`` for a change under −1 or not finite.
    public func residual(observed: Double) throws(ParameterError) -> Double {
        try require("observed change", observed, "at least -1") { $0 >= -1 }
        return try finite("residual", observed - expected)
    }

    /// The weight of a bear case, against one other case, at which an observed change is what to expect:
    /// (observed − other)/(bear − other).
    ///
    /// - Parameters:
    ///   - observed: Change of the price, as a fraction.
    ///   - bear: Change of value in the bear case.
    ///   - other: Change of value otherwise, above the bear case's.
    /// - Returns: `nil` if no weight from 0 to 1 explains it: the observed change lies outside the two.
    /// - Throws: ``MarketModels/ParameterError`` for changes under −1 or not finite, or a bear case not below the
    ///   other.
    public static func impliedBearWeight(
        observed: Double, bear: Double, other: Double
    ) throws(ParameterError) -> Double? {
        try require("observed change", observed, "at least -1") { $0 >= -1 }
        try require("change otherwise", other, "at least -1") { $0 >= -1 }
        try require("change in the bear case", bear, "at least -1 and below \(other)") { $0 >= -1 && $0 < other }
        guard observed >= bear, observed <= other else { return nil }
        return (other - observed) / (other - bear)
    }

    /// The lasting growth a price implies after a change, if the discount rate and next year's payments stay:
    /// g₁ = k − (k − g₀)/(1 + x).
    ///
    /// Source: Gordon, M. J. (1959), *Review of Economics and Statistics* 41(2), 99–105.
    ///
    /// - Parameters:
    ///   - discountRate: k a year, as a fraction.
    ///   - growth: g₀ a year before, below k.
    ///   - change: x of the price, above −1.
    /// - Throws: ``MarketModels/ParameterError`` outside these bounds, or if the result is not finite.
    public static func impliedGrowth(
        discountRate: Double, growth: Double, change: Double
    ) throws(ParameterError) -> Double {
        try require("discount rate", discountRate, "finite")
        try require("growth", growth, "below the discount rate of \(discountRate)") { $0 < discountRate }
        try require("change", change, "above -1") { $0 > -1 }
        return try finite("implied growth", discountRate - (discountRate - growth) / (1 + change))
    }
}
