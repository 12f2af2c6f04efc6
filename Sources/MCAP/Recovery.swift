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

/// Who wrote a file, and so how closely ``recover(_:writtenBy:limits:)`` looks.
public enum FileOrigin: Hashable, Sendable {
    /// Chunks written by ``FileWriter``. What it never writes is damage: padded records, unknown opcodes, messages
    /// outside chunks, chunks without a CRC or whose times or indexes contradict their messages. A changed
    /// opcode or length would otherwise pass for something the format allows, and hide the chunks behind it.
    case thisLibrary
    /// Anything the format allows.
    case anywhere
}

/// Reads a file from its start, checks every chunk, and says how far it can be trusted.
///
/// The file is not changed: ``FileWriter/init(continuing:_:options:discardingChunks:calls:)`` cuts and goes on. Schema
/// and Channel records outside chunks have no checksum of their own; only the optional data section CRC covers them.
///
/// - Parameters:
///   - descriptor: Open for reading; stays the caller's.
///   - origin: Who wrote it, and so what counts as damage.
///   - limits: The largest chunk and record to take.
/// - Throws: ``ContainerError`` with reason `system` only. Whatever the bytes are, they make a verdict.
/// - Complexity: Linear: every chunk is read and decompressed. Behind a stop, the rest is searched for whole
///   chunks, reading at most about twice its length. Memory: one chunk and the summary.
public func recover(
    _ descriptor: Int32, writtenBy origin: FileOrigin = .thisLibrary, limits: ReadLimits = ReadLimits()
) throws(ContainerError) -> RecoveredFile {
    var scan = RecoveryScan(isStrict: origin == .thisLibrary, limits: limits)
    scan.file.fileSize = try fileSize(descriptor)
    do {
        try scan.read(descriptor)
    } catch {
        if case .system = error.reason { throw error }
        scan.settle()
        scan.file.verdict = try judge(error, descriptor, size: scan.file.fileSize, limits)
    }
    if let stated = scan.statedDataCRC, stated != 0 {
        scan.file.matchesDataSectionCRC = try dataSectionCRC(of: descriptor, upTo: scan.file.endOffset) == stated
    }
    return scan.file
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
