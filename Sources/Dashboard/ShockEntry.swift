public import Schema

/// One line of the list: what is known of a shock by the latest revision of its alert. The whole alert is in the
/// stream, under ``sequence``.
public struct ShockEntry: Equatable, Sendable {
    /// SUBJECT/YYYY-MM-DD.
    public var shock: String
    public var fingerprint: String
    public var sequence: UInt64
    public var revision: UInt32
    public var state: AlertState
    /// `instrument`, `group` or `market`.
    public var scope: String
    public var subject: String
    public var name: String
    public var nameChinese: String
    /// A fraction; nil: not said.
    public var change: Double?
    /// Nanoseconds since 1970; so is the next.
    public var startsAt: UInt64
    public var updated: UInt64
    public var headline: String
    public var headlineChinese: String
    /// Fingerprints of the wider alerts it belongs to.
    public var partOf: [String]
    /// What a search looks through: subject, name, shock and headlines in lower case.
    let searched: [UInt8]

    /// Texts are cut to so many characters: a body that an insider of the stream made huge stays one line here.
    static let maximumText = 300
    static let maximumParts = 16
}

extension ShockEntry {
    /// nil: the alert is no shock's own: of a claim, a notice on a member's topic, or none that can be read.
    public init?(_ record: AlertRecord) {
        guard let document = AlertDocument(body: record.body), document.kind == AlertLabel.shockKind else { return nil }
        let labels = document.labels
        guard labels[AlertLabel.partOf.rawValue] == nil, let shock = labels[AlertLabel.shock.rawValue], !shock.isEmpty,
            shock.utf8.count <= 512
        else {
            return nil
        }
        self.shock = shock
        fingerprint = record.fingerprint
        sequence = record.sequence
        revision = record.revision
        state = record.state
        scope = Self.cut(labels[AlertLabel.scope.rawValue])
        subject = Self.cut(document.subject)
        name = Self.cut(document.subjectName)
        nameChinese = Self.cut(document.subjectNameChinese)
        change = document.change
        startsAt = document.startsAt.flatMap { CivilTime.parseRFC3339($0) } ?? record.eventTime
        updated = record.eventTime
        headline = Self.cut(document.headline)
        headlineChinese = Self.cut(document.headlineChinese)
        partOf = Array(document.partOf.prefix(Self.maximumParts))
        searched = Array(
            [shock, subject, name, nameChinese, headline, headlineChinese].joined(separator: "\n").lowercased().utf8)
    }

    private static func cut(_ text: String?) -> String { String((text ?? "").prefix(maximumText)) }
}

extension AlertState {
    /// As addresses and style sheets name it.
    var word: String {
        switch self {
        case .pending: "pending"
        case .firing: "firing"
        case .resolved: "resolved"
        case .withdrawn: "withdrawn"
        case .unspecified, .UNRECOGNIZED: "unknown"
        }
    }
}
