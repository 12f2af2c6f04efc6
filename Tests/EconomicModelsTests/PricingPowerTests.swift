import EconomicModels
import MarketModels
import TestKit
import Testing

@Suite("Chain and pricing power")
struct PricingPowerTests {
    /// Source: `golden/g7.json`, `coal_simple`, `coal_full`, `coal_volume_breakeven`, `implied_capture`.
    @Test("the railway and the mine match the golden values")
    func railway() throws {
        let coal = try InputProductivity(gain: 10, priceMultiple: 2)
        #expect(coal.outputPerSpending == 5 && coal.outputForSameSupplierRevenue == 5)
        #expect(coal.supplierRevenueAtSameOutput.isClose(to: 0.2))
        #expect(try #require(coal.impliedCapture).isClose(to: 0.1111111111111111))
        let profit = try coal.userProfit(inputShare: 0.30, otherCost: 0.60)
        #expect(profit.before.isClose(to: 0.09999999999999998))
        #expect(profit.after.isClose(to: 0.33999999999999997))
        #expect(try #require(profit.multiple).isClose(to: 3.4000000000000004))
    }

    @Test("the supplier keeps its revenue at an elasticity of 1 and loses without a response")
    func supplier() throws {
        var noise = SeededGenerator(for: "supplier", default: 41)
        for _ in 0..<200 {
            let gain = Double.random(in: 1.01...50, using: &noise)
            let price = Double.random(in: 1...gain, using: &noise)
            let input = try InputProductivity(gain: gain, priceMultiple: price)
            #expect(try input.supplierRevenue(elasticity: 1).isClose(to: 1))
            #expect(try input.supplierRevenue(elasticity: 0).isClose(to: input.supplierRevenueAtSameOutput))
            #expect(try input.supplierRevenue(elasticity: 2).isClose(to: input.outputPerSpending))
            let profit = try input.userProfit(inputShare: 0.3, otherCost: 0.6)
            #expect(profit.after >= profit.before)
        }
        // At a price that rises as much as the gain nobody but the supplier gains.
        let all = try InputProductivity(gain: 4, priceMultiple: 4)
        #expect(all.impliedCapture == 1)
        #expect(try all.userProfit(inputShare: 0.3, otherCost: 0.6).multiple == 1)
        #expect(try InputProductivity(gain: 1, priceMultiple: 2).impliedCapture == nil)
        #expect(try all.userProfit(inputShare: 0.5, otherCost: 0.6).multiple == nil)
    }

    @Test("refuses inputs without meaning")
    func refusesInput() throws {
        for bad in notNumbers + [0, -1] {
            #expect(throws: ParameterError.self) { try InputProductivity(gain: bad, priceMultiple: 1) }
            #expect(throws: ParameterError.self) { try InputProductivity(gain: 1, priceMultiple: bad) }
        }
        #expect(throws: ParameterError.self) { try InputProductivity(gain: 1e300, priceMultiple: 1e-300) }
        let coal = try InputProductivity(gain: 10, priceMultiple: 2)
        for bad in notNumbers + [-0.1] {
            #expect(throws: ParameterError.self) { try coal.userProfit(inputShare: bad, otherCost: 0) }
            #expect(throws: ParameterError.self) { try coal.userProfit(inputShare: 0, otherCost: bad) }
            #expect(throws: ParameterError.self) { try coal.supplierRevenue(elasticity: bad) }
        }
        #expect(throws: ParameterError.self) { try coal.supplierRevenue(elasticity: 1e6) }
    }

    /// Source: `golden/g7.json`, `Nash`.
    @Test("the split of a bargain matches the golden value")
    func nash() throws {
        func split(_ surplus: Double, _ supplier: Double, _ buyer: Double, _ power: Double) throws -> NashBargain? {
            try NashBargain.split(
                surplus: surplus, supplierAlternative: supplier, buyerAlternative: buyer, supplierPower: power)
        }
        let golden = try #require(try split(100, 20, 10, 0.6))
        #expect(golden.supplier.isClose(to: 62) && golden.buyer.isClose(to: 38))
        var noise = SeededGenerator(for: "bargain", default: 42)
        for _ in 0..<200 {
            let (supplier, buyer) = (
                Double.random(in: -10...50, using: &noise), Double.random(in: -10...50, using: &noise)
            )
            let (rest, power) = (Double.random(in: 0...50, using: &noise), Double.random(in: 0...1, using: &noise))
            let found = try #require(try split(supplier + buyer + rest + 1e-9, supplier, buyer, power))
            #expect((found.supplier + found.buyer).isClose(to: supplier + buyer + rest, within: 1e-6))
            #expect(found.supplier >= supplier && found.buyer >= buyer - 1e-9)
            // Who is who does not matter.
            let swapped = try #require(try split(supplier + buyer + rest + 1e-9, buyer, supplier, 1 - power))
            #expect(swapped.supplier.isClose(to: found.buyer, within: 1e-9))
        }
        #expect(try split(29, 20, 10, 0.6) == nil)
        for bad in notNumbers {
            #expect(throws: ParameterError.self) { try split(bad, 0, 0, 0.5) }
            #expect(throws: ParameterError.self) { try split(1, bad, 0, 0.5) }
            #expect(throws: ParameterError.self) { try split(1, 0, bad, 0.5) }
            #expect(throws: ParameterError.self) { try split(1, 0, 0, bad) }
        }
        #expect(throws: ParameterError.self) { try split(1, 0, 0, 1.1) }
        #expect(throws: ParameterError.self) { try split(1e308, -1e308, 0, 0.5) }
    }

