import MarketModels
import Testing

@Suite("Factor model and decomposition")
struct FactorModelTests {
    let market = DataA.window(DataA.shared.market)
    let sector = DataA.window(DataA.shared.sector)
    let asset = DataA.window(DataA.shared.securities[0])
    let peer = DataA.window(DataA.shared.securities[1])

    /// Source: `golden/g1.json`, `two_factor_sec1`, statsmodels 0.15.0 `OLS`. Linear solves: 1e-9.
    @Test("the two-factor event study matches the reference implementation")
    func twoFactors() throws {
        let factor = try OrthogonalFactor.fit(factor: sector, market: market)
        #expect(factor.intercept.isClose(to: 8.215122327635588e-05, within: 1e-9))
        #expect(factor.marketBeta.isClose(to: 1.26290255046596, within: 1e-9))
        let atEvent = factor.residual(factor: -0.060, market: -0.015)
        #expect(atEvent.isClose(to: -0.04113861296628696, within: 1e-9))

        let orthogonal = factor.residuals(factor: sector, market: market)
        let model = try FactorModel.fit(target: asset, regressors: [market, orthogonal])
        #expect(model.intercept.isClose(to: -0.002059115794883674, within: 1e-9))
        #expect(model.coefficients[0].isClose(to: 1.8072623949200577, within: 1e-9))
        #expect(model.coefficients[1].isClose(to: 0.8232263652164123, within: 1e-9))
        #expect(model.residualDeviation.isClose(to: 0.01832358783547942, within: 1e-9))
        #expect((model.coefficients[0] * -0.015).isClose(to: -0.027108935923800863, within: 1e-9))
        #expect((model.coefficients[1] * atEvent).isClose(to: -0.033866390822281184, within: 1e-9))

        let event = model.abnormalReturn(target: -0.18085173818769482, regressors: [-0.015, atEvent])
        #expect(event.value.isClose(to: -0.11781729564672909, within: 1e-9))
        #expect(event.standardized.isClose(to: -5.7146076392393725, within: 1e-9))
        #expect(event.degreesOfFreedom == 117)
    }

    /// Source: numpy 2.4.6, `linalg.qr` of the uncentred design.
    @Test("four regressors match the reference implementation, standard errors included")
    func fourRegressors() throws {
        let other = DataA.window(DataA.shared.securities[2])
        let model = try FactorModel.fit(target: asset, regressors: [market, sector, peer, other])
        let expected = [0.6918320313134256, 0.7854302344909053, 0.043374272954394735, 0.0827429218513]
        let errors = [0.3524649266966994, 0.22972343022565234, 0.1271295604628902, 0.17271487994057885]
        #expect(model.intercept.isClose(to: -0.0020834243572158, within: 1e-9))
        for index in 0..<4 {
            #expect(model.coefficients[index].isClose(to: expected[index], within: 1e-9))
            #expect(model.coefficientStandardErrors[index].isClose(to: errors[index], within: 1e-9))
        }
        #expect(model.residualDeviation.isClose(to: 0.01845455849776392, within: 1e-9))
        let values = [-0.015, -0.060, DataA.event(DataA.shared.securities[1]), DataA.event(DataA.shared.securities[2])]
        let event = model.abnormalReturn(target: 0, regressors: values)
        #expect(event.standardError.isClose(to: 0.021553746565170197, within: 1e-9))
    }

    @Test("one regressor is the market model, none is the mean")
    func smallCases() throws {
        let factor = try FactorModel.fit(target: asset, regressors: [market])
        let single = try MarketModel.fit(asset: asset, market: market)
        #expect(factor.intercept.isClose(to: single.alpha, within: 1e-9))
        #expect(factor.coefficients[0].isClose(to: single.beta, within: 1e-9))
        #expect(factor.residualDeviation.isClose(to: single.residualDeviation, within: 1e-9))
        #expect(factor.coefficientStandardErrors[0].isClose(to: single.betaStandardError, within: 1e-9))

        let none = try FactorModel.fit(target: asset, regressors: [])
        #expect(none.intercept.isClose(to: asset.reduce(0, +) / 120))
        #expect(none.degreesOfFreedom == 119)
    }

