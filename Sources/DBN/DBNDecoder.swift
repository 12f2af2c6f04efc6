/// Decodes Databento Binary Encoding of version 1 to 3, compressed with zstd or not, from pieces of any size.
///
/// Memory: the metadata while it is read, one record, and with zstd its window (32 MiB at most). Records of kinds
/// that are not known are given on like others: a length is all that is needed to walk.
public struct DBNDecoder {
    /// What is found.
    public enum Item {
        /// Once, first; not in fragments.
        case metadata(DBNMetadata)
        case record(DBNRecord)
    }

    /// More is damage: a year of every symbol of an exchange has 200 MiB.
    public static let maximumMetadataBytes = 256 << 20

    private enum State { case start, prefix, metadata(version: UInt8, length: Int), records }

    private var state = State.start
    private var version: UInt8
    private let isFragment: Bool
    private var inflater: Inflater?
    /// Bytes of the first four, of metadata or of a record that are not all there yet.
    private var rest: [UInt8] = []
    /// Of the first byte in `rest`.
    private var offset: UInt64 = 0
    /// Records given so far.
    public private(set) var records: UInt64 = 0

    /// A whole file: metadata, then records.
    public init() {
        version = 0
        isFragment = false
    }

    /// Records without metadata, as a piece of a stream has.
    ///
    /// - Parameter version: Of the format, 1 to 3: nothing in a fragment says it.
    public init(fragmentOfVersion version: UInt8) {
        self.version = version
        isFragment = true
    }

    /// Takes the next bytes of the file.
    ///
    /// - Throws: ``DBNError``, or what `body` throws; what was given before it is whole, and the decoder is done.
    public mutating func push(_ bytes: UnsafeRawBufferPointer, _ body: (Item) throws -> Void) throws {
        if let inflater {
            try inflate(inflater, bytes, body)
        } else if case .start = state {
            rest.append(contentsOf: bytes)
            // DBZ is told from other skippable frames by its first twelve bytes.
            if rest.count >= (Self.isSkippable(rest) ? 12 : 4) { try begin(body) }
        } else {
            try take(bytes, body)
        }
    }

    /// The file ended.
    public mutating func finish(_ body: (Item) throws -> Void) throws {
        if case .start = state, !rest.isEmpty || !isFragment { try begin(body) }
        try inflater?.finish()
        switch state {
        case .start, .records: break
        case .prefix: throw truncated(needed: DBNMetadata.prefixLength)
        case .metadata(_, let length): throw truncated(needed: length)
        }
        guard !rest.isEmpty else { return }
        throw truncated(needed: max(Int(rest[0]) * 4, 4))
    }

    private func truncated(needed: Int) -> DBNError {
        DBNError(fault: .truncated(found: rest.count, needed: needed), offset: offset)
    }

    // MARK: Layers

    /// The first four bytes say whether all is compressed.
    private mutating func begin(_ body: (Item) throws -> Void) throws {
        let first = rest
        rest = []
        if first.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) || Self.isSkippable(first) {
            // DBZ has its metadata in a skippable frame.
            if first.dropFirst(8).starts(with: Array("DBZ".utf8)) { throw DBNError(fault: .dbz, offset: 8) }
            inflater = Inflater()
        } else if !isFragment, first.starts(with: Array("DBZ".utf8)) {
            throw DBNError(fault: .dbz, offset: 0)
        } else if !isFragment, !first.starts(with: Array("DBN".utf8)) {
            throw DBNError(fault: .notDBN(found: Array(first.prefix(4))), offset: 0)
        }
        state = isFragment ? .records : .prefix
        try first.withUnsafeBytes { bytes in
            if let inflater { try inflate(inflater, bytes, body) } else { try take(bytes, body) }
        }
    }

    private static func isSkippable(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 4 && bytes[0] & 0xF0 == 0x50 && bytes[1...3].elementsEqual([0x2A, 0x4D, 0x18])
    }

    private mutating func inflate(
        _ inflater: Inflater, _ bytes: UnsafeRawBufferPointer, _ body: (Item) throws -> Void
    ) throws {
        try inflater.push(bytes) { try take($0, body) }
    }

    /// Takes decompressed bytes: whole records are given where they lie, only what is torn is kept.
    private mutating func take(_ bytes: UnsafeRawBufferPointer, _ body: (Item) throws -> Void) throws {
        var bytes = bytes
        while !bytes.isEmpty {
            guard rest.isEmpty else {
                let needed = try needed()
                let missing = min(needed - rest.count, bytes.count)
                rest.append(contentsOf: bytes[..<missing])
                bytes = UnsafeRawBufferPointer(rebasing: bytes[missing...])
                guard rest.count == needed, try self.needed() == needed else { continue }
                let whole = rest
                rest.removeAll(keepingCapacity: true)
                try whole.withUnsafeBytes { try give($0, body) }
                continue
            }
            guard case .records = state else {
                rest.append(bytes[0])
                bytes = UnsafeRawBufferPointer(rebasing: bytes[1...])
                continue
            }
            let length = try recordLength(bytes[0])
            guard bytes.count >= length else {
                rest.append(contentsOf: bytes)
                return
            }
            try give(UnsafeRawBufferPointer(rebasing: bytes[..<length]), body)
            bytes = UnsafeRawBufferPointer(rebasing: bytes[length...])
        }
    }

    /// How many bytes the piece that begins with `rest` has.
    private func needed() throws(DBNError) -> Int {
        switch state {
        case .start, .prefix: DBNMetadata.prefixLength
        case .metadata(_, let length): length
        case .records: try recordLength(rest[0])
        }
    }

    private func recordLength(_ words: UInt8) throws(DBNError) -> Int {
        guard words >= 4 else { throw DBNError(fault: .recordLength(words), offset: offset) }
        return Int(words) * 4
    }

    /// A whole prefix, metadata or record.
    private mutating func give(_ bytes: UnsafeRawBufferPointer, _ body: (Item) throws -> Void) throws {
        switch state {
        case .start: break
        case .prefix: try readPrefix(bytes)
        case .metadata(let version, _):
            state = .records
            self.version = version
            try body(.metadata(DBNMetadata(bytes, version: version)))
        case .records:
            records += 1
            try body(.record(DBNRecord(bytes: bytes, offset: offset, number: records, version: version)))
        }
        offset += UInt64(bytes.count)
    }

    private mutating func readPrefix(_ bytes: UnsafeRawBufferPointer) throws(DBNError) {
        if bytes.starts(with: Array("DBZ".utf8)) { throw DBNError(fault: .dbz, offset: 0) }
        guard bytes.starts(with: Array("DBN".utf8)) else {
            throw DBNError(fault: .notDBN(found: Array(bytes.prefix(4))), offset: 0)
        }
        let version = bytes[3]
        guard (1...3).contains(version) else { throw DBNError(fault: .unsupportedVersion(version), offset: 3) }
        let length = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        guard (1...Self.maximumMetadataBytes).contains(Int(length)) else {
            throw DBNError(fault: .metadata("a length of \(length) bytes"), offset: 4)
        }
        state = .metadata(version: version, length: Int(length))
    }
}
