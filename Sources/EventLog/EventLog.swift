import Glibc
import MCAP
import Schema

/// A stream on disk: appended to by the one process that owns it, read by cursors.
///
/// A commit is one chunk in one write, so that a crash tears at most the last one; opening cuts a torn
/// tail back. Nothing may be acknowledged or sent before ``commit()`` has returned.
///
/// One thread owns it.
public final class EventLog {
    public struct Options: Sendable {
        public var sync: SyncPolicy
        /// A chunk is written when it has this many bytes, even before a commit.
        public var chunkBytes: Int

        public init(sync: SyncPolicy = .interval(milliseconds: 200), chunkBytes: Int = 1 << 20) {
            self.sync = sync
            self.chunkBytes = chunkBytes
        }
    }

    /// What opening found and did.
    public struct Opening: Sendable, Equatable {
        public var cutBytes: UInt64 = 0
        public var closedSegments = 0
    }

    public let index: LogIndex
    public let opening: Opening
    private let directory: String
    private let options: Options
    private let lock: SharedDescriptor
    private let definitions: (schemas: [SchemaRecord], channels: [ChannelRecord])
    private var writer: Writer?
    private var chunk = ChunkBuilder(capacity: 1 << 18)
    private var chunkFirst: UInt64 = 0
    private var syncThread: SyncThread?

    /// A segment being written: a noncopyable writer needs an owner with a place in memory.
    private final class Writer {
        var file: FileWriter
        let descriptor: SharedDescriptor
        init(_ file: consuming FileWriter, _ descriptor: SharedDescriptor) {
            self.file = file
            self.descriptor = descriptor
        }
    }

    public var head: UInt64 { chunk.isEmpty ? index.head : next - 1 }
    public var committed: UInt64 { index.head }
    public var epoch: UInt64 { index.epoch }
    public var stream: StreamName { index.stream }
    /// The sequence the next record gets.
    public private(set) var next: UInt64
    /// Opens a stream for writing, making its directory where there is none.
    ///
    /// - Parameters:
    ///   - directory: The stream's own.
    ///   - newEpoch: The identity of this history, used only if the stream is new; random, not 0.
    ///   - firstSequence: Where a new stream begins: 1 but for a replay of part of a recording.
    /// - Throws: ``LogError``: `locked`, `damagedInTheMiddle`, or a failed system call.
    public init(
        directory: String, stream: StreamName, newEpoch: UInt64, options: Options = Options()
    ) throws(LogError) {
        try Self.makeDirectory(directory)
        lock = SharedDescriptor(try SegmentFile.open(directory + "/lock", O_RDWR | O_CREAT))
        guard flock(lock.raw, LOCK_EX | LOCK_NB) == 0 else { throw LogError(.locked, directory) }
        self.directory = directory
        self.options = options
        definitions = SegmentFile.definitions(of: stream)
        let index = LogIndex(path: directory, stream: stream, epoch: try Self.epoch(of: directory, new: newEpoch))
        var opening = Opening()
        for name in try SegmentFile.list(directory) {
            let file = directory + "/" + name
            try Self.closeTornSegment(file, &opening)
            var status = stat()
            if stat(file, &status) == 0 { try index.addSegment(file) }
        }
        guard index.stream == stream else {
            throw LogError(.foreign("holds stream \(index.stream.rawValue), not \(stream.rawValue)"), directory)
        }
        self.index = index
        self.opening = opening
        next = index.head + 1
        if case .interval(let milliseconds) = options.sync { syncThread = SyncThread(milliseconds: milliseconds) }
    }

    deinit { syncThread?.stop() }

