/// What a file turned out to be, read from its start.
public struct RecoveredFile: Hashable, Sendable {
    /// How the file ends.
    public enum Verdict: Hashable, Sendable {
        /// Footer, summary and magic are there and whole.
        case closed
        /// The file ends at a record boundary without a Footer: a live file, or one whose writer died between writes.
        case open
        /// Nothing valid follows the stop: the writer died in mid-write. Cut back to `endOffset` and go on.
        case torn(ContainerError)
        /// A whole chunk (the first at `next`), or a whole Footer (`next` is `nil`), follows the stop: the
        /// medium or a foreign hand. Cutting back would lose records.
        case damaged(ContainerError, next: UInt64?)
    }

    public internal(set) var verdict: Verdict = .open
    /// Where the next record would go: the end of the last valid record of the data section. Every chunk
    /// before it is whole and matches its CRC-32. Behind a last chunk, message indexes count only if
    /// all of them are whole; of a closed file it is the offset of DataEnd.
    public internal(set) var endOffset: UInt64 = 0
    /// Size of the file when it was read, in bytes.
    public internal(set) var fileSize: UInt64 = 0
    /// `nil` when the file does not get as far as a whole Header.
    public internal(set) var header: HeaderRecord?
    /// What lies before `endOffset`, counted again, not what the file's own summary says.
    public internal(set) var summary = FileSummary()
    /// Whether the file up to DataEnd matches the CRC-32 stated there; `nil` where none is stated.
    public internal(set) var matchesDataSectionCRC: Bool?

    /// Where reading stopped and why; `nil` for a closed file and for one that ends at a record boundary.
    public var stop: ContainerError? {
        switch verdict {
        case .closed, .open: nil
        case .torn(let stop), .damaged(let stop, _): stop
        }
    }
}

/// Reads a file from its start, checks every chunk, and says how far it can be trusted.
///
/// The file is not changed: ``FileWriter/init(continuing:_:options:discardingChunks:)`` cuts and goes on. Schema
/// and Channel records outside chunks have no checksum of their own; only the optional data section CRC covers them.
///
/// - Parameter descriptor: Open for reading; stays the caller's.
/// - Throws: ``ContainerError`` with reason `system` only. Whatever the bytes are, they make a verdict.
/// - Complexity: Linear: every chunk is read and decompressed. Behind a stop, the rest is searched for whole
///   chunks, reading at most about twice its length. Memory: one chunk and the summary.
public func recover(_ descriptor: Int32, limits: ReadLimits = ReadLimits()) throws(ContainerError) -> RecoveredFile {
    var recovery = Recovery(limits: limits)
    recovery.file.fileSize = try fileSize(descriptor)
    do {
        try recovery.read(descriptor)
    } catch {
        if case .system = error.reason { throw error }
        recovery.settle()
        recovery.file.verdict = try judge(error, descriptor, size: recovery.file.fileSize, limits)
    }
    if let stated = recovery.statedDataCRC, stated != 0 {
        recovery.file.matchesDataSectionCRC =
            try dataSectionCRC(of: descriptor, upTo: recovery.file.endOffset) == stated
    }
    return recovery.file
}

/// Torn or damaged: is there anything whole behind the stop?
private func judge(
    _ stop: ContainerError, _ descriptor: Int32, size: UInt64, _ limits: ReadLimits
) throws(ContainerError) -> RecoveredFile.Verdict {
    if let next = try findChunk(descriptor, after: stop.offset, upTo: size, limits) {
        return .damaged(stop, next: next)
    }
    let footer = try readFooter(descriptor, size: size)
    return footer == nil ? .torn(stop) : .damaged(stop, next: nil)
}

/// The scan behind ``recover(_:limits:)``.
private struct Recovery: ~Copyable {
    var file = RecoveredFile()
    var statedDataCRC: UInt32?
    private let limits: ReadLimits
    private var pending: PendingChunk?
    private var isInSummary = false

    init(limits: ReadLimits) {
        self.limits = limits
    }

    mutating func read(_ descriptor: Int32) throws(ContainerError) {
        var scanner = try FileScanner(descriptor, upTo: file.fileSize, limits: limits)
        file.endOffset = scanner.position
        while let place = try scanner.next() {
            do {
                try note(place, &scanner)
            } catch {
                throw place.failed(error)
            }
        }
        settle()
        file.verdict = scanner.isAtFooter ? .closed : .open
    }

    private mutating func note(_ place: RecordPlace, _ scanner: inout FileScanner) throws(ContainerError) {
        if place.opcode != .messageIndex { settle() }
        if isInSummary || place.opcode.endsDataSection {
            isInSummary = true
            try noteSummary(place, &scanner)
            return
        }
        switch try scanner.record() {
        case .header(let header): file.header = header
        case .schema(let schema): try note([schema], [], at: place.offset)
        case .channel(let channel): try note([], [channel], at: place.offset)
        case .message(let message): file.summary.noteMessage(on: message.channelID, logTime: message.logTime)
        case .attachment(let attachment):
            file.summary.note(AttachmentIndexRecord(of: attachment, at: place.offset, length: place.length))
        case .metadata(let metadata):
            file.summary.note(
                MetadataIndexRecord(offset: place.offset, length: place.length, name: metadata.name))
        case .chunk(let chunk): try note(chunk, place, &scanner)
        case .messageIndex(let index):
            pending?.note(index, place)
            if pending != nil { return }  // the end moves when the chunk is settled
        default: break
        }
        file.endOffset = place.end
    }

    /// Behind the data section: nothing to gather, but the closing is only whole if all of it decodes.
    private mutating func noteSummary(_ place: RecordPlace, _ scanner: inout FileScanner) throws(ContainerError) {
        switch try scanner.record() {
        case .dataEnd(let end): statedDataCRC = end.dataSectionCRC
        case .footer(let footer): try scanner.checkSummary(footer, at: place)
        default: break
        }
    }

    private mutating func note(
        _ schemas: [SchemaRecord], _ channels: [ChannelRecord], at offset: UInt64
    ) throws(ContainerError) {
        file.summary.adopt(try file.summary.definitions(adding: schemas, channels, at: offset))
    }

    private mutating func note(
        _ chunk: ChunkPlace, _ place: RecordPlace, _ scanner: inout FileScanner
    ) throws(ContainerError) {
        try scanner.load(chunk)
        let contents = try scanner.withRecords { (records) throws(ContainerError) in
            try ChunkContents(records, at: chunk.recordsOffset)
        }
        try note(contents.schemas, contents.channels, at: place.offset)
        pending = PendingChunk(chunk, place, contents)
        file.endOffset = place.end
    }

    /// Takes the last chunk into the summary, with its message indexes if all of them are whole.
    mutating func settle() {
        guard let chunk = pending else { return }
        pending = nil
        file.summary.note(chunk.index, messages: chunk.messages)
        if chunk.hasAllIndexes { file.endOffset += chunk.index.messageIndexLength }
    }
}

extension Opcode {
    /// Records that come only behind the data section.
    fileprivate var endsDataSection: Bool {
        switch self {
        case .dataEnd, .footer, .chunkIndex, .attachmentIndex, .statistics, .metadataIndex, .summaryOffset: true
        default: false
        }
    }
}

extension RecordPlace {
    /// The error of a record's content, moved to the record: everything from there on is in doubt.
    fileprivate func failed(_ error: ContainerError) -> ContainerError {
        if case .system = error.reason { return error }
        return ContainerError(error.reason, at: offset)
    }
}
