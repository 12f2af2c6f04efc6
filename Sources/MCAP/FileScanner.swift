/// Where one record lies in a file.
public struct RecordPlace: Hashable, Sendable {
    public let opcode: Opcode
    /// Offset of the opcode from the start of the file.
    public let offset: UInt64
    /// Length of the whole record with opcode and length field, in bytes.
    public let length: UInt64

    /// Offset just behind the record.
    public var end: UInt64 { offset + length }
    /// Offset of the content.
    public var contentOffset: UInt64 { offset + UInt64(FileFormat.recordPrefixLength) }
    /// Length of the content, in bytes.
    public var contentLength: UInt64 { length - UInt64(FileFormat.recordPrefixLength) }
}

/// Steps through a file's records from its start, with the memory of one record or chunk.
///
///     var scanner = try FileScanner(descriptor)
///     while let place = try scanner.next() {
///         switch try scanner.record() { case .chunk(let chunk): … }
///     }
///
/// ``next()`` reads only the record's prefix; ``record()`` and ``load(_:)`` read the rest when asked. The
/// descriptor stays the caller's and must stay open.
public struct FileScanner: ~Copyable, Sendable {
    private let descriptor: Int32
    private let limits: ReadLimits
    private let isChecked: Bool
    private var window: FileWindow
    private var chunks: ChunkReader
    private var current: RecordPlace?

    /// Where the scan ends: the file's size when it began, or less.
    public let end: UInt64
    /// Where the next record begins. After an error, where the bad record begins.
    public private(set) var position: UInt64
    /// Whether Footer and closing magic were met.
    public private(set) var isAtFooter: Bool

    /// - Parameters:
    ///   - descriptor: Open for reading. Its file offset is neither used nor moved.
    ///   - offset: Where to begin: 0 for the magic, or the start of a record.
    ///   - end: Where to stop; for a live file, its committed length. By default the file's size.
    ///   - limits: The largest chunk and record to take.
    /// - Throws: ``ContainerError``: `truncated` or `wrongMagic` when scanning from 0, or a failed system call.
    public init(
        _ descriptor: Int32, from offset: UInt64 = 0, upTo end: UInt64? = nil, limits: ReadLimits = ReadLimits()
    ) throws(ContainerError) {
        try self.init(descriptor, from: offset, upTo: end, limits: limits, isChecked: true)
    }

    /// - Parameter isChecked: Whether a file must begin with the magic and a Header.
    init(
        _ descriptor: Int32, from offset: UInt64, upTo end: UInt64?, limits: ReadLimits, isChecked: Bool
    ) throws(ContainerError) {
        let size = try fileSize(descriptor)
        let end = min(end ?? size, size)
        var window = FileWindow()
        let position = offset == 0 && isChecked ? try window.checkMagic(descriptor, at: 0, end: end) : offset
        self.isChecked = isChecked
        self.descriptor = descriptor
        self.limits = limits
        self.window = window
        self.chunks = ChunkReader(limits: limits)
        self.end = end
        self.position = position
        self.current = nil
        self.isAtFooter = false
    }

    /// The next record's place, or `nil` behind the Footer, or at the end of a file that has none so far.
    ///
    /// - Throws: ``ContainerError``: `truncated` when the record runs over the end, `invalidOpcode`,
    ///   `unexpectedRecord` when the first record is no Header, `wrongMagic` behind the Footer, or a failed
    ///   system call. The scan stays where it is.
    public mutating func next() throws(ContainerError) -> RecordPlace? {
        if isAtFooter || position == end { return nil }
        let place = try prefix(at: position)
        if isChecked, position == UInt64(FileFormat.magic.count), place.opcode != .header {
            throw ContainerError(.unexpectedRecord(found: place.opcode, expected: .header), at: position)
        }
        var next = place.end
        if place.opcode == .footer {
            next = try window.checkMagic(descriptor, at: next, end: end)
            isAtFooter = true
        }
        current = place
        position = next
        return place
    }

    /// Decodes the record ``next()`` came to. A chunk's records are not read: see ``load(_:)``.
    ///
    /// - Throws: ``ContainerError``: `tooLarge` before anything is allocated, or what its decoder found.
    /// - Precondition: ``next()`` has returned a place.
    public mutating func record() throws(ContainerError) -> AnyRecord {
        guard let current else { preconditionFailure("next() comes before record()") }
        if current.opcode == .chunk { return .chunk(try chunk(current)) }
        guard current.contentLength <= limits.recordLength else {
            let reason = ContainerError.Reason.tooLarge(declared: current.contentLength, limit: limits.recordLength)
            throw ContainerError(reason, at: current.offset)
        }
        let content = try window.view(descriptor, at: current.contentOffset, count: Int(current.contentLength))
        return try AnyRecord(opcode: current.opcode, content: content, at: current.contentOffset)
    }

