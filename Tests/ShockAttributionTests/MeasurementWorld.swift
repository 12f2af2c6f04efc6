import Calendars
import Foundation
import Schema
import TestKit

@testable import ShockAttribution

/// Six names of a group and their benchmark over 340 sessions of New York, by chance: A falls by a fifth in one of the last.
struct MeasurementWorld {
    static let names = ["A", "B", "C", "D", "E", "F"]
    /// The session of the shock.
    static let event = 320

    private(set) var sessions: [TradingSession] = []
    /// Returns by name and session, IDX among them; of the first session there is none.
    private(set) var returns: [String: [Double]] = [:]
    private(set) var market = MarketFixture()
    private var prices: [String: [Double]] = [:]
    private var noise: SeededGenerator
    /// Whether what the market does not explain of A is four times as large in the 15 sessions before.
    private let isNervous: Bool

    /// - Parameters:
    ///   - intraday: Sessions up to the shock's of which the names have prices for each quarter of an hour.
    ///   - together: Whether all members fall with A.
    init(_ test: String, intraday: Int = 0, isNervous: Bool = false, together: Bool = false) throws {
        noise = SeededGenerator(for: test, default: 20_250_303)
        self.isNervous = isNervous
        var settings = ModelSettings()
        settings.calendar = "XNYS"
        settings.benchmark = "IDX"
        var group = Group()
        group.id = "letters"
        group.members = Self.names.enumerated().map { place, symbol in
            var member = GroupMember()
            (member.symbol, member.weight) = (symbol, place < 2 ? 2 : 1)
            return member
        }
        settings.groups = [group]
        market.configure(settings)
        for symbol in Self.names { market.define(symbol) }
        market.define("IDX", kind: .etf)
        let calendar = try MarketCalendars(settings).calendar(of: "A", kind: .equity)
        sessions = Array(
            calendar.sessions(from: MarketFixture.day("2023-11-01"), until: MarketFixture.day("2025-06-01")).prefix(340)
        )
        makeReturns(together: together)
        for session in sessions.indices {
            if intraday > 0, session > Self.event - intraday, session <= Self.event { addParts(session) }
            for symbol in Self.names + ["IDX"] {
                market.bar(
                    symbol, from: sessions[session].open, until: sessions[session].close,
                    close: prices[symbol]![session])
            }
            if session >= Self.event { market.signal(signal(after: session - Self.event)) }
        }
    }

    private mutating func makeReturns(together: Bool) {
        let index = sessions.indices.map { _ in 0.01 * noise.normal() }
        returns["IDX"] = index
        for (place, symbol) in Self.names.enumerated() {
            returns[symbol] = sessions.indices.map { session in
                let isWild = isNervous && symbol == "A" && (Self.event - 15..<Self.event).contains(session)
                let own = (isWild ? 0.06 : 0.015) * noise.normal()
                let fall = session == Self.event && (symbol == "A" || together) ? -0.2 : 0
                return (0.7 + 0.2 * Double(place)) * index[session] + own + fall
            }
        }
        for (symbol, series) in returns {
            var price = 100.0
            prices[symbol] = series.enumerated().map { session, value in
                if session > 0 { price *= 1 + value }
                // Prices are whole billionths.
                return (price * 1e9).rounded() / 1e9
            }
        }
    }

    /// Quarter hours that end at the session's close: A's moves come to the others a quarter later; on the shock's day A
    /// falls in the eleventh.
    private mutating func addParts(_ session: Int) {
        let hours = sessions[session]
        let own = (0...26).map { part in 0.002 * (1 + abs(Double(part) - 13) / 13) * noise.normal() }
        let paths = Self.names.map { symbol -> [Double] in
            var steps = (1...25).map { symbol == "A" ? own[$0] : 0.8 * own[$0 - 1] + 0.0006 * noise.normal() }
            if session == Self.event, symbol == "A" { steps[10] -= 0.1 }
            var (path, level) = ([0.0], 0.0)
            for step in steps {
                level += step
                path.append(level)
            }
            return path.map { prices[symbol]![session] * exp($0 - level) }
        }
        let length = (hours.close - hours.open) / 26
        for part in 0..<26 {
            for (symbol, path) in zip(Self.names, paths) {
                let start = hours.open + UInt64(part) * length
                market.bar(symbol, from: start, until: start + length, close: path[part])
            }
        }
    }

    /// The signal at the close of a session after the shock's.
    private func signal(after followUp: Int) -> ShockSignal {
        let (before, shock) = (sessions[Self.event - 1], sessions[Self.event])
        let close = sessions[Self.event + followUp].close
        var signal = ShockSignal.made(
            .open, "A", session: CivilTime.date(day: shock.day), onset: before.close..<shock.open,
            simpleReturn: returns["A"]![Self.event])
        (signal.eventTime, signal.recordTime) = (close, close)
        signal.measure.volatility = 0.02
        for day in 0..<followUp {
            var followed = FollowUpSession()
            followed.session = CivilTime.date(day: sessions[Self.event + 1 + day].day)
            signal.measure.followUp.append(followed)
        }
        return signal
    }

    /// The window of 250 sessions that ends ten before the shock's.
    func window(_ symbol: String) -> [Double] { Array(returns[symbol]![Self.event - 260..<Self.event - 10]) }

    /// A's findings at the shock's close and at each close after it.
    var findings: [Finding] {
        var stage = AttributeStage()
        return stage.findings(market.messages)
    }

    /// The group's finding at the shock's close.
    var ofGroup: Finding {
        var stage = AttributeStage()
        let last = market.messages.firstIndex { if case .shockSignal = $0 { true } else { false } }!
        var signal = signal(after: 0)
        (signal.scope, signal.subject) = (.group, "letters")
        signal.shock = "letters/\(signal.measure.session)"
        return stage.findings(market.messages[..<last] + [.shockSignal(signal)]).last!
    }
}

extension SeededGenerator {
    /// A number from the standard normal distribution, by the sum of twelve.
    mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &self) } }
}
