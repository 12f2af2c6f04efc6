import Foundation
import Schema
import SwiftProtobuf
import Testing

@testable import Alerting

@Suite("The publish stage")
struct PublishStageTests {
    @Test("follows a shock from pending to resolved")
    func life() {
        let records = Samples.publish([
            Samples.finding(.pending, revision: 1), Samples.finding(.open, revision: 2),
            Samples.finding(.open, revision: 3), Samples.finding(.closed, revision: 4),
        ])
        #expect(records.map(\.state) == [.pending, .firing, .firing, .resolved])
        #expect(records.map(\.topicSequence) == [1, 2, 3, 4])
        #expect(Set(records.map(\.fingerprint)).count == 1)
        #expect(records.map(\.revision) == [1, 2, 3, 4])
        #expect(records.map(\.cause.sequence) == [101, 102, 103, 104])
        #expect(records.allSatisfy { $0.cause.ordinal == 1 && $0.topic == "alert/shock/ABC/" })
    }

    @Test("every state and phase pair does what the table says")
    func table() {
        let told: [AlertLifecycle] = [.untold, .pending, .firing]
        let expected: [[AlertState?]] = [
            [.pending, .firing, nil, nil], [.pending, .firing, .withdrawn, .withdrawn],
            [.firing, .firing, .resolved, .resolved],
        ]
        for (row, memory) in told.enumerated() {
            for (column, phase) in [ShockPhase.pending, .open, .closed, .withdrawn].enumerated() {
                #expect(memory.state(for: phase) == expected[row][column])
            }
            #expect(memory.state(for: .unspecified) == nil)
        }
    }

    @Test("what ends without having begun, and what was said already, is not said")
    func silence() {
        #expect(Samples.publish([Samples.finding(.closed), Samples.finding(.withdrawn, revision: 2)]).isEmpty)
        let repeated = [Samples.finding(.open, revision: 2), Samples.finding(.open, revision: 2)]
        #expect(Samples.publish(repeated).count == 1)
        #expect(Samples.publish([Samples.finding(.open, revision: 2), Samples.finding(.closed)]).count == 1)
    }

