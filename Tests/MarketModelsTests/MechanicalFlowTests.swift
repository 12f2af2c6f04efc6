import MarketModels
import TestKit
import Testing

@Suite("Mechanical flows")
struct MechanicalFlowTests {
    private static func law(volume: Double = 30e9) throws -> SquareRootImpact {
        try SquareRootImpact(dailyDeviation: 0.0276, dailyVolume: volume)
    }

    /// Source: `golden/g5.json`, `sqrt_inverse`.
    @Test("the inverse of the square-root law matches the golden value")
    func inverse() throws {
        #expect(try Self.law().daysOfVolume(toMove: 0.17).isClose(to: 37.938458307078356))
        #expect(try Self.law().daysOfVolume(toMove: -0.034).isClose(to: 1.5175383322831342))
    }

    /// Source: `golden/g5.json`, `LETF_total`, and the bound of 0.43 pp from it: 0.0276·√(2.343/98.7).
    @Test("a bound in points, with the move or against it")
    func capacity() throws {
        let law = try Self.law(volume: 98_665_400_000)
        let bound = try CapacityBound(flow: -2_343_032_675.7493186, move: -0.16968, law: law)
        #expect(bound.direction == .with)
        #expect(bound.points.isClose(to: 100 * 0.0276 * (2_343_032_675.7493186 / 98_665_400_000).squareRoot()))
        #expect(abs(bound.points - 0.43) < 0.005)
        #expect(bound.turnoverShare.isClose(to: 0.023747257658199517))
        #expect(try #require(bound.shareOfMove).isClose(to: bound.points / 16.968))
        let against = try CapacityBound(flow: 2e9, move: -0.16968, law: law)
        #expect(against.direction == .against && against.shareOfMove == 0 && against.points > 0)
        let still = try CapacityBound(flow: 2e9, move: 0, law: law)
        #expect(still.direction == .none && still.shareOfMove == nil)
        #expect(try CapacityBound(flow: 0, move: 0.1, law: law).shareOfMove == 0)
        #expect(throws: ParameterError.self) { try CapacityBound(flow: .nan, move: 0.1, law: law) }
        #expect(throws: ParameterError.self) { try CapacityBound(flow: 1, move: .infinity, law: law) }
        #expect(throws: ParameterError.self) {
            try CapacityBound(flow: 1e300, move: 0.1, law: .init(dailyDeviation: 1, dailyVolume: 1e-300))
        }
    }

    /// Source: `golden/g7.json`, `amp_fixedpoint` and `amp_inverse`.
    @Test("the fixed point of feedback and its inverse match the golden values")
    func feedback() throws {
        let loop = try FeedbackFixedPoint(law: Self.law(), sensitivity: 13.8e9)
        #expect(try loop.total(fundamental: -0.16).isClose(to: -0.16766494663279657))
        let mechanical = try loop.mechanical(total: -0.1697)
        #expect(mechanical.isClose(to: -0.007711323435053155))
        #expect((-0.1697 - mechanical).isClose(to: -0.16198867656494684))
    }

    /// Source: `golden/g5.json`, `feedback`, K of the four funds.
    @Test("the sensitivity is the funds' together")
    func funds() throws {
        let funds = try [(2, 5.0e9), (2, 738_722_373.5997577), (2, 565_546_472.903421), (-2, 0.2e9)].map {
            try LeveragedFundFlow(leverage: $0.0, assets: $0.1)
        }
        #expect(try FeedbackFixedPoint(law: Self.law(), funds: funds).sensitivity.isClose(to: 13_808_537_693.00636))
        let damping = try LeveragedFundFlow(leverage: 0.5, assets: 1e9)
        #expect(throws: ParameterError.self) { try FeedbackFixedPoint(law: Self.law(), funds: [damping]) }
    }

    @Test("feedback is undone by its inverse, keeps the sign and grows with the funds")
    func feedbackProperties() throws {
        var noise = SeededGenerator(for: "feedback", default: 3)
        for _ in 0..<300 {
            let move = Double.random(in: -0.4...0.4, using: &noise)
            let size = Double.random(in: 0...30e9, using: &noise)
            let loop = try FeedbackFixedPoint(law: Self.law(), sensitivity: size)
            let total = try loop.total(fundamental: move)
            #expect(abs(total) >= abs(move) && total * move >= 0)
            #expect(try (total - loop.mechanical(total: total)).isClose(to: move, within: 1e-9))
            #expect(try loop.total(fundamental: -move) == -total)
            let larger = try FeedbackFixedPoint(law: Self.law(), sensitivity: size * 2)
            #expect(try abs(larger.total(fundamental: move)) >= abs(total))
        }
        let none = try FeedbackFixedPoint(law: Self.law(), sensitivity: 0)
        #expect(try none.total(fundamental: -0.1).isClose(to: -0.1) && none.mechanical(total: -0.1) == 0)
        let loop = try FeedbackFixedPoint(law: Self.law(), sensitivity: 13.8e9)
        #expect(try loop.total(fundamental: 0) == 0)
        // So small a move that its feedback would exceed it is all feedback.
        #expect(try loop.mechanical(total: -1e-6) == -1e-6)
        #expect(throws: ParameterError.self) { try loop.total(fundamental: .nan) }
        #expect(throws: ParameterError.self) { try loop.mechanical(total: .infinity) }
        #expect(throws: ParameterError.self) { try FeedbackFixedPoint(law: Self.law(), sensitivity: -1) }
    }

    /// Source: `golden/g5.json`, `short`.
    @Test("shorts: days to cover, and covering amplifies rises only")
    func shorts() throws {
        let shorts = try ShortInterest(fraction: 0.0117, outstanding: 24.49e9)
        #expect(shorts.shares.isClose(to: 286_533_000))
        #expect(try shorts.daysToCover(averageDailyVolume: 220e6).isClose(to: 1.3024227272727273))
        let law = try Self.law(volume: 220e6)
        #expect(try shorts.bound(move: -0.17, law: law).direction == .against)
        #expect(try shorts.bound(move: -0.17, law: law).shareOfMove == 0)
        #expect(try shorts.bound(move: 0.17, law: law).direction == .with)
        for bad in [-1, .nan, .infinity] as [Double] {
            #expect(throws: ParameterError.self) { try ShortInterest(shares: bad) }
            #expect(throws: ParameterError.self) { try shorts.daysToCover(averageDailyVolume: bad) }
        }
        #expect(throws: ParameterError.self) { try shorts.daysToCover(averageDailyVolume: 0) }
    }

    private static func option(_ kind: EuropeanOption.Kind = .call) throws -> EuropeanOption {
        try EuropeanOption(kind, strike: 140, years: 4.0 / 365, rate: 0.043, volatility: 0.55)
    }

    /// Source: `golden/g5.json`, `BS_call`; the put from scipy 1.17.1 `norm.cdf` (`docs/golden/findings.py`).
    @Test("option values match the golden values")
    func option() throws {
        let value = try Self.option().value(spot: 142.62)
        #expect(value.d1.isClose(to: 0.3590014660644637))
        #expect(value.delta.isClose(to: 0.6402030037369791))
        #expect(value.gamma.isClose(to: 0.04555090381844579))
        #expect(value.price.isClose(to: 4.762882988739392))
        let put = try EuropeanOption(.put, strike: 110, years: 0.5, rate: 0.04, dividendYield: 0.02, volatility: 0.3)
        #expect(try put.value(spot: 100).price.isClose(to: 13.837646611812737))
        #expect(try put.value(spot: 100).delta.isClose(to: -0.6102858601765202))
    }

    @Test("put–call parity, and delta and gamma are the slopes of price and delta")
    func optionProperties() throws {
        var noise = SeededGenerator(for: "options", default: 4)
        for _ in 0..<200 {
            let spot = Double.random(in: 50...200, using: &noise)
            let (years, rate) = (
                Double.random(in: 0.05...2, using: &noise), Double.random(in: -0.02...0.08, using: &noise)
            )
            let (yield, deviation) = (
                Double.random(in: 0...0.05, using: &noise), Double.random(in: 0.1...1, using: &noise)
            )
            func option(_ kind: EuropeanOption.Kind) throws -> EuropeanOption {
                try EuropeanOption(
                    kind, strike: 100, years: years, rate: rate, dividendYield: yield, volatility: deviation)
            }
            let (call, put) = (try option(.call).value(spot: spot), try option(.put).value(spot: spot))
            let forward = spot * exponential(-yield * years) - 100 * exponential(-rate * years)
            #expect((call.price - put.price).isClose(to: forward, within: 1e-9))
            #expect((call.delta - put.delta).isClose(to: exponential(-yield * years)))
            #expect(call.gamma == put.gamma)
            let (up, down) = (try option(.call).value(spot: spot + 1e-3), try option(.call).value(spot: spot - 1e-3))
            #expect(abs((up.price - down.price) / 2e-3 - call.delta) < 1e-6)
            #expect(abs((up.delta - down.delta) / 2e-3 - call.gamma) < 1e-6)
        }
    }

    /// e^x by its series, so that the check does not lean on the library the model uses.
    private func exponential(_ x: Double) -> Double {
        var (term, sum) = (1.0, 1.0)
        for power in 1...30 {
            term *= x / Double(power)
            sum += term
        }
        return sum
    }

    /// Source: `golden/g5.json`, `GEX_1pct`, `finite_rehedge_shares`, `gamma_linear_approx`.
    @Test("dealers' hedge by revaluation, with both signs")
    func dealers() throws {
        let position = try DealerGamma.Position(option: Self.option(), openInterest: 100_000)
        let hedge = try DealerGamma([position], from: 142.62, to: 128)
        #expect(hedge.sharesIfShort.isClose(to: -5_758_752.670858562))
        #expect(hedge.sharesIfLong == -hedge.sharesIfShort)
        #expect(hedge.linearSharesIfShort.isClose(to: -6_659_542.138256776))
        #expect(hedge.exposurePerPercent.isClose(to: 92_652_653.75069207))
        let twice = try DealerGamma([position, position], from: 142.62, to: 128)
        #expect(twice.sharesIfShort.isClose(to: 2 * hedge.sharesIfShort))
        // A put's delta differs by a constant: the same hedge.
        let puts = try DealerGamma([.init(option: Self.option(.put), openInterest: 100_000)], from: 142.62, to: 128)
        #expect(puts.sharesIfShort.isClose(to: hedge.sharesIfShort, within: 1e-9))
        #expect(try DealerGamma([], from: 142.62, to: 128).sharesIfShort == 0)
        #expect(try DealerGamma([position], from: 142.62, to: 142.62).sharesIfShort == 0)
    }

    @Test("refuses options without meaning and stays finite at the extremes")
    func refusesOptions() throws {
        for bad in [0, -1, .nan, .infinity] as [Double] {
            #expect(throws: ParameterError.self) { try EuropeanOption(.call, strike: bad, years: 1, volatility: 1) }
            #expect(throws: ParameterError.self) { try EuropeanOption(.call, strike: 1, years: bad, volatility: 1) }
            #expect(throws: ParameterError.self) { try EuropeanOption(.call, strike: 1, years: 1, volatility: bad) }
            #expect(throws: ParameterError.self) { try Self.option().value(spot: bad) }
            #expect(throws: ParameterError.self) { try DealerGamma([], from: bad, to: 1) }
        }
        #expect(throws: ParameterError.self) { try DealerGamma.Position(option: Self.option(), openInterest: -1) }
        for spot in [1e-300, 1e-3, 1e3, 1e300] {
            let value = try Self.option().value(spot: spot)
            #expect(value.price.isFinite && value.delta.isFinite && value.gamma.isFinite)
        }
        #expect(try Self.option().value(spot: 1e-3).price == 0)
    }
}
