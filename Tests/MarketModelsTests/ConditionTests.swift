import MarketModels
import TestKit
import Testing

@Suite("Conditions before a shock")
struct ConditionTests {
    /// Source: the counts behind `RunUpBaseRates` and, for the name, 24-month returns of +641 % and +56 % on
    /// 2025-01-24. Wilson's formula has its own test.
    @Test("a run-up is read in the bucket of the lower of raw and net")
    func runUp() throws {
        let reading = try RunUpBaseRates.largeShares.reading(multiple: 7.41, marketMultiple: 1.56)
        #expect(reading.netRunUp.isClose(to: 5.85))
        #expect(reading.bucket?.threshold == 5)
        #expect(reading.bucket?.cases == 40)
        #expect(reading.bucket?.crashRate == 0.775)
        #expect(reading.base.crashRate == 0.306)
        #expect(try #require(reading.lift).isClose(to: 0.775 / 0.306))
        let interval = try #require(reading.bucketInterval)
        #expect(try interval == WilsonInterval(successes: 31, trials: 40))
        #expect(interval.lower > reading.baseInterval.upper)
        let all = try RunUpBaseRates.allShares.reading(multiple: 7.41, marketMultiple: 1.56)
        #expect(all.bucket?.medianNext == -0.289)
    }

    @Test(
        "thresholds are reached at, not above, and by raw and net alike",
        arguments: [
            (1.49, 1, nil), (1.5, 1, 0.5), (1.5, 1.1, nil), (2, 1, 1), (2, 0.5, 1), (3.9, 1, 1.5), (4, 1, 3),
            (100, 1, 5),
            (1, 0.1, nil), (0.5, 1, nil),
        ] as [(Double, Double, Double?)])
    func buckets(multiple: Double, market: Double, threshold: Double?) throws {
        let reading = try RunUpBaseRates.largeShares.reading(multiple: multiple, marketMultiple: market)
        #expect(reading.bucket?.threshold == threshold)
        #expect((reading.lift == nil) == (threshold == nil))
    }

    @Test(
        "in the shipped tables a larger run-up crashed more often", arguments: [RunUpBaseRates.largeShares, .allShares])
    func monotone(table: RunUpBaseRates) throws {
        #expect(try RunUpBaseRates(base: table.base, rows: table.rows) == table)
        var rate = table.base.crashRate
        for row in table.rows {
            #expect(row.crashRate > rate)
            rate = row.crashRate
        }
    }