    /// Reads, decompresses and checks a chunk's records, for ``withRecords(_:)``.
    ///
    /// - Throws: As ``ChunkReader/load(_:from:)``.
    public mutating func load(_ chunk: ChunkPlace) throws(ContainerError) {
        try chunks.load(chunk, from: descriptor)
    }

    /// Lends the records of the chunk last loaded.
    public func withRecords<Result, Failure>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try chunks.withRecords(body)
    }

    /// Opcode of the record ``next()`` came to; 0 before the first.
    var currentOpcode: Opcode { current?.opcode ?? Opcode(rawValue: 0) }

    /// Checks the summary that the Footer at `place` closes.
    func checkSummary(_ footer: FooterRecord, at place: RecordPlace) throws(ContainerError) {
        try MCAP.checkSummary(descriptor, footer, at: place.offset)
    }

    /// Whether the summary that the Footer at `place` closes begins at `start`, whatever the Footer says.
    func isSummary(_ footer: FooterRecord, at place: RecordPlace, from start: UInt64) throws(ContainerError) -> Bool {
        guard footer.summaryCRC != 0, start <= place.offset else { return false }
        return try summaryCRC(descriptor, from: start, footerOffset: place.offset) == footer.summaryCRC
    }

    /// Opcode and length of the record at `offset`, which must fit before the end.
    private mutating func prefix(at offset: UInt64) throws(ContainerError) -> RecordPlace {
        let available = offset < end ? end - offset : 0
        let prefixLength = UInt64(FileFormat.recordPrefixLength)
        guard available >= prefixLength else {
            throw ContainerError(.truncated(needed: prefixLength, available: available), at: offset)
        }
        let bytes = try window.view(descriptor, at: offset, count: FileFormat.recordPrefixLength)
        guard bytes[0] != 0 else { throw ContainerError(.invalidOpcode, at: offset) }
        let length = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
        guard length <= available - prefixLength else {
            throw ContainerError(.truncated(needed: length, available: available - prefixLength), at: offset)
        }
        return RecordPlace(opcode: Opcode(rawValue: bytes[0]), offset: offset, length: prefixLength + length)
    }

    /// The fields of the chunk at `place`. A compression name so long that they do not fit a kilobyte is refused.
    private mutating func chunk(_ place: RecordPlace) throws(ContainerError) -> ChunkPlace {
        let count = Int(min(place.contentLength, 1024))
        let prefix = try window.view(descriptor, at: place.contentOffset, count: count)
        return try ChunkPlace(contentPrefix: prefix, contentLength: place.contentLength, at: place.contentOffset)
    }
}

/// A piece of a file in memory, moved as reading goes on.
struct FileWindow: ~Copyable, Sendable {
    /// Read at least this much at a time: small records share a system call.
    private static let pieceLength = 64 << 10

    private var buffer = ScratchBuffer()
    private var start: UInt64 = 0
    private var count = 0

    /// `count` bytes of the file at `offset`, valid until the next call.
    ///
    /// - Throws: ``ContainerError`` when the file is shorter, or cannot be read.
    mutating func view(
        _ descriptor: Int32, at offset: UInt64, count needed: Int
    ) throws(ContainerError) -> UnsafeRawBufferPointer {
        if offset < start || offset + UInt64(needed) > start + UInt64(count) {
            count = 0
            let piece = buffer.prefix(max(needed, Self.pieceLength))
            count = try readFully(descriptor, into: piece, at: offset)
            start = offset
        }
        let skipped = Int(offset - start)
        guard count - skipped >= needed else {
            throw ContainerError(.truncated(needed: UInt64(needed), available: UInt64(count - skipped)), at: offset)
        }
        return UnsafeRawBufferPointer(rebasing: buffer.filled(count)[skipped..<skipped + needed])
    }

    /// Checks that the magic lies at `offset`, before `end`.
    ///
    /// - Returns: The offset behind it.
    mutating func checkMagic(
        _ descriptor: Int32, at offset: UInt64, end: UInt64
    ) throws(ContainerError) -> UInt64 {
        let needed = UInt64(FileFormat.magic.count)
        let available = offset < end ? end - offset : 0
        guard available >= needed else {
            throw ContainerError(.truncated(needed: needed, available: available), at: offset)
        }
        let found = try view(descriptor, at: offset, count: FileFormat.magic.count)
        guard found.elementsEqual(FileFormat.magic) else {
            throw ContainerError(.wrongMagic(found: [UInt8](found)), at: offset)
        }
        return offset + needed
    }
}
