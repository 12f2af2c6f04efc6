import Alerting
import EventLog
import Foundation
import Schema
import ShockAnalysis
import ShockAttribution
import Testing

/// One wrong price in a feed, and the page that people read months later.
@Suite("an absurd price and the page")
struct AbsurdPriceTests {
    private static let recording = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/examples/deepseek-2025-01.mcap").standardizedFileURL.path

    /// Prices, settings and facts of the shipped example, with NVIDIA's session of 2024-09-10 a thousandfold if asked.
    private static func page(absurd: Bool) throws -> (text: String, parts: Decomposition) {
        let day = CivilTime.parseDate("2024-09-10")
        var changed = 0
        var nvidia: UInt32?
        var (analyze, attribute) = (AnalyzeStage(), AttributeStage())
        var (signals, findings) = (Outbox(), Outbox())
        var last: Finding?
        try LogIndex(reading: recording).forEachMessage { message in
            var message = message
            switch message {
            case .newsItem, .newsEmbedding: return true
            case .instrumentDefinition(let definition) where definition.symbol == "NVDA": nvidia = definition.instrument
            case .bars(var bars) where absurd:
                for row in 0..<message.count where bars.instrument[row] == nvidia {
                    guard CivilTime.dayNumber(bars.start[row]) == day else { continue }
                    changed += 1
                    bars.open[row] *= 1_000
                    bars.high[row] *= 1_000
                    bars.low[row] *= 1_000
                    bars.close[row] *= 1_000
                }
                message = .bars(bars)
            default: break
            }
            for row in 0..<message.count {
                analyze.apply(message, rows: row..<row + 1, to: &signals)
                attribute.apply(message, rows: row..<row + 1, to: &findings)
                for signal in signals.drain() { attribute.apply(signal, rows: 0..<1, to: &findings) }
            }
            for case .finding(let finding) in findings.drain() where finding.shock == "NVDA/2025-01-27" {
                last = finding
            }
            return true
        }
        #expect(changed == (absurd ? 1 : 0))
        let finding = try #require(last)
        return (PageText(PageComposer(finding, .english).page, width: 100).text, finding.decomposition)
    }

    @Test("the page tells what moved the name as it does without the price")
    func page() throws {
        let (with, without) = (try Self.page(absurd: true), try Self.page(absurd: false))
        for (left, right) in [
            (with.parts.market, without.parts.market), (with.parts.group, without.parts.group),
            (with.parts.own, without.parts.own), (with.parts.drift, without.parts.drift),
        ] {
            #expect(abs(left - right) < 0.01, "\(left) for \(right)")
        }
        #expect(with.parts.ownStandardError < 1.2 * without.parts.ownStandardError)
        // Of lines with figures of several hundred per cent there are none.
        let wild = with.text.split(separator: "\n").filter { $0.contains("MARKET") || $0.contains("own") }
            .filter { $0.firstMatch(of: /[+-]\d{3,}\.\d+ %/) != nil }
        #expect(wild.isEmpty, "\(wild)")
    }
}
