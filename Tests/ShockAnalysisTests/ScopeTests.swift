import Foundation
import Schema
import Testing

@testable import ShockAnalysis

@Suite("scope, spread moves and members")
struct ScopeTests {
    private func date(_ world: SyntheticWorld, back: Int) -> String {
        let days = Session.days(world.sessions, until: SyntheticWorld.lastDate)
        return CivilTime.date(day: days[days.count - 1 - back])
    }

    /// Market moves of 2 % for weeks, so that a fall of 3.2 % is only 1.6 of its volatility.
    @Test("in turbulent times a market day opens by its size", arguments: [-0.032, 0.032])
    func marketBySize(move: Double) throws {
        var world = SyntheticWorld(seed: 5)
        for back in 6...40 { world.plantedMarket[back] = back.isMultiple(of: 2) ? 0.02 : -0.02 }
        world.plantedMarket[4] = move
        world.plantedMarket[3] = move * 0.85
        let said = signals(world.script().messages).filter { $0.scope == .market }
        let opened = try #require(said.first { $0.phase == .open })
        #expect(opened.shock == "MKT/" + date(world, back: 4))
        #expect(opened.measure.returnPeriod.years < 0.5)
        #expect(opened.measure.largestSince.isEmpty)
        // The next day, nearly as large, is the same episode.
        #expect(Set(said.map(\.shock)).count == 1)
    }

    @Test("a smaller one than another of the last half year does not")
    func marketNotLargest() {
        var world = SyntheticWorld(seed: 5)
        for back in 6...60 { world.plantedMarket[back] = back.isMultiple(of: 2) ? 0.024 : -0.024 }
        world.plantedMarket[61] = -0.04
        world.plantedMarket[4] = -0.032
        let opened = signals(world.script().messages).filter { $0.scope == .market && $0.phase == .open }
        #expect(Set(opened.map(\.shock)) == ["MKT/" + date(world, back: 61)])
    }

    @Test("what falls on two sessions, each too little, is one shock of the second", arguments: [-1.0, 1.0])
    func twoSessions(sign: Double) throws {
        var world = SyntheticWorld(seed: 11)
        world.planted[21] = [9: sign * 0.047]
        world.planted[20] = [9: sign * 0.047]
        let said = signals(world.script().messages).filter { $0.subject == "NAME9" }
        let opened = try #require(said.first)
        #expect(opened.phase == .open && opened.reason == "two sessions")
        #expect(opened.shock == "NAME9/" + date(world, back: 20))
        let both = opened.measure.twoSessions
        #expect(abs(both.simpleReturn - ((1 + sign * 0.047) * (1 + sign * 0.047) - 1)) < 1e-6)
        #expect(both.since == date(world, back: 21))
        #expect(abs(both.standardized) > 4 && (both.standardized < 0) == (sign < 0))
        #expect(said.last?.phase == .closed)
        // Either alone says nothing, nor do both with a quiet session between them.
        for backs in [[21], [20], [22, 20]] {
            var other = SyntheticWorld(seed: 11)
            for back in 19...23 { other.planted[back] = [9: -sign * 0.005] }
            for back in backs { other.planted[back] = [9: sign * 0.047] }
            #expect(signals(other.script().messages).isEmpty)
        }
    }

    @Test("a member that is not in the basket and has no shock of its own is told of with its own part")
    func memberWithItsPart() throws {
        var world = SyntheticWorld(seed: 3)
        world.planted[8] = Dictionary(uniqueKeysWithValues: SyntheticWorld.theme.map { ($0, -0.12) })
        world.planted[8]?[7] = -0.035
        let said = signals(world.script().messages)
        let group = try #require(said.first { $0.scope == .group && $0.reason == "close" })
        #expect(!said.contains { $0.subject == "NAME7" })
        let member = try #require(group.measure.members.first { $0.symbol == "NAME7" })
        #expect(abs(member.simpleReturn + 0.035) < 1e-6)
        for member in group.measure.members {
            // The parts and the window's mean make the return; the means here are below 0.3 % a day.
            let parts = member.marketPart + member.groupPart + member.ownPart
            #expect(abs(member.simpleReturn - parts) < 0.003)
            #expect(member.ownStandardError > 0.005 && member.ownStandardError < 0.03)
        }
    }

