import Glibc
import MCAP
import Schema

/// Where the records of a stream lie: its segments, and the chunks in each, by sequence.
///
/// Made by listing files, or extended by ``EventLog`` as it writes. What a segment holds is read when it is
/// first asked for. One thread owns it.
public final class LogIndex {
    struct Segment {
        var path: String
        var firstSequence: UInt64
        var lastSequence: UInt64
        /// Length of the file; of the live segment, when it was last looked at.
        var bytes: UInt64
        /// nil until asked for.
        var chunks: [LogChunk]?
        var isClosed = true
        var isCompacted = false
        /// Open while it is being read.
        var descriptor: SharedDescriptor?
    }

    /// A chunk or record of a stream is far smaller: one larger could not be served either, and a few bytes can say
    /// that they hold gigabytes.
    static let limits = ReadLimits(chunkSize: 64 << 20, recordLength: 64 << 20)

    let path: String
    public internal(set) var stream: StreamName
    public internal(set) var epoch: UInt64
    /// The first sequence of the epoch.
    public internal(set) var epochFirst: UInt64 = 1
    var segments: [Segment] = []
    /// Ranges that damage took.
    public internal(set) var lost: [Lineage.Span] = []
    /// Called when a read finds damage at a sequence; answers whether reading may be tried again.
    var repair: ((UInt64) throws(LogError) -> Bool)?
    /// What somebody's knowledge of an epoch is worth; the owner's lineage knows.
    var standing: ((_ epoch: UInt64, _ upTo: UInt64) -> Lineage.Standing)?
    /// No more files than this are kept open for reading.
    private static let maximumOpen = 64

    /// The first sequence held, or lost to damage just before it; 1 when there is none.
    public var firstSequence: UInt64 {
        guard let held = segments.first?.firstSequence else { return lost.first?.first ?? 1 }
        return lost.first { $0.last == held - 1 }?.first ?? held
    }
    /// The last sequence held, 0 for an empty stream.
    public var head: UInt64 { max(segments.last?.lastSequence ?? 0, lost.last?.last ?? 0) }
    /// The last sequence a record is there for; less than ``head`` where damage took the end.
    public var lastHeld: UInt64 { segments.last?.lastSequence ?? 0 }
    /// Bytes on disk.
    public var bytes: UInt64 { segments.reduce(0) { $0 + $1.bytes } }

    init(path: String, stream: StreamName, epoch: UInt64) {
        self.path = path
        self.stream = stream
        self.epoch = epoch
    }

