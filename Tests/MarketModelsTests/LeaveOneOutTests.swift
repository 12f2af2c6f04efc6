import MarketModels
import Testing

@Suite("Baskets without the stock, and shrunk betas")
struct LeaveOneOutTests {
    /// Source: `golden/g6.json`, `LOO`.
    @Test("a basket's return without one member matches the golden value")
    func golden() throws {
        let value = try LeaveOneOut.basketReturn(basket: -0.0983, weight: 0.20, member: -0.1697)
        #expect(value.isClose(to: -0.08045))
    }

    @Test("taking a member out by return or by weight is the same")
    func consistent() throws {
        let returns = [-0.17, -0.10, 0.02, 0.05]
        let weights = [0.4, 0.3, 0.2, 0.1]
        let all = try #require(LeaveOneOut.basketReturn(members: returns, weights: weights))
        let left = try LeaveOneOut.weights(weights, excluding: 0)
        let without = try #require(LeaveOneOut.basketReturn(members: returns, weights: left))
        #expect(all.coverage == 1)
        #expect(without.value.isClose(to: try LeaveOneOut.basketReturn(basket: all.value, weight: 0.4, member: -0.17)))
        #expect(left.reduce(0, +).isClose(to: 1))
        #expect(left[0] == 0)
    }

    @Test("members without a return are left out and missed in the coverage")
    func coverage() throws {
        let part = try #require(LeaveOneOut.basketReturn(members: [0.10, nil, .nan, -0.02], weights: [1, 1, 1, 1]))
        #expect(part.value.isClose(to: 0.04))
        #expect(part.coverage == 0.5)
        #expect(LeaveOneOut.basketReturn(members: [nil, nil], weights: [1, 1]) == nil)
        #expect(LeaveOneOut.basketReturn(members: [], weights: []) == nil)
    }

    @Test("refuses weights that leave nothing", arguments: [1.0, 1.5, -0.1, .nan])
    func refusesWeight(weight: Double) {
        #expect(throws: ParameterError.self) {
            try LeaveOneOut.basketReturn(basket: -0.1, weight: weight, member: -0.2)
        }
    }

    @Test("refuses a basket of one member without that member")
    func refusesEmpty() {
        #expect(throws: ParameterError.outOfDomain("sum of the weights left", value: 0, domain: "above 0")) {
            try LeaveOneOut.weights([1], excluding: 0)
        }
    }

    /// Source: `golden/g6.json`, `vasicek`.
    @Test("shrunk betas match the golden values")
    func shrinkage() throws {
        let shrunk = try BetaShrinkage.vasicek(beta: 2.67, standardError: 0.21, prior: 1.2, priorDeviation: 0.5)
        #expect(shrunk.beta.isClose(to: 2.4495749745, within: 1e-10))
        #expect(shrunk.standardError < 0.21)
        #expect(BetaShrinkage.blume(beta: 2.67).isClose(to: 2.1189))
    }

    @Test("a beta known exactly is hardly shrunk, one not known at all is the prior")
    func shrinkageLimits() throws {
        let known = try BetaShrinkage.vasicek(beta: 2, standardError: 1e-6, prior: 1, priorDeviation: 0.5)
        let unknown = try BetaShrinkage.vasicek(beta: 2, standardError: 1e6, prior: 1, priorDeviation: 0.5)
        #expect(known.beta.isClose(to: 2, within: 1e-9))
        #expect(unknown.beta.isClose(to: 1, within: 1e-9))
    }

    @Test(
        "refuses deviations that are not positive",
        arguments: [(0, 0.5), (0.2, 0), (-0.2, 0.5), (.nan, 0.5)] as [(Double, Double)])
    func refusesDeviation(error: Double, prior: Double) {
        #expect(throws: ParameterError.self) {
            try BetaShrinkage.vasicek(beta: 2, standardError: error, prior: 1, priorDeviation: prior)
        }
    }
}
