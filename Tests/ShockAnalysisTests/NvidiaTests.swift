import Foundation
import Schema
import ShockAnalysis
import Testing

/// The golden case with a made-up history before it: prices of `MODELS.md` §1.5, §1.8 and §10.
@Suite("a shock from opening print to its end")
struct NvidiaTests {
    static let closes = [118.42, 128.99, 123.70, 124.65, 120.07, 116.66, 118.65, 124.83, 128.68, 129.84, 133.57]
    static let event = "2025-01-27"

    /// History ending at 142.62, then days given by their open, prices in between and close.
    static func script(
        intraday: [Double] = [], closes: [Double] = closes, eventTimeOfShares: UInt64? = nil
    ) -> Script {
        var script = Script()
        let days = Session.days(200, until: "2025-01-24")
        let start = Session.open(days[0]) - CivilTime.day
        script.configure(benchmark: "SPY", at: start)
        script.define(0, "NVDA", at: start)
        script.define(1, "SPY", kind: .etf, at: start)
        var random = LCG(7)
        var levels = [(1.0, 1.0)]
        for _ in days.dropFirst() {
            let market = 0.007 * random.normal()
            let last = levels[levels.count - 1]
            levels.append((last.0 * (1 + 2 * market + 0.016 * random.normal()), last.1 * (1 + market)))
        }
        let scale = (142.62 / levels[levels.count - 1].0, 607.97 / levels[levels.count - 1].1)
        for (day, level) in zip(days, levels) {
            let (name, market) = (scale.0 * level.0, scale.1 * level.1)
            script.bar(0, from: Session.open(day), to: Session.close(day), open: name, close: name)
            script.bar(1, from: Session.open(day), to: Session.close(day), open: market, close: market)
            script.tick(at: Session.close(day) + 2 * CivilTime.second)
        }
        let known = eventTimeOfShares ?? Session.close(days[199])
        script.shares(
            "NVDA", 24.49e9, asOf: "2024-12-20", eventTime: known, at: Session.close(days[199]) + 3 * CivilTime.second)
        script.record("META", -232e9, date: "2022-02-03", at: Session.close(days[199]) + 4 * CivilTime.second)
        append(closes, intraday: intraday, to: &script)
        return script
    }

    private static func append(_ closes: [Double], intraday: [Double], to script: inout Script) {
        var day = CivilTime.parseDate(event) ?? 0
        for (index, close) in closes.enumerated() {
            let opening = index == 0 ? 124.80 : close
            if index == 0 {
                script.trade(0, opening, time: Session.open(day), condition: .openingAuction)
                script.tick(at: Session.open(day) + 2 * CivilTime.second)
                for (step, price) in intraday.enumerated() {
                    let time = Session.open(day) + UInt64(step + 1) * 60 * CivilTime.second
                    script.bar(0, from: time - 60 * CivilTime.second, to: time, open: price, close: price)
                    script.tick(at: time + 2 * CivilTime.second)
                }
            }
            script.bar(0, from: Session.open(day), to: Session.close(day), open: opening, close: close)
            script.bar(1, from: Session.open(day), to: Session.close(day), open: 600, close: 600)
            script.tick(at: Session.close(day) + 2 * CivilTime.second)
            day += (day + 3) % 7 == 4 ? 3 : 1
        }
    }

    @Test("dollars, overnight split and retracements are the golden ones")
    func golden() throws {
        let said = signals(Self.script().messages)
        #expect(said.map(\.reason).prefix(3) == ["opening print", "close", "rebound"])
        let opened = try #require(said.first { $0.phase == .open }).measure
        #expect(abs(opened.value.usd / -592_658_000_000 - 1) < 1e-12)
        #expect(opened.value.shares == 24.49e9)
        #expect(opened.value.sharesAsOf == "2024-12-20")
        #expect(opened.value.rank == 1)
        #expect(opened.value.previousRecordUsd == -232e9)
        #expect(opened.value.previousRecord == "META 2022-02-03")
        #expect(opened.value.compared == 2)
        #expect(abs(opened.overnight.overnightLog + 0.1334712946648303) < 1e-12)
        #expect(abs(opened.overnight.intradayLog + 0.05247482883169716) < 1e-12)
        #expect(abs(opened.overnight.share - 0.7177955213856494) < 1e-12)
        #expect(opened.onsetFrom == Session.close(CivilTime.parseDate("2025-01-24") ?? 0))
        #expect(opened.onsetUntil == Session.open(CivilTime.parseDate(Self.event) ?? 0))
        let last = try #require(said.last)
        #expect(last.phase == .closed && last.reason == "followed up")
        let golden = [0.436777, 0.218182, 0.257438, 0.068182, -0.072727, 0.009504, 0.264876]
        for (value, expected) in zip(last.measure.followUp.map(\.retraced), golden) {
            #expect(abs(value - expected) < 5e-7)
        }
        #expect(last.measure.followUp.count == 10)
        #expect(last.measure.followUp.map(\.session).first == "2025-01-28")
    }

    @Test("a fall that is gone by the close is withdrawn")
    func faded() {
        let said = signals(Self.script(intraday: [125, 130, 138], closes: [141.9]).messages)
        #expect(said.first?.phase == .pending)
        #expect(said.last?.phase == .withdrawn && said.last?.reason == "faded")
        #expect(said.last?.measure.complete == true)
        #expect(Set(said.map(\.shock)) == ["NVDA/\(Self.event)"])
    }

    @Test("while pending, small steps are not said again")
    func boundedUpdates() {
        let drift = stride(from: 124.8, to: 118.4, by: -0.05)
        let said = signals(Self.script(intraday: Array(drift), closes: [118.42]).messages)
        let updates = said.filter { $0.phase == .pending }
        #expect((2...4).contains(updates.count))
        #expect(updates.dropFirst().allSatisfy { $0.reason == "update" })
    }

    @Test("a share count is used from when the public could know it, not from when it was logged")
    func laterFact() throws {
        let day = CivilTime.parseDate(Self.event) ?? 0
        let said = signals(Self.script(eventTimeOfShares: Session.close(day) - CivilTime.second).messages)
        let pending = try #require(said.first { $0.phase == .pending })
        #expect(!pending.measure.hasValue)
        #expect(pending.measure.missing.contains("value: no share count"))
        #expect(try #require(said.first { $0.phase == .open }).measure.hasValue)
    }

    @Test("a name that stops trading does not stay open for ever")
    func silent() {
        var script = Self.script(closes: [118.42])
        var day = (CivilTime.parseDate(Self.event) ?? 0) + 1
        for _ in 0..<11 {
            script.bar(1, from: Session.open(day), to: Session.close(day), open: 600, close: 600)
            script.tick(at: Session.close(day) + 2 * CivilTime.second)
            day += (day + 3) % 7 == 4 ? 3 : 1
        }
        let said = signals(script.messages)
        #expect(said.last?.phase == .closed && said.last?.reason == "no prices")
    }

    @Test("without a price of the benchmark the raw volatility alone is used, and that is said")
    func noBenchmarkPrice() throws {
        let messages = Self.script(closes: [118.42]).messages
        let event = Session.open(CivilTime.parseDate(Self.event) ?? 0)
        let without = messages.filter { message in
            guard case .bars(let bars) = message else { return true }
            return !(bars.instrument[0] == 1 && bars.start[0] == event)
        }
        let opened = try #require(signals(without).first { $0.phase == .open })
        #expect(opened.measure.missing.contains("benchmark price"))
        #expect(!opened.measure.hasMarketModel)
        #expect(opened.measure.returnPeriod.statistic == "EWMA volatility")
    }
}
