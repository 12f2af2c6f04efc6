/// How a file is written.
public struct WriterOptions: Hashable, Sendable {
    /// What ``FileWriter/finish()`` writes behind the data.
    public var summary: SummaryParts
    /// Whether the DataEnd record has a CRC-32 of all that was written. Chunks have their own, so this
    /// guards only what lies between them, for a second pass over every byte.
    public var takesDataSectionCRC: Bool

    public init(summary: SummaryParts = .all, takesDataSectionCRC: Bool = false) {
        self.summary = summary
        self.takesDataSectionCRC = takesDataSectionCRC
    }
}

/// Writes one MCAP file, whole records at a time, and knows where each of them lies.
///
/// It goes *writing* → ``finish()`` → *finished*. It owns its descriptor and closes it when it goes.
///
/// Each append is one `pwrite` at ``offset`` (more only after a signal or a short write). When it fails,
/// the file is cut back to ``offset`` as far as the kernel allows, nothing is noted, and the same append may
/// be tried again; should the cut fail too, the next append overwrites the torn bytes and recovery cuts them.
///
/// Memory: the summary, which is about 150 bytes a chunk.
public struct FileWriter: ~Copyable, Sendable {
    private let file: OwnedDescriptor
    private let calls: any FileCalls
    public let options: WriterOptions
    /// Where the next record goes: length of the file so far, in bytes.
    public private(set) var offset: UInt64
    /// What was written so far.
    public private(set) var summary: FileSummary
    /// Whether the file has its Footer.
    public private(set) var isFinished = false
    private var dataCRC: UInt32
    private var scratch: [UInt8] = []

    /// Starts an empty file: magic, Header, Schemas and Channels in one write.
    ///
    /// - Parameters:
    ///   - descriptor: Open for reading and writing, of an empty file. Ours from here on, unless this throws.
    ///   - header: The first record.
    ///   - schemas: Before the channels that refer to them.
    ///   - channels: With the ids of their schemas.
    ///   - options: Which summary and checksum the finished file has.
    ///   - calls: How the file is changed.
    /// - Throws: ``ContainerError``: `notEmpty`, `conflictingDefinition`, or a failed system call.
    public init(
        _ descriptor: Int32, header: HeaderRecord, schemas: [SchemaRecord] = [], channels: [ChannelRecord] = [],
        options: WriterOptions = WriterOptions(), calls: any FileCalls = SystemFileCalls()
    ) throws(ContainerError) {
        let size = try fileSize(descriptor)
        guard size == 0 else { throw ContainerError(.notEmpty(size: size), at: 0) }
        var summary = FileSummary()
        var bytes = FileFormat.magic
        header.append(to: &bytes)
        let definitions = try summary.definitions(adding: schemas, channels, at: 0)
        definitions.appendNew(since: summary, to: &bytes)
        summary.adopt(definitions)
        try Self.write(bytes.span.bytes, to: descriptor, at: 0, calls)
        self.file = OwnedDescriptor(descriptor)
        self.calls = calls
        self.options = options
        self.offset = UInt64(bytes.count)
        self.summary = summary
        self.dataCRC = options.takesDataSectionCRC ? crc32(of: bytes.span.bytes) : 0
    }

    /// Goes on where a recovered file ends, to write more or to finish it. What lies behind its last valid
    /// record is cut off: a torn tail, or the summary of a closed file.
    ///
    /// - Parameters:
    ///   - recovered: What ``recover(_:writtenBy:limits:)`` said of the same file, unchanged since.
    ///   - descriptor: Open for reading and writing. Ours from here on, unless this throws.
    ///   - options: Which summary and checksum the finished file has.
    ///   - discardingChunks: Whether whole chunks behind damage may be cut off with it.
    ///   - calls: How the file is changed.
    /// - Throws: ``ContainerError``: `missingHeader`, `wouldDiscardChunks`, or a failed system call.
    /// - Complexity: Constant; with `takesDataSectionCRC`, linear in the file's size.
    public init(
        continuing recovered: RecoveredFile, _ descriptor: Int32, options: WriterOptions = WriterOptions(),
        discardingChunks: Bool = false, calls: any FileCalls = SystemFileCalls()
    ) throws(ContainerError) {
        guard recovered.header != nil else { throw ContainerError(.missingHeader, at: 0) }
        if case .damaged(let stop, let next) = recovered.verdict, !discardingChunks {
            throw ContainerError(.wouldDiscardChunks(at: next ?? stop.offset), at: stop.offset)
        }
        let end = recovered.endOffset
        let crc = options.takesDataSectionCRC ? try dataSectionCRC(of: descriptor, upTo: end) : 0
        guard calls.truncate(descriptor, to: end) == 0 else { throw .system(.ftruncate, at: end) }
        self.file = OwnedDescriptor(descriptor)
        self.calls = calls
        self.options = options
        self.offset = end
        self.summary = recovered.summary
        self.dataCRC = crc
    }

    /// The descriptor, for reading back what was written. It stays ours.
    public var descriptor: Int32 { file.raw }

