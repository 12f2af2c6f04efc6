import Foundation
import Schema
import Testing

@testable import ShockAnalysis

@Suite("settings and definitions in the stream")
struct SettingsTests {
    @Test("zero and nonsense mean the defaults")
    func defaults() {
        var settings = ModelSettings()
        settings.detection.returnPeriodYears = -.infinity
        settings.detection.volatilityDecay = 1.5
        #expect(AnalysisSettings(settings) == AnalysisSettings())
        settings.detection.estimationWindow = 5_000
        settings.detection.followUpSessions = 3
        #expect(AnalysisSettings(settings).window == SessionRings.capacity - 12)
        #expect(AnalysisSettings(settings).followUpSessions == 3)
    }

    @Test("a benchmark named after its history is as good as one named before it")
    func lateBenchmark() throws {
        let messages = NvidiaTests.script(closes: [118.42]).messages
        let day = Session.open(CivilTime.parseDate(NvidiaTests.event) ?? 0)
        var script = Script()
        script.configure(benchmark: "", at: messages[0].recordTime(row: 0))
        for message in messages.dropFirst() {
            if message.recordTime(row: 0) == day, case .trades = message {
                script.configure(benchmark: "SPY", at: day)
            }
            script.add(message, at: message.recordTime(row: 0))
        }
        let late = try #require(signals(script.messages).first { $0.phase == .open }).measure.marketModel
        let early = try #require(signals(messages).first { $0.phase == .open }).measure.marketModel
        #expect(abs(late.standardized / early.standardized - 1) < 1e-9)
        #expect(late.observations == early.observations)
    }

    @Test("members defined after the group belong to it from then on")
    func lateMembers() {
        var world = SyntheticWorld(seed: 5)
        world.planted[0] = Dictionary(uniqueKeysWithValues: SyntheticWorld.theme.map { ($0, -0.12) })
        let messages = world.script().messages
        let definitions = messages.filter { if case .instrumentDefinition = $0 { true } else { false } }
        var script = Script()
        // Definitions first, settings after, and the other way round.
        for message in definitions { script.add(message, at: message.recordTime(row: 0)) }
        for message in messages where !definitions.contains(message) {
            script.add(message, at: message.recordTime(row: 0))
        }
        let said = signals(messages)
        #expect(said.contains { $0.scope == .group })
        #expect(signals(script.messages).map(\.measure) == said.map(\.measure))
    }

    @Test("a shock of a group that is configured away ends, others keep theirs")
    func removedGroup() {
        var world = SyntheticWorld(seed: 5)
        world.planted[2] = Dictionary(uniqueKeysWithValues: SyntheticWorld.theme.map { ($0, -0.12) })
        var script = world.script()
        let last = script.messages.last?.recordTime(row: 0) ?? 0
        let other = Group("other", [("NAME8", 1)])
        script.configure(benchmark: "MKT", groups: [other, SyntheticWorld.group], at: last + CivilTime.second)
        script.configure(benchmark: "MKT", groups: [other], at: last + 2 * CivilTime.second)
        let said = signals(script.messages)
        #expect(said.filter { $0.reason == "no longer watched" }.map(\.subject) == ["theme"])
        #expect(said.last?.phase == .closed)
        #expect(said.last?.eventTime == last + 2 * CivilTime.second)
    }

    @Test("another λ is applied to the past too")
    func decay() throws {
        let messages = NvidiaTests.script(closes: [118.42]).messages
        var script = Script()
        for (index, message) in messages.enumerated() {
            script.add(message, at: message.recordTime(row: 0))
            guard index == 500 else { continue }
            script.configure(benchmark: "SPY", at: message.recordTime(row: 0)) { $0.volatilityDecay = 0.9 }
        }
        let first = Script.configured(messages) { $0.volatilityDecay = 0.9 }
        let late = try #require(signals(script.messages).first { $0.phase == .open }).measure.volatility
        let early = try #require(signals(first).first { $0.phase == .open }).measure.volatility
        #expect(abs(late / early - 1) < 1e-6)
    }
}

extension Script {
    /// The same messages with other detection settings.
    static func configured(_ messages: [StreamMessage], _ change: (inout DetectionSettings) -> Void) -> [StreamMessage]
    {
        messages.map { message in
            guard case .configurationChanged(var changed) = message else { return message }
            change(&changed.settings.detection)
            return .configurationChanged(changed)
        }
    }
}
