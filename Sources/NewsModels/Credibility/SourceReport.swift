import Glibc
import MarketModels

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