    /// Source: `golden/g7.json`, `double_marg`.
    @Test("two margins match the golden values")
    func doubleMargin() throws {
        let chain = try DoubleMarginalisation(intercept: 100, slope: 1, unitCost: 20)
        #expect(chain.wholesalePrice == 60)
        #expect(chain.separate.price == 80 && chain.separate.quantity == 20)
        #expect(chain.separate.supplierProfit == 800 && chain.separate.buyerProfit == 400)
        #expect(chain.integrated.price == 60 && chain.integrated.quantity == 40 && chain.integrated.profit == 1_600)
        for (intercept, slope, cost) in [(20, 1, 20), (10, 1, 20), (100, 0, 20), (100, -1, 20), (100, 1, -1)]
            as [(Double, Double, Double)]
        {
            #expect(throws: ParameterError.self) {
                try DoubleMarginalisation(intercept: intercept, slope: slope, unitCost: cost)
            }
        }
        for bad in notNumbers {
            #expect(throws: ParameterError.self) { try DoubleMarginalisation(intercept: bad, slope: 1, unitCost: 1) }
            #expect(throws: ParameterError.self) { try DoubleMarginalisation(intercept: 2, slope: bad, unitCost: 1) }
            #expect(throws: ParameterError.self) { try DoubleMarginalisation(intercept: 2, slope: 1, unitCost: bad) }
        }
        #expect(throws: ParameterError.self) { try DoubleMarginalisation(intercept: 1e200, slope: 1, unitCost: 1) }
    }

    @Test("each of two monopolies would not want another price")
    func firstOrder() throws {
        var noise = SeededGenerator(for: "double margin", default: 43)
        for _ in 0..<100 {
            let (a, b) = (Double.random(in: 50...200, using: &noise), Double.random(in: 0.1...5, using: &noise))
            let cost = Double.random(in: 0...40, using: &noise)
            let chain = try DoubleMarginalisation(intercept: a, slope: b, unitCost: cost)
            func buyer(_ price: Double) -> Double { (price - chain.wholesalePrice) * (a - price) / b }
            // The buyer answers a wholesale price w with (a + w)/2.
            func supplier(_ wholesale: Double) -> Double { (wholesale - cost) * (a - (a + wholesale) / 2) / b }
            for shift in [-0.5, -0.01, 0.01, 0.5] {
                #expect(buyer(chain.separate.price + shift) <= buyer(chain.separate.price))
                #expect(supplier(chain.wholesalePrice + shift) <= supplier(chain.wholesalePrice))
            }
            #expect(buyer(chain.separate.price).isClose(to: chain.separate.buyerProfit, within: 1e-9))
            #expect(supplier(chain.wholesalePrice).isClose(to: chain.separate.supplierProfit, within: 1e-9))
            #expect(chain.integrated.profit > chain.separate.profit && chain.integrated.price < chain.separate.price)
        }
    }

    /// Source: `golden/g7.json`, `Cournot_CE`.
    @Test(
        "equal firms match the golden values",
        arguments: [
            (1, 0.7518796992481203, 4.030303030303029), (2, 0.37593984962406013, 1.6024096385542168),
            (3, 0.2506265664160401, 1.334448160535117), (5, 0.15037593984962405, 1.176991150442478),
        ] as [(Int, Double, Double)])
    func cournot(firms: Int, index: Double, ratio: Double) throws {
        #expect(try MarketPower.lernerIndex(share: 1 / Double(firms), elasticity: 1.33).isClose(to: index))
        let found = try MarketPower.priceOverCost(firms: firms, elasticity: 1.33)
        #expect(found.isClose(to: ratio))
        #expect(try MarketPower.lernerIndex(price: found, marginalCost: 1).isClose(to: index))
        let shares = [Double](repeating: 1 / Double(firms), count: firms)
        #expect(try MarketPower.industryLernerIndex(shares: shares, elasticity: 1.33).isClose(to: index))
    }

    /// Source: `golden/g7.json`, `HHI`, `NVDA_lerner`.
    @Test("concentration and unequal firms match the golden values")
    func concentration() throws {
        let shares = [0.85, 0.10, 0.05]
        #expect(try MarketPower.concentration(shares: shares).isClose(to: 7_350))
        for (share, index) in zip(shares, [0.7502206531332745, 0.088261253309797, 0.0441306266548985]) {
            #expect(try MarketPower.lernerIndex(share: share, elasticity: 1.133).isClose(to: index))
        }
        #expect(try MarketPower.industryLernerIndex(shares: shares, elasticity: 1.133).isClose(to: 0.6487202118270078))
        #expect(try MarketPower.impliedElasticity(share: 1, margin: 0.75).isClose(to: 1.3333333333333333))
        #expect(try MarketPower.impliedElasticity(share: 0.85, margin: 0.75).isClose(to: 1.1333333333333333))
    }

    @Test("refuses markets without meaning")
    func refusesMarkets() {
        for bad in [[], [0.6, 0.5], [-0.1], [1.1], [.nan]] as [[Double]] {
            #expect(throws: ParameterError.self) { try MarketPower.concentration(shares: bad) }
            #expect(throws: ParameterError.self) { try MarketPower.industryLernerIndex(shares: bad, elasticity: 2) }
        }
        #expect(throws: ParameterError.self) { try MarketPower.industryLernerIndex(shares: [0.9], elasticity: 0.5) }
        for bad in notNumbers + [0, -1] {
            #expect(throws: ParameterError.self) { try MarketPower.lernerIndex(share: 0, elasticity: bad) }
            #expect(throws: ParameterError.self) { try MarketPower.priceOverCost(firms: 3, elasticity: bad) }
            #expect(throws: ParameterError.self) { try MarketPower.lernerIndex(price: bad, marginalCost: 0) }
            #expect(throws: ParameterError.self) { try MarketPower.impliedElasticity(share: bad, margin: 0.5) }
            #expect(throws: ParameterError.self) { try MarketPower.impliedElasticity(share: 0.5, margin: bad) }
        }
        #expect(throws: ParameterError.self) { try MarketPower.lernerIndex(price: 1, marginalCost: -1) }
        #expect(throws: ParameterError.self) { try MarketPower.lernerIndex(share: 0.8, elasticity: 0.7) }
        #expect(throws: ParameterError.self) { try MarketPower.priceOverCost(firms: 1, elasticity: 1) }
        #expect(throws: ParameterError.self) { try MarketPower.priceOverCost(firms: 0, elasticity: 2) }
    }

    /// Source: `golden/g7.json`, `scenario_grid` and `breakeven_demand`.
    @Test("the grid of scenarios matches the golden values")
    func grid() throws {
        let today = try PricingScenario(baseShare: 0.90, baseMargin: 0.75)
        let demands = [0.7, 1, 1.5, 2]
        let positions = [(0.90, 0.75), (0.75, 0.65), (0.60, 0.55)].map {
            PricingScenario.Position(share: $0.0, margin: $0.1)
        }
        let rows = try today.grid(demands: demands, positions: positions)
        let golden = [
            [0.6999999999999998, 1.0, 1.5, 2.0],
            [0.3611111111111111, 0.5158730158730158, 0.7738095238095238, 1.0317460317460316],
            [0.19012345679012344, 0.271604938271605, 0.4074074074074074, 0.54320987654321],
        ]
        for (row, expected) in zip(rows, golden) {
            for (profit, value) in zip(row.profits, expected) { #expect(profit.isClose(to: value)) }
        }
        for (row, price) in zip(rows, [1, 0.7142857142857143, 0.5555555555555556]) {
            #expect(row.price.isClose(to: price))
        }
        for (row, demand) in zip(rows, [1, 1.9384615384615387, 3.6818181818181817]) {
            let found = try #require(row.breakEvenDemand)
            #expect(found.isClose(to: demand))
            let there = try today.grid(demands: [found], positions: [row.position])
            #expect(there[0].profits[0].isClose(to: 1))
        }
    }

    @Test("no demand makes up for a margin of nothing, and bad positions are refused")
    func gridEdges() throws {
        let today = try PricingScenario(baseShare: 0.90, baseMargin: 0.75)
        func row(_ share: Double, _ margin: Double, demand: Double = 1) throws -> PricingScenario.Row {
            try #require(try today.grid(demands: [demand], positions: [.init(share: share, margin: margin)]).first)
        }
        #expect(try row(0.9, 0).breakEvenDemand == nil)
        #expect(try row(0, 0.5).breakEvenDemand == nil)
        #expect(try row(0.9, -0.5).profits[0] < 0)
        for bad in notNumbers {
            #expect(throws: ParameterError.self) { try row(bad, 0.5) }
            #expect(throws: ParameterError.self) { try row(0.5, bad) }
            #expect(throws: ParameterError.self) { try row(0.5, 0.5, demand: bad) }
        }
        #expect(throws: ParameterError.self) { try row(0.5, 1) }
        #expect(throws: ParameterError.self) { try row(1.1, 0.5) }
        #expect(throws: ParameterError.self) { try row(0.5, 0.5, demand: -1) }
        for (share, margin) in [(0, 0.5), (1.1, 0.5), (0.5, 0), (0.5, 1), (.nan, 0.5)] as [(Double, Double)] {
            #expect(throws: ParameterError.self) { try PricingScenario(baseShare: share, baseMargin: margin) }
        }
    }
}
