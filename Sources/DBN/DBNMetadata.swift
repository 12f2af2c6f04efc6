/// What stands before the records: where they are from and which symbols their instrument numbers stand for.
public struct DBNMetadata: Equatable, Sendable {
    /// Symbology: what a symbol is, by the number it has in files. 255: not said, or mixed.
    public enum Symbology {
        public static let instrumentID: UInt8 = 0, rawSymbol: UInt8 = 1, smart: UInt8 = 2, continuous: UInt8 = 3
        public static let parent: UInt8 = 4, nasdaq: UInt8 = 5, cms: UInt8 = 6
    }

    /// A symbol over a range of dates.
    public struct Interval: Equatable, Sendable {
        /// Dates as YYYYMMDD, the second not included.
        public var start: UInt32
        public var end: UInt32
        /// What the symbol stood for; an instrument's number, if `outputSymbology` says so. Empty: for nothing.
        public var symbol: String
    }

    public struct Mapping: Equatable, Sendable {
        public var symbol: String
        public var intervals: [Interval]
    }

    public var version: UInt8
    /// Such as `XNAS.ITCH`.
    public var dataset: String
    /// Number of the schema; nil: not said, or mixed.
    public var schema: UInt16?
    /// ns since the Unix epoch, `end` not included; nil: open.
    public var start: UInt64
    public var end: UInt64?
    /// Most records asked for; nil: all.
    public var limit: UInt64?
    public var inputSymbology: UInt8
    public var outputSymbology: UInt8
    /// Whether each record ends with the time it was sent, 8 bytes.
    public var hasSendTimes: Bool
    public var symbols: [String]
    /// Symbols that did not stand for something on every day.
    public var partial: [String]
    public var notFound: [String]
    public var mappings: [Mapping]
}

extension DBNMetadata {
    /// Bytes of `DBN`, version and length.
    static let prefixLength = 8
    private static let fixedLength = 100

    /// - Parameters:
    ///   - bytes: What follows the prefix, of the length it says.
    ///   - version: 1 to 3.
    init(_ bytes: UnsafeRawBufferPointer, version: UInt8) throws(DBNError) {
        var reader = MetadataReader(bytes)
        guard bytes.count >= Self.fixedLength else { throw reader.fault("\(bytes.count) bytes, needed are 100") }
        self.version = version
        dataset = reader.fixedText(16)
        let schema: UInt16 = reader.fixed()
        self.schema = schema == .max ? nil : schema
        start = reader.fixed()
        let end: UInt64 = reader.fixed()
        self.end = end == .max || end == 0 ? nil : end
        let limit: UInt64 = reader.fixed()
        self.limit = limit == 0 ? nil : limit
        if version == 1 { _ = reader.fixed(UInt64.self) }  // a count of records, which streams did not know
        inputSymbology = reader.fixed()
        outputSymbology = reader.fixed()
        hasSendTimes = reader.fixed(UInt8.self) != 0
        var textLength = 22
        if version > 1 {
            textLength = Int(reader.fixed(UInt16.self))
            guard (2...4_096).contains(textLength) else {
                throw reader.fault("symbols of \(textLength) bytes, possible are 2 to 4,096")
            }
        }
        reader.position = Self.fixedLength
        let definition = try reader.read(UInt32.self)
        try reader.skip(Int(definition))
        symbols = try reader.texts(textLength)
        partial = try reader.texts(textLength)
        notFound = try reader.texts(textLength)
        mappings = try reader.mappings(textLength)
    }
}

/// Reads the metadata's fields; offsets in errors are the file's.
private struct MetadataReader {
    private let bytes: UnsafeRawBufferPointer
    var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    func fault(_ text: String) -> DBNError {
        DBNError(fault: .metadata(text), offset: UInt64(DBNMetadata.prefixLength + position))
    }

    /// A field of the fixed part, whose length was checked.
    mutating func fixed<T: FixedWidthInteger>(_: T.Type = T.self) -> T {
        defer { position += MemoryLayout<T>.size }
        return T(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: T.self))
    }

    mutating func fixedText(_ size: Int) -> String {
        defer { position += size }
        return String(decoding: bytes[position..<position + size].prefix { $0 != 0 }, as: UTF8.self)
    }

    mutating func read<T: FixedWidthInteger>(_: T.Type = T.self) throws(DBNError) -> T {
        try need(MemoryLayout<T>.size)
        return fixed()
    }

    mutating func skip(_ count: Int) throws(DBNError) {
        try need(count)
        position += count
    }

    private func need(_ count: Int) throws(DBNError) {
        guard count <= bytes.count - position else {
            throw fault("\(count) bytes are needed and \(bytes.count - position) are left")
        }
    }

    /// How many entries follow; each takes at least `size` bytes, so that a count nobody has bytes for allocates nothing.
    private mutating func count(of size: Int) throws(DBNError) -> Int {
        let count = Int(try read(UInt32.self))
        guard count <= (bytes.count - position) / size else {
            throw fault("\(count) entries of \(size) bytes or more in \(bytes.count - position) bytes")
        }
        return count
    }

    private mutating func text(_ size: Int) throws(DBNError) -> String {
        try need(size)
        return fixedText(size)
    }

    mutating func texts(_ size: Int) throws(DBNError) -> [String] {
        var texts: [String] = []
        for _ in 0..<(try count(of: size)) { texts.append(try text(size)) }
        return texts
    }

    mutating func mappings(_ size: Int) throws(DBNError) -> [DBNMetadata.Mapping] {
        var mappings: [DBNMetadata.Mapping] = []
        for _ in 0..<(try count(of: size + 4)) {
            let symbol = try text(size)
            var intervals: [DBNMetadata.Interval] = []
            for _ in 0..<(try count(of: size + 8)) {
                let (start, end) = (try read(UInt32.self), try read(UInt32.self))
                intervals.append(DBNMetadata.Interval(start: start, end: end, symbol: try text(size)))
            }
            mappings.append(DBNMetadata.Mapping(symbol: symbol, intervals: intervals))
        }
        return mappings
    }
}
