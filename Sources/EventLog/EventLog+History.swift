import Glibc
import MCAP
import Schema

// What changes a stream's past, or where a new history begins.
extension EventLog {
    /// Says from which epoch of an input the records from now on are made.
    public func note(epoch: UInt64, of input: StreamName) throws(LogError) {
        guard lineage.inputs[input.rawValue] != epoch else { return }
        var lineage = lineage
        lineage.inputs[input.rawValue] = epoch
        try setLineage(lineage)
    }

    /// Says by which judgement the records from now on are made. Another than before begins a new epoch at the
    /// head, once there are records: nothing that was said is rewritten.
    public func note(judgement: String) throws(LogError) {
        guard lineage.judgement != judgement else { return }
        var lineage = lineage
        let before = lineage.judgement
        lineage.judgement = judgement
        if head > 0, !before.isEmpty {
            lineage.begin(
                newEpoch(), .judgement, first: head + 1, cause: StreamMessage.sequences.upperBound,
                reason: "judgement \(before) became \(judgement)")
            try closeSegment()
        }
        try setLineage(lineage)
    }

    /// Begins a new epoch at the head because what follows is judged from less than was known before.
    public func beginEpoch(because reason: String) throws(LogError) {
        guard head > 0 else { return }
        var lineage = lineage
        lineage.begin(
            newEpoch(), .judgement, first: head + 1, cause: StreamMessage.sequences.upperBound, reason: reason)
        try closeSegment()
        try setLineage(lineage)
    }

    /// Takes back every record that was caused by market records from `cause` on, in a new epoch. What was appended
    /// and not committed is forgotten. A crash in between is mended when the stream is opened again.
    ///
    /// - Returns: The first sequence taken back; nil when there was none, and nothing was done.
    @discardableResult
    public func cutBack(fromCause cause: UInt64, because reason: String) throws -> UInt64? {
        discardPending(next: committed + 1)
        var first: UInt64?
        try index.forEachMessage(from: index.firstSequence) { message in
            if let found = message.cause, found.sequence >= cause { first = message.firstSequence }
            return first == nil
        }
        guard let first else { return nil }
        try closeSegment()
        var lineage = lineage
        lineage.begin(newEpoch(), .cut, first: first, cause: cause, reason: reason)
        lineage.isCutting = true
        try setLineage(lineage)
        try SegmentFile.cut(directory, from: first, rewriter)
        lineage.isCutting = false
        try setLineage(lineage)
        try index.reload()
        discardPending(next: index.head + 1)
        return first
    }

    /// Saves what damage left of the segment that should hold a sequence, and puts the range lost on record.
    ///
    /// - Returns: Whether reading may be tried again.
    func repair(at sequence: UInt64) throws(LogError) -> Bool {
        guard let place = index.segment(containing: sequence) else { return false }
        if place == index.segments.count - 1 { try closeSegment() }
        let segment = index.segments[place]
        guard lineage.lostRange(containing: sequence) == nil else { return false }
        let saved = try rewriter.salvage(
            segment.path, first: segment.firstSequence, last: segment.lastSequence, epoch: epoch,
            to: segment.path + SegmentFile.newSuffix)
        var lineage = lineage
        if lineage.lose(saved.lost, epoch: newEpoch) { try setLineage(lineage) }
        opening.lost += saved.lost
        let parts = try SegmentFile.putInPlace(saved, of: segment.path, directory, options.calls)
        index.replace(place, with: parts)
        return true
    }

    /// Puts segments that were compacted in their places.
    func adoptCompacted() {
        for result in compactor.take() {
            guard let chunks = result.chunks, index.holds(result.job) else {
                _ = options.calls.unlink(result.job.temporary)
                continue
            }
            // Not synced: the old file says the same.
            guard options.calls.rename(result.job.temporary, result.job.path) == 0 else { continue }
            index.replace(result.job.path, with: chunks)
        }
    }

