import Glibc

/// How long ago the level or the size of a series last changed, as a probability for each run length.
///
/// Between changes the values are normal with unknown mean and variance (a Normal–Gamma prior); a change
/// comes with a constant hazard. For regimes of volatility or attention, not for single shocks: the chance
/// of a run of length 0 is the hazard after every value, so read ``probability(ofRunUpTo:)`` over a few.
///
/// Run lengths from ``maximumRun`` on are one, which forgets as fast as it learns. O(runs) a value, 500 at
/// most; nothing is allocated once that many values have come.
///
/// Source: Adams, R. P. and MacKay, D. J. C. (2007), "Bayesian Online Changepoint Detection", arXiv:0710.3742.
public struct BayesianChangePoints: Codable, Equatable, Sendable {
    /// The Normal–Gamma prior of a run: its mean μ counts κ values, its variance about b/a.
    public struct Prior: Codable, Equatable, Sendable {
        public let mean: Double
        public let meanWeight: Double
        public let shape: Double
        public let rate: Double

        /// - Parameters:
        ///   - mean: μ₀.
        ///   - meanWeight: κ₀, above 0.
        ///   - shape: a₀, above 0.
        ///   - rate: b₀, above 0, in squared units of the values.
        /// - Throws: ``ParameterError`` for a parameter outside these bounds.
        public init(
            mean: Double = 0, meanWeight: Double = 1, shape: Double = 0.1, rate: Double = 0.01
        ) throws(ParameterError) {
            try require("μ", mean, "finite")
            try require("κ", meanWeight, "above 0") { $0 > 0 }
            try require("a", shape, "above 0") { $0 > 0 }
            try require("b", rate, "above 0") { $0 > 0 }
            self.mean = mean
            self.meanWeight = meanWeight
            self.shape = shape
            self.rate = rate
        }
    }

    public let prior: Prior
    /// H, the chance that a run ends with the next value.
    public let hazard: Double
    /// The longest run told apart.
    public let maximumRun: Int
    /// Values added so far.
    public private(set) var count = 0
    /// P(run length = r | values), r from 0; sums to 1.
    public private(set) var probabilities = [1.0]
    /// μ and b of each run length.
    private var means: [Double]
    private var rates: [Double]

    /// - Parameters:
    ///   - prior: Of each run.
    ///   - hazard: H in (0, 1); 1/100 expects a change every hundred values.
    ///   - maximumRun: At least 10.
    /// - Throws: ``ParameterError`` for a parameter outside these bounds.
    public init(prior: Prior, hazard: Double = 0.01, maximumRun: Int = 500) throws(ParameterError) {
        try require("hazard", hazard, "in (0, 1)") { $0 > 0 && $0 < 1 }
        try require("longest run", Double(maximumRun), "at least 10") { $0 >= 10 }
        self.prior = prior
        self.hazard = hazard
        self.maximumRun = maximumRun
        means = [prior.mean]
        rates = [prior.rate]
        probabilities.reserveCapacity(maximumRun + 2)
        means.reserveCapacity(maximumRun + 2)
        rates.reserveCapacity(maximumRun + 2)
    }

    /// Adds the next value, oldest first.
    ///
    /// A value so far out that no run can have made it starts a new one for certain.
    ///
    /// - Returns: `false`, leaving the state as it was, if it is not finite or above 1e50 in size.
    @discardableResult
    public mutating func add(_ value: Double) -> Bool {
        guard abs(value) <= largestReturn else { return false }
        var (total, reset) = (0.0, 0.0)
        for run in probabilities.indices {
            let joint = probabilities[run] * density(of: value, afterRun: run)
            reset += joint * hazard
            probabilities[run] = joint * (1 - hazard)
            total += joint
        }
        learn(value)
        if total > 0, total.isFinite {
            probabilities.insert(reset, at: 0)
            let sum = probabilities.reduce(0, +)
            for run in probabilities.indices { probabilities[run] /= sum }
        } else {
            for run in probabilities.indices { probabilities[run] = 0 }
            probabilities.insert(1, at: 0)
        }
        if probabilities.count > maximumRun + 1 { foldLongest() }
        count += 1
        return true
    }

