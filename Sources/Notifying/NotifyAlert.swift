public import Schema

/// What is told of an alert: enough to act on; the whole document is in the stream, under ``sequence``.
public struct NotifyAlert: Codable, Equatable, Sendable {
    public enum State: String, Codable, Sendable { case pending, firing, resolved, withdrawn }

    public var fingerprint: String
    public var revision: UInt32
    public var state: State
    public var kind = ""
    public var subject = ""
    public var subjectName = ""
    public var labels: [String: String] = [:]
    /// Fingerprints of the wider alerts it belongs to.
    public var partOf: [String] = []
    /// RFC 3339, as in the document.
    public var startsAt = ""
    public var endsAt: String?
    public var headline = ""
    public var summary = ""
    /// Its place in `alerts`.
    public var sequence: UInt64
    /// ns since the Unix epoch.
    public var recordTime: UInt64

    public init(
        fingerprint: String, revision: UInt32 = 1, state: State, labels: [String: String] = [:],
        partOf: [String] = [], sequence: UInt64 = 0, recordTime: UInt64 = 0
    ) {
        self.fingerprint = fingerprint
        self.revision = revision
        self.state = state
        self.labels = labels
        self.partOf = partOf
        self.sequence = sequence
        self.recordTime = recordTime
    }

    /// `<fingerprint>/<revision>`, the document's id.
    public var id: String { "\(fingerprint)/\(revision)" }
    public var isFiring: Bool { state == .firing }
    var isOver: Bool { state == .resolved || state == .withdrawn }
    /// About a claim: each revision is another status, and its end the status that stays, which is news by itself. It is
    /// part of its shock, which does not say the same.
    var isClaim: Bool { labels[AlertLabel.kind.rawValue] == AlertLabel.claimKind }
}

extension NotifyAlert {
    /// Texts are cut to so many characters: a body that an insider of the stream made huge stays one line here.
    static let maximumText = 2_000

    /// nil: the body is no alert's.
    public init?(_ record: AlertRecord) {
        let state: State
        switch record.state {
        case .pending: state = .pending
        case .firing: state = .firing
        case .resolved: state = .resolved
        case .withdrawn: state = .withdrawn
        case .unspecified, .UNRECOGNIZED: return nil
        }
        guard let document = AlertDocument(body: record.body), !record.fingerprint.isEmpty else { return nil }
        self.init(
            fingerprint: record.fingerprint, revision: record.revision, state: state,
            labels: document.labels.mapValues { Self.cut($0) }, partOf: document.partOf, sequence: record.sequence,
            recordTime: record.recordTime)
        kind = Self.cut(document.kind)
        subject = Self.cut(document.subject)
        subjectName = Self.cut(document.subjectName)
        startsAt = document.startsAt ?? CivilTime.rfc3339(record.eventTime)
        endsAt = document.endsAt ?? (isOver ? CivilTime.rfc3339(record.eventTime) : nil)
        headline = Self.cut(document.headline)
        summary = Self.cut(document.summary)
    }

    private static func cut(_ text: String?) -> String { String((text ?? "").prefix(maximumText)) }
}
