import Foundation

/// Archived items in the order they came, which a checkpoint stores as one block of bytes: a month of news is
/// millions of values, and written one by one they would take it seconds.
struct ArchivedItems: Codable, Equatable, Sendable {
    var values: [ArchivedItem] = []

    init() {}

    init(from decoder: any Decoder) throws {
        var reader = ByteReader(try decoder.singleValueContainer().decode(Data.self))
        while !reader.isAtEnd {
            guard let item = ArchivedItem(from: &reader) else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "item \(values.count) is cut short"))
            }
            values.append(item)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var writer = ByteWriter()
        for item in values { item.write(to: &writer) }
        var container = encoder.singleValueContainer()
        try container.encode(Data(writer.bytes))
    }
}

extension ArchivedItem {
    fileprivate init?(from reader: inout ByteReader) {
        guard let sequence = reader.number(), let seen = reader.number(), let story = reader.number(),
            let origin = reader.number(), let tier = reader.number(), let marks = reader.number(),
            let language = reader.text(), let source = reader.text(), let title = reader.text(),
            let terms = reader.list({ reader in
                reader.text().flatMap { text in reader.number().map { (text, $0 != 0) } }
            }),
            let names = reader.list(Self.link), let groups = reader.list(Self.link), let speaker = reader.text()
        else { return nil }
        self.init(
            sequence: sequence, seen: seen, story: story, origin: origin, source: source,
            tier: Int(truncatingIfNeeded: tier), title: title, terms: terms.map(\.0), isName: terms.map(\.1),
            isPriceReport: marks & 1 != 0, language: language, names: names, groups: groups, speaker: speaker)
    }

    fileprivate func write(to writer: inout ByteWriter) {
        let marks: UInt64 = isPriceReport ? 1 : 0
        for number in [sequence, seen, story, origin, UInt64(truncatingIfNeeded: tier), marks] {
            writer.number(number)
        }
        writer.text(language)
        writer.text(source)
        writer.text(title)
        writer.number(UInt64(terms.count))
        for (term, isName) in zip(terms, isName) {
            writer.text(term)
            writer.number(isName ? 1 : 0)
        }
        for links in [names, groups] {
            writer.number(UInt64(links.count))
            for link in links {
                writer.text(link.entity)
                writer.number(link.relevance.bitPattern)
            }
        }
        writer.text(speaker)
    }

    private static func link(_ reader: inout ByteReader) -> NewsLink? {
        guard let entity = reader.text(), let bits = reader.number() else { return nil }
        return NewsLink(entity: entity, relevance: Double(bitPattern: bits))
    }
}

/// Writes numbers seven bits a byte, lowest first, and texts after their length.
private struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func number(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func text(_ text: String) {
        number(UInt64(text.utf8.count))
        bytes += text.utf8
    }
}

/// Reads what ``ByteWriter`` wrote; nil where the bytes end too early.
private struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ data: Data) { bytes = Array(data) }

    var isAtEnd: Bool { position == bytes.count }

    mutating func number() -> UInt64? {
        var number: UInt64 = 0
        for shift in stride(from: 0, through: 63, by: 7) {
            guard position < bytes.count else { return nil }
            let byte = bytes[position]
            position += 1
            number |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return number }
        }
        return nil
    }

    mutating func text() -> String? {
        guard let length = number(), length <= UInt64(bytes.count - position) else { return nil }
        defer { position += Int(length) }
        return String(decoding: bytes[position..<position + Int(length)], as: UTF8.self)
    }

    mutating func list<Element>(_ element: (inout ByteReader) -> Element?) -> [Element]? {
        guard let count = number(), count <= UInt64(bytes.count - position) else { return nil }
        var list: [Element] = []
        for _ in 0..<count {
            guard let next = element(&self) else { return nil }
            list.append(next)
        }
        return list
    }
}