    /// A fall of 17 % that lasts: the sessions after it move with the market alone.
    @Test("what followed the shocks before is said of the next, by direction, and of none too")
    func baseRates() throws {
        var world = SyntheticWorld(seed: 3)
        world.planted[60] = [9: -0.17]
        world.planted[40] = [10: -0.17]
        world.planted[20] = [11: 0.17]
        let said = signals(world.script().messages)
        func opened(_ name: String) throws -> BaseRate {
            try #require(said.first { $0.subject == name && $0.phase == .open }).measure.baseRate
        }
        let first = try opened("NAME9")
        #expect(first.shocks == 0 && first.needed == 20 && !first.hasMedianRetraced)
        let end = try #require(said.last { $0.subject == "NAME9" && $0.phase == .closed }?.measure.followUp.last)
        let second = try opened("NAME10")
        #expect(second.shocks == 1)
        #expect(second.recoveredHalf == (end.retraced >= 0.5 ? 1 : 0))
        #expect(second.wentOn == (end.retraced < 0 ? 1 : 0))
        #expect(abs(second.medianRetraced - end.retraced) < 1e-6)
        #expect(!second.hasLower && !second.hasUpper && !second.isEnough)
        // A rise is no fall, and a name is neither a group nor the market.
        #expect(try opened("NAME11").shocks == 0)
    }
}

@Suite("base rates")
struct BaseRatesTests {
    @Test("counts, median and its interval of twenty")
    func twenty() {
        var rates = BaseRates()
        // −0.30, −0.25 … 0.65 in another order: the 6th is −0.05, the 15th 0.40, the median between 0.15 and 0.20.
        for step in 0..<20 { rates.take(retraced: Double((step * 7) % 20 - 6) / 20, .group, isFall: true) }
        let rate = rates.rate(.group, isFall: true)
        #expect(rate.shocks == 20 && rate.isEnough)
        #expect(rate.recoveredHalf == 4)
        #expect(rate.wentOn == 6)
        #expect(abs(rate.medianRetraced - 0.175) < 1e-6)
        #expect(abs(rate.lower + 0.05) < 1e-6)
        #expect(abs(rate.upper - 0.4) < 1e-6)
        for other in [rates.rate(.group, isFall: false), rates.rate(.instrument, isFall: true)] {
            #expect(other.shocks == 0 && other.needed == 20 && !other.isEnough)
        }
    }

    @Test("of thousands the last thousand count, and what is no number does not")
    func last() {
        var rates = BaseRates()
        let seed = Int64(20_250_127)
        var random = LCG(seed)
        var values: [Float] = []
        for index in 0..<2_500 {
            let value = (random.normal() * 4).rounded() / 4  // many are equal
            rates.take(retraced: value, .market, isFall: false)
            values.append(Float(value))
            if index.isMultiple(of: 100) {
                for bad in [Double.nan, .infinity, -.infinity] { rates.take(retraced: bad, .market, isFall: false) }
            }
        }
        let kept = values.suffix(1_000).sorted()
        let rate = rates.rate(.market, isFall: false)
        #expect(rate.shocks == 1_000)
        #expect(rate.recoveredHalf == UInt32(kept.count { $0 >= 0.5 }))
        #expect(rate.wentOn == UInt32(kept.count { $0 < 0 }))
        #expect(rate.medianRetraced == Double(kept[499] + kept[500]) / 2)
        // Ranks 469 and 532, see `MedianIntervalTests`.
        #expect(rate.lower == Double(kept[468]) && rate.upper == Double(kept[531]))
    }

    @Test("a checkpoint keeps them")
    func checkpoint() throws {
        var rates = BaseRates()
        for step in 0..<1_100 { rates.take(retraced: Double(step), .instrument, isFall: true) }
        var restored = try PropertyListDecoder().decode(BaseRates.self, from: PropertyListEncoder().encode(rates))
        for value in [0.25, -3] {
            rates.take(retraced: value, .instrument, isFall: true)
            restored.take(retraced: value, .instrument, isFall: true)
        }
        #expect(restored.rate(.instrument, isFall: true) == rates.rate(.instrument, isFall: true))
    }
}