    @Test("a group's alert is announced to its members when it fires and ends, not in between")
    func members() throws {
        func group(_ phase: ShockPhase, _ revision: UInt32, _ members: [String]) -> Finding {
            Samples.finding(phase, subject: "chips", scope: .group, revision: revision, members: members)
        }
        let records = Samples.publish([
            group(.pending, 1, ["DEF", "ABC"]), group(.open, 2, ["DEF", "ABC"]), group(.open, 3, ["DEF", "ABC"]),
            group(.open, 4, ["DEF", "ABC", "GHI"]), group(.closed, 5, ["ABC", "GHI", "JKL"]),
        ])
        #expect(
            records.map { "\($0.topic.dropFirst(12))\($0.topicSequence) \($0.state)" } == [
                "chips/1 pending", "chips/2 firing", "ABC/1 firing", "DEF/1 firing", "chips/3 firing",
                "chips/4 firing", "GHI/1 firing", "chips/5 resolved", "ABC/2 resolved", "DEF/2 resolved",
                "GHI/2 resolved",
            ])
        #expect(records[1...3].map(\.cause.ordinal) == [1, 2, 3])
        let notice = try Samples.alert(records[2])
        #expect(notice.partOf == [records[0].fingerprint])
        #expect(notice.fingerprint == records[2].fingerprint && notice.fingerprint != records[0].fingerprint)
        #expect(notice.subject == "ABC" && notice.subjectName == "ABC Incorporated")
        #expect(notice.headline.hasPrefix("Group chips – chips −10.0 %"))
    }

    @Test("a withdrawal is announced to the members, and the market does not announce to its own topic")
    func withdrawnMarket() {
        func market(_ phase: ShockPhase, _ revision: UInt32) -> Finding {
            Samples.finding(phase, subject: "BMK", scope: .market, revision: revision, members: ["BMK", "ABC", "ABC"])
        }
        let records = Samples.publish([market(.pending, 1), market(.withdrawn, 2)])
        #expect(records.map(\.topic) == ["alert/shock/BMK/", "alert/shock/BMK/", "alert/shock/ABC/"])
        #expect(records.map(\.state) == [.pending, .withdrawn, .withdrawn])
    }

    @Test("a member's own alert names the wider alerts that are live, and their return")
    func partOf() throws {
        let group = Samples.finding(.open, subject: "chips", scope: .group)
        let own = Samples.finding(.open, revision: 2, partOf: ["chips/2025-01-27", "BMK/2025-01-27"])
        let records = Samples.publish([group, own])
        let alert = try Samples.alert(records[1])
        #expect(alert.partOf == [records[0].fingerprint])
        #expect(alert.headline.contains(", chips −10.0 %"))
        #expect(try Samples.alert(Samples.publish([own])[0]).partOf.isEmpty)
    }

    @Test("what ends after the wider shock, or with it, still says what it was part of")
    func partOfWhatIsOver() throws {
        let group = Samples.finding(.open, subject: "chips", scope: .group)
        let records = Samples.publish([
            group, Samples.finding(.open, revision: 2, partOf: ["chips/2025-01-27"]),
            Samples.finding(.closed, subject: "chips", scope: .group, revision: 3),
            Samples.finding(.closed, revision: 4, partOf: ["chips/2025-01-27"]),
        ])
        #expect(try Samples.alert(records[3]).state == .resolved)
        #expect(try Samples.alert(records[3]).partOf == [records[0].fingerprint])
    }

    @Test("over random findings every end follows its beginning, on every topic", arguments: 1...20)
    func property(seed: Int) {
        var random = Lehmer(seed: seed)
        var stage = PublishStage()
        var findings: [Finding] = []
        for revision in 1...300 {
            let phase: ShockPhase = [.pending, .open, .closed, .withdrawn, .unspecified][random.next(5)]
            let members = ["ABC", "DEF", "GHI"].filter { _ in random.next(2) == 0 }
            findings.append(
                random.next(2) == 0
                    ? Samples.finding(phase, subject: ["ABC", "DEF"][random.next(2)], revision: UInt32(revision))
                    : Samples.finding(
                        phase, subject: ["chips", "BMK"][random.next(2)], scope: random.next(2) == 0 ? .group : .market,
                        revision: UInt32(revision), members: members))
        }
        var told: [String: AlertState] = [:]
        var sequences: [String: UInt64] = [:]
        var identifiers: Set<String> = []
        for record in Samples.publish(findings, stage: &stage) {
            let isNotice = record.fingerprint != ownFingerprint(of: record, among: findings)
            switch record.state {
            case .pending: #expect(told[record.fingerprint] != .firing && !isNotice)
            case .firing: break
            case .resolved: #expect(told[record.fingerprint] == .firing)
            case .withdrawn: #expect(isNotice ? told[record.fingerprint] == nil : told[record.fingerprint] == .pending)
            default: Issue.record("an alert without a state")
            }
            told[record.fingerprint] = [.resolved, .withdrawn].contains(record.state) ? nil : record.state
            sequences[record.topic, default: 0] += 1
            #expect(record.topicSequence == sequences[record.topic])
            #expect(identifiers.insert("\(record.fingerprint)/\(record.revision)").inserted)
        }
        #expect(stage.liveCount <= 6)
    }

    /// The fingerprint the record would have if it were not a notice.
    private func ownFingerprint(of record: AlertRecord, among findings: [Finding]) -> String? {
        let finding = findings.first { $0.revision == record.revision }
        return finding.map { AlertLabels(scope: $0.scope, subject: $0.subject, shock: $0.shock).fingerprint }
    }

    @Test("closed alerts are forgotten, and a checkpoint goes on where it was taken")
    func checkpoint() throws {
        let findings = (1...40).flatMap { number in
            [ShockPhase.pending, .open, .closed].enumerated().map { step, phase in
                Samples.finding(
                    phase, subject: "S\(number)", scope: .group, revision: UInt32(step + 1), members: ["ABC"])
            }
        }
        var whole = PublishStage(source: "urn:test")
        let expected = Samples.publish(findings, stage: &whole)
        #expect(whole.liveCount == 0)

        var stage = PublishStage(source: "urn:test")
        var said: [AlertRecord] = []
        for finding in findings {
            let encoder = PropertyListEncoder()
            encoder.outputFormat = .binary
            stage = try PropertyListDecoder().decode(PublishStage.self, from: encoder.encode(stage))
            said += Samples.publish([finding], stage: &stage)
        }
        #expect(said == expected)
    }

    /// Writes bodies for `docs/alert.schema.json` to be checked against by another implementation.
    @Test(
        "bodies for the schema check",
        .enabled(if: ProcessInfo.processInfo.environment["EPICENTER_ALERT_BODIES"] != nil))
    func bodies() throws {
        let folder = try #require(ProcessInfo.processInfo.environment["EPICENTER_ALERT_BODIES"])
        var group = Samples.finding(.open, subject: "chips", scope: .group, members: ["ABC"])
        var line = MemberMeasure()
        line.symbol = "ABC"
        line.simpleReturn = -0.1
        line.marketPart = -0.02
        line.ownPart = -0.08
        line.ownStandardError = 0.01
        group.measure.members = [line]
        var vote = RecoveryVote()
        vote.ahead = "ABC"
        vote.behind = "GHI"
        vote.difference = 0.05
        vote.standardError = 0.02
        var followed = FollowUpSession()
        followed.session = "2025-01-28"
        followed.votes = [vote]
        group.measure.followUp = [followed]
        group.measure.twoSessions.since = "2025-01-24"
        group.measure.budget.weeks = 52
        group.measure.baseRate.shocks = 3
        group.measure.baseRate.needed = 20
        group.measure.returnPeriod.basis = "this stream, 1 to 10 M USD a day, 234 stock-years"
        group.measure.value.withoutShares = ["DEF"]
        var odd = Samples.full()
        odd.shock = "odd"
        odd.measure.volatilityZ = .nan
        odd.measure.volatility = .infinity
        var closed = Samples.full()
        closed.phase = .closed
        closed.revision = 9
        var told = FindingWordsTests.told()
        told.shock = "told"
        told.questions = [
            .with {
                $0.id = "next"; $0.text = "And next year?"; $0.decidedBy = ["revenue"]
            }
        ]
        let findings = [told, group, Samples.full(), closed, odd, Samples.finding(.pending, subject: "DEF")]
        for (index, record) in Samples.publish(findings).enumerated() {
            try record.body.write(to: URL(filePath: folder).appending(path: "\(index).json"))
        }
    }
}

/// The generator of MODELS.md §0: the same numbers on every machine.
struct Lehmer {
    private var state: Int64

    init(seed: Int) { state = Int64(seed) }

    /// A number from 0 up to, not including, `bound`.
    mutating func next(_ bound: Int) -> Int {
        state = 48_271 * state % 2_147_483_647
        return Int(state / 7) % bound
    }
}
