import Glibc
import MCAP
import Schema

/// A stream on disk: appended to by the one process that owns it, read by cursors.
///
/// Appending does no I/O; a commit is one chunk in one write, so that a crash tears at most the last one. A commit
/// that fails keeps what was appended, to be tried again. Nothing may be acknowledged or sent before ``commit()``
/// has returned. `docs/design/streams.md` has what happens when something breaks.
///
/// One thread owns it.
public final class EventLog {
    public struct Options: Sendable {
        public var sync: SyncPolicy
        /// A segment that has this many bytes is closed at the next commit.
        public var segmentBytes: UInt64
        /// So is one that has been written to for this long; nil: however long.
        public var segmentAge: Duration?
        /// What closed segments are compacted with.
        public var compression: Compression
        /// Whether closed segments are compacted on a thread of their own, or at once.
        public var compactsInBackground: Bool
        /// The kernel's identity of this boot: a stream that another boot left open may lack its end.
        public var boot: String
        public var calls: any FileCalls

        public init(
            sync: SyncPolicy = .interval(milliseconds: 200), segmentBytes: UInt64 = 256 << 20,
            segmentAge: Duration? = nil, compression: Compression = .zstd(level: 1), compactsInBackground: Bool = true,
            boot: String = "-", calls: any FileCalls = SystemFileCalls()
        ) {
            self.sync = sync
            self.segmentBytes = segmentBytes
            self.segmentAge = segmentAge
            self.compression = compression
            self.compactsInBackground = compactsInBackground
            self.boot = boot
            self.calls = calls
        }
    }

    /// What opening found and did.
    public struct Opening: Sendable, Equatable {
        /// Bytes of torn chunks that were cut off.
        public var cutBytes: UInt64 = 0
        /// Segments that a crash left without a summary.
        public var closedSegments = 0
        /// Ranges found lost.
        public var lost: [Lineage.Span] = []
        /// How many epochs were on record.
        public var epochs = 0
        /// Whether the last owner's end may be missing, after power loss or a failed sync, or is.
        public var wasInDoubt = false
        /// What the last owner had when it closed the stream, and is not there.
        public var missing: Lineage.Span?
    }

    public let index: LogIndex
    public internal(set) var opening: Opening
    public internal(set) var lineage: Lineage
    let directory: String
    let options: Options
    let lock: SharedDescriptor
    private let definitions: (schemas: [SchemaRecord], channels: [ChannelRecord])
    private var writer: Writer?
    private var chunk = ChunkBuilder(capacity: 1 << 18)
    private var chunkFirst: UInt64 = 0
    private let syncThread: SyncThread?
    let compactor: Compactor
    let rewriter: SegmentRewriter
    private var epochs: EpochSource
    /// Set when a sync failed: nothing more is written.
    private var isPoisoned = false

    /// A segment being written: a noncopyable writer needs an owner with a place in memory.
    private final class Writer {
        var file: FileWriter
        let descriptor: SharedDescriptor
        var firstCommit: Duration?
        init(_ file: consuming FileWriter, _ descriptor: SharedDescriptor) {
            self.file = file
            self.descriptor = descriptor
        }
    }

    /// The last sequence appended.
    public var head: UInt64 { chunk.isEmpty ? index.head : next - 1 }
    /// The last sequence written: everything up to it survives any process dying.
    public var committed: UInt64 { index.head }
    /// Everything up to here survives power loss.
    public var synced: UInt64 {
        switch options.sync {
        case .always: committed
        case .interval: syncThread?.synced ?? 0
        case .onRequest, .never: explicitlySynced
        }
    }
    private var explicitlySynced: UInt64 = 0
    public var epoch: UInt64 { lineage.epoch }
    public var stream: StreamName { index.stream }
    /// Bytes appended and not yet committed: who appends much commits in between.
    public var pendingBytes: Int { chunk.uncompressedSize }
    /// The sequence the next record gets.
    public private(set) var next: UInt64
    /// Whether what is appended next will be the first of a new segment.
    public var isAtSegmentStart: Bool {
        chunk.isEmpty && (writer.map { $0.file.offset >= options.segmentBytes } ?? true)
    }

