import Glibc
import MCAP
import Schema

/// Message records as they lie in the log, and which records they are.
public struct LogBatch: Sendable, Equatable {
    /// Sequence of the first record in the bytes. It may lie before the one asked for: a batch begins
    /// with a whole message, and the reader skips.
    public var firstSequence: UInt64
    public var lastSequence: UInt64
    /// The range between the sequence asked for and the first one here, which damage took.
    public var lost: Lineage.Span?

    public init(firstSequence: UInt64, lastSequence: UInt64, lost: Lineage.Span? = nil) {
        self.firstSequence = firstSequence
        self.lastSequence = lastSequence
        self.lost = lost
    }
}

/// A place in a stream from which batches are read, catching up and following alike: the log is its own
/// buffer, and what was just written comes from the page cache.
///
/// Memory: one chunk.
public struct LogCursor: ~Copyable {
    /// The next sequence to read.
    public private(set) var position: UInt64
    private var reader = ChunkReader(limits: LogIndex.limits)

    public init(at position: UInt64) { self.position = max(1, position) }

    /// Reads the next records into `buffer`, whose contents are replaced.
    ///
    /// - Parameters:
    ///   - log: The log to read.
    ///   - limit: Read no further chunk once there are this many bytes. A single chunk is never cut.
    ///   - buffer: Gets the message records.
    /// - Returns: nil at the head of the log.
    /// - Throws: ``LogError``; the position stays. Damage was offered to the owner for repair before.
    public mutating func next(
        in log: LogIndex, limit: Int = 128 * 1_024, into buffer: RawBuffer
    ) throws(LogError) -> LogBatch? {
        while true {
            do throws(LogError) {
                return try read(log, limit, buffer)
            } catch {
                guard error.isDamage, let repair = log.repair, try repair(position) else { throw error }
            }
        }
    }

    private mutating func read(
        _ log: LogIndex, _ limit: Int, _ buffer: RawBuffer
    ) throws(LogError) -> LogBatch? {
        buffer.removeAll()
        // At the head, or before a range lost at the very end, which the next record will show.
        guard position <= log.lastHeld else { return nil }
        guard position >= log.firstSequence, let segment = log.segment(containing: position) else {
            throw LogError(.notInLog(sequence: position, first: log.firstSequence, head: log.head), log.path)
        }
        guard let start = try log.chunk(containing: position, in: segment) else {
            throw LogError(.gap(expected: position, found: log.segments[segment].lastSequence), log.path)
        }
        var batch = LogBatch(firstSequence: 0, lastSequence: 0)
        var index = start
        let descriptor = try log.descriptor(of: segment).raw
        // Taken out once; a batch ends with its segment.
        let chunks = log.segments[segment].chunks ?? []
        while index < chunks.count, index == start || buffer.count < limit {
            try read(chunks[index], descriptor, log.segments[segment].path, into: buffer)
            if index == start {
                batch.firstSequence = chunks[index].firstSequence
                if position > batch.firstSequence {
                    batch.firstSequence = try skipBefore(position, buffer, log) ?? batch.firstSequence
                } else if position < batch.firstSequence {
                    batch.lost = Lineage.Span(position, batch.firstSequence - 1)
                }
            }
            index += 1
        }
        batch.lastSequence = chunks[index - 1].lastSequence
        position = batch.lastSequence + 1
        return batch
    }

    private mutating func read(
        _ chunk: LogChunk, _ descriptor: Int32, _ path: String, into buffer: RawBuffer
    ) throws(LogError) {
        if chunk.isTrusted, chunk.place.fields.compression.isEmpty {
            let target = buffer.grow(by: Int(chunk.place.recordsLength))
            var done = 0
            while done < target.count {
                let count = pread(
                    descriptor, target.baseAddress! + done, target.count - done,
                    off_t(chunk.place.recordsOffset) + off_t(done))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw LogError(.system(call: "pread", errno: count < 0 ? errno : EIO), path) }
                done += count
            }
            return
        }
        do {
            try reader.load(chunk.place, from: descriptor)
        } catch {
            throw LogError(.container(error), path)
        }
        reader.withRecords { records in records.withUnsafeBytes { buffer.append($0) } }
    }

    /// Takes away the messages that end before `sequence`.
    ///
    /// - Returns: The sequence of the first that is left.
    private func skipBefore(
        _ sequence: UInt64, _ buffer: RawBuffer, _ log: LogIndex
    ) throws(LogError) -> UInt64? {
        var cursor = MessageCursor()
        var keepFrom = 0
        var first: UInt64?
        do {
            while let message = try cursor.next(in: buffer.bytes.bytes) {
                let payload = UnsafeRawBufferPointer(rebasing: buffer.bytes[message.dataRange])
                guard let found = leadingSequence(payload) else { continue }
                if found > sequence { break }
                keepFrom = message.recordRange.lowerBound
                first = found
                if found == sequence { break }
            }
        } catch {
            throw LogError(.container(error), log.path)
        }
        if keepFrom > 0 { buffer.removeFirst(keepFrom) }
        return first
    }
}

/// Steps through the messages of a batch, decoded.
public struct BatchDecoder: Sendable {
    private var cursor = MessageCursor()
    private let types: Set<MessageType>?

    /// - Parameter types: Skip other kinds without decoding them; nil: none.
    public init(types: Set<MessageType>? = nil) { self.types = types }

    /// The next message, nil at the end.
    ///
    /// - Throws: ``LogError`` for bytes that are no message of ours.
    public mutating func next(in records: UnsafeRawBufferPointer) throws(LogError) -> StreamMessage? {
        var view: MessageView
        var type: MessageType
        repeat {
            do {
                guard let next = try cursor.next(in: records.bytes) else { return nil }
                view = next
            } catch {
                throw LogError(.container(error), "batch")
            }
            guard let known = MessageType(rawValue: view.channelID) else {
                throw LogError(.schema(.unknownType(view.channelID)), "batch")
            }
            type = known
        } while types.map { !$0.contains(type) } ?? false
        do {
            return try StreamMessage(type: type, bytes: UnsafeRawBufferPointer(rebasing: records[view.dataRange]))
        } catch {
            throw LogError(.schema(error), "batch")
        }
    }
}

extension LogIndex {
    /// Calls `body` with every message from `sequence` on, in order, until it returns false.
    ///
    /// - Parameters:
    ///   - sequence: The first one wanted.
    ///   - types: Decode only these kinds; nil: all.
    ///   - body: Returns whether to go on.
    /// - Complexity: Memory of one chunk.
    public func forEachMessage(
        from sequence: UInt64 = 1, types: Set<MessageType>? = nil, _ body: (StreamMessage) throws -> Bool
    ) throws {
        var cursor = LogCursor(at: max(sequence, firstSequence))
        let buffer = RawBuffer()
        while try cursor.next(in: self, into: buffer) != nil {
            var decoder = BatchDecoder(types: types)
            while let message = try decoder.next(in: buffer.bytes) {
                if message.lastSequence < sequence { continue }
                guard try body(message) else { return }
            }
        }
    }
}
