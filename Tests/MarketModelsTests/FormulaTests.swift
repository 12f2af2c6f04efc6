import MarketModels
import Testing

@Suite("Direct formulas")
struct FormulaTests {
    /// Source: `golden/g9.json`, `overnight`.
    @Test("the overnight split matches the golden values")
    func overnight() throws {
        let split = try OvernightSplit(previousClose: 142.62, open: 124.80, close: 118.42)
        #expect(split.overnight.isClose(to: -0.1334712946648303))
        #expect(split.intraday.isClose(to: -0.05247482883169716))
        #expect(try #require(split.overnightShare).isClose(to: 0.7177955213856494))
        #expect(try OvernightSplit(previousClose: 10, open: 10, close: 10).overnightShare == nil)
        #expect(throws: ParameterError.outOfDomain("open", value: 0, domain: "above 0")) {
            try OvernightSplit(previousClose: 10, open: 0, close: 10)
        }
    }

    /// Source: `golden/g9.json`, `return_period`.
    @Test(
        "return periods match the golden values",
        arguments: [
            (3.0, 0.23094688221709006), (5.2, 1.0823172552680715), (6.15, 1.816555352251718),
            (10, 10.753579728598586), (-10, 10.753579728598586), (2, 1 / 13.32), (0.4, 1 / 13.32), (8, 1 / 0.22),
        ] as [(Double, Double)]
    )
    func returnPeriod(size: Double, expected: Double) {
        #expect(ReturnPeriodTable.largeShares.period(size).isClose(to: expected))
    }

    @Test(
        "a larger move is never more common",
        arguments: [
            ReturnPeriodTable.largeShares, .fallsOfLargest, .fallsOfOtherLarge,
        ])
    func monotone(table: ReturnPeriodTable) {
        var previous = Double.infinity
        for step in 1...2_000 {
            let rate = table.rate(Double(step) * 0.01)
            #expect(rate <= previous)
            previous = rate
        }
        #expect(table.rate(.nan).isNaN)
    }

    @Test("beyond a table without a tail the last rate is a bound")
    func noTail() {
        #expect(ReturnPeriodTable.fallsOfLargest.rate(0.50) == 0.046)
        #expect(ReturnPeriodTable.largeShares.rate(.infinity) == 0)
    }

    @Test(
        "refuses tables that are not tables",
        arguments: [
            [], [(2, 1), (2, 0.5)], [(2, 1), (3, 2)], [(0, 1)], [(2, 0)], [(2, .nan)],
        ] as [[(Double, Double)]])
    func refusesTable(rows: [(Double, Double)]) {
        let points = rows.map { ReturnPeriodTable.Point(size: $0.0, ratePerYear: $0.1) }
        #expect(throws: ParameterError.self) { try ReturnPeriodTable(points: points, tailIndex: 3) }
    }

    /// Source: `golden/g6.json`, `mcap`.
    @Test("value lost matches the golden value, and a loss ranks among others")
    func valueLoss() throws {
        #expect(try ValueLoss.amount(shares: 24.49e9, before: 142.62, after: 118.42).isClose(to: 592_658_000_000))
        #expect(throws: ParameterError.self) { try ValueLoss.amount(shares: -1, before: 2, after: 1) }
        #expect(ValueLoss.rank(593, among: [279, 240, 232]) == 1)
        #expect(ValueLoss.rank(240, among: [593, 279, 240, 232, .nan]) == 3.5)
        #expect(ValueLoss.rank(-0.17, among: [0.24, -0.18, 0.02], by: abs) == 3)
        #expect(ValueLoss.rank(1, among: []) == 1)
    }

    /// Source: `golden/g7.json`, `retr_NVDA` and `retr_AVGO`, printed there to six decimals.
    @Test(
        "retracements match the golden values",
        arguments: [
            (
                142.62, [118.42, 128.99, 123.70, 124.65, 120.07, 116.66, 118.65, 124.83],
                [0, 0.436777, 0.218182, 0.257438, 0.068182, -0.072727, 0.009504, 0.264876]
            ),
            (
                244.70, [202.13, 207.36, 206.35, 215.66, 221.27, 217.73, 222.44, 232.00],
                [0, 0.122856, 0.099131, 0.317829, 0.449612, 0.366455, 0.477097, 0.701668]
            ),
        ] as [(Double, [Double], [Double])])
    func retraced(before: Double, closes: [Double], expected: [Double]) throws {
        for (close, value) in zip(closes, expected) {
            let part = try #require(retracement(price: close, before: before, after: closes[0]))
            #expect(abs(part - value) <= 5.1e-7)
        }
        #expect(retracement(price: before, before: before, after: closes[0]) == 1)
        #expect(retracement(price: 1, before: 2, after: 2) == nil)
    }

    /// Source: `golden/g5.json`, `sqrt_1` and `sqrt_inverse`.
    @Test("the square-root law and its inverse match the golden values")
    func impact() throws {
        let law = try SquareRootImpact(dailyDeviation: 0.0276, dailyVolume: 30e9)
        #expect(law.impact(of: 1.7e9).isClose(to: 0.006570114154259421))
        #expect(law.impact(of: -1.7e9) == -law.impact(of: 1.7e9))
        #expect(law.impact(of: 0) == 0)
        #expect(law.daysOfVolume(toMove: -0.17).isClose(to: 37.938458307078356))
        #expect(law.daysOfVolume(toMove: law.impact(of: 60e9)).isClose(to: 2))
        #expect(throws: ParameterError.self) { try SquareRootImpact(dailyDeviation: 0.02, dailyVolume: 0) }
    }

    /// Source: `golden/g5.json`, `LETF_generic`, `LETF`, `LETF_creation`, `TQQQ_to_NVDA`, `SOXL_to_NVDA`.
    @Test("rebalancing flows of leveraged funds match the golden values")
    func leveragedFunds() throws {
        for (leverage, flow) in [(3.0, 60e6), (-1, 20e6), (-3, 120e6), (2, 20e6), (1, 0)] {
            let fund = try LeveragedFundFlow(leverage: leverage, assets: 1e9)
            #expect(fund.rebalancing(underlyingReturn: 0.01).isClose(to: flow))
        }
        let funds = try [(2.0, 5e9), (2, 738_722_373.5997577), (2, 565_546_472.903421), (-2, 200e6)].map {
            try LeveragedFundFlow(leverage: $0.0, assets: $0.1)
        }
        let total = funds.reduce(0) { $0 + $1.rebalancing(underlyingReturn: -0.16968) }
        #expect(total.isClose(to: -2_343_032_675.7493186))
        #expect((total + funds[0].creation(inflow: 1e9)).isClose(to: -343_032_675.7493186))
        let index = try LeveragedFundFlow(leverage: 3, assets: 25e9, weight: 0.085)
        #expect(index.rebalancing(underlyingReturn: -0.02911).isClose(to: -371_152_500))
        let sector = try LeveragedFundFlow(leverage: 3, assets: 10e9, weight: 0.085)
        #expect(sector.rebalancing(underlyingReturn: -0.0784).isClose(to: -399_840_000))
    }

    @Test("what a flow can have moved is bounded in percentage points")
    func capacity() throws {
        let law = try SquareRootImpact(dailyDeviation: 0.0276, dailyVolume: 98.7e9)
        let bound = LeveragedFundFlow.capacityInPercentagePoints(flow: -2.343e9, law: law)
        #expect(abs(bound - 0.43) < 0.005)
    }

    @Test(
        "refuses funds that cannot be",
        arguments: [(.nan, 1, 1), (2, -1, 1), (2, 1, 0), (2, 1, 1.1)] as [(Double, Double, Double)])
    func refusesFund(leverage: Double, assets: Double, weight: Double) {
        #expect(throws: ParameterError.self) {
            try LeveragedFundFlow(leverage: leverage, assets: assets, weight: weight)
        }
    }

    /// Source: `golden/g9.json`, `wilson_11_15` and `wilson_40_75`, with z = 1.959963985.
    @Test(
        "Wilson's interval matches the golden values",
        arguments: [
            (11, 15, 0.48049565938201017, 0.8910254667657092), (40, 75, 0.42157537386553334, 0.6418430366341626),
        ])
    func wilson(successes: Int, trials: Int, lower: Double, upper: Double) throws {
        let interval = try WilsonInterval(successes: successes, trials: trials, quantile: 1.959963985)
        #expect(interval.lower.isClose(to: lower))
        #expect(interval.upper.isClose(to: upper))
    }

    @Test("Wilson's interval holds the proportion, stays in bounds and mirrors")
    func wilsonProperties() throws {
        for trials in 1...40 {
            for successes in 0...trials {
                let interval = try WilsonInterval(successes: successes, trials: trials)
                let mirror = try WilsonInterval(successes: trials - successes, trials: trials)
                let proportion = Double(successes) / Double(trials)
                #expect(interval.lower >= 0 && interval.upper <= 1)
                #expect(interval.lower <= proportion && proportion <= interval.upper)
                #expect(interval.lower.isClose(to: 1 - mirror.upper))
            }
        }
    }

    @Test("Wilson's interval refuses counts that cannot be", arguments: [(0, 0), (-1, 5), (6, 5)])
    func refusesCounts(successes: Int, trials: Int) {
        #expect(throws: ParameterError.self) { try WilsonInterval(successes: successes, trials: trials) }
    }

    /// Source: `golden/g9.json`, `softmax`.
    @Test("softmax with the unknown matches the golden values")
    func softmax() throws {
        let result = try Softmax(scores: [2.1, 0.7, -0.4])
        let expected = [0.689114150881205, 0.16993345741650326, 0.05656593412679289]
        for (probability, value) in zip(result.probabilities, expected) { #expect(probability.isClose(to: value)) }
        #expect(result.unknown.isClose(to: 0.08438645757549881))
    }

    @Test("softmax survives extremes and shifts, and without candidates all is unknown")
    func softmaxProperties() throws {
        let extreme = try Softmax(scores: [1_000, -.infinity, -1_000])
        #expect(extreme.probabilities == [1, 0, 0])
        #expect(try Softmax(scores: []).unknown == 1)
        let plain = try Softmax(scores: [1, 2], unknownScore: 0.5)
        let shifted = try Softmax(scores: [101, 102], unknownScore: 100.5)
        #expect(plain.unknown.isClose(to: shifted.unknown))
        #expect((plain.probabilities.reduce(0, +) + plain.unknown).isClose(to: 1))
        #expect(throws: ParameterError.self) { try Softmax(scores: [.nan]) }
        #expect(throws: ParameterError.self) { try Softmax(scores: [.infinity]) }
        #expect(throws: ParameterError.self) { try Softmax(scores: [1], unknownScore: .nan) }
    }

    /// Source: `golden/g7.json`, `Jevons`, `Jevons_passthrough` and `breakeven`.
    @Test("demand factors and the break-even elasticity match the golden values")
    func elasticity() throws {
        let rows: [(Double, Double, Double)] = [
            (0, 1, 0.1), (0.3, 1, 0.19952623149688797), (0.5, 1, 0.31622776601683794), (1, 1, 1),
            (1.3, 1, 1.9952623149688797), (1.5, 1, 3.1622776601683795), (2, 1, 10), (1.2, 0.8, 0.9120108393559097),
        ]
        for (elasticity, passThrough, expected) in rows {
            let factor = try BreakEvenElasticity.demandFactor(
                gain: 10, elasticity: elasticity, passThrough: passThrough
            )
            #expect(factor.isClose(to: expected))
        }
        #expect(try BreakEvenElasticity.implied(change: -0.17, gain: 10).isClose(to: 0.9190780923760739))
        let implied = try BreakEvenElasticity.implied(change: -0.3, gain: 4)
        #expect(try BreakEvenElasticity.demandFactor(gain: 4, elasticity: implied).isClose(to: 0.7))
    }

    @Test(
        "refuses changes and gains without meaning",
        arguments: [(-1, 10), (-2, 10), (-0.1, 1), (-0.1, 0), (.nan, 2)] as [(Double, Double)])
    func refusesGain(change: Double, gain: Double) {
        #expect(throws: ParameterError.self) { try BreakEvenElasticity.implied(change: change, gain: gain) }
    }
}
