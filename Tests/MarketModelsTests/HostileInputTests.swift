import MarketModels
import TestKit
import Testing

/// Series of what one does not expect: every model answers with finite numbers, `nil` or an error, and never traps.
@Suite("Hostile input")
struct HostileInputTests {
    /// A series out of a few values that are each hard on something, or one constant, sometimes not finite.
    private static func series(_ count: Int, using noise: inout SeededGenerator) -> [Double] {
        let usable: [Double] = [
            0, -0.0, 1, -1, 0.1, 1e-17, -3e-9, 1e50, -1e50, .leastNonzeroMagnitude, 1e-160, 0.02, -0.02,
        ]
        let constant = usable.randomElement(using: &noise) ?? 0
        let kind = Int.random(in: 0..<5, using: &noise)
        var values = (0..<count).map { _ -> Double in
            switch kind {
            case 0: constant
            case 1: usable.randomElement(using: &noise) ?? 0
            case 2: constant + 1e-12 * noise.normal()
            case 3: Int.random(in: 0..<20, using: &noise) == 0 ? 1e50 * noise.normal() / 8 : 0
            default: noise.normal()
            }
        }
        if count > 0, Int.random(in: 0..<6, using: &noise) == 0 {
            values[Int.random(in: 0..<count, using: &noise)] =
                [.nan, .infinity, -.infinity].randomElement(using: &noise) ?? .nan
        }
        return values
    }

    private static func count(using noise: inout SeededGenerator) -> Int {
        [0, 1, 2, 10, 31, 59, 60, 61, 130].randomElement(using: &noise) ?? 0
    }

    @Test("batch models answer with finite numbers or refuse")
    func batch() throws {
        var noise = SeededGenerator(for: "hostile batch", default: 81)
        var answered = 0
        func check(_ name: String, _ round: Int, _ values: [Double]?) {
            guard let values else { return }
            answered += 1
            let isFinite = values.allSatisfy(\.isFinite)
            #expect(isFinite, "\(name) in round \(round): \(values)")
        }
        for round in 0..<600 {
            let count = Self.count(using: &noise)
            let (a, b, c) = (
                Self.series(count, using: &noise), Self.series(count, using: &noise), Self.series(count, using: &noise)
            )
            check(
                "market", round,
                (try? MarketModel.fit(asset: a, market: b)).map { [$0.alpha, $0.beta, $0.residualDeviation] })
            check(
                "factors", round,
                (try? FactorModel.fit(target: a, regressors: [b, c])).map { $0.coefficients + [$0.residualDeviation] })
            check(
                "Huber", round, (try? HuberRegression.fit(asset: a, market: b)).map { [$0.alpha, $0.beta, $0.scale] })
            check("gap", round, (try? GapReversion.fit(a)).map { [$0.speed, $0.intercept, $0.speedStandardError] })
            check(
                "contagion", round,
                (try? Contagion.compare(calm: (a, b), crisis: (b, c))).map {
                    [$0.calm, $0.crisis, $0.adjusted, $0.jump]
                })
            let members = [a, b, c].map {
                GroupEventTest.Member(
                    window: $0, event: AbnormalReturn(value: $0.first ?? 0, standardError: 1, degreesOfFreedom: 58))
            }
            check(
                "group", round,
                (try? GroupEventTest.compute(members)).map {
                    [
                        $0.patell, $0.bmp ?? 0, $0.meanCorrelation, $0.adjustedPatell ?? 0, $0.adjustedBMP ?? 0,
                        $0.corrado ?? 0,
                    ]
                })
            check(
                "recovery", round,
                (try? RelativeRecovery.compute(firstBefore: a, secondBefore: b, firstAfter: c, secondAfter: a)).map {
                    $0.days.flatMap { [$0.difference, $0.standardError] } + [$0.trackingError]
                })
            let times = (0..<count).map { Int64($0) * (round % 2 == 0 ? 1 : .max / 200) }
            if let x = try? LeadLag.Ticks(times: times, values: a), let y = try? LeadLag.Ticks(times: times, values: b)
            {
                let lags: [Int64] = [.min, -1, 0, 1, .max]
                check("lead–lag", round, (try? LeadLag.profile(x, y, lags: lags))?.correlations)
            }
            check(
                "jumps", round,
                (try? LeeMykland(window: 16).measure(a)).map { $0.flatMap { [$0.ratio, $0.statistic] } })
            if case .estimated(let shape) = IntradayPeriodicity.estimate(
                sessions: [a, b, c, a, b], slots: count, minimumSessions: 3)
            {
                check("periodicity", round, shape.factors)
            }
        }
        // Most of it is refused, but the test must not pass by refusing everything.
        #expect(answered > 1_000)
    }

    @Test("streaming models answer with finite numbers, nil or an error, bar by bar")
    func streaming() throws {
        var noise = SeededGenerator(for: "hostile streams", default: 82)
        for round in 0..<30 {
            var (rolling, two) = (RollingMarketModel(length: 60, gap: 2), RollingTwoFactorModel(length: 60, gap: 0))
            var (filter, volatility, cusum) = (RecursiveLeastSquares(), EWMAVolatility(), CUSUM())
            var (measures, changes) = (RealizedMeasures(), try BayesianChangePoints(prior: .init(), maximumRun: 20))
            var garch = try GARCHVolatility(.init(omega: 1e-6, alpha: 0.1, beta: 0.8), initialVariance: 1e-4)
            for part in 0..<4 {
                let count = 90
                let (a, b, c) = (
                    Self.series(count, using: &noise), Self.series(count, using: &noise),
                    Self.series(count, using: &noise)
                )
                for index in 0..<count {
                    rolling.add(asset: a[index], market: b[index])
                    two.add(asset: a[index], market: b[index], factor: c[index])
                    filter.add(asset: a[index], market: b[index])
                    volatility.add(a[index])
                    cusum.add(a[index])
                    measures.add(a[index])
                    changes.add(a[index])
                    garch.add(a[index])
                    var found = [garch.variance, cusum.upper, cusum.lower, measures.realizedVariance]
                    found += [measures.medianVariance, measures.tripowerQuarticity, measures.jumpStatistic ?? 0]
                    if let model = try? rolling.model() { found += [model.alpha, model.beta, model.residualDeviation] }
                    if let model = try? two.model() {
                        found += [model.alpha, model.marketBeta, model.factorBeta, model.residualDeviation]
                    }
                    if let (alpha, beta) = filter.coefficients { found += [alpha, beta] }
                    if let event = filter.abnormalReturn(asset: 0, market: 0) {
                        found += [event.value, event.standardError]
                    }
                    found += [volatility.deviation ?? 0, changes.level.mean, changes.level.deviation]
                    found.append(changes.probabilities.reduce(0, +))
                    let isFinite = found.allSatisfy(\.isFinite)
                    #expect(isFinite, "round \(round), part \(part), bar \(index): \(found)")
                }
            }
        }
    }
}
