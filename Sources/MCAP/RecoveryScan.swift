/// The scan behind ``recover(_:writtenBy:limits:)``: takes each record into account, or throws where the file
/// stops making sense.
struct RecoveryScan: ~Copyable {
    private enum Section {
        case data
        case summary
    }

    var file = RecoveredFile()
    private(set) var statedDataCRC: UInt32?
    private let isStrict: Bool
    private let limits: ReadLimits
    private var pending: PendingChunk?
    private var section = Section.data
    private var scratch: [UInt8] = []

    init(isStrict: Bool, limits: ReadLimits) {
        self.isStrict = isStrict
        self.limits = limits
    }

    /// Reads the file to its end.
    ///
    /// - Throws: The first record that is not as it should be; `file` then tells what lies before it, once
    ///   ``settle()`` has been called.
    mutating func read(_ descriptor: Int32) throws(ContainerError) {
        var scanner = try FileScanner(descriptor, upTo: file.fileSize, limits: limits)
        while let place = try scanner.next() {
            do throws(ContainerError) {
                if place.opcode != .messageIndex { settle() }
                if section == .data, place.opcode.endsDataSection { try endDataSection(place) }
                switch section {
                case .data: try noteData(place, &scanner)
                case .summary: try noteSummary(place, &scanner)
                }
            } catch {
                throw error.moved(to: place)
            }
        }
        settle()
        file.verdict = scanner.isAtFooter ? .closed : .open
    }

    /// Takes the last chunk into the summary, with its message indexes if all of them are whole.
    mutating func settle() {
        guard let chunk = pending else { return }
        pending = nil
        let index = chunk.index
        file.summary.note(index, messages: chunk.messages)
        file.endOffset += index.messageIndexLength
    }

    private mutating func endDataSection(_ place: RecordPlace) throws(ContainerError) {
        if isStrict, place.opcode != .dataEnd {
            throw ContainerError(.unexpectedRecord(found: place.opcode, expected: .dataEnd), at: place.offset)
        }
        section = .summary
    }

    private mutating func noteData(
        _ place: RecordPlace, _ scanner: inout FileScanner
    ) throws(ContainerError) {
        switch try scanner.record() {
        case .header(let header):
            try checkLength(header, place)
            file.header = header
        case .schema(let schema):
            try checkLength(schema, place)
            try note([schema], [], at: place.offset)
        case .channel(let channel):
            try checkLength(channel, place)
            try note([], [channel], at: place.offset)
        case .attachment(let attachment):
            try checkLength(attachment, place)
            file.summary.note(AttachmentIndexRecord(of: attachment, at: place.offset, length: place.length))
        case .metadata(let metadata):
            try checkLength(metadata, place)
            file.summary.note(
                MetadataIndexRecord(offset: place.offset, length: place.length, name: metadata.name))
        case .chunk(let chunk):
            try note(chunk, place, &scanner)
        case .messageIndex(let index):
            try checkLength(index, place)
            if pending != nil {
                try pending?.note(index, place, isStrict: isStrict)
                return  // the end moves when the chunk is settled
            }
            try refuseIfStrict(place)
        case .message(let message):
            try refuseIfStrict(place)
            file.summary.noteMessage(on: message.channelID, logTime: message.logTime)
        default:
            try refuseIfStrict(place)
        }
        file.endOffset = place.end
    }

    /// Behind the data section there is nothing to gather, but the file is closed only if all of it decodes.
    private mutating func noteSummary(_ place: RecordPlace, _ scanner: inout FileScanner) throws(ContainerError) {
        switch try scanner.record() {
        case .dataEnd(let end):
            try checkLength(end, place)
            statedDataCRC = end.dataSectionCRC
        case .footer(let footer): try scanner.checkSummary(footer, at: place)
        case .chunk, .messageIndex, .message, .attachment, .metadata, .unknown: try refuseIfStrict(place)
        default: break
        }
    }

    private mutating func note(
        _ schemas: [SchemaRecord], _ channels: [ChannelRecord], at offset: UInt64
    ) throws(ContainerError) {
        file.summary.adopt(try file.summary.definitions(adding: schemas, channels, at: offset))
    }

    private mutating func note(
        _ chunk: ChunkPlace, _ place: RecordPlace, _ scanner: inout FileScanner
    ) throws(ContainerError) {
        if isStrict, chunk.records.upperBound != place.end {
            let length = chunk.records.upperBound - place.offset
            throw ContainerError(.sizeMismatch(expected: length, found: place.length), at: place.offset)
        }
        try scanner.load(chunk)
        let isStrict = isStrict
        let contents = try scanner.withRecords { (records) throws(ContainerError) in
            let contents = try ChunkContents(records, at: chunk.recordsOffset)
            if isStrict { try contents.check(chunk.fields, records, at: place.offset) }
            return contents
        }
        if !contents.schemas.isEmpty || !contents.channels.isEmpty {
            try note(contents.schemas, contents.channels, at: place.offset)
        }
        pending = PendingChunk(chunk, place, contents)
        file.endOffset = place.end
    }

    private func refuseIfStrict(_ place: RecordPlace) throws(ContainerError) {
        guard isStrict else { return }
        throw ContainerError(.unexpectedRecord(found: place.opcode, expected: .chunk), at: place.offset)
    }

    /// A record that is longer than its fields has swallowed what follows it, unless a later version wrote it.
    private mutating func checkLength(_ record: some Record, _ place: RecordPlace) throws(ContainerError) {
        guard isStrict else { return }
        scratch.removeAll(keepingCapacity: true)
        record.append(to: &scratch)
        let length = UInt64(scratch.count)
        guard length == place.length else {
            throw ContainerError(.sizeMismatch(expected: length, found: place.length), at: place.offset)
        }
    }
}

extension Opcode {
    /// Records that come only behind the data section.
    var endsDataSection: Bool {
        switch self {
        case .dataEnd, .footer, .chunkIndex, .attachmentIndex, .statistics, .metadataIndex, .summaryOffset: true
        default: false
        }
    }
}

extension ContainerError {
    /// The error of a record's content, moved to the record: everything from there on is in doubt.
    func moved(to place: RecordPlace) -> ContainerError {
        if case .system = reason { return self }
        return ContainerError(reason, at: place.offset)
    }
}
