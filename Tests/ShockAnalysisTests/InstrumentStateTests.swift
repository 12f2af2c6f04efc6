import Foundation
import Schema
import Testing

@testable import ShockAnalysis

@Suite("InstrumentState")
struct InstrumentStateTests {
    static let monday = CivilTime.parseDate("2025-01-20") ?? 0

    private static func quote(_ price: Double, _ time: UInt64, _ sequence: UInt64 = 1) -> Quote {
        Quote(units: Price.units(price) ?? 0, time: time, sequence: sequence)
    }

    /// One closed session at 100 on a day.
    private static func closed(_ day: Int = monday) -> InstrumentState {
        var state = InstrumentState()
        state.kind = UInt8(InstrumentKind.equity.rawValue)
        state.screen = 0.05
        _ = state.complete(
            close: quote(100, Session.close(day)), open: quote(100, Session.open(day)), day: Int32(day), next: next(day)
        )
        return state
    }

    private static func trade(
        _ state: inout InstrumentState, _ price: Double, _ time: UInt64, _ sequence: UInt64 = 2, auction: Bool = false
    ) -> InstrumentState.Outcome {
        let quote = quote(price, time, sequence)
        let source = auction ? InstrumentState.OpenSource.auction : InstrumentState.OpenSource.bar
        var day = Int32(CivilTime.sessionDay(end: time))
        if day <= state.closeDay { day = next(Int(state.closeDay)) }
        return state.move(to: quote, opening: quote, source: source, day: day)
    }

    private static func next(_ day: Int) -> Int32 { Int32((day + 3) % 7 == 4 ? day + 3 : day + 1) }

    @Test("the opening auction is the open, whatever traded before it")
    func auction() {
        var state = Self.closed()
        let open = Session.open(Self.monday + 1)
        _ = Self.trade(&state, 99, open - 3_600 * CivilTime.second)
        _ = Self.trade(&state, 97, open, 3, auction: true)
        _ = Self.trade(&state, 96, open + CivilTime.second, 4)
        #expect(state.running?.open.value == 97)
        #expect(state.running?.last.value == 96)
    }

    @Test("prices after the close that came before its bar open the next session")
    func lateBar() throws {
        var state = Self.closed()
        let day = Self.monday + 1
        _ = Self.trade(&state, 101, Session.open(day), 2, auction: true)
        _ = Self.trade(&state, 80, Session.close(day) + 60 * CivilTime.second, 3)
        let outcome = state.complete(
            close: Self.quote(102, Session.close(day), 4), open: Self.quote(100.5, Session.open(day), 4),
            day: Int32(day), next: Self.next(day))
        #expect(try #require(outcome.value).isClose(to: 0.02))
        #expect(state.completed?.open.value == 101)
        #expect(state.running?.last.value == 80)
        #expect(state.running?.before.value == 102)
        #expect(state.running?.day == Int32(day + 1))
    }

    @Test("a session's bar counts once, and an older one not at all")
    func onceOnly() {
        var state = Self.closed()
        let again = state.complete(
            close: Self.quote(50, Session.close(Self.monday)), open: Self.quote(50, Session.open(Self.monday)),
            day: Int32(Self.monday), next: Self.next(Self.monday))
        #expect(again.outcome == .late)
        #expect(Self.trade(&state, 50, Session.close(Self.monday)) == .late)
        #expect(state.close.value == 100)
    }

    @Test("the onset lies between the last quiet price and the first loud one")
    func onset() throws {
        var state = Self.closed()
        let open = Session.open(Self.monday + 1)
        _ = Self.trade(&state, 99.5, open, 2, auction: true)
        _ = Self.trade(&state, 99, open + 60 * CivilTime.second, 3)
        _ = Self.trade(&state, 93, open + 120 * CivilTime.second, 4)
        _ = Self.trade(&state, 90, open + 180 * CivilTime.second, 5)
        let onset = try #require(state.running?.onset)
        #expect(onset.quiet == open + 60 * CivilTime.second)
        #expect(onset.loud == open + 120 * CivilTime.second)
    }

    @Test(
        "with a session's bar alone half of the move says whether it came before the open",
        arguments: [
            (90.0, 85.0, true), (99.5, 85.0, false), (96.0, 85.0, false), (103.0, 85.0, false),
        ])
    func onsetOfBar(open: Double, close: Double, isOvernight: Bool) throws {
        var state = Self.closed()
        let day = Self.monday + 1
        _ = state.complete(
            close: Self.quote(close, Session.close(day)), open: Self.quote(open, Session.open(day)), day: Int32(day),
            next: Self.next(day))
        let onset = try #require(state.completed?.onset)
        #expect(onset.loud == (isOvernight ? Session.open(day) : Session.close(day)))
        // A quiet open narrows the interval; a loud one the other way, or too small, does not.
        #expect(onset.quiet == (open == 99.5 ? Session.open(day) : Session.close(Self.monday)))
    }

    @Test("is plain numbers, so that a checkpoint can hold it as bytes, and damage is found")
    func packed() throws {
        let states = PackedArray([Self.closed(), InstrumentState()])
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        let bytes = try encoder.encode([states])
        #expect(bytes.count < 2 * MemoryLayout<InstrumentState>.stride + 100)
        let back = try PropertyListDecoder().decode([PackedArray<InstrumentState>].self, from: bytes)
        #expect(back.first?.values.first?.close == states.values[0].close)
        let short = try encoder.encode([Data(count: 7)])
        #expect(throws: DecodingError.self) {
            try PropertyListDecoder().decode([PackedArray<InstrumentState>].self, from: short)
        }
    }
}

extension Double {
    fileprivate func isClose(to other: Double) -> Bool { abs(self - other) <= 1e-12 }
}
