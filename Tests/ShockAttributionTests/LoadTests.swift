import Foundation
import Schema
import Testing

@testable import ShockAttribution

@Suite("Under load", .enabled(if: ProcessInfo.processInfo.environment["EPICENTER_BENCHMARK"] != nil))
struct LoadTests {
    /// A month of headlines of many sources, 320 sessions of 1,000 instruments: what a signal and a
    /// checkpoint then cost. Printed, not judged: it depends on the machine.
    @Test("a month of news and a thousand instruments")
    func month() throws {
        var random = NormalLike(seed: 42)
        var fixture = MarketFixture()
        var settings = ModelSettings()
        settings.benchmark = "S1"
        settings.groups = [.made("makers", (1...20).map { "S\($0)" }, keywords: ["widget", "widgets"])]
        fixture.configure(settings)
        for number in 1...1_000 {
            fixture.define("S\(number)", name: "Maker\(number) Works", aliases: ["Maker\(number)"])
        }
        let start = TriggerTests.open - 30 * CivilTime.day
        let step = 30 * CivilTime.day / 70_000
        for index in 0..<70_000 {
            let title = (0..<9).map { _ in "word\(Int(random.uniform() * random.uniform() * 20_000))" }.joined(
                separator: " ")
            let subject = index % 50 == 0 ? "Maker\(index / 50 % 1_000) widgets " : ""
            fixture.news(subject + title, at: start + UInt64(index) * step, source: "Source \(index % 300)")
        }
        for session in 0..<300 {
            let date = CivilTime.date(day: CivilTime.dayNumber(TriggerTests.open) - 299 + session)
            for number in 1...1_000 {
                fixture.daily("S\(number)", date, close: 100 + Double(number) / 100 + random.uniform())
            }
        }
        var stage = AttributeStage()
        let clock = ContinuousClock()
        let feed = clock.measure { _ = stage.findings(fixture.messages) }
        var signals = MarketFixture()
        signals.signal(TriggerTests.signal("S2", complete: true))
        var finding: Finding?
        let signal = clock.measure { finding = stage.findings(signals.messages).first }
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        var data = Data()
        let encode = try clock.measure { data = try encoder.encode(stage) }
        let decode = try clock.measure { _ = try PropertyListDecoder().decode(AttributeStage.self, from: data) }
        print(
            "load: feed \(feed), signal \(signal), checkpoint \(encode) for \(data.count / 1_000_000) MB, restore \(decode)"
        )
        #expect(finding?.hasDecomposition == true && finding?.hasAttribution == true)
    }
}
