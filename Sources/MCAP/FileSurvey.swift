/// What a file holds that is whole, and what of it is not, wherever the damage lies.
///
/// Unlike ``RecoveredFile``, which ends at the first damage, it goes on behind it.
public struct FileSurvey: Hashable, Sendable {
    /// Whole records that can be kept, in file order.
    public enum Piece: Hashable, Sendable {
        /// A chunk, by its position in ``FileSurvey/summary``'s chunk indexes.
        case chunk(Int)
        /// Records outside chunks that follow each other: definitions, messages, attachments, metadata.
        case records(Range<UInt64>)
    }

    /// Bytes that are not what they should be.
    public struct Damage: Hashable, Sendable {
        public enum Kind: Hashable, Sendable {
            /// Records, or nobody can tell.
            case records
            /// Only what is made again from the rest: magic, message indexes, copies of definitions, summary.
            case derived
        }

        public internal(set) var range: Range<UInt64>
        /// What was found wrong first.
        public let error: ContainerError
        public internal(set) var kind: Kind
    }

    /// The file's own summary.
    public enum SummaryState: String, Hashable, Sendable {
        /// There, and it matches its CRC-32 where it has one.
        case whole
        /// There, without an index of everything in the file.
        case partial
        case absent
        case damaged
    }

    public internal(set) var fileSize: UInt64 = 0
    /// `nil` when there is no whole Header.
    public internal(set) var header: HeaderRecord?
    /// What was found whole, counted again.
    public internal(set) var summary = FileSummary()
    /// Where the chunks' records lie, in the order of the summary's chunk indexes.
    public internal(set) var places: [ChunkPlace] = []
    public internal(set) var pieces: [Piece] = []
    public internal(set) var damage: [Damage] = []
    /// Whether Footer and closing magic are there.
    public internal(set) var isClosed = false
    public internal(set) var summaryState = SummaryState.absent
    /// What the file's own statistics say it holds; `nil` without a whole summary.
    public internal(set) var stated: StatisticsRecord?
    /// Records of kinds this library does not know; they are in no piece.
    public internal(set) var unknownRecords: UInt64 = 0
    /// Whether the data section matches its CRC-32; `nil` where there is none, or damage is known anyway.
    public internal(set) var matchesDataSectionCRC: Bool?

    /// Messages that the file's statistics count and that were not found.
    public var missingMessages: UInt64 {
        guard let stated, stated.messageCount > summary.statistics.messageCount else { return 0 }
        return stated.messageCount - summary.statistics.messageCount
    }

    /// Bytes of damage that held records, or may have.
    public var lostBytes: UInt64 {
        damage.filter { $0.kind == .records }.reduce(0) { $0 + UInt64($1.range.count) }
    }

    /// Chunks that the file's statistics count and that were not found.
    public var missingChunks: UInt32 {
        guard let stated, stated.chunkCount > summary.statistics.chunkCount else { return 0 }
        return stated.chunkCount - summary.statistics.chunkCount
    }

    /// Attachments and metadata that the file's statistics count and that were not found.
    public var missingOthers: UInt32 {
        guard let stated else { return 0 }
        let found = summary.statistics
        func missing(_ stated: UInt32, _ found: UInt32) -> UInt32 { stated > found ? stated - found : 0 }
        return missing(stated.attachmentCount, found.attachmentCount)
            + missing(stated.metadataCount, found.metadataCount)
    }

    /// Whether anything was lost, as far as the file itself can tell.
    public var isLossy: Bool {
        lostBytes > 0 || missingMessages > 0 || missingChunks > 0 || missingOthers > 0
            || matchesDataSectionCRC == false
    }

    /// Whether everything is as it should be. A file without a Footer may be: it is still written, or its writer
    /// died between two writes.
    public var isWhole: Bool { damage.isEmpty && !isLossy && summaryState != .damaged && header != nil }
}

/// Reads a file from its start to its end, over any damage, and says what is whole.
///
/// With a whole summary (one that matches its CRC-32), what lies where is known, and bytes inside a damaged record
/// are not taken for records unless the summary knows a chunk like it. Without one, everything that looks like a
/// whole chunk counts as one. A chunk whose CRC-32 does not match is never taken.
///
/// - Parameters:
///   - descriptor: Open for reading; stays the caller's.
///   - origin: Who wrote it, and so what counts as damage.
///   - channels: Channels whose messages need no definition, because the caller knows them.
///   - limits: The largest chunk and record to take.
///   - body: Lent the records of each whole chunk, with its position in the summary's chunk indexes.
///   - progress: Told how far reading has come, at each chunk.
/// - Throws: ``ContainerError`` with reason `system` only, or what `body` throws.
/// - Complexity: Linear; damaged stretches are read again, in total at most about eight times the file's size.
///   Memory: one chunk and the summary.
public func survey(
    _ descriptor: Int32, writtenBy origin: FileOrigin = .anywhere, knowing channels: Set<UInt16> = [],
    limits: ReadLimits = ReadLimits(), each body: (Int, RawSpan) throws(ContainerError) -> Void = { _, _ in },
    progress: (UInt64) -> Void = { _ in }
) throws(ContainerError) -> FileSurvey {
    var scan = try SurveyScan(descriptor, isStrict: origin == .thisLibrary, known: channels, limits: limits)
    while let index = try scan.nextChunk() {
        progress(scan.position)
        try scan.withRecords { (records) throws(ContainerError) in try body(index, records) }
    }
    progress(scan.survey.fileSize)
    return scan.survey
}