    @Test("refuses multiples and tables without meaning")
    func refusesRunUp() {
        let row = RunUpBaseRates.Row(threshold: 1, cases: 3, crashRate: 0.5)
        for bad in [0, -1, .nan, .infinity] as [Double] {
            #expect(throws: ParameterError.self) {
                try RunUpBaseRates.largeShares.reading(multiple: bad, marketMultiple: 1)
            }
            #expect(throws: ParameterError.self) {
                try RunUpBaseRates.largeShares.reading(multiple: 1, marketMultiple: bad)
            }
        }
        #expect(throws: ParameterError.self) { try RunUpBaseRates(base: row, rows: [row, row]) }
        #expect(throws: ParameterError.self) {
            try RunUpBaseRates(base: .init(threshold: 0, cases: 0, crashRate: 0.5), rows: [])
        }
        #expect(throws: ParameterError.self) {
            try RunUpBaseRates(base: .init(threshold: 0, cases: 5, crashRate: 0), rows: [])
        }
    }

    /// Source: by hand. A price that doubles on earnings that go from 2 to 5: ln 2 = ln 2.5 + ln 0.8.
    @Test("a price change is earnings and multiple")
    func multipleSplit() throws {
        let split = try MultipleSplit(priceBefore: 100, priceAfter: 200, earningsBefore: 2, earningsAfter: 5)
        #expect(split.earnings.isClose(to: 0.9162907318741551))
        #expect(split.multiple.isClose(to: -0.2231435513142097))
        #expect(split.total.isClose(to: 0.6931471805599453))
        #expect(split.multipleBefore == 50 && split.multipleAfter == 40)
        #expect(try #require(split.earningsShare).isClose(to: 0.9162907318741551 / 0.6931471805599453))
        let back = try MultipleSplit(priceBefore: 200, priceAfter: 100, earningsBefore: 5, earningsAfter: 2)
        #expect(back.earnings == -split.earnings && back.multiple.isClose(to: -split.multiple))
        #expect(
            try MultipleSplit(priceBefore: 3, priceAfter: 3, earningsBefore: 1, earningsAfter: 1).earningsShare == nil)
        for bad in [0, -2, .nan, .infinity] as [Double] {
            #expect(throws: ParameterError.self) {
                try MultipleSplit(priceBefore: 100, priceAfter: 200, earningsBefore: bad, earningsAfter: 5)
            }
        }
        #expect(throws: ParameterError.self) {
            try MultipleSplit(priceBefore: 1e300, priceAfter: 1, earningsBefore: 1e-300, earningsAfter: 1)
        }
    }

    /// Source: `golden/g6.json`, `good_news_bad_return`; the interval from scipy 1.17.1 `beta.ppf`
    /// (`docs/golden/findings.py`).
    @Test("good news and falling price: posterior and interval")
    func goodNews() throws {
        let releases = [(2.1, 0.06), (1.8, 0.03), (1.5, -0.02), (1.9, -0.064), (1.2, 0.005), (1.1, -0.085)].map {
            GoodNewsResponse.Release(surprise: $0.0, abnormalReturn: $0.1)
        }
        let response = try GoodNewsResponse(releases)
        #expect(response.beats == 6 && response.falls == 3)
        #expect(response.posterior.mean == 0.5)
        #expect(response.posterior.lower.isClose(to: 0.184051567640083, within: 1e-11))
        #expect(response.posterior.upper.isClose(to: 0.8159484323599169, within: 1e-11))
        #expect(!response.isPricedForPerfection(runUp: 6))
        let worse = try GoodNewsResponse(releases + [.init(surprise: 1, abnormalReturn: -0.01)])
        #expect(worse.isPricedForPerfection(runUp: 1) && !worse.isPricedForPerfection(runUp: 0.99))
        // Misses and exact hits are no good news.
        let misses = [-1.0, 0].map { GoodNewsResponse.Release(surprise: $0, abnormalReturn: -0.1) }
        #expect(try GoodNewsResponse(releases + misses) == response)
        #expect(throws: ParameterError.self) { try GoodNewsResponse([.init(surprise: .nan, abnormalReturn: 0)]) }
        #expect(throws: ParameterError.self) { try GoodNewsResponse([.init(surprise: 1, abnormalReturn: .infinity)]) }
    }

    /// Source: scipy 1.17.1 `beta.ppf`, `beta.cdf` (`docs/golden/findings.py`).
    @Test(
        "Beta intervals match the reference",
        arguments: [
            (0, 0, 0.025, 0.975), (0, 8, 0.002809136746599214, 0.3362671168799428),
            (8, 8, 0.6637328831200572, 0.9971908632534008), (37, 1_000, 0.027001674823919672, 0.05059089186220852),
        ] as [(Int, Int, Double, Double)])
    func betaPosterior(successes: Int, trials: Int, lower: Double, upper: Double) throws {
        let posterior = try BetaPosterior(successes: successes, trials: trials)
        #expect(posterior.lower.isClose(to: lower, within: 1e-10))
        #expect(posterior.upper.isClose(to: upper, within: 1e-10))
        #expect(try BetaPosterior(successes: 3, trials: 6).cumulative(0.3).isClose(to: 0.126036, within: 1e-12))
        // Failures are successes of the other side.
        let mirrored = try BetaPosterior(successes: trials - successes, trials: trials)
        #expect((mirrored.lower + posterior.upper).isClose(to: 1))
    }

    /// Source: scipy 1.17.1 `beta.ppf`, `beta.cdf` (`docs/golden/findings.py`).
    @Test(
        "Beta intervals match the reference where trials count for less than one",
        arguments: [
            (3.4, 4.6, 0.1304582172929892, 0.7547640323487946, 0.24562542103372487),
            (0.6, 7.5, 0.00024282430912444308, 0.31585749887200365, 0.9698538166449812),
            (2.4, 1.6, 0.15790562217533682, 0.9521829824732595, 0.10849090737299576),
        ] as [(Double, Double, Double, Double, Double)])
    func fractions(successes: Double, failures: Double, lower: Double, upper: Double, below: Double) throws {
        let posterior = try BetaPosterior(successes: successes, failures: failures)
        #expect(posterior.lower.isClose(to: lower, within: 1e-10))
        #expect(posterior.upper.isClose(to: upper, within: 1e-10))
        #expect(posterior.cumulative(0.3).isClose(to: below, within: 1e-12))
        #expect(throws: ParameterError.self) { try BetaPosterior(successes: 0, failures: failures) }
        #expect(throws: ParameterError.self) { try BetaPosterior(successes: successes, failures: .nan) }
    }

    @Test("refuses impossible counts", arguments: [(-1, 3), (4, 3), (0, -1), (0, 100_001)])
    func refusesCounts(successes: Int, trials: Int) {
        #expect(throws: ParameterError.self) { try BetaPosterior(successes: successes, trials: trials) }
    }

    /// Source: numpy 2.4.6 `mean`, `std(ddof=1)` (`docs/golden/findings.py`).
    @Test("a surprise is in standard deviations of the estimates")
    func surprise() throws {
        let estimates = [0.9, 1.0, 1.05, 0.95]
        let found = try GoodNewsResponse.surprise(actual: 1.10, estimates: estimates)
        #expect(try #require(found).isClose(to: 1.9364916731037078))
        #expect(try GoodNewsResponse.surprise(actual: 2, estimates: [1]) == nil)
        #expect(try GoodNewsResponse.surprise(actual: 2, estimates: [0.1, 0.1, 0.1]) == nil)
        #expect(throws: ParameterError.self) { try GoodNewsResponse.surprise(actual: .nan, estimates: estimates) }
        #expect(throws: ParameterError.self) { try GoodNewsResponse.surprise(actual: 1, estimates: [1, .infinity]) }
    }
}