    /// Removes what nobody needs any more, whole segments from the front.
    ///
    /// - Parameters:
    ///   - limit: Records up to this one may go as far as readers are concerned.
    ///   - policy: How much is kept all the same.
    /// - Returns: The new first sequence, if anything was removed.
    public func retain(behind limit: UInt64, _ policy: RetentionPolicy) throws(LogError) -> UInt64? {
        guard policy != .everything, index.segments.count > 1 else { return nil }
        guard let now = try lastTime(of: index.segments.count - 1) else { return nil }
        var count = 0
        var left = index.bytes
        while count < index.segments.count - 1 {
            let segment = index.segments[count]
            guard let lastTime = try lastTime(of: count) else { break }
            let candidate = RetentionPolicy.Candidate(
                lastSequence: segment.lastSequence, bytes: segment.bytes, lastTime: lastTime)
            guard policy.surplus([candidate], total: left, now: now, behind: limit) == 1 else { break }
            left -= min(left, segment.bytes)
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in 0..<count {
            let path = index.segments[0].path
            guard options.calls.unlink(path) == 0 || errno == ENOENT else {
                throw LogError(.system(call: "unlink", errno: errno), path)
            }
            index.segments.removeFirst()
        }
        return index.firstSequence
    }
}

extension EventLog {
    /// Log time of a segment's newest messages, ns; nil for one that is damaged, which is mended and looked at again
    /// the next time.
    private func lastTime(of segment: Int) throws(LogError) -> UInt64? {
        do throws(LogError) {
            return try index.lastTime(of: segment)
        } catch {
            guard error.isDamage, try repair(at: index.segments[segment].firstSequence) else { throw error }
            return nil
        }
    }
}

extension LogIndex {
    /// Begins a segment, whose first chunk is about to be noted.
    func begin(segment path: String, first: UInt64, descriptor: SharedDescriptor) {
        segments.append(
            Segment(
                path: path, firstSequence: first, lastSequence: first - 1, bytes: 0, chunks: [], isClosed: false,
                descriptor: descriptor))
    }

    /// Takes note of a chunk written at the end of the live segment.
    func note(_ chunk: LogChunk, fileLength: UInt64) {
        let live = segments.count - 1
        segments[live].chunks?.append(chunk)
        segments[live].lastSequence = chunk.lastSequence
        segments[live].bytes = fileLength
    }

    /// The live segment was closed.
    ///
    /// - Returns: What is to be compacted.
    func closed() -> Compactor.Job? {
        guard let live = segments.last else { return nil }
        segments[segments.count - 1].isClosed = true
        return Compactor.Job(
            path: live.path, firstSequence: live.firstSequence, lastSequence: live.lastSequence)
    }

    /// Whether a segment is as it was when it was to be compacted.
    func holds(_ job: Compactor.Job) -> Bool {
        segments.contains {
            $0.path == job.path && $0.firstSequence == job.firstSequence && $0.lastSequence == job.lastSequence
        }
    }

    /// The file of a segment was replaced by one that has the same records in other chunks.
    func replace(_ path: String, with chunks: [LogChunk]) {
        guard let place = segments.firstIndex(where: { $0.path == path }) else { return }
        segments[place].chunks = chunks
        segments[place].descriptor = nil
        segments[place].isCompacted = true
        segments[place].bytes = SegmentFile.size(path)
    }

    /// A segment was replaced by what could be saved of it.
    func replace(_ place: Int, with parts: [(path: String, first: UInt64, chunks: [LogChunk])]) {
        let made = parts.map { part in
            Segment(
                path: part.path, firstSequence: part.first, lastSequence: part.chunks.last?.lastSequence ?? 0,
                bytes: SegmentFile.size(part.path), chunks: part.chunks, isCompacted: true)
        }
        segments.replaceSubrange(place...place, with: made)
    }

    /// Reads the directory anew.
    func reload() throws(LogError) {
        segments = []
        try addSegments(of: path)
    }

    /// Log time of the newest messages of a segment, ns.
    func lastTime(of segment: Int) throws(LogError) -> UInt64 {
        try load(segment)
        return segments[segment].chunks?.last?.place.fields.messageEndTime ?? 0
    }
}

extension EventLog {
    /// The last sequence of the segments that hold only what market records before `cause` had caused.
    ///
    /// - Complexity: Reads one chunk a segment, from the front until the first that must stay.
    public func last(causedBefore cause: UInt64) throws -> UInt64 {
        var last: UInt64 = 0
        for next in index.segments.indices.dropFirst() {
            var begins: UInt64?
            try index.forEachMessage(from: index.segments[next].firstSequence) { message in
                begins = message.cause?.sequence
                return false
            }
            guard let begins, begins <= cause else { break }
            last = index.segments[next - 1].lastSequence
        }
        return last
    }
}
