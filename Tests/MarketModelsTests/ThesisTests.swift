import Glibc
import TestKit
import Testing

@testable import MarketModels

@Suite("Thesis and gaps")
struct ThesisTests {
    /// Source: `golden/g9.json`, `sign_hits` and `spearman`, scipy.
    @Test("the signature of a thesis matches the golden values")
    func signature() throws {
        let names: [(Int, Double)] = [
            (-1, -0.1697), (-1, -0.174), (-1, -0.191), (-1, -0.1333), (-1, -0.1171), (-1, -0.2988), (-1, -0.2827),
            (-1, -0.2085), (-1, -0.2152), (-1, -0.2235), (-1, -0.1379), (-1, -0.087), (1, 0.0191), (1, 0.0318),
            (1, 0.0396), (1, 0.0024), (0, 0.0413), (0, 0.0315), (0, 0.0338), (0, 0.0279),
        ]
        let signature = try ThesisSignature.compute(names.map { .init(expected: $0.0, value: $0.1) }, market: -0.0141)
        #expect(signature.hits == 16)
        #expect(signature.trials == 16)
        #expect(signature.probability == 1.52587890625e-05)
        #expect(try #require(signature.rankCorrelation).isClose(to: 0.8020474270191071))
    }

    /// Source: binomial tails by hand: P(X ≥ 3 of 4) = 5/16, P(X ≥ 1 of 2) = 3/4.
    @Test("the chance of so many hits is the binomial tail")
    func tail() throws {
        func compute(_ signs: [Int], _ values: [Double]) throws -> ThesisSignature {
            try ThesisSignature.compute(zip(signs, values).map { .init(expected: $0, value: $1) }, market: 0)
        }
        #expect(try compute([1, 1, 1, -1], [1, 1, 1, 1]).probability.isClose(to: 5.0 / 16))
        #expect(try compute([1, 1], [1, -1]).probability.isClose(to: 0.75))
        #expect(try compute([1, 1], [-1, -1]).probability == 1)
        // As the market moved is no hit.
        #expect(try compute([1, -1], [0, 0]).hits == 0)
        #expect(try compute([1, 1], [1, 2]).rankCorrelation == nil)
        let many = try compute([Int](repeating: 1, count: 3_000), [Double](repeating: 1, count: 3_000))
        #expect((0...1e-300).contains(many.probability))
        #expect(throws: ParameterError.self) { try compute([0, 0], [1, 1]) }
        #expect(throws: ParameterError.self) { try compute([2], [1]) }
        #expect(throws: ParameterError.self) { try compute([1], [.nan]) }
    }

    /// Source: `golden/g7.json`, `halflife`, numpy 2.4.6 `lstsq`.
    @Test("the half-life of a gap matches the golden values")
    func halfLife() throws {
        var (noise, gaps) = (NoiseGenerator(seed: 808), [1.0])
        for _ in 0..<120 { gaps.append(0.93 * gaps[gaps.count - 1] + 0.05 * noise.normal()) }
        #expect(gaps[1].isClose(to: 0.9021943478669013))
        #expect(gaps[120].isClose(to: 0.2291982428087914))
        let reversion = try GapReversion.fit(gaps)
        #expect(reversion.speed.isClose(to: -0.0705506245209423, within: 1e-9))
        #expect(reversion.intercept.isClose(to: -0.0008558105951156663, within: 1e-9))
        #expect(try #require(reversion.halfLife).isClose(to: 9.474020641172347, within: 1e-9))
        #expect(reversion.steps == 120)
        let scaled = try GapReversion.fit(gaps.map { -8 * $0 })
        #expect(scaled.speed.isClose(to: reversion.speed))
        let shifted = try GapReversion.fit(gaps.map { $0 + 5 })
        #expect(shifted.speed.isClose(to: reversion.speed, within: 1e-9))
    }

    @Test("a gap that widens or overshoots has no half-life, and a short one is refused")
    func halfLifeEdges() throws {
        let widening = (0..<40).map { exp2(Double($0)) }
        #expect(try GapReversion.fit(widening).halfLife == nil)
        let overshooting = (0..<40).map { $0 % 2 == 0 ? 1.0 : -1.0 }
        #expect(try GapReversion.fit(overshooting).halfLife == nil)
        let exact = (0..<40).map { exp2(-Double($0)) }
        #expect(try #require(GapReversion.fit(exact).halfLife).isClose(to: 1))
        #expect(throws: EstimationError.tooFewObservations(29, minimum: 30)) {
            try GapReversion.fit(Array(exact[..<30]))
        }
        #expect(throws: EstimationError.tooFewObservations(0, minimum: 30)) { try GapReversion.fit([]) }
        #expect(throws: EstimationError.noVariation) { try GapReversion.fit([Double](repeating: 0.3, count: 40)) }
        #expect(throws: EstimationError.notFinite(index: 3)) {
            try GapReversion.fit([1, 2, 3, .infinity] + exact)
        }
    }
}
