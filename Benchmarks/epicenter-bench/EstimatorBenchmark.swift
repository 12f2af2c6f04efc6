import MarketModels

/// What a market model costs that is fitted when a move is judged, and one that slides with every bar.
///
/// Names take their bars in turn, as a stream has them, so that each finds its state cold.
struct EstimatorBenchmark {
    let bars: Int
    let symbols: [Int]

    func run() throws {
        print("\nmarket model of 250 sessions, one core: fitted when judged, or sliding with every bar")
        line("", "ns a fit", "ns a bar, sliding", "bars a fit")
        for count in symbols {
            let fit = try fitted(names: count)
            let slide = sliding(names: count)
            line(
                "\(count) names", String(format: "%.0f", fit), String(format: "%.1f", slide),
                String(format: "%.0f", fit / slide))
        }
    }

    private static func returns(_ count: Int, seed: Int64) -> [Double] {
        var noise = SyntheticStream.Noise(state: seed)
        return (0..<count).map { _ in 0.01 * noise.normal() }
    }

    /// The returns of a name are copied out of a flat array, as the stage does.
    private func fitted(names: Int) throws -> Double {
        let length = 250
        let kept = 320
        let returns = Self.returns(names * kept, seed: 20_250_127)
        let market = Self.returns(kept, seed: 20_250_128)
        let fits = max(names, 100_000)
        var sum = 0.0
        let time = try seconds {
            for index in 0..<fits {
                let first = index % names * kept + 60
                let model = try MarketModel.fit(
                    asset: Array(returns[first..<first + length]), market: Array(market[60..<60 + length]))
                sum += model.beta
            }
        }
        guard sum.isFinite else { throw BenchmarkFailure("a fit that is no number") }
        return time * 1e9 / Double(fits)
    }

    private func sliding(names: Int) -> Double {
        var models = Array(repeating: RollingMarketModel(), count: names)
        let days = max(300, bars / names)
        let noise = Self.returns(4_096, seed: 20_250_129)
        var taken = 0
        let time = seconds {
            for day in 0..<days {
                let market = noise[day % 4_096]
                for name in 0..<names {
                    if models[name].add(asset: noise[(day &* 31 &+ name &* 7) % 4_096], market: market) { taken += 1 }
                }
            }
        }
        return time * 1e9 / Double(max(taken, 1))
    }
}
