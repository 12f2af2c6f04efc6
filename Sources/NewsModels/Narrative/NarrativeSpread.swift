import Glibc

/// How fast a story is spreading, from counts of equal steps of time while it still grows.
///
/// The slope of ln(count) by least squares. It says nothing about where the growth ends: before the peak
/// that is not in the data, so only the doubling time is shown to people.
public struct NarrativeGrowth: Codable, Equatable, Sendable {
    /// Growth of ln(count) a step.
    public let rate: Double
    /// Standard error of ``rate``; 0 if the counts lie on an exponential.
    public let standardError: Double

    /// Steps in which the count doubles: ln 2/rate; `nil` if it does not grow.
    public var doublingTime: Double? { rate > 0 ? log(2) / rate : nil }

    /// - Returns: `nil` for fewer than three counts or a count below 1: ln is not defined there.
    public init?(counts: [Int]) {
        guard counts.count >= 3, counts.allSatisfy({ $0 >= 1 }) else { return nil }
        let logs = counts.map { log(Double($0)) }
        let size = Double(counts.count)
        let (meanTime, meanLog) = ((size - 1) / 2, logs.reduce(0, +) / size)
        var (square, product) = (0.0, 0.0)
        for (step, value) in logs.enumerated() {
            square += (Double(step) - meanTime) * (Double(step) - meanTime)
            product += (Double(step) - meanTime) * (value - meanLog)
        }
        let rate = product / square
        var residuals = 0.0
        for (step, value) in logs.enumerated() {
            let residual = value - meanLog - rate * (Double(step) - meanTime)
            residuals += residual * residual
        }
        self.rate = rate
        standardError = (residuals / (size - 2) / square).squareRoot()
    }
}