    /// The epoch of a stream that has no record yet outlives its process too: readers hold on to it.
    private static func epoch(of directory: String, new: UInt64) throws(LogError) -> UInt64 {
        let path = directory + "/epoch"
        if let known = readEpoch(path) { return known }
        let descriptor = try SegmentFile.open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC)
        let text = Array("\(String(new, radix: 16))\n".utf8)
        let written = text.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        let isSynced = fdatasync(descriptor) == 0
        _ = Glibc.close(descriptor)
        guard written == text.count, isSynced, rename(path + ".new", path) == 0 else {
            throw LogError(.system(call: "write", errno: errno), path)
        }
        return new
    }

    private static func readEpoch(_ path: String) -> UInt64? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { _ = Glibc.close(descriptor) }
        return withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { bytes in
            let count = read(descriptor, bytes.baseAddress, bytes.count)
            guard count > 1 else { return nil }
            return UInt64(String(decoding: bytes[..<(count - 1)], as: UTF8.self), radix: 16)
        }
    }

    private static func makeDirectory(_ directory: String) throws(LogError) {
        var path = ""
        for part in directory.split(separator: "/", omittingEmptySubsequences: false) {
            path += part.isEmpty && path.isEmpty ? "/" : (path.hasSuffix("/") || path.isEmpty ? "" : "/") + part
            if path == "/" { continue }
            guard mkdir(path, 0o750) == 0 || errno == EEXIST else {
                throw LogError(.system(call: "mkdir", errno: errno), path)
            }
        }
    }

    /// Cuts back what a crash tore and writes the summary that it kept from being written. A segment
    /// without a whole chunk is removed.
    private static func closeTornSegment(_ file: String, _ opening: inout Opening) throws(LogError) {
        let descriptor = SharedDescriptor(try SegmentFile.open(file, O_RDWR))
        let recovered = try LogError.naming(file) { () throws(ContainerError) in try recover(descriptor.raw) }
        if case .closed = recovered.verdict { return }
        // What follows the damage, chunks or an intact footer, was whole once and may have been served.
        if case .damaged(let stop, _) = recovered.verdict {
            throw LogError(.damagedInTheMiddle(at: stop.offset), file)
        }
        opening.cutBytes += recovered.fileSize - recovered.endOffset
        if recovered.summary.chunkIndexes.isEmpty {
            unlink(file)
            return
        }
        try LogError.naming(file) { () throws(ContainerError) in
            var writer = try FileWriter(continuing: recovered, dup(descriptor.raw))
            try writer.finish()
            // Before a later segment can be synced: a gap would keep the stream from opening.
            try writer.sync()
            try writer.close()
        }
        opening.closedSegments += 1
    }

    /// Appends a message, giving its records the next sequences.
    public func append(_ message: StreamMessage) throws(LogError) {
        try append(together: [message])
    }

    /// Appends messages that stand or fall together: no commit, and no crash, comes between them.
    public func append(together messages: [StreamMessage]) throws(LogError) {
        for message in messages { add(message) }
        if chunk.uncompressedSize >= options.chunkBytes { try writeChunk() }
    }

    /// Begins a stream that holds nothing yet at another sequence than 1, as a replay of a part does.
    ///
    /// - Precondition: Nothing was appended.
    public func begin(at sequence: UInt64) {
        precondition(index.head == 0 && chunk.isEmpty, "the stream has begun")
        next = sequence
    }

    private func add(_ message: StreamMessage) {
        var message = message
        message.firstSequence = next
        let payload = message.serialized()
        if chunk.isEmpty { chunkFirst = next }
        chunk.append(
            channelID: message.type.rawValue, sequence: UInt32(truncatingIfNeeded: next),
            logTime: message.recordTime(row: 0), publishTime: message.eventTime(row: 0), data: payload.span.bytes)
        next += UInt64(message.count)
    }

    /// Appends message records as they lie in another log, sequences included.
    ///
    /// - Parameter batch: Which records they are; the first must be the next one here. A stream that is
    ///   still empty begins with them, wherever they begin.
    public func append(records: UnsafeRawBufferPointer, _ batch: LogBatch) throws(LogError) {
        if next == 1, chunk.isEmpty { next = batch.firstSequence }
        guard batch.firstSequence == next else {
            throw LogError(.gap(expected: next, found: batch.firstSequence), directory)
        }
        if chunk.isEmpty { chunkFirst = next }
        do {
            try chunk.append(encodedMessages: records.bytes)
        } catch {
            throw LogError(.container(error), directory)
        }
        next = batch.lastSequence + 1
        if chunk.uncompressedSize >= options.chunkBytes { try writeChunk() }
    }

    /// Writes what was appended. What it returns may be served and acknowledged: it survives any process
    /// dying, and with `sync: always` power loss too.
    ///
    /// - Returns: The head.
    @discardableResult
    public func commit() throws(LogError) -> UInt64 {
        if !chunk.isEmpty { try writeChunk() }
        return index.head
    }

    private func writeChunk() throws(LogError) {
        let writer = try openWriter()
        let sealed: SealedChunk
        do {
            sealed = try writer.file.append(&chunk)
            if options.sync == .always { try writer.file.sync() }
        } catch {
            throw LogError(.container(error), directory)
        }
        index.chunks.append(
            LogIndex.Chunk(
                firstSequence: chunkFirst, lastSequence: next - 1, place: sealed.place, isTrusted: true,
                segment: Int32(index.segments.count - 1)))
        try syncThread?.wrote(writer.descriptor, upTo: next - 1)
    }

    /// The segment in hand, or a new one that begins with the chunk in hand.
    private func openWriter() throws(LogError) -> Writer {
        if let writer { return writer }
        let path = directory + "/" + SegmentFile.name(firstSequence: chunkFirst)
        let descriptor = try SegmentFile.open(path, O_RDWR | O_CREAT | O_EXCL)
        let shared = SharedDescriptor(dup(descriptor))
        do {
            var file = try FileWriter(
                descriptor, header: SegmentFile.header, schemas: definitions.schemas, channels: definitions.channels)
            try file.append(SegmentFile.metadata(stream: stream, epoch: epoch, firstSequence: chunkFirst))
            let made = Writer(file, shared)
            writer = made
            index.segments.append(shared)
            return made
        } catch {
            throw LogError(.container(error), path)
        }
    }

    /// Commits, and closes the segment with its summary. Appending again begins a new segment.
    public func close() throws(LogError) {
        try commit()
        guard let writer else { return }
        do {
            try writer.file.finish()
            if options.sync != .never { try writer.file.sync() }
        } catch {
            throw LogError(.container(error), directory)
        }
        self.writer = nil
    }
}
