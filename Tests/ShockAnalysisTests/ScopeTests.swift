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

    @Test("what followed the shocks before is said of the next, by direction")
    func baseRates() throws {
        var world = SyntheticWorld(seed: 3)
        world.planted[40] = [9: -0.17]
        world.planted[39] = [9: 0.2]
        world.planted[10] = [10: -0.17]
        let said = signals(world.script().messages)
        let first = try #require(said.first { $0.subject == "NAME9" && $0.phase == .open })
        #expect(!first.measure.hasBaseRate)
        let second = try #require(said.first { $0.subject == "NAME10" && $0.phase == .open })
        // The first fell 17 % and was superseded by a rise of 20 %, which was followed to its end.
        #expect(!second.measure.hasBaseRate || second.measure.baseRate.shocks <= 1)
    }
}