    /// Opens a stream for writing, making its directory where there is none.
    ///
    /// - Parameters:
    ///   - directory: The stream's own.
    ///   - stream: Which stream it is.
    ///   - newEpoch: The identity of a history that begins now; random, not 0. Further ones are derived from it.
    ///   - options: When to sync, how large segments become, and how they are compressed.
    /// - Throws: ``LogError``: `locked`, `foreign`, `gap`, or a failed system call.
    public init(
        directory: String, stream: StreamName, newEpoch: UInt64, options: Options = Options()
    ) throws(LogError) {
        try SegmentFile.makeDirectory(directory)
        lock = SharedDescriptor(try SegmentFile.open(directory + "/lock", O_RDWR | O_CREAT, options.calls))
        guard flock(lock.raw, LOCK_EX | LOCK_NB) == 0 else { throw LogError(.locked, directory) }
        self.directory = directory
        self.options = options
        definitions = SegmentFile.definitions(of: stream)
        rewriter = SegmentRewriter(stream: stream, compression: options.compression, calls: options.calls)
        compactor = Compactor(rewriter, isBackground: options.compactsInBackground)
        epochs = EpochSource(newEpoch)
        let opened: LogOpener.Opened
        do {
            var opener = LogOpener(directory: directory, stream: stream, options: options, rewriter: rewriter)
            opened = try opener.open(OwnerMark.read(lock.raw), &epochs)
        } catch {
            // What could not be synced now must not be taken for synced by the next owner.
            if error.isSyncFailure {
                try? OwnerMark(state: .syncFailed, boot: options.boot).write(lock.raw, options.calls, directory)
            }
            throw error
        }
        lineage = opened.lineage
        index = opened.index
        opening = opened.opening
        next = index.head + 1
        if case .interval(let milliseconds) = options.sync {
            syncThread = SyncThread(milliseconds: milliseconds, calls: options.calls)
        } else {
            syncThread = nil
        }
        // Not before it says so may anything be written: a power loss would be taken for an orderly end.
        try OwnerMark(state: .open, boot: options.boot).write(lock.raw, options.calls, directory + "/lock")
        index.repair = { [weak self] (sequence) throws(LogError) in try self?.repair(at: sequence) ?? false }
        index.standing = { [weak self] in self?.lineage.standing(epoch: $0, upTo: $1) ?? .unknown }
        showLineage()
    }

    deinit {
        syncThread?.stop()
        compactor.stop()
    }

    /// Appends a message, giving its records the next sequences.
    public func append(_ message: StreamMessage) {
        let payload = message.serialized(firstSequence: next)
        if chunk.isEmpty { chunkFirst = next }
        chunk.append(
            channelID: message.type.rawValue, sequence: UInt32(truncatingIfNeeded: next),
            logTime: message.recordTime(row: 0), publishTime: message.eventTime(row: 0), data: payload.span.bytes)
        next += UInt64(message.count)
    }

    /// Begins a stream that holds nothing yet at another sequence than 1, as a replay of a part does.
    ///
    /// - Precondition: Nothing was appended.
    public func begin(at sequence: UInt64) {
        precondition(index.head == 0 && chunk.isEmpty, "the stream has begun")
        next = sequence
    }

    /// Appends message records as they lie in another log, sequences included.
    ///
    /// - Parameters:
    ///   - records: Whole records, as an MCAP chunk holds them, uncompressed.
    ///   - batch: Which records they are; the first must be the next one here. A stream that is
    ///     still empty begins with them, wherever they begin.
    public func append(records: UnsafeRawBufferPointer, _ batch: LogBatch) throws(LogError) {
        if next == 1, chunk.isEmpty { next = batch.firstSequence }
        guard batch.firstSequence == next else {
            throw LogError(.gap(expected: next, found: batch.firstSequence), directory)
        }
        let isFirst = chunk.isEmpty
        try LogError.naming(directory) { () throws(ContainerError) in
            try chunk.append(encodedMessages: records.bytes)
        }
        if isFirst { chunkFirst = batch.firstSequence }
        next = batch.lastSequence + 1
    }

    /// Writes what was appended. What it returns may be served and acknowledged: it survives any process
    /// dying, and with `sync: always` power loss too.
    ///
    /// - Returns: The head.
    /// - Throws: ``LogError``. Where ``LogError/isStall``, what was appended is kept: call again when there may be
    ///   room. Where ``LogError/isSyncFailure``, the process must end: opening the stream again sees to it.
    @discardableResult
    public func commit() throws(LogError) -> UInt64 {
        adoptCompacted()
        if let syncThread, syncThread.failure != 0 { try poison(syncThread.failure) }
        guard !isPoisoned else { throw LogError(.syncFailed(errno: EIO), directory) }
        if !chunk.isEmpty { try writeChunk() }
        return index.head
    }

    private func writeChunk() throws(LogError) {
        if let writer, writer.file.offset >= options.segmentBytes { try closeSegment() }
        let writer = try openWriter()
        let sealed: SealedChunk
        do throws(ContainerError) {
            sealed = try writer.file.append(&chunk)
        } catch {
            throw LogError(.container(error), directory)
        }
        index.note(
            LogChunk(firstSequence: chunkFirst, lastSequence: next - 1, place: sealed.place, isTrusted: true),
            fileLength: writer.file.offset)
        do {
            if options.sync == .always { try writer.file.sync() }
        } catch {
            try poison(EIO)
        }
        do {
            try syncThread?.wrote(writer.descriptor, upTo: next - 1)
        } catch {
            try poison(EIO)
        }
    }

