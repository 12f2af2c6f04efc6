import MarketModels
import TestKit
import Testing

@Suite("GARCH")
struct GARCHTests {
    /// Source: `golden/g1.json`, `GARCH_filter_fixed`.
    @Test("the filter matches the golden values on data A")
    func filter() throws {
        let series = DataA.shared.securities[0]
        let window = DataA.window(series)
        let centre = window.reduce(0, +) / 120
        let demeaned = window.map { $0 - centre }
        let initial = demeaned.reduce(0) { $0 + $1 * $1 } / 120
        #expect(initial.isClose(to: 0.0006588265746880937))
        let parameters = try GARCHVolatility.Parameters(omega: 4e-6, alpha: 0.08, beta: 0.90)
        var garch = try GARCHVolatility(parameters, initialVariance: initial)
        for value in demeaned { garch.add(value) }
        #expect(garch.deviation.isClose(to: 0.020831855246183865))
        #expect(garch.standardized(DataA.event(series) - centre).isClose(to: -8.622996311689244))
        #expect(parameters.halfLife.isClose(to: 34.309618491520645))
        #expect(parameters.longRunDeviation.isClose(to: 0.014142135623730944))
    }

    /// Source: `golden/g8.json`, `GARCH_ll_fixed`, numpy 2.4.6.
    @Test("the likelihood matches the golden value on data I")
    func likelihood() throws {
        let parameters = try GARCHVolatility.Parameters(omega: 0.04, alpha: 0.08, beta: 0.90)
        #expect(GARCHVolatility.logLikelihood(Self.dataI, parameters).isClose(to: -2350.594737131249))
        let initial = Self.dataI.reduce(0) { $0 + $1 * $1 } / 1500
        var garch = try GARCHVolatility(parameters, initialVariance: initial)
        for value in Self.dataI { garch.add(value) }
        #expect(garch.variance.isClose(to: 1.656202687121758))
    }

    /// Source: `golden/g8.json`, `GARCH_fit_arch`, arch 8.0.0. It starts the variance from an EWMA of the first
    /// returns and this from their mean square, so parameters agree to 2 %.
    @Test("the fit matches the reference implementation to two per cent")
    func fit() throws {
        let parameters = try GARCHVolatility.fit(Self.dataI)
        #expect(parameters.omega.isClose(to: 0.06038259523054794, within: 0.02))
        #expect(parameters.alpha.isClose(to: 0.07319138874315408, within: 0.02))
        #expect(parameters.beta.isClose(to: 0.8840833978669002, within: 0.02))
        // A likelihood of the reference's parameters under the same start cannot be larger.
        let reference = try GARCHVolatility.Parameters(
            omega: 0.06038259523054794, alpha: 0.07319138874315408, beta: 0.8840833978669002)
        let found = GARCHVolatility.logLikelihood(Self.dataI, parameters)
        #expect(found >= GARCHVolatility.logLikelihood(Self.dataI, reference))
        #expect(abs(found - -2348.1568166129773) < 0.5)
    }

    @Test("the fit is a maximum: no small step from it is better, whatever the units")
    func isMaximum() throws {
        let small = Self.dataI.map { $0 * 1e-6 }
        let best = try GARCHVolatility.fit(small)
        let value = GARCHVolatility.logLikelihood(small, best)
        for (omega, alpha, beta) in [
            (1.02, 1.0, 1.0), (0.98, 1, 1), (1, 1.02, 1), (1, 0.98, 1), (1, 1, 1.002), (1, 1, 0.998),
        ] {
            let other = try GARCHVolatility.Parameters(
                omega: best.omega * omega, alpha: best.alpha * alpha, beta: best.beta * beta)
            #expect(GARCHVolatility.logLikelihood(small, other) < value)
        }
        let plain = try GARCHVolatility.fit(Self.dataI)
        #expect(best.alpha.isClose(to: plain.alpha, within: 1e-4))
        #expect(best.omega.isClose(to: plain.omega * 1e-12, within: 1e-3))
    }

    @Test("refuses what has no variance to fit, and parameters outside their domain")
    func refuses() throws {
        #expect(throws: EstimationError.tooFewObservations(249, minimum: 250)) {
            try GARCHVolatility.fit([Double](repeating: 1, count: 249))
        }
        #expect(throws: EstimationError.noVariation) {
            try GARCHVolatility.fit([Double](repeating: 0, count: 250))
        }
        #expect(throws: EstimationError.notFinite(index: 250)) {
            try GARCHVolatility.fit([Double](repeating: 1, count: 250) + [.nan])
        }
        for (omega, alpha, beta) in [(0, 0.1, 0.8), (1, -0.1, 0.8), (1, 0.1, -0.1), (1, 0.1, 0.9), (.nan, 0.1, 0.8)] {
            #expect(throws: ParameterError.self) {
                try GARCHVolatility.Parameters(omega: omega, alpha: alpha, beta: beta)
            }
        }
        // Constant returns leave nothing to tell; any answer but a trap will do.
        _ = try? GARCHVolatility.fit((0..<300).map { $0 % 2 == 0 ? 0.01 : -0.01 })
    }

    @Test("returns that are not usable change nothing, and without any the variance goes to its long run")
    func edges() throws {
        let parameters = try GARCHVolatility.Parameters(omega: 1, alpha: 0.1, beta: 0.8)
        var garch = try GARCHVolatility(parameters, initialVariance: 0)
        let before = garch
        let isAdded = garch.add(.infinity)
        #expect(!isAdded && garch == before)
        for _ in 0..<300 { garch.add(0) }
        #expect(garch.variance.isClose(to: 1 / (1 - 0.8)))
        #expect(throws: ParameterError.self) { try GARCHVolatility(parameters, initialVariance: -1) }
    }

    /// Data I: 1,500 returns of a GARCH process in per cent, seed 1986. Source: `golden/g8.py`.
    static let dataI: [Double] = {
        var noise = NoiseGenerator(seed: 1986)
        var (variance, values) = (4e-6 / (1 - 0.98), [Double]())
        for _ in 0..<1500 {
            let value = variance.squareRoot() * noise.normal()
            values.append(value)
            variance = 4e-6 + 0.08 * value * value + 0.90 * variance
        }
        return values.map { $0 * 100 }
    }()
}
