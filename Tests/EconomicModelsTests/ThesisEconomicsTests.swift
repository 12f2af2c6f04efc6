import EconomicModels
import MarketModels
import TestKit
import Testing

@Suite("Efficiency and demand")
struct EfficiencyShockTests {
    /// Source: `golden/g7.json`, `Jevons`.
    @Test(
        "demand multiples match the golden values",
        arguments: [
            (0, 0.1), (0.3, 0.19952623149688797), (0.5, 0.31622776601683794), (1, 1), (1.3, 1.9952623149688797),
            (1.5, 3.1622776601683795), (2, 10),
        ] as [(Double, Double)])
    func demand(elasticity: Double, expected: Double) throws {
        #expect(try EfficiencyShock(gain: 10, elasticity: elasticity).demandMultiple().isClose(to: expected))
    }

    /// Source: `golden/g7.json`, `Jevons_passthrough`.
    @Test("pass-through matches the golden value")
    func passThrough() throws {
        let shock = try EfficiencyShock(gain: 10, elasticity: 1.2, passThrough: 0.8)
        #expect(try shock.demandMultiple().isClose(to: 0.9120108393559097))
        #expect(try EfficiencyShock(gain: 10, elasticity: 3, passThrough: 0).demandMultiple().isClose(to: 0.1))
    }

    /// Source: `golden/g7.json`, `rebound`.
    @Test(
        "rebounds match the golden values",
        arguments: [(0, 0), (0.5, 0.24025307335204227), (1, 1), (1.5, 3.402530733520422)] as [(Double, Double)])
    func rebound(elasticity: Double, expected: Double) throws {
        #expect(try EfficiencyShock(gain: 10, elasticity: elasticity).rebound().isClose(to: expected))
    }

    /// Source: `golden/g7.json`, `Jevons_dyn`.
    @Test(
        "demand on the way matches the golden values",
        arguments: [
            (0, 0.09999999999999998), (0.5, 0.24937686742391302), (1, 0.4799721442946052), (2, 1.0739004061726325),
            (3, 1.6237927704037602), (5, 2.2390119387749396),
        ] as [(Double, Double)])
    func lag(time: Double, expected: Double) throws {
        let shock = try EfficiencyShock(gain: 10, elasticity: 1.4)
        #expect(try shock.demandMultiple(after: time, lag: 1.5).isClose(to: expected))
    }

    /// Source: `golden/g7.json`, `Jevons_tstar`.
    @Test("break-even time matches the golden value and is where demand is what it was")
    func breakEvenTime() throws {
        let shock = try EfficiencyShock(gain: 10, elasticity: 1.4)
        let time = try #require(try shock.breakEvenTime(lag: 1.5))
        #expect(time.isClose(to: 1.879144452743052))
        #expect(try shock.demandMultiple(after: time, lag: 1.5).isClose(to: 1))
        #expect(try EfficiencyShock(gain: 10, elasticity: 1).breakEvenTime(lag: 1.5) == nil)
        #expect(try EfficiencyShock(gain: 10, elasticity: 1.4, passThrough: 0.7).breakEvenTime(lag: 1.5) == nil)
    }

    @Test("demand only grows with elasticity, pass-through and time, and ends at its multiple")
    func properties() throws {
        var noise = SeededGenerator(for: "efficiency", default: 31)
        for _ in 0..<300 {
            let gain = Double.random(in: 1.01...100, using: &noise)
            let elasticity = Double.random(in: 0...3, using: &noise)
            let share = Double.random(in: 0...1, using: &noise)
            let time = Double.random(in: 0...10, using: &noise)
            let shock = try EfficiencyShock(gain: gain, elasticity: elasticity, passThrough: share)
            let more = try EfficiencyShock(gain: gain, elasticity: elasticity + 0.1, passThrough: share)
            #expect(try more.demandMultiple() >= shock.demandMultiple())
            #expect(try shock.demandMultiple(after: time + 0.1, lag: 1) >= shock.demandMultiple(after: time, lag: 1))
            #expect(try shock.demandMultiple(after: 0, lag: 1).isClose(to: 1 / gain))
            #expect(try shock.demandMultiple(after: 1e3, lag: 1).isClose(to: shock.demandMultiple()))
            #expect(try (shock.rebound() > 1) == (share * elasticity > 1))
        }
    }

