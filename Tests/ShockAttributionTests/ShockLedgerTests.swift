import Schema
import TestKit
import Testing

@testable import ShockAttribution

@Suite("What is remembered of shocks")
struct ShockLedgerTests {
    /// The rules without anything kept between two findings: every entry is looked at each time.
    private struct Plain {
        var entries: [String: (recordTime: UInt64, isOver: Bool, due: UInt64?)] = [:]

        mutating func remember(_ finding: Finding, due: UInt64?, at recordTime: UInt64) {
            entries[finding.shock] = (recordTime, finding.phase == .closed || finding.phase == .withdrawn, due)
            entries = entries.filter {
                !$0.value.isOver || $0.value.recordTime + ShockLedger.memory > recordTime || $0.value.due != nil
            }
        }

        var nextDue: UInt64 { entries.values.compactMap(\.due).min() ?? .max }
    }

    private static func finding(_ shock: String, _ phase: ShockPhase, dueDay: Int?) -> Finding {
        var finding = Finding()
        finding.shock = shock
        finding.subject = String(shock.split(separator: "/")[0])
        finding.phase = phase
        if let dueDay {
            var claim = ClaimFinding()
            claim.status = .notYetDue
            claim.due = CivilTime.date(day: dueDay)
            finding.claims = [claim]
        }
        return finding
    }

    @Test("shocks are forgotten when they have been over for long, and the next claim due is known")
    func equalsPlain() {
        var random = SeededGenerator(for: "shock ledger", default: 11)
        var (ledger, plain) = (ShockLedger(), Plain())
        let ids = (0..<40).flatMap { name in (0..<3).map { "N\(name)/2025-0\($0 + 1)-15" } }
        var time = UInt64(20_000) * CivilTime.day
        for _ in 0..<3_000 {
            time += UInt64.random(in: 0...2, using: &random) * CivilTime.day
            let phase = [ShockPhase.open, .closed, .withdrawn, .pending].randomElement(using: &random) ?? .open
            let day = Int(time / CivilTime.day) + Int.random(in: 0..<90, using: &random)
            let due = Int.random(in: 0..<4, using: &random) == 0 ? day : nil
            let finding = Self.finding(ids.randomElement(using: &random) ?? "", phase, dueDay: due)
            ledger.remember(finding, at: time)
            plain.remember(finding, due: due.map { UInt64($0) * CivilTime.day + 1 }, at: time)
            #expect(ledger.count == plain.entries.count)
            #expect(ledger.nextDue == plain.nextDue)
        }
        for id in ids { #expect((ledger.last(of: id) != nil) == (plain.entries[id] != nil), "\(id)") }
        let about = ledger.about(["N1", "N2"]).map(\.shock)
        #expect(about == plain.entries.keys.filter { $0.hasPrefix("N1/") || $0.hasPrefix("N2/") }.sorted())
    }

    @Test("beyond so many, those kept for claims alone go, the longest over first")
    func waiting() {
        var ledger = ShockLedger()
        let (start, limit) = (UInt64(20_000) * CivilTime.day, ShockLedger.waiting)
        for number in 0..<limit {
            ledger.remember(
                Self.finding("N\(number)/2025-01-15", .closed, dueDay: 30_000), at: start + UInt64(number))
        }
        #expect(ledger.count == limit)
        for number in 0..<3 {
            ledger.remember(
                Self.finding("M\(number)/2025-03-15", .open, dueDay: nil),
                at: start + ShockLedger.memory + CivilTime.day)
        }
        #expect(ledger.count == limit)
        #expect((0..<5).map { ledger.last(of: "N\($0)/2025-01-15") != nil } == [false, false, false, true, true])
    }
}
