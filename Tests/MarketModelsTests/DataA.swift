/// Golden data A: 120 bars of estimation and one event for a market, a sector and four securities.
///
/// Source: `golden/g1.py` with `gold_common.py`, seed 20250127, written there to
/// `A_eventstudy.csv`. The goldens of its suites come from statsmodels 0.15.0 `OLS` on it,
/// standard errors and the four-factor fit from numpy 2.4.6 `linalg.qr`.
struct DataA {
    static let length = 120
    private(set) var market: [Double] = []
    private(set) var sector: [Double] = []
    /// One series per security.
    private(set) var securities = [[Double]](repeating: [], count: 4)

    init() {
        let alpha = [0.0008, 0.0003, 0.0, -0.0002]
        let marketBeta = [1.6, 1.1, 0.9, 1.3]
        let sectorBeta = [0.8, 0.6, 0.0, 0.4]
        let deviation = [0.020, 0.015, 0.010, 0.012]
        let shock = [-0.10, -0.05, -0.01, 0.02]
        var noise = NoiseGenerator(seed: 20_250_127)
        for bar in 0...Self.length {
            let (zm, zs) = (noise.normal(), noise.normal())
            var m = 0.0004 + 0.009 * zm
            var s = 0.0002 + 1.2 * m + 0.008 * zs
            if bar == Self.length { (m, s) = (-0.015, -0.060) }
            market.append(m)
            sector.append(s)
            for index in 0..<4 {
                let residual = deviation[index] * noise.normal()
                var value = alpha[index] + marketBeta[index] * m + sectorBeta[index] * (s - 1.2 * m)
                value += residual
                if bar == Self.length { value += shock[index] }
                securities[index].append(value)
            }
        }
    }

    static let shared = DataA()

    /// The estimation window of a series.
    static func window(_ series: [Double]) -> [Double] { Array(series[..<length]) }
    /// The event of a series.
    static func event(_ series: [Double]) -> Double { series[length] }
}
