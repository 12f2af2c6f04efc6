import Foundation
public import Schema
import SwiftProtobuf

/// The publish stage's judgement: findings in, alerts out.
///
/// It has no timers and computes nothing anew: an alert's state follows its finding's phase
/// (``AlertLifecycle``), its identity follows from the finding's labels (``AlertLabels``), and its words
/// are the finding's numbers put into sentences (`Wording`). Messages of other kinds mean nothing to it.
///
/// Claims have alerts of their own (`ClaimLifecycle`), whatever becomes of the shock's.
///
/// What it remembers is bounded: a counter for each topic ever used, the alerts that are not over, and what was told of
/// the claims of shocks that are not long over.
public struct PublishStage: Stage {
    public static let output = StreamName.alerts
    public static let judgementVersion = "publish/7"
    public static let defaultSource = "urn:epicenter"

    /// The CloudEvents `source` of every alert. A constant of the installation: two runs with different
    /// sources have different bodies.
    public var source: String
    /// The alerts that are pending or firing, by fingerprint. Looked up, never iterated.
    var live: [String: LiveAlert] = [:]
    /// What was told of claims.
    var claims = ClaimLifecycle()
    /// The last sequence of each topic. Looked up, never iterated.
    private var topicSequences: [String: UInt64] = [:]

    public init() { self.init(source: Self.defaultSource) }

    public init(source: String) { self.source = source }

    /// How many alerts are pending or firing.
    public var liveCount: Int { live.count }

    public mutating func apply(_ message: StreamMessage, rows: Range<Int>, to outbox: inout Outbox) {
        guard case .finding(let finding) = message else { return }
        outbox.begin(cause: finding.cause.sequence, recordTime: finding.recordTime)
        publish(finding, to: &outbox)
        publishClaims(of: finding, to: &outbox)
    }
}

/// What is remembered of an alert that is not over.
struct LiveAlert: Codable, Equatable, Sendable {
    var told: AlertLifecycle
    /// Of the last finding published; an older or repeated one is not said again.
    var revision: UInt32
    /// How a member's alert speaks of this one.
    var name: String
    var chineseName: String
    var simpleReturn: Double
    /// Fingerprints of the wider alerts that its last revision named.
    var partOf: [String]
    /// The members whose topics had it announced as firing, by symbol.
    var toldMembers: [ToldMember] = []
}

/// A member that knows of a wider alert.
struct ToldMember: Codable, Equatable, Sendable {
    var symbol: String
    var name: String
}

extension PublishStage {
    /// Publishes a finding on its subject's topic and, where members have to be told, on theirs.
    private mutating func publish(_ finding: Finding, to outbox: inout Outbox) {
        let labels = AlertLabels(scope: finding.scope, subject: finding.subject, shock: finding.shock)
        let fingerprint = labels.fingerprint
        let before = live[fingerprint]
        let told = before?.told ?? .untold
        if let before, finding.revision <= before.revision { return }
        guard let state = told.state(for: finding.phase) else { return }

        let partOf = widerAlerts(of: finding, knownBefore: before?.partOf ?? [])
        let wording = WordingInput(
            finding: finding, state: state,
            wider: partOf.compactMap { live[$0] }.map {
                .init(name: $0.name, chineseName: $0.chineseName, simpleReturn: $0.simpleReturn)
            })
        var alert = Self.alert(of: finding, state: state, labels: labels, fingerprint: fingerprint)
        alert.partOf = partOf
        alert.headline = Wording.headline(wording, .english)
        alert.summary = Wording.summary(wording, .english)
        alert.words = Language.others.map { language in
            .with {
                $0.language = language.rawValue
                $0.headline = Wording.headline(wording, language)
                $0.summary = Wording.summary(wording, language)
                $0.revised = ChangeWords(finding, language).all
            }
        }
        alert.measure = finding.measure
        if finding.hasDecomposition { alert.decomposition = finding.decomposition }
        if finding.hasAttribution { alert.attribution = finding.attribution }
        alert.revised = ChangeWords(finding, .english).all
        alert.changes = finding.changes
        alert.names = finding.names
        alert.missing = finding.missing
        alert.sections = finding.sections
        alert.claims = finding.claims
        alert.questions = finding.questions
        alert.unverified = finding.unverified
        emit(alert, at: finding.eventTime, to: &outbox)

        var now = LiveAlert(
            told: .after(state), revision: finding.revision, name: finding.displayName,
            chineseName: finding.name(of: finding.subject, .chinese),
            simpleReturn: finding.measure.simpleReturn, partOf: partOf, toldMembers: before?.toldMembers ?? [])
        announce(finding, as: alert, members: &now.toldMembers, to: &outbox)
        live[fingerprint] = now.told == .untold ? nil : now
    }

    /// What the alert on the subject's topic and the notices on its members' topics have in common.
    static func alert(of finding: Finding, state: AlertState, labels: AlertLabels, fingerprint: String) -> Alert {
        var alert = Alert()
        alert.fingerprint = fingerprint
        alert.revision = finding.revision
        alert.state = state
        alert.kind = AlertLabel.shockKind
        alert.subject = finding.subject
        alert.subjectName = finding.subjectName
        alert.scope = finding.scope
        alert.labels = labels.messages
        let onset = finding.measure.onsetUntil
        alert.startsAt = timestamp(onset == 0 ? finding.eventTime : onset)
        if state == .resolved || state == .withdrawn { alert.endsAt = timestamp(finding.eventTime) }
        return alert
    }

    /// Fingerprints of the alerts a finding's shock is part of, in the finding's order.
    ///
    /// A finding names wider shocks by id; one whose alert has not been published yet is left out, and is
    /// there in the next revision. One that was named stays when it is over: a wider shock and its parts end at the
    /// same time, in any order.
    private func widerAlerts(of finding: Finding, knownBefore: [String]) -> [String] {
        finding.partOf.compactMap { shock in
            let subject = shock.lastIndex(of: "/").map { String(shock[..<$0]) } ?? shock
            return [ShockScope.group, .market]
                .map { AlertLabels(scope: $0, subject: subject, shock: shock).fingerprint }
                .first { live[$0] != nil || knownBefore.contains($0) }
        }
    }

    /// Numbers an alert within its topic and puts it out.
    mutating func emit(_ alert: Alert, at eventTime: UInt64, to outbox: inout Outbox) {
        let topic = AlertTopic.name(kind: alert.kind, subject: alert.subject)
        let sequence = next(of: topic)
        var record = AlertRecord()
        record.eventTime = eventTime
        record.topic = topic
        record.topicSequence = sequence
        record.fingerprint = alert.fingerprint
        record.revision = alert.revision
        record.state = alert.state
        record.body = Data(CloudEvent(source: source, time: eventTime, alert: alert).encoded())
        outbox.emit(record)
    }

    /// The next sequence of a topic.
    private mutating func next(of topic: String) -> UInt64 {
        func increment(_ sequence: inout UInt64) -> UInt64 {
            sequence += 1
            return sequence
        }
        return increment(&topicSequences[topic, default: 0])
    }

    static func timestamp(_ time: UInt64) -> Google_Protobuf_Timestamp {
        .init(seconds: Int64(time / CivilTime.second), nanos: Int32(time % CivilTime.second))
    }
}