    @Test("refuses values without meaning and results too large to be numbers")
    func refuses() throws {
        for bad in notNumbers + [1, 0.5, 0, -2] {
            #expect(throws: ParameterError.self) { try EfficiencyShock(gain: bad, elasticity: 1) }
        }
        for bad in notNumbers + [-0.1] {
            #expect(throws: ParameterError.self) { try EfficiencyShock(gain: 2, elasticity: bad) }
            #expect(throws: ParameterError.self) { try EfficiencyShock(gain: 2, elasticity: 1, passThrough: bad) }
        }
        #expect(throws: ParameterError.self) { try EfficiencyShock(gain: 2, elasticity: 1, passThrough: 1.1) }
        let shock = try EfficiencyShock(gain: 1e300, elasticity: 5)
        #expect(throws: ParameterError.self) { try shock.demandMultiple() }
        #expect(throws: ParameterError.self) { try shock.rebound() }
        #expect(throws: ParameterError.self) { try shock.demandMultiple(after: 100, lag: 1) }
        for bad in notNumbers + [0, -1] {
            #expect(throws: ParameterError.self) { try shock.demandMultiple(after: 1, lag: bad) }
            #expect(throws: ParameterError.self) { try shock.breakEvenTime(lag: bad) }
        }
        #expect(throws: ParameterError.self) { try shock.demandMultiple(after: -1, lag: 1) }
    }
}

@Suite("What-ifs")
struct WhatIfTests {
    /// Source: `golden/g7.json`, `justified`.
    @Test("expected and residual match the golden values")
    func expected() throws {
        let view = try WhatIf([
            .init(name: "bear", weight: 0.25, change: -0.45), .init(name: "base", weight: 0.5, change: -0.05),
            .init(name: "bull", weight: 0.25, change: 0.20),
        ])
        #expect(view.expected.isClose(to: -0.0875))
        #expect(try view.residual(observed: -0.17).isClose(to: -0.0825))
        #expect(throws: ParameterError.self) { try view.residual(observed: .nan) }
        #expect(throws: ParameterError.self) { try view.residual(observed: -1.1) }
    }

    @Test(
        "refuses weights that are not probabilities",
        arguments: [
            [], [(0.5, 0)], [(0.6, 0), (0.6, 0)], [(1.5, 0), (-0.5, 0)], [(.nan, 0)], [(1, .nan)], [(1, -1.5)],
            [(1, .infinity)],
        ] as [[(Double, Double)]])
    func refuses(rows: [(Double, Double)]) {
        let scenarios = rows.map { WhatIf.Scenario(name: "some", weight: $0.0, change: $0.1) }
        #expect(throws: ParameterError.self) { try WhatIf(scenarios) }
    }

    /// Source: `golden/g7.json`, `implied_p`. The static 90 % of the thesis: a weight of 0.17/0.9.
    @Test("the weight of a bear case that a price implies")
    func bearWeight() throws {
        func weight(_ observed: Double, _ bear: Double, _ other: Double) throws(ParameterError) -> Double? {
            try WhatIf.impliedBearWeight(observed: observed, bear: bear, other: other)
        }
        #expect(try #require(try weight(-0.17, -0.60, 0.05)).isClose(to: 0.3384615384615385))
        #expect(try #require(try weight(-0.17, -0.90, 0)).isClose(to: 0.17 / 0.9))
        #expect(try weight(-0.6, -0.6, 0.05) == 1)
        #expect(try weight(0.05, -0.6, 0.05) == 0)
        #expect(try weight(-0.7, -0.6, 0.05) == nil)
        #expect(try weight(0.1, -0.6, 0.05) == nil)
        for (bear, other) in [(0.05, 0.05), (0.1, 0.05), (-1.5, 0), (.nan, 0), (-0.5, .nan)] as [(Double, Double)] {
            #expect(throws: ParameterError.self) { try weight(-0.1, bear, other) }
        }
    }

    /// Source: `golden/g7.json`, `gordon_implied_g`.
    @Test("the growth a price implies")
    func growth() throws {
        func growth(_ rate: Double, _ before: Double, _ change: Double) throws(ParameterError) -> Double {
            try WhatIf.impliedGrowth(discountRate: rate, growth: before, change: change)
        }
        #expect(try growth(0.10, 0.06, -0.17).isClose(to: 0.05180722891566265))
        #expect(try growth(0.10, 0.06, 0).isClose(to: 0.06))
        // Back again by the opposite change.
        let fallen = try growth(0.10, 0.06, -0.17)
        #expect(try growth(0.10, fallen, 1 / 0.83 - 1).isClose(to: 0.06))
        for (rate, before, change) in [(0.1, 0.1, 0), (0.1, 0.2, 0), (0.1, 0.05, -1), (.nan, 0, 0), (0.1, .nan, 0)]
            as [(Double, Double, Double)]
        {
            #expect(throws: ParameterError.self) { try growth(rate, before, change) }
        }
    }
}
