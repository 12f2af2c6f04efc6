import Foundation
import Schema
import SwiftProtobuf
import TestKit
import Testing

@testable import Alerting

@Suite("Alerts about claims")
struct ClaimAlertTests {
    static func claim(_ status: ClaimStatus, id: String = "sold") -> ClaimFinding {
        var claim = ClaimFinding()
        claim.id = id
        claim.statement = "Private investors sold."
        claim.translations = [
            .with {
                $0.language = "zh"
                $0.text = "散户在抛售。"
            }
        ]
        claim.assertedBy = "The Paper"
        claim.asserted = Samples.noon
        claim.tier = .t5
        claim.status = status
        claim.test = "flow"
        return claim
    }

    static func finding(_ phase: ShockPhase, _ revision: UInt32, _ claims: [ClaimFinding]) -> Finding {
        var finding = Samples.finding(phase, revision: revision)
        finding.claims = claims
        return finding
    }

    /// Records on claim topics as `revision state`.
    static func said(_ records: [AlertRecord]) -> [String] {
        records.filter { $0.topic.hasPrefix("alert/claim/") }.map { "\($0.revision) \($0.state)" }
    }

    @Test("the table: what is told of a claim by what was told, its status and whether the shock is over")
    func table() {
        let told: [ClaimLifecycle.Told?] = [
            nil, .init(status: ClaimStatus.unsupported.rawValue, isFiring: true),
            .init(status: ClaimStatus.contradicted.rawValue, isFiring: false),
        ]
        let columns: [(ClaimStatus, Bool)] = [
            (.unsupported, false), (.notYetDue, false), (.notYetDue, true), (.unsupported, true),
            (.contradicted, false),
            (.contradicted, true), (.unspecified, false),
        ]
        let both: [AlertState] = [.firing, .resolved]
        let expected: [[[AlertState]]] = [
            [[.firing], [.firing], [.firing], both, both, both, []],
            [[], [.firing], [.firing], [.resolved], [.resolved], [.resolved], []],
            [[.firing], [.firing], [.firing], both, [], [], []],
        ]
        for (row, before) in told.enumerated() {
            for (column, (status, isOver)) in columns.enumerated() {
                #expect(
                    ClaimLifecycle.states(before, status, isOver: isOver) == expected[row][column],
                    "row \(row), column \(column)")
            }
        }
    }

    @Test("a status is told once, its change is told, and an alert that is over does not keep a claim from being heard")
    func life() throws {
        let records = Samples.publish([
            Self.finding(.open, 1, [Self.claim(.unsupported)]), Self.finding(.open, 2, [Self.claim(.unsupported)]),
            Self.finding(.open, 3, [Self.claim(.contradicted)]), Self.finding(.closed, 4, [Self.claim(.contradicted)]),
            Self.finding(.closed, 5, [Self.claim(.supported)]),
        ])
        #expect(Self.said(records) == ["1 firing", "6 resolved", "9 firing", "10 resolved"])
        #expect(
            records.filter { $0.topic == "alert/shock/ABC/" }.map(\.state) == [.firing, .firing, .firing, .resolved])
        let claims = records.filter { $0.topic == "alert/claim/ABC/" }
        #expect(claims.map(\.topicSequence) == [1, 2, 3, 4] && Set(claims.map(\.fingerprint)).count == 1)
        let alert = try Samples.alert(claims[1])
        #expect(alert.kind == "claim" && alert.claims.map(\.id) == ["sold"] && alert.partOf == [records[0].fingerprint])
        #expect(
            alert.labels.map { "\($0.name)=\($0.value)" } == [
                "claim=sold", "kind=claim", "shock=ABC/2025-01-27", "subject=ABC",
            ])
        #expect(
            alert.headline
                == "Claim on ABC 2025-01-27 is contradicted (was unsupported): “Private investors sold.”")
        #expect(alert.words.map(\.headline) == ["关于ABC 2025年1月27日的说法与事实相反（此前证据不足）：“散户在抛售。”"])
        #expect(alert.revised == ["unsupported → contradicted"])
    }

    @Test("unsupported claims are settled when the shock is over; what is not due yet waits on")
    func over() {
        let claims = [Self.claim(.unsupported, id: "a"), Self.claim(.notYetDue, id: "b")]
        var late = claims
        late[1].status = .supported
        let records = Samples.publish([
            Self.finding(.open, 1, claims), Self.finding(.closed, 2, claims), Self.finding(.closed, 3, late),
        ])
        #expect(Self.said(records) == ["1 firing", "1 firing", "4 resolved", "6 resolved"])
        let waiting = ClaimWords(claims[1], of: Samples.full(), before: nil)
        #expect(waiting.headline(.english) == "Claim on ABC 2025-01-27 is still open: “Private investors sold.”")
        #expect(waiting.headline(.chinese) == "关于ABC 2025年1月27日的说法有待检验：“散户在抛售。”")
        var dated = claims[1]
        dated.due = "2025-10-31"
        #expect(
            ClaimWords(dated, of: Samples.full(), before: nil).headline(.english)
                == "Claim on ABC 2025-01-27 is still open (due 2025-10-31): “Private investors sold.”")
    }

    @Test("sections, claims and questions are on the subject's own topic and not in notices to members")
    func carried() throws {
        var finding = Samples.finding(.open, subject: "chips", scope: .group, members: ["DEF"])
        finding.sections = [Section.with { $0.id = "run-up" }]
        finding.claims = [Self.claim(.supported)]
        finding.questions = [OpenQuestion.with { $0.id = "next" }]
        let records = Samples.publish([finding])
        #expect(
            records.map(\.topic) == [
                "alert/shock/chips/", "alert/shock/DEF/", "alert/claim/chips/", "alert/claim/chips/",
            ])
        let own = try Samples.alert(records[0])
        #expect(own.sections == finding.sections && own.claims == finding.claims && own.questions == finding.questions)
        let notice = try Samples.alert(records[1])
        #expect(notice.sections.isEmpty && notice.claims.isEmpty && notice.questions.isEmpty)
        #expect(own.words.map(\.language) == ["zh"])
        #expect(notice.words.first?.headline == "板块chips——" + (own.words.first?.headline ?? ""))
    }

    @Test(
        "over random findings every resolve follows a fire, identifiers are unique, checkpoints go on",
        arguments: 1...20)
    func property(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var stage = PublishStage()
        var whole = PublishStage()
        var findings: [Finding] = []
        for revision in 1...200 as ClosedRange<UInt32> {
            let phase: ShockPhase =
                [.pending, .open, .closed, .withdrawn, .unspecified].randomElement(using: &random) ?? .open
            let claims = ["a", "b", "c"].filter { _ in Bool.random(using: &random) }.map { id in
                Self.claim(
                    [.supported, .unsupported, .contradicted, .notYetDue, .unspecified].randomElement(using: &random)
                        ?? .supported, id: id)
            }
            findings.append(Self.finding(phase, revision, claims))
        }
        let expected = Samples.publish(findings, stage: &whole)
        var firing: Set<String> = []
        var identifiers: Set<String> = []
        for record in expected where record.topic.hasPrefix("alert/claim/") {
            #expect(identifiers.insert("\(record.fingerprint)/\(record.revision)").inserted, "seed \(seed)")
            if record.state == .resolved {
                #expect(firing.remove(record.fingerprint) != nil, "seed \(seed)")
            } else {
                #expect(record.state == .firing, "seed \(seed)")
                firing.insert(record.fingerprint)
            }
        }
        var said: [AlertRecord] = []
        for finding in findings {
            let encoder = PropertyListEncoder()
            encoder.outputFormat = .binary
            stage = try PropertyListDecoder().decode(PublishStage.self, from: encoder.encode(stage))
            said += Samples.publish([finding], stage: &stage)
        }
        #expect(said == expected, "seed \(seed)")
    }

    @Test("claims of shocks long over are forgotten, those that wait are not")
    func memory() {
        var lifecycle = ClaimLifecycle()
        for day in 0..<200 as Range<UInt64> {
            var finding = Self.finding(.closed, 1, [Self.claim(day == 0 ? .notYetDue : .supported)])
            finding.shock = "S\(day)/x"
            finding.recordTime = Samples.noon + day * CivilTime.day
            #expect(lifecycle.take(finding).count == 1)
        }
        #expect(lifecycle.count == 37)
    }
}
