import NewsModels

/// Archived items in the order they came, with columns of what is looked through for every shock.
struct ArchivedItems: CompactlyStored, Equatable, Sendable {
    private(set) var values: [ArchivedItem] = []
    /// A row for each of ``values``; made anew from them when they are read.
    private(set) var columns = ArchiveColumns()

    init() {}

    init(_ values: [ArchivedItem]) {
        self.values = values
        for item in values { columns.append(item) }
    }

    init?(reading reader: inout CompactReader) {
        guard let values = reader.list(ArchivedItem.init(reading:)) else { return nil }
        self.init(values)
    }

    mutating func append(_ item: ArchivedItem) {
        values.append(item)
        columns.append(item)
    }

    /// Drops the first `count` items, and of the others those seen before a time. O(n).
    mutating func drop(first count: Int, seenBefore horizon: UInt64) {
        self = .init(values.dropFirst(count).filter { $0.seen >= horizon })
    }

    func write(to writer: inout CompactWriter) {
        writer.list(values) { $0.write(to: &$1) }
    }
}

extension ArchivedItem {
    fileprivate init?(reading reader: inout CompactReader) {
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

    fileprivate func write(to writer: inout CompactWriter) {
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

    private static func link(_ reader: inout CompactReader) -> NewsLink? {
        guard let entity = reader.text(), let bits = reader.number() else { return nil }
        return NewsLink(entity: entity, relevance: Double(bitPattern: bits))
    }
}
