import Glibc
import MarketModels

/// A claim a source took a side on, once it is known whether it was true.
public struct ResolvedClaim: Codable, Equatable, Sendable {
    public let source: String
    /// Whether the source asserted it; otherwise it denied it.
    public let asserts: Bool
    public let isTrue: Bool
    /// 1, or less where the source repeated others: what counts is the share that is its own.
    public let weight: Double

    public init(source: String, asserts: Bool, isTrue: Bool, weight: Double = 1) {
        self.source = source
        self.asserts = asserts
        self.isTrue = isTrue
        self.weight = weight
    }
}

/// A Beta distribution of an unknown proportion.
public struct BetaPosterior: Codable, Equatable, Sendable {
    /// Successes and failures, the prior's included.
    public private(set) var successes: Double
    public private(set) var failures: Double

    /// The prior of a source nothing is known of: as often right as wrong, worth four claims.
    public static let prior = BetaPosterior(successes: 2, failures: 2)

    public init(successes: Double, failures: Double) {
        precondition(successes > 0 && failures > 0, "a Beta distribution has positive parameters")
        self.successes = successes
        self.failures = failures
    }

    public var mean: Double { successes / (successes + failures) }

    public var standardDeviation: Double {
        let total = successes + failures
        return (successes * failures / (total * total * (total + 1))).squareRoot()
    }

    mutating func add(success: Bool, weight: Double) {
        if success { successes += weight } else { failures += weight }
    }

    /// What both have seen, the prior once.
    func pooled(with other: BetaPosterior) -> BetaPosterior {
        BetaPosterior(
            successes: successes + other.successes - Self.prior.successes,
            failures: failures + other.failures - Self.prior.failures)
    }
}

/// How far a source can be believed, learned from its claims that have been resolved.
public struct SourceReliability: Codable, Equatable, Sendable {
    /// P(asserts | true).
    public internal(set) var sensitivity = BetaPosterior.prior
    /// P(denies | false).
    public internal(set) var specificity = BetaPosterior.prior

    public init() {}

    mutating func learn(_ claim: ResolvedClaim) {
        if claim.isTrue {
            sensitivity.add(success: claim.asserts, weight: claim.weight)
        } else {
            specificity.add(success: !claim.asserts, weight: claim.weight)
        }
    }
}

/// What is known of the reliability of all sources; the same whatever order claims came in.
public struct ReliabilityBook: Codable, Equatable, Sendable {
    struct Entry: Codable, Equatable, Sendable {
        let source: String
        var reliability: SourceReliability
    }

    /// By source, in increasing order of its name.
    private var entries: [Entry] = []

    public init() {}

    /// Learns from a claim. O(sources) at worst, O(log sources) for a known one.
    ///
    /// - Throws: ``MarketModels/ParameterError`` for a weight outside [0, 1].
    public mutating func learn(_ claim: ResolvedClaim) throws(ParameterError) {
        guard (0...1).contains(claim.weight) else {
            throw .outOfDomain("weight of a claim", value: claim.weight, domain: "from 0 to 1")
        }
        let place = place(of: claim.source)
        if place == entries.count || entries[place].source != claim.source {
            entries.insert(Entry(source: claim.source, reliability: SourceReliability()), at: place)
        }
        entries[place].reliability.learn(claim)
    }

    /// The source's, or the prior of one that has no resolved claims.
    public func reliability(of source: String) -> SourceReliability {
        let place = place(of: source)
        guard place < entries.count, entries[place].source == source else { return SourceReliability() }
        return entries[place].reliability
    }

    /// What all these sources have shown together, the prior counted once: a tier's.
    public func pooled(_ sources: some Sequence<String>) -> SourceReliability {
        var pooled = SourceReliability()
        for source in sources {
            let own = reliability(of: source)
            pooled.sensitivity = pooled.sensitivity.pooled(with: own.sensitivity)
            pooled.specificity = pooled.specificity.pooled(with: own.specificity)
        }
        return pooled
    }

    private func place(of source: String) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].source < source { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// One source's word on a claim that is not resolved yet.
public struct SourceReport: Codable, Equatable, Sendable {
    /// Whether it asserts the claim; otherwise it denies it.
    public let asserts: Bool
    /// P(asserts | true), between 0 and 1.
    public let sensitivity: Double
    /// P(denies | false), between 0 and 1.
    public let specificity: Double
    /// From 0 to 1: the share of it that is not repeated from others.
    public let weight: Double

    public init(asserts: Bool, sensitivity: Double, specificity: Double, weight: Double = 1) {
        self.asserts = asserts
        self.sensitivity = sensitivity
        self.specificity = specificity
        self.weight = weight
    }

    /// What it adds to the log-odds: w·ln(sens/(1 − spec)), or w·ln((1 − sens)/spec) for a denial.
    public var logOdds: Double {
        weight * log(asserts ? sensitivity / (1 - specificity) : (1 - sensitivity) / specificity)
    }

    /// The probability of a claim after each report in turn.
    ///
    /// - Throws: ``MarketModels/ParameterError`` for a probability not between 0 and 1 or a weight outside [0, 1].
    public static func trace(prior: Double, _ reports: [SourceReport]) throws(ParameterError) -> [Double] {
        try requireProbability("prior", prior)
        var odds = log(prior / (1 - prior))
        var trace: [Double] = []
        for report in reports {
            try requireProbability("sensitivity", report.sensitivity)
            try requireProbability("specificity", report.specificity)
            guard (0...1).contains(report.weight) else {
                throw .outOfDomain("weight of a report", value: report.weight, domain: "from 0 to 1")
            }
            odds += report.logOdds
            trace.append(1 / (1 + exp(-odds)))
        }
        return trace
    }

    private static func requireProbability(_ name: String, _ value: Double) throws(ParameterError) {
        guard value > 0, value < 1 else { throw .outOfDomain(name, value: value, domain: "between 0 and 1") }
    }
}
