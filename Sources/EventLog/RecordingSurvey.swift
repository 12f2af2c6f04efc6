import Glibc
public import MCAP
public import Schema

/// What any MCAP file holds and what is wrong with it; of a recording of ours also which records.
public struct RecordingSurvey: Sendable {
    /// One chunk's records.
    public struct Chunk: Sendable, Equatable {
        /// Position in the survey's chunk indexes.
        public let index: Int
        /// Sequences of its first and last record.
        public let sequences: ClosedRange<UInt64>
    }

    public struct Count: Sendable, Equatable {
        public var messages: UInt64 = 0
        public var records: UInt64 = 0
    }

    public let path: String
    public internal(set) var file: FileSurvey
    /// Whether it is a recording of ours; what follows is empty where not.
    public let isOurs: Bool
    public internal(set) var stream: StreamName?
    /// Those named in its metadata, in order; 0 never.
    public internal(set) var epochs: [UInt64] = []
    public internal(set) var counts: [MessageType: Count] = [:]
    /// Record time of the first and the last record, ns.
    public internal(set) var times: ClosedRange<UInt64>?
    /// Chunks in the order of their sequences, without those whose records are in others too.
    public internal(set) var chunks: [Chunk] = []
    /// Whole chunks that hold records of other chunks again.
    public internal(set) var repeated: [Int] = []
    /// Whole chunks with messages that are none of the stream's.
    public internal(set) var unreadable: [Int] = []
    /// Sequences that are missing between those there are, and those that `epicenter recover` noted as lost.
    public internal(set) var lost: [ClosedRange<UInt64>] = []

    /// Whether the records are in order and all are there that lie between the first and the last.
    public var isContinuous: Bool { lost.isEmpty && repeated.isEmpty && unreadable.isEmpty && isInOrder }
    /// Whether the chunks lie in the file in the order of their sequences.
    public var isInOrder: Bool { zip(chunks, chunks.dropFirst()).allSatisfy { $0.index < $1.index } }

    /// Reads a file of ours or another's to its end.
    ///
    /// - Parameters:
    ///   - path: The file, which is only read.
    ///   - progress: Told how many bytes are read.
    /// - Throws: ``LogError`` for a file that cannot be opened or read; whatever its bytes are, they make a survey.
    /// - Complexity: Every message is decoded, about 11 ns a bar. Memory: one chunk and the summary.
    public init(of path: String, progress: (UInt64) -> Void = { _ in }) throws(LogError) {
        let descriptor = SharedDescriptor(try SegmentFile.open(path, O_RDONLY))
        try self.init(of: descriptor.raw, path, progress: progress)
    }

    public init(
        of descriptor: Int32, _ path: String, progress: (UInt64) -> Void = { _ in }
    ) throws(LogError) {
        self.path = path
        let origin = Self.origin(of: descriptor)
        isOurs = origin.isOurs
        var reading = Reading()
        let isOurs = isOurs
        file = try LogError.naming(path) { () throws(ContainerError) in
            try survey(
                descriptor, writtenBy: origin.writer, knowing: isOurs ? Self.ourChannels : [],
                each: { index, records in
                    if isOurs { reading.note(index, records) }
                }, progress: progress)
        }
        guard isOurs else { return }
        counts = reading.counts
        times = reading.times
        unreadable = reading.unreadable
        stream = reading.stream
        readMetadata(descriptor)
        arrange(reading.chunks)
    }

    /// Paths of a stream's segments, in the order of their first sequences.
    public static func segments(of directory: String) throws(LogError) -> [String] {
        try SegmentFile.list(directory).map { directory + "/" + $0.name }
    }

    /// What of the file `epicenter recover` keeps: in the order of the sequences, each record once.
    public var pieces: [FileSurvey.Piece] {
        guard isOurs else { return file.pieces }
        // Metadata of ours is written anew; attachments are kept.
        return file.pieces.filter { piece in if case .records = piece { true } else { false } }
            + chunks.map { .chunk($0.index) }
    }

    private static let ourChannels = Set(MessageType.allCases.map(\.rawValue))

    /// Writes what is whole into a new file, ``pieces`` in their order, and reads it back.
    ///
    /// - Parameters:
    ///   - source: The surveyed file.
    ///   - target: Open for reading and writing, of an empty file; closed in the end.
    ///   - path: Of the target, for errors and to read it again.
    ///   - note: Said in a metadata record.
    ///   - progress: Told how many bytes are read.
    /// - Returns: What the new file was found to hold, every checksum verified.
    /// - Throws: ``LogError``: a failed write, or a file that does not read back as it was written.
    public func salvage(
        from source: Int32, into target: Int32, _ path: String, note: [(String, String)],
        progress: (UInt64) -> Void = { _ in }
    ) throws(LogError) -> RecordingSurvey {
        var definitions = (file.summary.schemas, file.summary.channels)
        if isOurs, let stream { definitions = Self.repaired(definitions, stream) }
        let metadata = MetadataRecord(
            name: RecordingNotes.recovered, metadata: TextMap(note.map { .init(key: $0.0, value: $0.1) }))
        let written = try LogError.naming(path) { () throws(ContainerError) in
            try MCAP.salvage(
                file, of: source, into: target, pieces: pieces,
                header: isOurs ? SegmentFile.header : file.header ?? HeaderRecord(), schemas: definitions.0,
                channels: definitions.1, note: note.isEmpty ? nil : metadata, progress: progress)
        }
        let again = try RecordingSurvey(of: path)
        guard again.file.isWhole, again.file.isClosed, again.file.summary.statistics == written.statistics,
            again.chunks.map(\.sequences) == chunks.map(\.sequences), again.unreadable.isEmpty
        else { throw LogError(.foreign("does not read back as it was written"), path) }
        return again
    }

