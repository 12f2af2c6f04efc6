public import Foundation

/// What readers here take from an alert's body, `docs/alert.schema.json`. A part that is absent is nil or empty; more
/// is passed over.
public struct AlertDocument: Sendable {
    public var kind: String?
    public var subject: String?
    public var subjectName: String?
    public var subjectNameChinese: String?
    /// By name; of two with one name the first.
    public var labels: [String: String]
    /// Fingerprints of the wider alerts it belongs to.
    public var partOf: [String]
    /// RFC 3339; so is the next.
    public var startsAt: String?
    public var endsAt: String?
    public var headline: String?
    public var headlineChinese: String?
    public var summary: String?
    /// A fraction; nil: there is no measure. A measure that leaves it out says 0.
    public var change: Double?

    /// Labels and wider alerts beyond are passed over: an insider of the stream may have made them many.
    public static let maximumParts = 64

    /// nil: the body is no alert's.
    public init?(body: Data) {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        guard let data = try? decoder.decode(Event.self, from: body).data else { return nil }
        kind = data.kind
        subject = data.subject
        subjectName = data.subjectName
        let translations = data.names?.first { $0.id == data.subject }?.translations
        subjectNameChinese = translations?.first { $0.language == "zh" }?.text
        let pairs = (data.labels ?? []).prefix(Self.maximumParts).map { ($0.name ?? "", $0.value ?? "") }
        labels = Dictionary(pairs) { first, _ in first }
        partOf = Array((data.partOf ?? []).prefix(Self.maximumParts))
        startsAt = data.startsAt
        endsAt = data.endsAt
        headline = data.headline
        headlineChinese = data.words?.first { $0.language == "zh" }?.headline
        summary = data.summary
        change = data.measure.map { $0.simpleReturn ?? 0 }
    }

    private struct Event: Decodable { var data: Content }

    private struct Content: Decodable {
        struct Label: Decodable {
            var name: String?
            var value: String?
        }
        struct Measure: Decodable { var simpleReturn: Double? }
        struct Named: Decodable {
            struct Translation: Decodable {
                var language: String?
                var text: String?
            }
            var id: String?
            var translations: [Translation]?
        }
        struct Words: Decodable {
            var language: String?
            var headline: String?
        }
        var kind: String?
        var subject: String?
        var subjectName: String?
        var labels: [Label]?
        var partOf: [String]?
        var startsAt: String?
        var endsAt: String?
        var headline: String?
        var summary: String?
        var measure: Measure?
        var words: [Words]?
        var names: [Named]?
    }
}
