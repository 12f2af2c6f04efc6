import Glibc
import MCAP
import Schema

/// Brings a stream's directory into order at start: ends what a crash left half done, and says what is there.
struct LogOpener {
    let directory: String
    let stream: StreamName
    let options: EventLog.Options
    let rewriter: SegmentRewriter
    private var opening = EventLog.Opening()

    init(directory: String, stream: StreamName, options: EventLog.Options, rewriter: SegmentRewriter) {
        self.directory = directory
        self.stream = stream
        self.options = options
        self.rewriter = rewriter
    }

    struct Opened {
        var index: LogIndex
        var lineage: Lineage
        var opening: EventLog.Opening
    }

    mutating func open(_ mark: OwnerMark?, _ epochs: inout EpochSource) throws(LogError) -> Opened {
        try removeTemporaries()
        var lineage: Lineage
        if let known = try Lineage.read(directory) {
            lineage = known
        } else {
            lineage = Lineage(epoch: epochs.next())
            try lineage.write(directory, options.calls)
        }
        if lineage.isCutting {
            try cut(from: lineage.current.first)
            lineage.isCutting = false
            try lineage.write(directory, options.calls)
        }
        let index = LogIndex(path: directory, stream: stream, epoch: lineage.epoch)
        index.lost = lineage.lost
        try addSegments(to: index, &lineage, &epochs)
        opening.wasInDoubt = mark?.isInDoubt(boot: options.boot, found: index.head) ?? false
        if let closed = mark?.head, closed > index.head { opening.missing = Lineage.Span(index.head + 1, closed) }
        guard index.stream == stream else {
            throw LogError(.foreign("holds stream \(index.stream.rawValue), not \(stream.rawValue)"), directory)
        }
        if opening.wasInDoubt { try settleDoubt(index, &lineage, &epochs) }
        index.epoch = lineage.epoch
        return Opened(index: index, lineage: lineage, opening: opening)
    }

    private func removeTemporaries() throws(LogError) {
        for name in try SegmentFile.names(directory) where name.contains(SegmentFile.newSuffix) {
            _ = options.calls.unlink(directory + "/" + name)
        }
    }

    // MARK: segments

    private mutating func addSegments(
        to index: LogIndex, _ lineage: inout Lineage, _ epochs: inout EpochSource
    ) throws(LogError) {
        let names = try SegmentFile.list(directory)
        for (place, entry) in names.enumerated() {
            let file = directory + "/" + entry.name
            let isLast = place + 1 == names.count
            let isClosed = try closes(file)
            if isClosed, !isLast {
                try index.addUnread(file, first: entry.first, next: names[place + 1].first)
            } else if isClosed {
                try noteGap(before: entry.first, index, &lineage, &epochs)
                do throws(LogError) {
                    try index.add(file, first: entry.first, isWhole: true)
                } catch {
                    guard error.isDamage || error.reason == .cutOff else { throw error }
                    try addSaved(of: file, first: entry.first, last: nil, index, &lineage, &epochs)
                }
            } else {
                try noteGap(before: entry.first, index, &lineage, &epochs)
                let last = isLast ? nil : names[place + 1].first - 1
                try addTorn(file, first: entry.first, last: last, index, &lineage, &epochs)
            }
        }
    }

    private func closes(_ file: String) throws(LogError) -> Bool {
        let descriptor = SharedDescriptor(try SegmentFile.open(file, O_RDONLY))
        return try LogError.naming(file) { () throws(ContainerError) in try isClosedFile(descriptor.raw) }
    }

    /// A segment that ends before the next one begins has lost its end.
    private mutating func noteGap(
        before first: UInt64, _ index: LogIndex, _ lineage: inout Lineage, _ epochs: inout EpochSource
    ) throws(LogError) {
        guard let before = index.segments.last?.lastSequence, first > before + 1 else { return }
        try lose([Lineage.Span(before + 1, first - 1)], index, &lineage, &epochs)
    }

    private mutating func lose(
        _ spans: [Lineage.Span], _ index: LogIndex, _ lineage: inout Lineage, _ epochs: inout EpochSource
    ) throws(LogError) {
        if lineage.lose(spans, epoch: { epochs.next() }) {
            try lineage.write(directory, options.calls)
            opening.lost += spans
        }
        index.lost = lineage.lost
    }

    /// Cuts back what a crash tore and writes the summary that it kept from being written. A segment
    /// without a whole chunk is removed. What was damaged otherwise is saved as far as it goes; so is a segment that
    /// others follow, which was whole once.
    ///
    /// - Parameter last: The last sequence of a segment that others follow.
    private mutating func addTorn(
        _ file: String, first: UInt64, last: UInt64?, _ index: LogIndex, _ lineage: inout Lineage,
        _ epochs: inout EpochSource
    ) throws(LogError) {
        let descriptor = SharedDescriptor(try SegmentFile.open(file, O_RDWR))
        let recovered = try LogError.naming(file) { () throws(ContainerError) in try recover(descriptor.raw) }
        var isDamaged = last != nil
        // What follows the damage was whole once and may have been served.
        if case .damaged = recovered.verdict { isDamaged = true }
        if isDamaged {
            return try addSaved(of: file, first: first, last: last, index, &lineage, &epochs)
        }
        opening.cutBytes += recovered.fileSize - recovered.endOffset
        if recovered.summary.chunkIndexes.isEmpty {
            _ = options.calls.unlink(file)
            return
        }
        if recovered.verdict != .closed {
            let calls = options.calls
            try LogError.naming(file) { () throws(ContainerError) in
                var writer = try FileWriter(continuing: recovered, dup(descriptor.raw), calls: calls)
                try writer.finish()
                try writer.sync()
                try writer.close()
            }
            opening.closedSegments += 1
        }
        try index.add(file, first: first)
    }