    /// Reads a stream's directory, or one recording file, without changing anything. An unclosed last
    /// segment is read up to its last whole chunk.
    public convenience init(reading path: String) throws(LogError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw LogError(.system(call: "stat", errno: errno), path) }
        self.init(path: path, stream: .market, epoch: 0)
        if status.st_mode & S_IFMT == S_IFDIR {
            if let lineage = try Lineage.read(path) { lost = lineage.lost }
            try addSegments(of: path)
        } else if let contents = try add(path, first: 0), !contents.isClosed {
            throw LogError(.cutOff, path)
        }
        if segments.isEmpty { throw LogError(.empty, path) }
    }

    func addSegments(of directory: String) throws(LogError) {
        let names = try SegmentFile.list(directory)
        for (place, entry) in names.enumerated() {
            let file = directory + "/" + entry.name
            if place + 1 < names.count {
                try addUnread(file, first: entry.first, next: names[place + 1].first)
            } else {
                try add(file, first: entry.first)
            }
        }
        // Which stream it is, also where the last segment has no record yet.
        if let first = segments.first, segments.count > 1 {
            let contents = try SegmentContents(descriptor(of: 0).raw, first.path)
            if let stream = contents.stream { self.stream = stream }
        }
    }

    /// Adds a segment that another follows, without reading what it holds.
    func addUnread(_ file: String, first: UInt64, next: UInt64) throws(LogError) {
        let descriptor = SharedDescriptor(try SegmentFile.open(file, O_RDONLY))
        let isClosed = try LogError.naming(file) { () throws(ContainerError) in try isClosedFile(descriptor.raw) }
        if !isClosed { throw LogError(.cutOff, file) }
        // Damage may have taken the end of it; the range is on record then.
        let last = lost.first { $0.last == next - 1 && $0.first > first }.map { $0.first - 1 } ?? next - 1
        try note(Segment(path: file, firstSequence: first, lastSequence: last, bytes: SegmentFile.size(file)))
    }

    /// Adds a file's chunks behind those there are; nothing when it holds none.
    ///
    /// - Parameter isWhole: It was closed, so that an end which cannot be found is damage.
    @discardableResult
    func add(_ file: String, first: UInt64, isWhole: Bool = false) throws(LogError) -> SegmentContents? {
        let descriptor = SharedDescriptor(try SegmentFile.open(file, O_RDONLY))
        let contents = try SegmentContents(descriptor.raw, file)
        if isWhole, !contents.isClosed { throw LogError(.cutOff, file) }
        if let stream = contents.stream { self.stream = stream }
        if let epoch = contents.epoch { self.epoch = epoch }
        guard let begin = contents.chunks.first, let end = contents.chunks.last else {
            // A file that is nothing but a header is a recording all the same.
            if contents.isClosed, first == 0, contents.stream != nil { throw LogError(.empty, file) }
            return nil
        }
        guard first == 0 || first == begin.firstSequence else {
            throw LogError(.gap(expected: first, found: begin.firstSequence), file)
        }
        try note(
            Segment(
                path: file, firstSequence: begin.firstSequence, lastSequence: end.lastSequence,
                bytes: SegmentFile.size(file), chunks: contents.chunks, isClosed: contents.isClosed,
                isCompacted: contents.isCompacted, descriptor: descriptor))
        return contents
    }

    private func note(_ segment: Segment) throws(LogError) {
        if let before = segments.last, segment.firstSequence != before.lastSequence + 1 {
            let isLost = lost.contains {
                $0.first == before.lastSequence + 1 && $0.last == segment.firstSequence - 1
            }
            guard isLost else {
                throw LogError(.gap(expected: before.lastSequence + 1, found: segment.firstSequence), segment.path)
            }
        }
        segments.append(segment)
    }

    // MARK: looking things up

    /// The segment that holds `sequence`, or else the first behind it; nil beyond the head.
    func segment(containing sequence: UInt64) -> Int? {
        guard let last = segments.last, sequence <= last.lastSequence else { return nil }
        return segments.partitioningIndex { $0.lastSequence >= sequence }
    }

    /// The chunk of a segment that holds `sequence`, or else the first behind it.
    func chunk(containing sequence: UInt64, in segment: Int) throws(LogError) -> Int? {
        try load(segment)
        guard let chunks = segments[segment].chunks else { return nil }
        let index = chunks.partitioningIndex { $0.lastSequence >= sequence }
        return index < chunks.count ? index : nil
    }

    /// Reads what a segment holds, if that was not done.
    func load(_ index: Int) throws(LogError) {
        guard segments[index].chunks == nil else { return }
        let file = segments[index].path
        let contents = try SegmentContents(descriptor(of: index).raw, file)
        guard let first = contents.chunks.first, let last = contents.chunks.last,
            first.firstSequence == segments[index].firstSequence,
            last.lastSequence == segments[index].lastSequence
        else {
            let found = contents.chunks.last?.lastSequence ?? 0
            throw LogError(.gap(expected: segments[index].lastSequence, found: found), file)
        }
        segments[index].chunks = contents.chunks
        segments[index].isCompacted = contents.isCompacted
    }

    func descriptor(of index: Int) throws(LogError) -> SharedDescriptor {
        if let descriptor = segments[index].descriptor { return descriptor }
        if segments.count > Self.maximumOpen {
            // The live segment is the last one; of the others any may go.
            for other in segments.indices.dropLast() where other != index { segments[other].descriptor = nil }
        }
        let opened = SharedDescriptor(try SegmentFile.open(segments[index].path, O_RDONLY))
        segments[index].descriptor = opened
        return opened
    }

    /// What somebody's knowledge of an epoch is worth now.
    public func standing(epoch: UInt64, upTo sequence: UInt64) -> Lineage.Standing {
        standing?(epoch, sequence) ?? (epoch == self.epoch ? .good : .unknown)
    }
}