    /// What was written last may be gone: remembers it beyond our death, and refuses everything from now on.
    private func poison(_ code: Int32) throws(LogError) -> Never {
        isPoisoned = true
        try? OwnerMark(state: .syncFailed, boot: options.boot).write(lock.raw, options.calls, directory)
        throw LogError(.syncFailed(errno: code), directory)
    }

    /// The segment in hand, or a new one that begins with the chunk in hand.
    private func openWriter() throws(LogError) -> Writer {
        if let writer { return writer }
        let path = directory + "/" + SegmentFile.name(firstSequence: chunkFirst)
        let descriptor = try SegmentFile.open(path, O_RDWR | O_CREAT | O_TRUNC, options.calls)
        let shared = SharedDescriptor(dup(descriptor))
        do throws(ContainerError) {
            var file = try begin(descriptor)
            try file.append(SegmentFile.metadata(stream: stream, epoch: epoch, firstSequence: chunkFirst))
            writer = Writer(file, shared)
        } catch {
            _ = options.calls.unlink(path)
            throw LogError(.container(error), path)
        }
        index.begin(segment: path, first: chunkFirst, descriptor: shared)
        try syncName(of: path)
        return try openWriter()
    }

    private func begin(_ descriptor: Int32) throws(ContainerError) -> FileWriter {
        do throws(ContainerError) {
            return try FileWriter(
                descriptor, header: SegmentFile.header, schemas: definitions.schemas, channels: definitions.channels,
                calls: options.calls)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    /// Syncing a new file does not sync its name: with the power, the file would be lost whole.
    private func syncName(of path: String) throws(LogError) {
        guard options.sync != .never else { return }
        do { try SegmentFile.syncDirectory(of: path, options.calls) } catch { try poison(EIO) }
    }

    /// Closes the segment in hand with its summary; the next commit begins another.
    func closeSegment() throws(LogError) {
        guard let writer else { return }
        if let empty = index.dropEmpty() {
            // Its first chunk could not be written.
            self.writer = nil
            _ = options.calls.unlink(empty)
            return
        }
        do throws(ContainerError) {
            try writer.file.finish()
        } catch {
            throw LogError(.container(error), directory)
        }
        if options.sync != .never {
            // Before a later segment can be synced: a gap would be taken for loss.
            do { try writer.file.sync() } catch { try poison(EIO) }
        }
        self.writer = nil
        if let job = index.closed() { compactor.add(job) }
    }

    /// Closes a segment that is too old, whatever its size, and puts compacted ones in place.
    ///
    /// - Parameter now: Of a clock that never goes back.
    public func maintain(now: Duration) throws(LogError) {
        adoptCompacted()
        guard let writer, let age = options.segmentAge else { return }
        let began = writer.firstCommit ?? now
        writer.firstCommit = began
        if now - began >= age { try closeSegment() }
    }

    /// Waits until everything committed survives power loss.
    public func sync() throws(LogError) {
        guard !isPoisoned else { throw LogError(.syncFailed(errno: EIO), directory) }
        if let writer { do { try writer.file.sync() } catch { try poison(EIO) } }
        explicitlySynced = committed
    }

    /// Commits, and closes the segment with its summary. Appending again begins a new segment.
    public func close() throws(LogError) {
        try commit()
        try closeSegment()
        compactor.stop()
        // Where it cannot be written, the next owner takes it that we died, and loses nothing by it.
        try? OwnerMark(state: .closed, boot: options.boot, head: committed).write(lock.raw, options.calls, directory)
    }
}

extension EventLog {
    /// A new identity for a history.
    func newEpoch() -> UInt64 { epochs.next() }

    /// Forgets what was appended and not committed.
    func discardPending(next: UInt64) {
        chunk.removeAll()
        self.next = next
    }

    /// Replaces what is known of the stream's history.
    func setLineage(_ lineage: Lineage) throws(LogError) {
        try lineage.write(directory, options.calls)
        self.lineage = lineage
        showLineage()
    }

    private func showLineage() {
        index.epoch = lineage.epoch
        index.epochFirst = lineage.current.first
        index.lost = lineage.lost
    }
}

/// Identities of histories: the first one as given, others derived from it.
struct EpochSource {
    private var state: UInt64
    private var isFirst = true

    init(_ first: UInt64) { state = first }

    mutating func next() -> UInt64 {
        if isFirst {
            isFirst = false
            return state
        }
        // SplitMix64 (Steele, Lea and Flood 2014).
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return mixed == 0 ? 1 : mixed
    }
}
