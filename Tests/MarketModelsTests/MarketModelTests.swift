import MarketModels
import TestKit
import Testing

@Suite("Market model")
struct MarketModelTests {
    @Test("matches the reference implementation", arguments: Golden.all)
    func matchesReference(_ golden: Golden) throws {
        let (model, event) = try fit(golden)
        #expect(model.alpha.isClose(to: golden.alpha))
        #expect(model.beta.isClose(to: golden.beta))
        #expect(model.residualDeviation.isClose(to: golden.residualDeviation))
        #expect(model.alphaStandardError.isClose(to: golden.alphaError))
        #expect(model.betaStandardError.isClose(to: golden.betaError))
        #expect(event.value.isClose(to: golden.abnormal))
        #expect(event.standardized.isClose(to: golden.standardized))
        #expect((event.standardError / model.residualDeviation).isClose(to: 1.015241744040875))
        #expect(event.degreesOfFreedom == 118)
    }

    @Test("arrays, spans and a ring give the same model")
    func sources() throws {
        let asset = DataA.window(DataA.shared.securities[0])
        let market = DataA.window(DataA.shared.market)
        let fromArrays = try MarketModel.fit(asset: asset, market: market)
        #expect(try MarketModel.fit(asset: asset.span, market: market.span) == fromArrays)

        // A ring whose oldest pair is at 47.
        let ring = (0..<120).map { ($0 + 120 - 47) % 120 }.map { (asset[$0], market[$0]) }
        #expect(try MarketModel.fit(count: 120) { ring[($0 + 47) % 120] } == fromArrays)
    }

    @Test(
        "refuses data it cannot estimate from",
        arguments: [
            (Self.ramp(59), Self.ramp(59), EstimationError.tooFewObservations(59, minimum: 60)),
            ([], [], .tooFewObservations(0, minimum: 60)),
            (Self.ramp(60), Self.ramp(61), .unequalLengths(60, 61)),
            (Self.ramp(60, with: .nan, at: 7), Self.ramp(60), .notFinite(index: 7)),
            (Self.ramp(60), Self.ramp(60, with: .infinity, at: 59), .notFinite(index: 59)),
            (Self.ramp(60), [Double](repeating: 0.1, count: 60), .collinear(regressor: 0)),
            (Self.ramp(60), [Double](repeating: 0, count: 60), .collinear(regressor: 0)),
            // Summing a constant this often leaves its mean some ulps off.
            (Self.ramp(1_000), [Double](repeating: 0.1, count: 1_000), .collinear(regressor: 0)),
        ] as [([Double], [Double], EstimationError)]
    )
    func refuses(asset: [Double], market: [Double], expected: EstimationError) {
        #expect(throws: expected) { try MarketModel.fit(asset: asset, market: market) }
        #expect(throws: expected) { try MarketModel.fitUnordered(asset: asset, market: market) }
    }

    @Test("summed in any order it is the same model but for rounding", arguments: [60, 61, 67, 120, 250, 255])
    func unordered(count: Int) throws {
        var random = SeededGenerator(for: "unordered market model", default: UInt64(count))
        let market = random.normals(count, deviation: 0.01)
        let asset = zip(market, random.normals(count, deviation: 0.015)).map { 0.001 + 1.3 * $0 + $1 }
        let (model, same) = (
            try MarketModel.fit(asset: asset, market: market),
            try MarketModel.fitUnordered(asset: asset, market: market)
        )
        #expect(abs(same.alpha - model.alpha) < 1e-14)
        #expect(abs(same.beta / model.beta - 1) < 1e-12)
        #expect(abs(same.residualDeviation / model.residualDeviation - 1) < 1e-12)
        #expect(same.windowLength == count)
    }

    @Test("adding a constant to the asset moves alpha and nothing else", arguments: [-0.5, -0.001, 0.001, 0.5])
    func alphaAbsorbsConstant(shift: Double) throws {
        let market = DataA.window(DataA.shared.market)
        let asset = DataA.window(DataA.shared.securities[1])
        let plain = try MarketModel.fit(asset: asset, market: market)
        let shifted = try MarketModel.fit(asset: asset.map { $0 + shift }, market: market)
        #expect(shifted.alpha.isClose(to: plain.alpha + shift))
        #expect(shifted.beta.isClose(to: plain.beta))
        #expect(shifted.residualDeviation.isClose(to: plain.residualDeviation))
    }

    @Test("an asset that is a multiple of the market leaves nothing over")
    func exactMultiple() throws {
        let market = DataA.window(DataA.shared.market)
        let model = try MarketModel.fit(asset: market.map { 2 * $0 }, market: market)
        #expect(model.beta.isClose(to: 2))
        #expect(model.residualDeviation < 1e-15)
        #expect(abs(model.abnormalReturn(asset: 0.02, market: 0.01).value) < 1e-15)
    }

    @Test("the window ends a gap before the event and is as long as the series allows")
    func window() throws {
        #expect(try EstimationWindow.range(beforeEvent: 300) == 40..<290)
        #expect(try EstimationWindow.range(beforeEvent: 100) == 0..<90)
        #expect(throws: EstimationError.tooFewObservations(59, minimum: 60)) {
            try EstimationWindow.range(beforeEvent: 69)
        }
        #expect(throws: EstimationError.tooFewObservations(0, minimum: 60)) {
            try EstimationWindow.range(beforeEvent: 3)
        }
    }

    private func fit(_ golden: Golden) throws -> (MarketModel, AbnormalReturn) {
        let series = DataA.shared.securities[golden.security]
        let market = DataA.shared.market
        let model = try MarketModel.fit(asset: DataA.window(series), market: DataA.window(market))
        return (model, model.abnormalReturn(asset: DataA.event(series), market: DataA.event(market)))
    }

    static func ramp(_ count: Int, with value: Double? = nil, at index: Int = 0) -> [Double] {
        var series = (0..<count).map { 0.001 * Double($0 % 7) }
        if let value { series[index] = value }
        return series
    }
}

/// Source: `golden/g1.json`, statsmodels 0.15.0 `OLS`; standard errors from numpy 2.4.6.
struct Golden: Sendable, CustomTestStringConvertible {
    let security: Int
    let alpha: Double
    let beta: Double
    let residualDeviation: Double
    let alphaError: Double
    let betaError: Double
    let abnormal: Double
    let standardized: Double

    var testDescription: String { "security \(security + 1)" }

    static let all: [Golden] = [
        Golden(
            security: 0, alpha: -0.0020591157948836743, beta: 1.8072623949200577,
            residualDeviation: 0.019344872566055882, alphaError: 0.001768080013989632,
            betaError: 0.18714133849553727, abnormal: -0.1516836864690103, standardized: -7.723311216737379
        ),
        Golden(
            security: 1, alpha: -0.0005720046883613272, beta: 1.1536345268037638,
            residualDeviation: 0.013974576239702916, alphaError: 0.0012772464056831324,
            betaError: 0.1351893579797894, abnormal: -0.060361714536796084, standardized: -4.254548250241726
        ),
        Golden(
            security: 2, alpha: -0.00018618154158302615, beta: 0.887936475482775,
            residualDeviation: 0.009938871838062975, alphaError: 0.0009083916473721361,
            betaError: 0.0961481536029537, abnormal: 0.009976032977695549, standardized: 0.9886699157996273
        ),
        Golden(
            security: 3, alpha: -0.0005144644099161338, beta: 1.354821045136845,
            residualDeviation: 0.012198391758244678, alphaError: 0.0011149069396514295,
            betaError: 0.11800663733171707, abnormal: -0.0007569157273304566, standardized: -0.06111889387811772
        ),
    ]
}
