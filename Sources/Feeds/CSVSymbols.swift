/// Which symbols stand in CSV files of bars and trades; nothing else of a row is looked at.
public struct CSVSymbols: LineFeed {
    public let source: String
    public var counts = FeedCounts()
    /// Each once, in the order of their first row.
    public private(set) var symbols: [String] = []
    private var known: Set<String> = []
    private var layout: CSVLayout?
    private var header: Fault?
    private var record = CSVRecord()

    init(source: String) { self.source = source }

    public mutating func read(_ line: Span<UInt8>, number: UInt64, into batch: inout FeedBatch) {
        guard header == nil, record.split(line) == .complete, !record.isBlank else { return }
        guard let layout else {
            do { layout = try CSVLayout(header: record) } catch { header = error }
            return
        }
        let column = layout.columns[1]
        guard record.fields.count == layout.width, let text = record.text(column), TextRules.isSymbol(text) else {
            return
        }
        if known.insert(text).inserted { symbols.append(text) }
    }

    public mutating func finish(into batch: inout FeedBatch) {
        if let header { refuse(header, 1, into: &batch) }
    }

    /// Reads a file to its end.
    ///
    /// - Throws: ``Refusal`` for a header that is not understood, ``LineReader/ReadError`` for a file that cannot be read.
    public static func read(_ path: String) throws -> [String] {
        var feed = Self(source: path)
        var refusal: Refusal?
        try LineReader.readAll(path, into: &feed) { batch in
            refusal = refusal ?? batch.refusals.first
        }
        if let refusal { throw refusal }
        return feed.symbols
    }
}