    /// Saves what damage left of a segment, and puts the ranges lost on record.
    ///
    /// - Parameter last: The sequence it ended with, where that is known: what is missing before it is lost.
    private mutating func addSaved(
        of file: String, first: UInt64, last: UInt64?, _ index: LogIndex, _ lineage: inout Lineage,
        _ epochs: inout EpochSource
    ) throws(LogError) {
        let saved = try rewriter.salvage(
            file, first: first, last: last, epoch: lineage.epoch, to: file + SegmentFile.newSuffix)
        try lose(saved.lost, index, &lineage, &epochs)
        for part in try SegmentFile.putInPlace(saved, of: file, directory, options.calls) {
            try index.add(part.path, first: part.first)
        }
    }

    // MARK: cutting back

    /// Removes every record from `first` on, the last ones first, so that what is left never has a gap.
    private func cut(from first: UInt64) throws(LogError) {
        try SegmentFile.cut(directory, from: first, rewriter)
    }

    // MARK: doubt

    /// The disk may not hold what the last owner wrote. What can still be read is written into a new file; and
    /// where nothing can make the rest again, a new history begins.
    private mutating func settleDoubt(
        _ index: LogIndex, _ lineage: inout Lineage, _ epochs: inout EpochSource
    ) throws(LogError) {
        if let last = index.segments.last {
            let temporary = last.path + SegmentFile.newSuffix
            let chunks = try rewriter.rewrite(last.path, to: temporary)
            try SegmentFile.moveIn(temporary, as: last.path, options.calls)
            index.replace(last.path, with: chunks)
        }
        guard stream.sources.isEmpty else { return }
        let first = index.head + 1
        let reason =
            opening.missing.map { "\($0.first)-\($0.last) are not there any more" }
            ?? "power loss or a failed sync: what followed \(index.head) may be lost"
        lineage.begin(epochs.next(), .cut, first: first, cause: first, reason: reason)
        try lineage.write(directory, options.calls)
    }
}

extension Lineage {
    /// Puts lost ranges on record, in a new epoch that begins with the first of them.
    ///
    /// - Returns: Whether any was new.
    mutating func lose(_ spans: [Span], epoch: () -> UInt64) -> Bool {
        let new = spans.filter { span in !lost.contains { $0.first <= span.first && span.last <= $0.last } }
        guard let first = new.map(\.first).min() else { return false }
        lost = (lost + new).sorted { $0.first < $1.first }
        let named = new.map { "\($0.first)-\($0.last)" }.joined(separator: ", ")
        begin(epoch(), .lost, first: first, cause: first, reason: "damaged, lost: \(named)")
        return true
    }
}

extension SegmentFile {
    /// Removes every record from `first` on, the last ones first, so that what is left never has a gap.
    static func cut(_ directory: String, from first: UInt64, _ rewriter: SegmentRewriter) throws(LogError) {
        for entry in try list(directory).reversed() {
            let file = directory + "/" + entry.name
            if entry.first >= first {
                guard rewriter.calls.unlink(file) == 0 else {
                    throw LogError(.system(call: "unlink", errno: errno), file)
                }
                continue
            }
            let temporary = file + newSuffix
            _ = try rewriter.rewrite(file, upTo: first - 1, to: temporary)
            try moveIn(temporary, as: file, rewriter.calls)
            break
        }
        try syncDirectory(of: directory + "/", rewriter.calls)
    }

    /// Puts what was saved of a segment in its place, and the segment as it was into the quarantine.
    ///
    /// - Returns: The new segments.
    static func putInPlace(
        _ saved: SegmentRewriter.Salvage, of file: String, _ directory: String, _ calls: any FileCalls
    ) throws(LogError) -> [(path: String, first: UInt64, chunks: [LogChunk])] {
        let name = file.split(separator: "/").last.map(String.init) ?? file
        try makeDirectory(directory + "/" + quarantine)
        var kept = "\(directory)/\(quarantine)/\(name)"
        var attempt = 1
        while link(file, kept) != 0 {
            guard errno == EEXIST, attempt < 1_000 else {
                throw LogError(.system(call: "link", errno: errno), kept)
            }
            attempt += 1
            kept = "\(directory)/\(quarantine)/\(name).\(attempt)"
        }
        var placed: [(path: String, first: UInt64, chunks: [LogChunk])] = []
        for part in saved.parts {
            guard let first = part.chunks.first?.firstSequence else { continue }
            let target = directory + "/" + SegmentFile.name(firstSequence: first)
            try moveIn(part.path, as: target, calls)
            placed.append((target, first, part.chunks))
        }
        if !placed.contains(where: { $0.path == file }) { _ = calls.unlink(file) }
        return placed
    }
}
