import Foundation
import MarketModels
import Testing

@Suite("Checkpoints")
struct CheckpointTests {
    @Test("state that was written and read goes on as if nothing had happened")
    func roundTrip() throws {
        var volatility = EWMAVolatility()
        var cusum = CUSUM()
        for value in DataA.window(DataA.shared.securities[0]) {
            volatility.add(value)
            cusum.add(value / 0.02)
        }
        #expect(try restored(volatility) == volatility)
        #expect(try restored(cusum) == cusum)
        let model = try MarketModel.fit(
            asset: DataA.window(DataA.shared.securities[0]), market: DataA.window(DataA.shared.market)
        )
        #expect(try restored(model) == model)
        let factor = try FactorModel.fit(
            target: DataA.window(DataA.shared.securities[0]), regressors: [DataA.window(DataA.shared.market)]
        )
        let read = try restored(factor)
        #expect(read == factor)
        #expect(
            read.abnormalReturn(target: 0.1, regressors: [0.01])
                == factor.abnormalReturn(target: 0.1, regressors: [0.01]))
    }

    private func restored<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
    }
}
