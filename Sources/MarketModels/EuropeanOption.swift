import Glibc

/// A European option with its price and sensitivities.
///
/// Source: Black, F. and Scholes, M. (1973), *Journal of Political Economy* 81(3), 637–654; with a dividend
/// yield Merton, R. C. (1973), *Bell Journal of Economics* 4(1), 141–183.
public struct EuropeanOption: Codable, Equatable, Sendable {
    public enum Kind: String, Codable, Equatable, Sendable {
        case call
        case put
    }

    public let kind: Kind
    /// K, in currency.
    public let strike: Double
    /// T, years to expiry.
    public let years: Double
    /// r, continuously compounded a year, as a fraction.
    public let rate: Double
    /// q, likewise.
    public let dividendYield: Double
    /// σ a year, as a fraction.
    public let volatility: Double

    /// - Throws: ``ParameterError`` unless strike, years and volatility are positive, and all is finite.
    public init(
        _ kind: Kind, strike: Double, years: Double, rate: Double = 0, dividendYield: Double = 0, volatility: Double
    ) throws(ParameterError) {
        try require("strike", strike, "above 0") { $0 > 0 }
        try require("years to expiry", years, "above 0") { $0 > 0 }
        try require("rate", rate, "finite")
        try require("dividend yield", dividendYield, "finite")
        try require("volatility", volatility, "above 0") { $0 > 0 }
        self.kind = kind
        self.strike = strike
        self.years = years
        self.rate = rate
        self.dividendYield = dividendYield
        self.volatility = volatility
    }

    /// What an option is worth at one price of the share.
    public struct Value: Codable, Equatable, Sendable {
        /// d₁ = (ln(S/K) + (r − q + σ²/2)·T)/(σ·√T).
        public let d1: Double
        /// In currency.
        public let price: Double
        /// Δ: e^(−qT)·N(d₁) of a call, e^(−qT)·(N(d₁) − 1) of a put.
        public let delta: Double
        /// Γ = e^(−qT)·φ(d₁)/(S·σ·√T), the same of both.
        public let gamma: Double
    }

    /// O(1).
    ///
    /// - Parameter spot: S, in currency.
    /// - Throws: ``ParameterError`` unless the price is positive and all results are finite.
    public func value(spot: Double) throws(ParameterError) -> Value {
        try require("spot", spot, "above 0") { $0 > 0 }
        let spread = volatility * years.squareRoot()
        let drift = (rate - dividendYield + volatility * volatility / 2) * years
        let d1 = try finite("d1", (log(spot / strike) + drift) / spread)
        let d2 = d1 - spread
        let (carry, discount) = (exp(-dividendYield * years), exp(-rate * years))
        let sign: Double = kind == .call ? 1 : -1
        let delta = sign * carry * Self.normal(sign * d1)
        let price = spot * delta - sign * strike * discount * Self.normal(sign * d2)
        let density = exp(-d1 * d1 / 2) / (2 * Double.pi).squareRoot()
        return Value(
            d1: d1, price: try finite("option price", price), delta: try finite("delta", delta),
            gamma: try finite("gamma", carry * density / (spot * spread)))
    }

    /// N(x).
    private static func normal(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }
}
