import MarketModels
import TestKit
import Testing

@Suite("Group event tests")
struct GroupEventTests {
    /// Source: `golden/g1.json`: statsmodels 0.15.0 residuals, numpy 2.4.6, scipy `rankdata`. R's estudy2 has
    /// the same BMP and Corrado; its Patell, −5.50129, divides by T − 1 where the model has T − 2.
    @Test("all four tests match the reference implementations on data A")
    func matchesReference() throws {
        let test = try GroupEventTest.compute(Self.dataA())
        #expect(test.names == 4)
        #expect(test.isSmallGroup)
        #expect(test.patell.isClose(to: -5.478130778258083, within: 1e-11))
        #expect(try #require(test.bmp).isClose(to: -1.3783541837609248, within: 1e-11))
        #expect(test.meanCorrelation.isClose(to: 0.06824507353535421, within: 1e-11))
        #expect(try #require(test.adjustedBMP).isClose(to: -1.21217653851642, within: 1e-11))
        #expect(try #require(test.adjustedPatell).isClose(to: -4.990988765254871, within: 1e-11))
        #expect(test.ranks == [1, 1, 103, 59])
        #expect(try #require(test.corrado).isClose(to: -1.0473385480698316))
        // What R's estudy2 gives for Patell, from our own by the ratio of the divisors.
        #expect((test.patell * (119.0 / 118).squareRoot()).isClose(to: -5.50129422524, within: 1e-11))
    }

    @Test("neither the order of the members nor the units of one matter, and signs mirror")
    func invariances() throws {
        let members = try Self.dataA()
        let plain = try GroupEventTest.compute(members)
        let permuted = try GroupEventTest.compute([members[2], members[0], members[3], members[1]])
        #expect(permuted.patell.isClose(to: plain.patell))
        #expect(try #require(permuted.adjustedBMP).isClose(to: try #require(plain.adjustedBMP)))
        #expect(permuted.ranks == [103, 1, 59, 1])

        let scaled = try GroupEventTest.compute([Self.scaled(members[0], by: 4)] + members[1...])
        #expect(scaled.patell.isClose(to: plain.patell))
        #expect(scaled.meanCorrelation.isClose(to: plain.meanCorrelation))
        #expect(scaled.corrado == plain.corrado)

        let mirrored = try GroupEventTest.compute(members.map { Self.scaled($0, by: -1) })
        #expect(mirrored.patell == -plain.patell)
        #expect(try #require(mirrored.bmp).isClose(to: -(try #require(plain.bmp))))
        #expect(mirrored.ranks == plain.ranks.map { 122 - $0 })
        #expect(try #require(mirrored.corrado).isClose(to: -(try #require(plain.corrado))))
    }

    @Test("two copies of one name are one name")
    func copies() throws {
        let member = try Self.dataA()[0]
        let test = try GroupEventTest.compute([member, member])
        #expect(test.meanCorrelation.isClose(to: 1))
        #expect(test.bmp == nil)
        #expect(test.adjustedBMP == nil)
        // Perfectly correlated names leave as much as one: SAR·√((ν − 2)/ν).
        let alone = member.event.standardized * (116.0 / 118).squareRoot()
        #expect(try #require(test.adjustedPatell).isClose(to: alone, within: 1e-9))
    }

    @Test("without an event the tests stay quiet, with one they speak")
    func power() throws {
        var noise = SeededGenerator(for: "group events", default: 12)
        var (false_, true_) = (0, 0)
        for _ in 0..<200 {
            let quiet = try GroupEventTest.compute(Self.simulated(shift: 0, using: &noise))
            if abs(quiet.patell) > 1.96 { false_ += 1 }
            let moved = try GroupEventTest.compute(Self.simulated(shift: -2, using: &noise))
            if moved.patell < -1.96, (moved.bmp ?? 0) < -1.96, (moved.corrado ?? 0) < -1.96 { true_ += 1 }
        }
        // 10 of 200 expected; three standard deviations of the count are 9.
        #expect(false_ <= 19)
        #expect(true_ >= 190)
    }

    @Test("refuses what it cannot judge")
    func refuses() throws {
        let members = try Self.dataA()
        let event = members[0].event
        let short = GroupEventTest.Member(window: Array(members[0].window[..<59]), event: event)
        let flat = GroupEventTest.Member(window: [Double](repeating: 0.1, count: 120), event: event)
        let exact = GroupEventTest.Member(
            window: members[0].window, event: AbnormalReturn(value: 1, standardError: 0, degreesOfFreedom: 118))
        let broken = GroupEventTest.Member(
            window: members[0].window,
            event: AbnormalReturn(value: .nan, standardError: 1, degreesOfFreedom: 118))
        let refusals: [([GroupEventTest.Member], EstimationError)] = [
            ([], .tooFewObservations(0, minimum: 2)), ([members[0]], .tooFewObservations(1, minimum: 2)),
            ([short, short], .tooFewObservations(59, minimum: 60)), ([members[0], short], .unequalLengths(120, 59)),
            ([members[0], flat], .noVariation), ([exact, members[0]], .noVariation),
            ([members[0], broken], .notFinite(index: 1)),
        ]
        for (members, expected) in refusals {
            #expect(throws: expected) { try GroupEventTest.compute(members) }
        }
    }

    static func dataA() throws -> [GroupEventTest.Member] {
        let market = DataA.shared.market
        return try DataA.shared.securities.map { series in
            let model = try MarketModel.fit(asset: DataA.window(series), market: DataA.window(market))
            let window = (0..<DataA.length).map { series[$0] - model.expectedReturn(market: market[$0]) }
            return GroupEventTest.Member(
                window: window,
                event: model.abnormalReturn(asset: DataA.event(series), market: DataA.event(market)))
        }
    }

    private static func scaled(_ member: GroupEventTest.Member, by factor: Double) -> GroupEventTest.Member {
        GroupEventTest.Member(
            window: member.window.map { $0 * factor },
            event: AbnormalReturn(
                value: member.event.value * factor, standardError: member.event.standardError * abs(factor),
                degreesOfFreedom: member.event.degreesOfFreedom))
    }

    private static func simulated(shift: Double, using noise: inout SeededGenerator) -> [GroupEventTest.Member] {
        (0..<12).map { _ in
            GroupEventTest.Member(
                window: noise.normals(120),
                event: AbnormalReturn(value: noise.normal() + shift, standardError: 1, degreesOfFreedom: 118))
        }
    }
}
