import Glibc

/// A ``HawkesProcess`` of the largest likelihood, with the error of its branching ratio.
public struct HawkesFit: Codable, Equatable, Sendable {
    public let process: HawkesProcess
    /// Events it was fitted to.
    public let events: Int
    public let logLikelihood: Double
    /// Of events that do not excite each other, N·ln(N/T) − N.
    public let poissonLogLikelihood: Double
    /// Of n = α/β, from the observed information; `nil` where the events hold none about it, as when they do
    /// not excite each other.
    public let branchingError: Double?

    /// Fewer events say next to nothing about n.
    public static let minimumEvents = 100

    /// Fits by the simplex of Nelder and Mead on the logarithms of μ, α and β. O(n) for each of some hundred
    /// steps: 2,400 events take about a tenth of a second; for the close or a shock.
    ///
    /// Where no excitation is likelier than none the answer has α = 0, β the mean rate and no error.
    ///
    /// - Throws: ``EstimationError``: fewer than ``minimumEvents``, or a search that did not settle.
    public static func fit(_ events: HawkesProcess.Events) throws(EstimationError) -> HawkesFit {
        let count = events.times.count
        guard count >= minimumEvents else { throw .tooFewObservations(count, minimum: minimumEvents) }
        // In units of the mean gap the search is the same for events of any rate.
        let rate = Double(count) / events.duration
        guard rate.isNormal, (1 / rate).isNormal else { throw .noVariation }
        let (times, duration) = (events.times.map { $0 * rate }, Double(count))
        func cost(_ point: [Double]) -> Double {
            // Beyond this the parameters are 0 or infinite for any data.
            guard point.allSatisfy({ abs($0) <= 25 }) else { return .infinity }
            let value = HawkesProcess.logLikelihood(times, duration, exp(point[0]), exp(point[1]), exp(point[2]))
            return value.isFinite ? -value : .infinity
        }
        // How fast excitation decays is not known to a factor of a hundred: begin at the best of a few.
        let starts = [0.05, 0.5, 5, 50, 500].map { [log(0.5), log(0.5 * $0), log($0)] }
        let start = starts.min { cost($0) < cost($1) } ?? starts[0]
        let found = Simplex.minimum(from: start, steps: [0.3, 0.3, 0.3], of: cost)
        let poisson = -Double(count)
        // Scaling time by the rate shifts every log-likelihood by N·ln(rate).
        let shift = Double(count) * log(rate)
        guard let found else { throw .notConverged }
        guard -cost(found) > poisson + 1e-6,
            let process = try? HawkesProcess(
                baseline: exp(found[0]) * rate, jump: exp(found[1]) * rate, decay: exp(found[2]) * rate)
        else { return try unexcited(events, rate, poisson + shift) }
        return HawkesFit(
            process: process, events: count, logLikelihood: shift - cost(found), poissonLogLikelihood: poisson + shift,
            branchingError: branchingError(found, cost))
    }

    private static func unexcited(
        _ events: HawkesProcess.Events, _ rate: Double, _ logLikelihood: Double
    ) throws(EstimationError) -> HawkesFit {
        guard let process = try? HawkesProcess(baseline: rate, jump: 0, decay: rate) else { throw .notConverged }
        return HawkesFit(
            process: process, events: events.times.count, logLikelihood: logLikelihood,
            poissonLogLikelihood: logLikelihood, branchingError: nil)
    }

    /// n·√(Var ln α + Var ln β − 2·Cov) by the inverse of the second differences of the cost.
    private static func branchingError(_ point: [Double], _ cost: ([Double]) -> Double) -> Double? {
        let step = 1e-3
        func shifted(_ first: Int, _ a: Double, _ second: Int, _ b: Double) -> Double {
            var moved = point
            moved[first] += a * step
            moved[second] += b * step
            return cost(moved)
        }
        func curvature(_ i: Int, _ j: Int) -> Double {
            let (same, other) = (
                shifted(i, 1, j, 1) + shifted(i, -1, j, -1), shifted(i, 1, j, -1) + shifted(i, -1, j, 1)
            )
            return (same - other) / (4 * step * step)
        }
        let (mm, ma, mb) = (curvature(0, 0), curvature(0, 1), curvature(0, 2))
        let (aa, ab, bb) = (curvature(1, 1), curvature(1, 2), curvature(2, 2))
        // The baseline profiled out leaves two by two.
        guard mm > 0 else { return nil }
        let (a, c, b) = (aa - ma * ma / mm, ab - ma * mb / mm, bb - mb * mb / mm)
        let determinant = a * b - c * c
        // Below this the differences hold only rounding.
        guard a > 1e-4, b > 1e-4, determinant > 1e-6 * a * b else { return nil }
        let variance = (a + b + 2 * c) / determinant
        let error = exp(point[1] - point[2]) * variance.squareRoot()
        return error.isFinite ? error : nil
    }

    /// How a branching ratio differs from the name's own baseline.
    public struct Change: Codable, Equatable, Sendable {
        /// n − n of the baseline.
        public let difference: Double
        /// Of the difference, with what the baseline's windows differ among each other: none may overlap.
        public let standardError: Double

        public var z: Double { difference / standardError }
        /// Whether it is worth a word: |z| of at least 2.
        public var isDifferent: Bool { abs(z) >= 2 }
    }

    /// - Parameter baseline: Of the same name at comparable hours, without the event.
    /// - Returns: `nil` if either has no error: the events do not say.
    public func change(from baseline: HawkesFit) -> Change? {
        HawkesBaseline([baseline]).flatMap { change(from: $0) }
    }

    /// - Parameter baseline: Of the same name at comparable hours of several sessions, without the event.
    /// - Returns: `nil` if either has no error: the events do not say.
    public func change(from baseline: HawkesBaseline) -> Change? {
        guard let error = branchingError, let other = baseline.standardError else { return nil }
        let variance = error * error + other * other + baseline.variance
        guard variance > 0 else { return nil }
        return Change(
            difference: process.branchingRatio - baseline.mean, standardError: variance.squareRoot())
    }
}

/// The branching ratio of a name at its usual: the mean over windows, and how much they differ beyond their errors.
///
/// Source: DerSimonian, R., Laird, N. (1986), *Controlled Clinical Trials* 7, 177–188, with equal weights.
public struct HawkesBaseline: Codable, Equatable, Sendable {
    public let windows: Int
    public let mean: Double
    /// Of the mean; `nil` where no window has an error.
    public let standardError: Double?
    /// Between windows, beyond what their errors bring: a further window is as far from the mean by itself. 0 of one.
    public let variance: Double

    /// - Parameter fits: Of windows that do not overlap. One without an error (its events do not excite each other)
    ///   counts with the mean of the others' squared errors.
    /// - Returns: `nil` without fits.
    public init?(_ fits: [HawkesFit]) {
        guard !fits.isEmpty else { return nil }
        let count = Double(fits.count)
        let ratios = fits.map(\.process.branchingRatio)
        let mean = ratios.reduce(0, +) / count
        let squares = fits.compactMap { $0.branchingError.map { $0 * $0 } }
        let error = squares.isEmpty ? 0 : squares.reduce(0, +) / Double(squares.count)
        let spread = fits.count < 2 ? 0 : ratios.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        windows = fits.count
        self.mean = mean
        variance = fits.count < 2 ? 0 : max(0, spread - error)
        standardError = squares.isEmpty ? nil : ((error + variance) / count).squareRoot()
    }
}