@Suite("Likeness of paths")
struct PathLikenessTests {
    /// Golden data H: a random walk, and a longer one that holds a noisy copy of it from index 120.
    ///
    /// Source: `golden/g6.py`, seed 321.
    private static let dataH: (query: [Double], series: [Double]) = {
        var noise = NoiseGenerator(seed: 321)
        func walk(_ count: Int) -> [Double] {
            var level = 0.0
            return (0..<count).map { _ in
                level += noise.normal()
                return level
            }
        }
        let query = walk(40)
        var series = walk(200)
        for index in 0..<40 { series[120 + index] = 0.5 * query[index] + 3 + 0.2 * noise.normal() }
        return (query, series)
    }()

    /// Source: `golden/g6.json`, `MASS`, from stumpy 1.14.1.
    @Test("finds the copy at the golden distance")
    func matchesReference() throws {
        let (query, series) = Self.dataH
        let found = try PathLikeness.compare(query: query, history: series, simulations: 0, seed: 1)
        #expect(found.index == 120)
        #expect(found.distance.isClose(to: 1.5866254102123645))
        #expect(found.correlation.isClose(to: 0.9685327475958557))
        #expect(found.probability == 1 && found.null.isEmpty)
        // The first stretch alone.
        let first = try PathLikeness.compare(query: query, history: Array(series[..<40]), simulations: 0, seed: 1)
        #expect(first.distance.isClose(to: 10.46932065202397))
        // Level and scale mean nothing.
        let moved = try PathLikeness.compare(query: query.map { 5 - -3 * $0 }, history: series, simulations: 0, seed: 1)
        #expect(moved.index == 120 && moved.correlation.isClose(to: found.correlation))
    }

    /// Source: 200,000 walks with numpy's normal steps (`docs/golden/findings.py`): 5, 50 and 95 % of the best
    /// correlation at 0.5658, 0.8236 and 0.9310, and 0.0002 of them above the copy's. 2,000 walks of ours: three
    /// standard errors of a share of 5 % are 1.5 points.
    @Test("the null has the reference's quantiles, and the same seed gives the same")
    func null() throws {
        let (query, series) = Self.dataH
        let found = try PathLikeness.compare(query: query, history: series, simulations: 2_000, seed: 7)
        func share(below bound: Double) -> Double { Double(found.null.count { $0 < bound }) / 2_000 }
        #expect(abs(share(below: 0.56577291) - 0.05) < 0.015)
        #expect(abs(share(below: 0.82356417) - 0.50) < 0.034)
        #expect(abs(share(below: 0.93103351) - 0.95) < 0.015)
        #expect(found.probability < 0.003 && found.percentile > 0.997)
        let few = try PathLikeness.compare(query: query, history: series, simulations: 20, seed: 7)
        #expect(try few == PathLikeness.compare(query: query, history: series, simulations: 20, seed: 7))
        #expect(try few.null != PathLikeness.compare(query: query, history: series, simulations: 20, seed: 8).null)
    }

    @Test("a walk like any other is not unusual")
    func ordinary() throws {
        var noise = SeededGenerator(for: "ordinary walks", default: 5)
        var sum = 0.0
        for round in 0..<60 {
            var level = 0.0
            let walk = (0..<30).map { _ -> Double in
                level += 0.1 + noise.normal()
                return level
            }
            let found = try PathLikeness.compare(
                query: walk, history: Self.dataH.series, simulations: 60, seed: UInt64(round))
            sum += found.probability
        }
        // Uniform: mean ½, standard error 0.037.
        #expect(abs(sum / 60 - 0.5) < 0.15)
    }

    @Test("refuses what has no shape")
    func refuses() throws {
        let (query, series) = Self.dataH
        func compare(_ query: [Double], _ series: [Double]) throws(EstimationError) -> PathLikeness {
            try PathLikeness.compare(query: query, history: series, simulations: 5, seed: 1)
        }
        #expect(throws: EstimationError.tooFewObservations(9, minimum: 10)) { try compare(Array(query[..<9]), series) }
        #expect(throws: EstimationError.tooFewObservations(39, minimum: 40)) {
            try compare(query, Array(series[..<39]))
        }
        #expect(throws: EstimationError.notFinite(index: 3)) {
            try compare(query, series.enumerated().map { $0.offset == 3 ? .nan : $0.element })
        }
        #expect(throws: EstimationError.noVariation) { try compare([Double](repeating: 0.1, count: 20), series) }
        #expect(throws: EstimationError.noVariation) { try compare(query, [Double](repeating: 0.1, count: 90)) }
        let huge = try compare(query.map { $0 * 1e48 }, series.map { $0 * 1e48 })
        #expect(huge.index == 120 && huge.distance.isFinite)
    }
}
