/// Reads a closed file by its summary: any chunk without those before it.
///
/// The descriptor stays the caller's and must stay open.
///
/// Memory: the summary, and one chunk at a time.
public struct IndexedReader: ~Copyable, Sendable {
    /// Where ``summary`` is from.
    public enum Source: Hashable, Sendable {
        /// The file's own summary section.
        case summarySection
        /// A scan of the whole file, because the summary was not there or lacked a part.
        case scan
    }

    public let header: HeaderRecord
    public let footer: FooterRecord
    public let summary: FileSummary
    public let source: Source
    private let descriptor: Int32
    private let size: UInt64
    private var chunks: ChunkReader

    /// Opens a closed file.
    ///
    /// - Parameters:
    ///   - descriptor: Open for reading.
    ///   - scansIfNeeded: Whether a file whose summary does not tell all is read whole; otherwise it is
    ///     refused with `missingFooter`.
    ///   - limits: The largest chunk and record to take.
    /// - Throws: ``ContainerError``: `missingFooter` where the file is not closed (``recover(_:writtenBy:limits:)`` reads
    ///   those), `checksumMismatch` of the summary, what the scan stopped at if one was needed, or a failed system call.
    /// - Complexity: Linear in the summary's size; in the file's when the summary is not enough.
    public init(
        _ descriptor: Int32, scansIfNeeded: Bool = true, limits: ReadLimits = ReadLimits()
    ) throws(ContainerError) {
        // All that can fail comes before the first property: a half-made noncopyable value cannot be destroyed.
        let size = try fileSize(descriptor)
        let header = try Self.readHeader(descriptor, limits)
        guard let footer = try readFooter(descriptor, size: size) else {
            throw ContainerError(.missingFooter, at: size)
        }
        let footerOffset = size - UInt64(FileFormat.footerLength + FileFormat.magic.count)
        try checkSummary(descriptor, footer, at: footerOffset)
        let read = try Self.readSummary(descriptor, footer, end: footerOffset, limits)
        guard read != nil || scansIfNeeded else { throw ContainerError(.missingFooter, at: size) }
        let summary = if let read { read } else { try Self.scan(descriptor, limits) }
        self.summary = summary
        self.source = read == nil ? .scan : .summarySection
        self.header = header
        self.footer = footer
        self.descriptor = descriptor
        self.size = size
        self.chunks = ChunkReader(limits: limits)
    }

    /// The chunks, in file order.
    public var chunkIndexes: [ChunkIndexRecord] { summary.chunkIndexes }

    /// Where a chunk's records lie, and its fields.
    ///
    /// - Parameter index: Position in ``chunkIndexes``.
    /// - Throws: ``ContainerError`` when there is no such chunk where the index says.
    public func place(ofChunk index: Int) throws(ContainerError) -> ChunkPlace {
        let entry = summary.chunkIndexes[index]
        // A scan from 0 would look for the magic, and no chunk is there.
        guard entry.chunkStartOffset > 0, entry.chunkStartOffset < size else {
            throw ContainerError(.truncated(needed: entry.chunkStartOffset, available: size), at: size)
        }
        var scanner = try FileScanner(descriptor, from: entry.chunkStartOffset, limits: chunks.limits)
        guard let place = try scanner.next(), case .chunk(let chunk) = try scanner.record() else {
            throw ContainerError(
                .unexpectedRecord(found: scanner.currentOpcode, expected: .chunk), at: entry.chunkStartOffset)
        }
        guard place.length == entry.chunkLength else {
            throw ContainerError(.sizeMismatch(expected: entry.chunkLength, found: place.length), at: place.offset)
        }
        return chunk
    }

    /// Reads, decompresses and checks a chunk's records, and lends them.
    ///
    /// - Parameters:
    ///   - index: Position in ``chunkIndexes``.
    ///   - body: Lent the records, decompressed; it may not keep them.
    /// - Throws: ``ContainerError`` when the chunk is not where the index says, or as
    ///   ``ChunkReader/load(_:from:)``.
    /// - Complexity: Linear in the chunk's size.
    public mutating func withChunk<Result>(
        _ index: Int, _ body: (RawSpan) throws(ContainerError) -> Result
    ) throws(ContainerError) -> Result {
        try chunks.load(try place(ofChunk: index), from: descriptor)
        return try chunks.withRecords(body)
    }

    /// A copy of a chunk's records. See ``withChunk(_:_:)``.
    public mutating func chunk(_ index: Int) throws(ContainerError) -> [UInt8] {
        try withChunk(index) { records in records.withUnsafeBytes { [UInt8]($0) } }
    }

    private static func readHeader(_ descriptor: Int32, _ limits: ReadLimits) throws(ContainerError) -> HeaderRecord {
        var scanner = try FileScanner(descriptor, limits: limits)
        guard try scanner.next() != nil, case .header(let header) = try scanner.record() else {
            throw ContainerError(.missingHeader, at: scanner.position)
        }
        return header
    }

    private static func scan(_ descriptor: Int32, _ limits: ReadLimits) throws(ContainerError) -> FileSummary {
        let recovered = try recover(descriptor, writtenBy: .anywhere, limits: limits)
        if let stop = recovered.stop { throw stop }
        return recovered.summary
    }

    /// The summary section, or `nil` where it is not there or does not tell all.
    static func readSummary(
        _ descriptor: Int32, _ footer: FooterRecord, end: UInt64, _ limits: ReadLimits
    ) throws(ContainerError) -> FileSummary? {
        guard footer.summaryStart != 0 else { return nil }
        var summary = FileSummary()
        var definitions = summary.definitions
        var statistics: StatisticsRecord?
        var scanner = try FileScanner(descriptor, from: footer.summaryStart, upTo: end, limits: limits)
        while try scanner.next() != nil {
            switch try scanner.record() {
            case .schema(let schema): _ = definitions.add(schema)
            case .channel(let channel): _ = definitions.add(channel)
            case .statistics(let found): statistics = found
            case .chunkIndex(let index): summary.chunkIndexes.append(index)
            case .attachmentIndex(let index): summary.attachmentIndexes.append(index)
            case .metadataIndex(let index): summary.metadataIndexes.append(index)
            default: break
            }
        }
        summary.adopt(definitions)
        guard let statistics, summary.isComplete(by: statistics) else { return nil }
        summary.statistics = statistics
        return summary
    }
}

extension FileSummary {
    /// Whether everything the statistics count is there.
    fileprivate func isComplete(by statistics: StatisticsRecord) -> Bool {
        schemas.count == Int(statistics.schemaCount) && channels.count == Int(statistics.channelCount)
            && chunkIndexes.count == Int(statistics.chunkCount)
            && attachmentIndexes.count == Int(statistics.attachmentCount)
            && metadataIndexes.count == Int(statistics.metadataCount)
    }
}