    /// Writes a chunk with its message indexes, sealing it if that was not done, and empties the builder.
    ///
    /// - Parameters:
    ///   - chunk: Empty afterwards, unless this throws.
    ///   - compression: Ignored when the chunk is sealed already.
    ///   - messageIndexes: Whether MessageIndex records follow the chunk; ignored likewise.
    /// - Returns: Where it lies; `place.records` is the range to `pread`. An empty chunk is written too.
    /// - Throws: ``ContainerError``; the builder then stays as it is, sealed, to be tried again.
    @discardableResult
    public mutating func append(
        _ chunk: inout ChunkBuilder, _ compression: Compression = .none, messageIndexes: Bool = true
    ) throws(ContainerError) -> SealedChunk {
        let sealed = try chunk.seal(compression, messageIndexes: messageIndexes).placed(at: offset)
        let definitions = try summary.definitions(adding: chunk.schemas, chunk.channels, at: offset)
        try chunk.withSealedBytes { (bytes) throws(ContainerError) in try append(bytes) }
        summary.adopt(definitions)
        summary.note(sealed.index, messages: chunk.messageCounts)
        chunk.removeAll()
        return sealed
    }

    /// Writes Schema and Channel records into the data section, in one write. Those known already are
    /// not written again.
    ///
    /// - Throws: ``ContainerError``: `conflictingDefinition` when an id is known for another definition, or
    ///   a failed system call.
    public mutating func append(schemas: [SchemaRecord], channels: [ChannelRecord]) throws(ContainerError) {
        let definitions = try summary.definitions(adding: schemas, channels, at: offset)
        scratch.removeAll(keepingCapacity: true)
        definitions.appendNew(since: summary, to: &scratch)
        try appendScratch()
        summary.adopt(definitions)
    }

    /// Writes a message outside chunks, where no index finds it, no checksum guards it, and strict recovery
    /// (``FileOrigin/thisLibrary``) takes it for damage. For files that others asked for so.
    public mutating func append(_ message: MessageRecord) throws(ContainerError) {
        try appendScratch(message)
        summary.noteMessage(on: message.channelID, logTime: message.logTime)
    }

    /// Writes an attachment.
    public mutating func append(_ attachment: AttachmentRecord) throws(ContainerError) {
        let place = offset
        try appendScratch(attachment)
        summary.note(AttachmentIndexRecord(of: attachment, at: place, length: offset - place))
    }

    /// Writes free-form text.
    public mutating func append(_ metadata: MetadataRecord) throws(ContainerError) {
        let place = offset
        try appendScratch(metadata)
        summary.note(MetadataIndexRecord(offset: place, length: offset - place, name: metadata.name))
    }

    /// Closes the data section and writes summary, Footer and magic, in one write. Finishing a finished
    /// file does nothing.
    ///
    /// - Throws: ``ContainerError`` for a failed system call; the file is then not finished and may be
    ///   appended to, or finished again.
    public mutating func finish() throws(ContainerError) {
        if isFinished { return }
        scratch.removeAll(keepingCapacity: true)
        DataEndRecord(dataSectionCRC: dataCRC).append(to: &scratch)
        let start = offset + UInt64(scratch.count)
        summary.appendClosing(to: &scratch, at: start, parts: options.summary)
        try appendScratch()
        isFinished = true
    }

    /// Waits until what was written would survive a power loss (`fdatasync`).
    ///
    /// - Throws: ``ContainerError`` for a failed system call. The kernel may have dropped the pages: trying
    ///   again proves nothing.
    public func sync() throws(ContainerError) {
        guard calls.sync(file.raw) == 0 else { throw .system(.fdatasync, at: offset) }
    }

    /// Closes the descriptor and says what the kernel says; without this it closes silently.
    public consuming func close() throws(ContainerError) {
        try file.close()
    }
}

extension FileWriter {
    private mutating func appendScratch<Kind: Record>(_ record: Kind) throws(ContainerError) {
        scratch.removeAll(keepingCapacity: true)
        record.append(to: &scratch)
        try appendScratch()
    }

    private mutating func appendScratch() throws(ContainerError) {
        let bytes = scratch
        try append(bytes.span.bytes)
    }

    /// Writes at the end, and moves the end.
    private mutating func append(_ bytes: RawSpan) throws(ContainerError) {
        precondition(!isFinished, "the file is finished")
        try Self.write(bytes, to: file.raw, at: offset, calls)
        offset += UInt64(bytes.byteCount)
        if options.takesDataSectionCRC { dataCRC = crc32(of: bytes, continuing: dataCRC) }
    }

    /// Writes all of `bytes`, or cuts the file back to `offset`.
    private static func write(
        _ bytes: RawSpan, to descriptor: Int32, at offset: UInt64, _ calls: any FileCalls
    ) throws(ContainerError) {
        try bytes.withUnsafeBytes { (bytes) throws(ContainerError) in
            do throws(ContainerError) {
                try writeFully(descriptor, bytes, at: offset, calls)
            } catch {
                _ = calls.truncate(descriptor, to: offset)
                throw error
            }
        }
    }
}
