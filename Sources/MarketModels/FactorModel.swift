/// The linear model `r = a + Σ bₖ·xₖ + ε` with up to four regressors, by ordinary least squares.
///
/// With the market and a sector factor orthogonal to it (``OrthogonalFactor``) it is the
/// two-factor event study.
public struct FactorModel: Codable, Equatable, Sendable {
    /// More regressors than this are refused: a day has no more causes than one can name.
    public static let maximumRegressors = 4

    /// a, as a return per bar.
    public let intercept: Double
    /// b, one per regressor, in the order they were given.
    public let coefficients: [Double]
    /// Standard deviation of ε with ``degreesOfFreedom``, as a return per bar.
    public let residualDeviation: Double
    /// T, the number of bars in the estimation window.
    public let windowLength: Int
    /// Mean of each regressor over the window.
    public let regressorMeans: [Double]
    /// R of the QR decomposition of the centred regressors, row by row.
    let triangle: [[Double]]

    /// T − k − 1.
    public var degreesOfFreedom: Int { windowLength - coefficients.count - 1 }
    /// Whether the window is shorter than advised, which a reader should be told.
    public var isFromShortWindow: Bool { windowLength < EstimationWindow.advisedMinimum }
}

extension FactorModel {
    /// Fits the model over an estimation window by Householder QR of the centred regressors.
    ///
    /// - Parameters:
    ///   - target: T returns, one per bar, oldest first.
    ///   - regressors: k ≤ 4 series of T values over the same bars. None leaves the mean alone.
    /// - Returns: The fitted model, to about 1e-9 relative for regressors that are not nearly
    ///   collinear. O(T·k²) time.
    /// - Throws: ``EstimationError``; fewer than ``EstimationWindow/minimum`` bars are refused.
    public static func fit(target: [Double], regressors: [[Double]]) throws(EstimationError) -> FactorModel {
        try requireUsable(target: target, regressors: regressors, minimum: EstimationWindow.minimum)
        return FactorModel(try CentredQR(target: target, regressors: regressors), windowLength: target.count)
    }

    init(_ decomposition: CentredQR, windowLength: Int) {
        let slopes = decomposition.coefficients()
        var intercept = decomposition.targetMean
        for (slope, centre) in zip(slopes, decomposition.means) { intercept -= slope * centre }
        self.intercept = intercept
        coefficients = slopes
        let freedom = Double(windowLength - slopes.count - 1)
        residualDeviation = (decomposition.residualSquares / freedom).squareRoot()
        self.windowLength = windowLength
        regressorMeans = decomposition.means
        triangle = decomposition.triangle
    }

    /// What the model expects, given one value of each regressor.
    public func expectedReturn(regressors: [Double]) -> Double {
        precondition(regressors.count == coefficients.count, "one value for each regressor")
        var expected = intercept
        for (slope, value) in zip(coefficients, regressors) { expected += slope * value }
        return expected
    }

    /// The part of one return that the regressors do not explain.
    ///
    /// - Parameters:
    ///   - target: The return over one bar outside the window.
    ///   - regressors: One value of each regressor over the same bar, in the order of the fit.
    /// - Returns: The abnormal return with s·√(1 + x'(X'X)⁻¹x) as its standard error.
    public func abnormalReturn(target: Double, regressors: [Double]) -> AbnormalReturn {
        AbnormalReturn(
            value: target - expectedReturn(regressors: regressors),
            standardError: residualDeviation * (1 + leverage(of: regressors)).squareRoot(),
            degreesOfFreedom: degreesOfFreedom
        )
    }

    /// Standard error of each coefficient, in the order of the fit.
    public var coefficientStandardErrors: [Double] {
        coefficients.indices.map { index in
            var unit = [Double](repeating: 0, count: coefficients.count)
            unit[index] = 1
            let row = CentredQR.solveTransposed(triangle, unit)
            return residualDeviation * row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
    }

    /// x'(X'X)⁻¹x with the constant included: how far from the window's centre a bar lies.
    private func leverage(of regressors: [Double]) -> Double {
        let deviation = zip(regressors, regressorMeans).map { $0 - $1 }
        let coordinates = CentredQR.solveTransposed(triangle, deviation)
        return coordinates.reduce(1 / Double(windowLength)) { $0 + $1 * $1 }
    }
}
