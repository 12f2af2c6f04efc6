import Foundation
import NewsModels

/// Recorded headlines with the event each reports, by hash of the title: the headlines are other people's and not here.
/// `docs/LABELS.md` says how they were judged.
public struct LabelledStories: Sendable {
    public enum Part: String, Sendable {
        case calibration, test
    }

    public struct Label: Equatable, Sendable {
        public let part: Part
        /// nil: of none that another headline reports.
        public let event: String?
        /// Readers could disagree: left out of every count.
        public let isDoubtful: Bool
    }

    private let labels: [UInt64: Label]

    public init(folder: URL) throws {
        var labels: [UInt64: Label] = [:]
        let rows: [(UInt64, Label)] = try LabelledHeadlines.rows(folder, "stories.tsv", fields: 3) { fields in
            guard let hash = UInt64(fields[0], radix: 16) else { return "\(fields[0]) is no hash" }
            guard let part = Part(rawValue: fields[1]) else {
                return "the part is \(fields[1]), not calibration or test"
            }
            let event = ["-", "?"].contains(fields[2]) ? nil : fields[2]
            return (hash, Label(part: part, event: event, isDoubtful: fields[2] == "?"))
        }
        for (hash, label) in rows { labels[hash] = label }
        self.labels = labels
    }

    public var count: Int { labels.count }
    public var hashes: [UInt64] { labels.keys.sorted() }

    /// Languages by hash of the title, as `languages.tsv` has them, without script.
    public static func languages(folder: URL) throws -> [UInt64: String] {
        let text = try String(contentsOf: folder.appending(path: "languages.tsv"), encoding: .utf8)
        var languages: [UInt64: String] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "\t")
            guard fields.count >= 2, let hash = UInt64(fields[0], radix: 16) else { continue }
            languages[hash] = String(fields[1].prefix { $0 != "-" })
        }
        return languages
    }

    public subscript(title: String) -> Label? { labels[FNV1a.hash(title)] }
}

/// A labelled headline, and the story it was put in.
public struct PlacedHeadline: Sendable {
    public let title: String
    public let language: String
    /// Nanoseconds since 1970.
    public let time: Int64
    public let story: UInt64
    public let label: LabelledStories.Label

    public init(title: String, language: String, time: Int64, story: UInt64, label: LabelledStories.Label) {
        self.title = title
        self.language = language
        self.time = time
        self.story = story
        self.label = label
    }
}

/// How often headlines of one event, and of different ones, were put in one story.
public struct StoryPairs: Sendable {
    /// Pairs of one event, and how many of them are in one story.
    public private(set) var same = (together: 0, pairs: 0)
    /// Pairs of which one reports an event that the other does not.
    public private(set) var different = (together: 0, pairs: 0)
    /// Events of which at least one pair is in one story, and events with a pair.
    public private(set) var events = (together: 0, events: 0)

    /// Pairs of one part in different languages, or in one, at most a story's window apart.
    public init(_ headlines: [PlacedHeadline], part: LabelledStories.Part, acrossLanguages: Bool) {
        var byEvent: [String: Bool] = [:]
        Self.forEachPair(headlines, part: part, acrossLanguages: acrossLanguages) { left, right, isSame in
            let isTogether = left.story == right.story
            if isSame, let event = left.label.event {
                same.pairs += 1
                same.together += isTogether ? 1 : 0
                byEvent[event] = byEvent[event] ?? false || isTogether
            } else {
                different.pairs += 1
                different.together += isTogether ? 1 : 0
            }
        }
        events = (byEvent.values.count { $0 }, byEvent.count)
    }

    /// Pairs that can be judged: neither is doubtful, and at least one reports a labelled event.
    public static func forEachPair(
        _ headlines: [PlacedHeadline], part: LabelledStories.Part, acrossLanguages: Bool,
        _ body: (PlacedHeadline, PlacedHeadline, _ isSame: Bool) -> Void
    ) {
        let window = StoryIndex.Settings().window
        let chosen = headlines.filter { $0.label.part == part && !$0.label.isDoubtful }
        for (index, left) in chosen.enumerated() {
            for right in chosen[(index + 1)...] {
                guard (left.language != right.language) == acrossLanguages,
                    (left.time - right.time).magnitude <= window.magnitude,
                    left.label.event != nil || right.label.event != nil
                else { continue }
                body(left, right, left.label.event == right.label.event)
            }
        }
    }
}

/// What an embedding model made of the labelled headlines, as 8-bit numbers: a cosine of them differs from that of what
/// the model made by less than 0.001.
public struct RecordedVectors: Sendable {
    /// The model's name and the first digits of its sum.
    public let model: String
    private let vectors: [UInt64: [Float]]

    /// A line with the model and the dimension; then for each text its hash (8 bytes, little-endian), a scale (4), and a byte a
    /// dimension.
    public init(_ data: Data) throws {
        guard let end = data.firstIndex(of: UInt8(ascii: "\n")),
            let words = String(bytes: data[..<end], encoding: .utf8)?.split(separator: " "), words.count == 2,
            let dimension = Int(words[1]), dimension > 0
        else { throw Invalid(reason: "its first line is no model and dimension") }
        model = String(words[0])
        let bytes = [UInt8](data[data.index(after: end)...])
        let length = 12 + dimension
        guard bytes.count.isMultiple(of: length) else { throw Invalid(reason: "its last vector is cut off") }
        var vectors: [UInt64: [Float]] = [:]
        for start in stride(from: 0, to: bytes.count, by: length) {
            let hash = Self.word(bytes[start..<start + 8])
            let scale = Float(bitPattern: UInt32(truncatingIfNeeded: Self.word(bytes[start + 8..<start + 12])))
            vectors[hash] = bytes[start + 12..<start + length].map { Float(Int8(bitPattern: $0)) * scale }
        }
        self.vectors = vectors
    }

    public struct Invalid: Error, CustomStringConvertible {
        let reason: String
        public var description: String { "recorded vectors: \(reason)" }
    }

    public var count: Int { vectors.count }

    public subscript(title: String) -> [Float]? { vectors[FNV1a.hash(title)] }

    /// The bytes that ``init(_:)`` reads.
    public static func data(model: String, _ vectors: [(hash: UInt64, vector: [Float])]) -> Data {
        var data = Data("\(model) \(vectors.first?.vector.count ?? 0)\n".utf8)
        for (hash, vector) in vectors {
            let largest = vector.map(abs).max() ?? 0
            let scale = largest > 0 ? largest / 127 : 1
            for shift in stride(from: 0, to: 64, by: 8) { data.append(UInt8(truncatingIfNeeded: hash >> shift)) }
            for shift in stride(from: 0, to: 32, by: 8) {
                data.append(UInt8(truncatingIfNeeded: scale.bitPattern >> UInt32(shift)))
            }
            for value in vector { data.append(UInt8(bitPattern: Int8((value / scale).rounded()))) }
        }
        return data
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
