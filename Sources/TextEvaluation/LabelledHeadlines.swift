import Foundation
import NewsModels

/// A headline with what people say it means; `docs/LABELS.md` says how they judge.
public struct LabelledHeadline: Equatable, Sendable {
    public let isTest: Bool
    public let thesis: String
    public let story: String
    public let language: String
    public let stance: Stance
    public let tone: Tone.Direction
    public let text: String
}

/// The labelled headlines in `Tests/Labels`, and the sentences for and against their theses.
public struct LabelledHeadlines: Sendable {
    public let headlines: [LabelledHeadline]
    /// In the order of the file.
    public let theses: [String]
    private let prototypes: [Prototype]

    private struct Prototype: Sendable {
        let thesis: String
        let side: String
        let language: String
        let text: String
    }

    /// What is wrong in a file of labels.
    public struct InvalidLine: Error, CustomStringConvertible {
        public let file: String
        public let line: Int
        public let reason: String

        public var description: String { "\(file):\(line): \(reason)" }
    }

    public init(folder: URL) throws {
        headlines = try Self.rows(folder, "headlines.tsv", fields: 7) { fields in
            guard ["train", "test"].contains(fields[0]) else { return "the split is \(fields[0]), not train or test" }
            guard let stance = Int(fields[4]).flatMap(Stance.init) else { return "the stance is not -1, 0 or 1" }
            guard let tone = Int(fields[5]).flatMap(Tone.Direction.init) else { return "the tone is not -1, 0 or 1" }
            return LabelledHeadline(
                isTest: fields[0] == "test", thesis: fields[1], story: fields[2], language: fields[3], stance: stance,
                tone: tone, text: fields[6])
        }
        prototypes = try Self.rows(folder, "prototypes.tsv", fields: 4) { fields in
            Prototype(thesis: fields[0], side: fields[1], language: fields[2], text: fields[3])
        }
        var theses: [String] = []
        for prototype in prototypes where theses.last != prototype.thesis { theses.append(prototype.thesis) }
        self.theses = theses
    }

    /// The sentences for (`pro`) or against (`con`) a thesis, in all languages.
    public func sentences(_ side: String, _ thesis: String) -> [String] {
        prototypes.filter { $0.thesis == thesis && $0.side == side }.map(\.text)
    }

    /// Lines that are neither empty nor comments; `read` answers a reason for one it refuses.
    static func rows<Row>(
        _ folder: URL, _ name: String, fields count: Int, _ read: ([String]) -> Any
    ) throws -> [Row] {
        let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        var rows: [Row] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == count else {
                throw InvalidLine(file: name, line: index + 1, reason: "\(fields.count) fields, not \(count)")
            }
            let result = read(fields)
            guard let row = result as? Row else {
                throw InvalidLine(file: name, line: index + 1, reason: "\(result)")
            }
            rows.append(row)
        }
        return rows
    }
}
