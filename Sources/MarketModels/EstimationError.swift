/// Why a model could not be estimated from the data given.
public enum EstimationError: Error, Equatable, Sendable {
    /// Two series differ in length, so they cannot be the same bars.
    case unequalLengths(Int, Int)
    /// Fewer bars than the model may be estimated from.
    case tooFewObservations(Int, minimum: Int)
    /// A value is NaN or infinite. The index is the first such bar.
    case notFinite(index: Int)
    /// A regressor did not move, or moved only as a combination of those before it,
    /// so its coefficient is not identified. The index counts regressors from 0.
    case collinear(regressor: Int)
    /// More regressors than ``FactorModel/maximumRegressors``.
    case tooManyRegressors(Int, maximum: Int)
    /// The series never moved, so nothing can be measured in units of its moves.
    case noVariation
    /// A time is not after the one before it. The index is that of the later.
    case notIncreasing(index: Int)
    /// An iterative search did not settle.
    case notConverged
}

extension EstimationError: CustomStringConvertible {
    /// One line for the log: what is wrong, with the numbers that prove it.
    public var description: String {
        switch self {
        case .unequalLengths(let left, let right):
            "series of \(left) and \(right) values cannot be the same bars"
        case .tooFewObservations(let count, let minimum):
            "\(count) observations, at least \(minimum) are needed"
        case .notFinite(let index):
            "value \(index) is not a finite number"
        case .collinear(let regressor):
            "regressor \(regressor) does not move, or moves only with those before it"
        case .tooManyRegressors(let count, let maximum):
            "\(count) regressors, at most \(maximum) are supported"
        case .noVariation:
            "the series does not move"
        case .notIncreasing(let index):
            "time \(index) is not after the one before it"
        case .notConverged:
            "the search did not settle"
        }
    }
}

/// A parameter for which a formula has no meaning.
public enum ParameterError: Error, Equatable, Sendable {
    /// The value lies outside the parameter's domain, which the text states.
    case outOfDomain(String, value: Double, domain: String)
}

extension ParameterError: CustomStringConvertible {
    /// One line for the log: which parameter, its value and what it must be.
    public var description: String {
        switch self {
        case .outOfDomain(let name, let value, let domain): "\(name) is \(value), it must be \(domain)"
        }
    }
}

/// Refuses a value that is not finite or fails its condition.
package func require(
    _ name: String, _ value: Double, _ domain: String, where isValid: (Double) -> Bool = { _ in true }
) throws(ParameterError) {
    guard value.isFinite, isValid(value) else { throw .outOfDomain(name, value: value, domain: domain) }
}

/// A result, refused if its inputs were so extreme that it is not a finite number.
package func finite(_ name: String, _ value: Double) throws(ParameterError) -> Double {
    try require(name, value, "finite: an input is too large or too small")
    return value
}