    /// The run length with the largest probability; the shortest of equals.
    public var likeliestRun: Int {
        var best = 0
        for run in probabilities.indices where probabilities[run] > probabilities[best] { best = run }
        return best
    }

    /// P(run length ≤ r): that the series changed within the last r values. 0 for a negative r.
    public func probability(ofRunUpTo run: Int) -> Double {
        run < 0 ? 0 : min(1, probabilities.prefix(run + 1).reduce(0, +))
    }

    /// μ and σ of the values since the likeliest last change; σ² is b/a.
    public var level: (mean: Double, deviation: Double) {
        let run = likeliestRun
        return (means[run], (rates[run] / (prior.shape + Double(run) / 2)).squareRoot())
    }

    /// Student's t with 2a degrees of freedom about μ, scaled by √(b·(κ + 1)/(a·κ)).
    private func density(of value: Double, afterRun run: Int) -> Double {
        let (shape, weight) = (prior.shape + Double(run) / 2, prior.meanWeight + Double(run))
        let square = rates[run] * (weight + 1) / (shape * weight)
        let distance = value - means[run]
        let ratio = lgammaOfPositive(shape + 0.5) - lgammaOfPositive(shape)
        return exp(ratio - (shape + 0.5) * log1p(distance * distance / (2 * shape * square)))
            / (2 * .pi * shape * square).squareRoot()
    }

    /// Every run takes the value in; a run of length 0 begins from the prior.
    private mutating func learn(_ value: Double) {
        for run in means.indices {
            let weight = prior.meanWeight + Double(run)
            let distance = value - means[run]
            rates[run] += weight * distance * distance / (2 * (weight + 1))
            means[run] = (weight * means[run] + value) / (weight + 1)
        }
        means.insert(prior.mean, at: 0)
        rates.insert(prior.rate, at: 0)
    }

    /// Makes the two longest runs one, with what the likelier of them knows and no more weight than
    /// the longest run told apart may have.
    private mutating func foldLongest() {
        let (last, next) = (maximumRun + 1, maximumRun)
        if probabilities[last] > probabilities[next] {
            means[next] = means[last]
            let shape = prior.shape + Double(last) / 2
            rates[next] = rates[last] * (prior.shape + Double(next) / 2) / shape
        }
        probabilities[next] += probabilities[last]
        probabilities.removeLast()
        means.removeLast()
        rates.removeLast()
    }
}

extension BayesianChangePoints {
    private enum CodingKeys: String, CodingKey {
        case prior, hazard, maximumRun, count, probabilities, means, rates
    }

    /// - Throws: `DecodingError` for a state that no sequence of values could have left.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            prior: container.decode(Prior.self, forKey: .prior), hazard: container.decode(Double.self, forKey: .hazard),
            maximumRun: container.decode(Int.self, forKey: .maximumRun))
        count = try container.decode(Int.self, forKey: .count)
        probabilities = try container.decode([Double].self, forKey: .probabilities)
        means = try container.decode([Double].self, forKey: .means)
        rates = try container.decode([Double].self, forKey: .rates)
        let runs = count >= 0 ? min(count, maximumRun) + 1 : 0
        guard probabilities.count == runs, means.count == runs, rates.count == runs,
            probabilities.allSatisfy({ (0...1).contains($0) }), means.allSatisfy(\.isFinite),
            rates.allSatisfy({ $0 > 0 && $0.isFinite })
        else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: container.codingPath, debugDescription: "not the state of a change-point detector"))
        }
    }
}

/// ln Γ of a positive number. `lgamma` writes a global; this is the form that does not.
func lgammaOfPositive(_ value: Double) -> Double {
    var sign: Int32 = 0
    return lgamma_r(value, &sign)
}
