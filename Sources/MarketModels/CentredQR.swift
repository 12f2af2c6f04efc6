/// Householder QR of centred columns, `X − x̄ = Q·R`, for a handful of regressors.
///
/// Columns are taken in the order given and never exchanged, because the order is the
/// meaning: column k of Q is regressor k with everything before it removed.
///
/// Source: Golub, G. H. and Van Loan, C. F. (2013), *Matrix Computations*, 4th ed., §5.2.
struct CentredQR {
    /// Mean of each regressor, then none for the target.
    let means: [Double]
    let targetMean: Double
    /// R, upper triangular, row by row: `triangle[row][column]`, k × k.
    let triangle: [[Double]]
    /// The first k elements of Qᵀ(y − ȳ).
    let projection: [Double]
    /// ‖y − ȳ − (X − x̄)·b‖², the rest of Qᵀ(y − ȳ) squared.
    let residualSquares: Double

    /// - Parameters: target and regressors of equal length, all finite.
    /// - Throws: ``EstimationError/collinear(regressor:)``.
    init(target: [Double], regressors: [[Double]]) throws(EstimationError) {
        means = regressors.map(mean)
        targetMean = mean(target)
        var columns: [[Double]] = []
        for (values, centre) in zip(regressors, means) { columns.append(values.map { $0 - centre }) }
        let centre = targetMean
        var reduced = target.map { $0 - centre }

        let width = columns.count
        var rows = [[Double]](repeating: [Double](repeating: 0, count: width), count: width)
        for step in 0..<width {
            let scale = norm(columns[step], from: 0)
            // A relative bound for what earlier columns leave, an absolute one for a constant.
            let constant = roundingSquares(mean: means[step], count: Double(target.count)).squareRoot()
            let rounding = max(scale * 1e-10, constant)
            let length = norm(columns[step], from: step)
            guard length > rounding else { throw .collinear(regressor: step) }

            let reflector = Reflector(columns[step], from: step, length: length)
            for column in step..<width { reflector.apply(to: &columns[column]) }
            reflector.apply(to: &reduced)
            for column in step..<width { rows[step][column] = columns[column][step] }
        }
        triangle = rows
        projection = Array(reduced[..<width])
        residualSquares = reduced[width...].reduce(0) { $0 + $1 * $1 }
    }

    /// b of R·b = Qᵀy, by back substitution.
    func coefficients() -> [Double] {
        var solution = projection
        for row in solution.indices.reversed() {
            for column in (row + 1)..<max(row + 1, solution.count) {
                solution[row] -= triangle[row][column] * solution[column]
            }
            solution[row] /= triangle[row][row]
        }
        return solution
    }

    /// w of Rᵀ·w = d, by forward substitution: the deviation `d` from the means in the coordinates of Q.
    ///
    /// Both the prediction, Σ projection·w, and its variance, s²·Σw², are sums over it.
    func orthogonalCoordinates(of deviation: [Double]) -> [Double] {
        Self.solveTransposed(triangle, deviation)
    }

    static func solveTransposed(_ triangle: [[Double]], _ deviation: [Double]) -> [Double] {
        var solution = deviation
        for row in solution.indices {
            for column in 0..<row { solution[row] -= triangle[column][row] * solution[column] }
            solution[row] /= triangle[row][row]
        }
        return solution
    }
}

/// I − v·vᵀ/(v·v/2): maps one column onto its first element from `start` on.
private struct Reflector {
    let start: Int
    let vector: [Double]
    let halfSquare: Double

    init(_ column: [Double], from start: Int, length: Double) {
        self.start = start
        var vector = Array(column[start...])
        // Away from zero, so that nothing cancels.
        vector[0] += column[start] < 0 ? -length : length
        self.vector = vector
        halfSquare = vector.reduce(0) { $0 + $1 * $1 } / 2
    }

    func apply(to column: inout [Double]) {
        var product = 0.0
        for offset in vector.indices { product += vector[offset] * column[start + offset] }
        let factor = product / halfSquare
        for offset in vector.indices { column[start + offset] -= factor * vector[offset] }
    }
}

/// Arithmetic mean, summed in order. The array must not be empty.
func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
}

private func norm(_ values: [Double], from start: Int) -> Double {
    values[start...].reduce(0) { $0 + $1 * $1 }.squareRoot()
}

/// Refuses series that are not the same finite bars, or too few of them.
func requireUsable(target: [Double], regressors: [[Double]], minimum: Int) throws(EstimationError) {
    guard regressors.count <= FactorModel.maximumRegressors else {
        throw .tooManyRegressors(regressors.count, maximum: FactorModel.maximumRegressors)
    }
    for regressor in regressors where regressor.count != target.count {
        throw .unequalLengths(target.count, regressor.count)
    }
    guard target.count >= minimum else { throw .tooFewObservations(target.count, minimum: minimum) }
    for index in target.indices {
        guard target[index].isFinite, regressors.allSatisfy({ $0[index].isFinite }) else {
            throw .notFinite(index: index)
        }
    }
}