    @Test("refuses data it cannot estimate from")
    func refuses() {
        let constant = [Double](repeating: 0.01, count: 120)
        let twice = market.map { 2 * $0 }
        var broken = sector
        broken[3] = .nan
        let refusals: [([Double], [[Double]], EstimationError)] = [
            (asset, [market, twice], .collinear(regressor: 1)),
            (asset, [constant], .collinear(regressor: 0)),
            (asset, [market, broken], .notFinite(index: 3)),
            (asset, [market, Array(sector[1...])], .unequalLengths(120, 119)),
            (asset, [market, sector, peer, asset, market], .tooManyRegressors(5, maximum: 4)),
            (Array(asset[..<59]), [Array(market[..<59])], .tooFewObservations(59, minimum: 60)),
        ]
        for (target, regressors, expected) in refusals {
            #expect(throws: expected) { try FactorModel.fit(target: target, regressors: regressors) }
        }
    }

    /// Source: `golden/g3.json`, `Sequential_event`, numpy 2.4.6; errors from numpy as s·‖Δ weights‖.
    @Test("the ordered decomposition matches the reference implementation")
    func orderedDecomposition() throws {
        let result = try decompose([.market, .theme, .peer])
        #expect(result.drift.isClose(to: -0.001218727234207122, within: 1e-9))
        #expect(result.driftStandardError.isClose(to: 0.0016790587805369224, within: 1e-9))
        let parts = [-0.027949324484477425, -0.0338663908222812, -0.0016789126562526124]
        let errors = [0.002751759567866336, 0.008921285306254387, 0.004919391586695213]
        for index in 0..<3 {
            #expect(result.parts[index].value.isClose(to: parts[index], within: 1e-9))
            #expect(result.parts[index].standardError.isClose(to: errors[index], within: 1e-9))
        }
        #expect(result.own.value.isClose(to: -0.11613838299047646, within: 1e-9))
        #expect(result.own.standardError.isClose(to: 0.021271806947846635, within: 1e-9))
        #expect(result.value(of: .theme) == result.parts[1].value)
        #expect(result.value(of: .sector) == nil)
    }

    @Test(
        "the parts sum to the return, whatever the order",
        arguments: [
            [OrderedDecomposition.Role](), [.market], [.theme, .market], [.peer, .theme, .market],
        ])
    func partsSum(roles: [OrderedDecomposition.Role]) throws {
        let result = try decompose(roles)
        let sum = result.parts.reduce(result.drift) { $0 + $1.value } + result.own.value
        #expect(abs(sum - result.total) <= 2 * result.total.ulp)
    }

    @Test("a factor made orthogonal beforehand gives the same parts")
    func orthogonalBeforehand() throws {
        let factor = try OrthogonalFactor.fit(factor: sector, market: market)
        let plain = try decompose([.market, .theme])
        let orthogonal = try OrderedDecomposition.compute(
            asset: asset, event: DataA.event(DataA.shared.securities[0]),
            steps: [
                .init(.market, window: market, event: -0.015),
                .init(
                    .theme, window: factor.residuals(factor: sector, market: market),
                    event: factor.residual(factor: -0.060, market: -0.015)
                ),
            ]
        )
        for (left, right) in zip(plain.parts, orthogonal.parts) {
            #expect(left.value.isClose(to: right.value, within: 1e-9))
        }
        #expect(plain.own.standardError.isClose(to: orthogonal.own.standardError, within: 1e-9))
    }

    @Test("the full prediction does not depend on the order, the parts do")
    func orderMatters() throws {
        let forward = try decompose([.market, .theme, .peer])
        let backward = try decompose([.peer, .theme, .market])
        #expect(forward.own.value.isClose(to: backward.own.value, within: 1e-9))
        #expect(forward.own.standardError.isClose(to: backward.own.standardError, within: 1e-9))
        let change = abs((forward.value(of: .market) ?? 0) - (backward.value(of: .market) ?? 0))
        #expect(change > 0.01)
    }

    @Test("an event that is not a number is refused")
    func eventNotFinite() {
        #expect(throws: EstimationError.notFinite(index: 120)) {
            try OrderedDecomposition.compute(asset: asset, event: .nan, steps: [])
        }
    }

    private func decompose(_ roles: [OrderedDecomposition.Role]) throws -> OrderedDecomposition {
        let steps = roles.map { role -> OrderedDecomposition.Step in
            switch role {
            case .market: .init(role, window: market, event: -0.015)
            case .theme, .sector: .init(role, window: sector, event: -0.060)
            case .peer: .init(role, window: peer, event: DataA.event(DataA.shared.securities[1]))
            }
        }
        return try OrderedDecomposition.compute(
            asset: asset, event: DataA.event(DataA.shared.securities[0]), steps: steps
        )
    }
}