    /// Definitions of ours where the file's own are missing or are none.
    private static func repaired(
        _ found: ([SchemaRecord], [ChannelRecord]), _ stream: StreamName
    ) -> ([SchemaRecord], [ChannelRecord]) {
        let ours = SegmentFile.definitions(of: stream)
        let channels = ours.channels.map { own in
            found.1.first { $0.id == own.id && $0.topic == own.topic && $0.schemaID == own.schemaID } ?? own
        }
        let schemas = ours.schemas.map { own in found.0.first { $0.id == own.id && $0.name == own.name } ?? own }
        return (schemas, channels)
    }

    // MARK: Reading

    /// Gathers sequences, counts and times chunk by chunk.
    private struct Reading {
        var counts: [MessageType: Count] = [:]
        var times: ClosedRange<UInt64>?
        var chunks: [Chunk] = []
        var unreadable: [Int] = []
        var stream: StreamName?

        mutating func note(_ index: Int, _ records: RawSpan) {
            var copy = self
            do {
                let range = try records.withUnsafeBytes { (bytes) throws(LogError) in try copy.read(bytes) }
                self = copy
                if let range { chunks.append(Chunk(index: index, sequences: range)) }
            } catch {
                unreadable.append(index)
            }
        }

        /// - Returns: The sequences, nil without messages.
        private mutating func read(_ records: UnsafeRawBufferPointer) throws(LogError) -> ClosedRange<UInt64>? {
            var decoder = BatchDecoder()
            var range: ClosedRange<UInt64>?
            while let message = try decoder.next(in: records) {
                if stream == nil { stream = message.type.stream }
                guard message.type.stream == stream, StreamMessage.sequences.contains(message.firstSequence),
                    range.map({ message.firstSequence == $0.upperBound + 1 }) ?? true
                else { throw LogError(.foreign("a message that does not follow the one before"), "chunk") }
                range = (range?.lowerBound ?? message.firstSequence)...message.lastSequence
                counts[message.type, default: Count()].messages += 1
                counts[message.type, default: Count()].records += UInt64(message.count)
                for row in [0, message.count - 1] {
                    let time = message.recordTime(row: row)
                    times = min(times?.lowerBound ?? time, time)...max(times?.upperBound ?? time, time)
                }
            }
            return range
        }
    }

    /// Whose file it is, from its header and the channels at its front, or where these are damaged from all of it.
    private static func origin(of descriptor: Int32) -> (isOurs: Bool, writer: FileOrigin) {
        var header: HeaderRecord?
        var channels: [ChannelRecord] = []
        if var scanner = try? FileScanner(descriptor) {
            scan: while let place = try? scanner.next(), place.opcode != .chunk {
                switch try? scanner.record() {
                case .header(let found): header = found
                case .channel(let channel): channels.append(channel)
                case .schema, .metadata: break
                default: break scan
                }
            }
        }
        if header?.profile != RecordingSchema.profile, channels.isEmpty {
            channels = (try? survey(descriptor))?.summary.channels ?? []
        }
        let areOurs =
            !channels.isEmpty && channels.allSatisfy { MessageType(rawValue: $0.id).map(\.topic) == $0.topic }
        let isOurs = header?.profile == RecordingSchema.profile || areOurs
        let isOther = header.map { $0.library != SegmentFile.header.library && !areOurs } ?? false
        return (isOurs, isOurs && !isOther ? .thisLibrary : .anywhere)
    }

    private mutating func readMetadata(_ descriptor: Int32) {
        for index in file.summary.metadataIndexes {
            guard var scanner = try? FileScanner(descriptor, from: index.offset), (try? scanner.next()) != nil,
                case .metadata(let record)? = try? scanner.record()
            else { continue }
            if record.name == SegmentFile.metadataName, let text = record.metadata["epoch"],
                let epoch = UInt64(text, radix: 16)
            {
                epochs.append(epoch)
                if let name = record.metadata["stream"], stream == nil { stream = StreamName(rawValue: name) }
            }
            if record.name == RecordingNotes.recovered, let text = record.metadata["lost_sequences"] {
                lost += RecordingNotes.ranges(text)
            }
        }
    }

    /// Puts the chunks in order, leaves repeats out, and notes what is missing between them.
    private mutating func arrange(_ found: [Chunk]) {
        var next: UInt64?
        for chunk in found.sorted(by: { ($0.sequences.lowerBound, $0.index) < ($1.sequences.lowerBound, $1.index) }) {
            if let expected = next {
                if chunk.sequences.lowerBound < expected {
                    repeated.append(chunk.index)
                    continue
                }
                if chunk.sequences.lowerBound > expected {
                    lost.append(expected...chunk.sequences.lowerBound - 1)
                }
            }
            next = chunk.sequences.upperBound + 1
            chunks.append(chunk)
        }
        lost = Array(Set(lost)).sorted { $0.lowerBound < $1.lowerBound }
    }
}

/// Metadata records that say where a recording comes from.
public enum RecordingNotes {
    public static let recovered = "epicenter.recovered"
    public static let origin = "epicenter.origin"

    /// `5-9,12-12`.
    public static func text(_ ranges: [ClosedRange<UInt64>]) -> String {
        ranges.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }

    static func ranges(_ text: String) -> [ClosedRange<UInt64>] {
        text.split(separator: ",").compactMap { part in
            let ends = part.split(separator: "-").compactMap { UInt64($0) }
            return ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : nil
        }
    }
}
