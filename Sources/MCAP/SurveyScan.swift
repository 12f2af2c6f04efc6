/// The scan behind ``survey(_:writtenBy:knowing:limits:each:progress:)``: steps from record to record, and over damage to the
/// next whole one.
struct SurveyScan: ~Copyable {
    private(set) var survey = FileSurvey()
    private let descriptor: Int32
    private let isStrict: Bool
    private let known: Set<UInt16>
    private let limits: ReadLimits
    private var scanner: FileScanner
    private var searcher: ChunkReader
    private var budget: UInt64
    /// What the summary says lies where; `nil` without one that can be believed.
    private var map: SummaryMap?
    private var pending: PendingChunk?
    private var isDone = false
    /// Behind the data section, where only what is derived is left.
    private var isClosing = false
    /// Where a whole chunk was found that the summary has elsewhere.
    private var displaced: UInt64?
    /// Where a whole chunk was taken up again that was refused before: not a second time.
    private var retried: UInt64?
    /// End of the last record that a checksum guards.
    private var unchecked: UInt64 = 0
    private let magicError: ContainerError?
    private var statedDataCRC: UInt32 = 0
    private var dataEnd: UInt64 = 0
    private var hasSummary = false
    private var summaryStart: UInt64 = 0
    private var closingStatistics: StatisticsRecord?
    private var hasBegun = false
    private var scratch: [UInt8] = []

    init(_ descriptor: Int32, isStrict: Bool, known: Set<UInt16>, limits: ReadLimits) throws(ContainerError) {
        let size = try fileSize(descriptor)
        let magicLength = UInt64(FileFormat.magic.count)
        var survey = FileSurvey()
        survey.fileSize = size
        let own = try readOwnSummary(descriptor, size: size, limits)
        survey.summaryState = own.state
        survey.isClosed = own.isClosed
        if let summary = own.summary {
            survey.stated = summary.statistics
            if own.isGuarded { survey.summary.adopt(summary.definitions) }
        }
        let start = min(magicLength, size)
        let wrongMagic = try MCAP.magicError(descriptor, size: size)
        if let wrongMagic {
            survey.damage.append(.init(range: 0..<start, error: wrongMagic, kind: .derived))
        }
        let end = own.isGuarded ? own.summaryStart : size
        let scanner = try FileScanner(descriptor, from: start, upTo: end, limits: limits, isChecked: false)
        self.map = own.isGuarded ? own.summary.map(SummaryMap.init) : nil
        self.survey = survey
        self.descriptor = descriptor
        self.isStrict = isStrict
        self.known = known
        self.limits = limits
        self.scanner = scanner
        self.searcher = ChunkReader(limits: limits)
        self.budget = 8 * size + 64 << 20
        self.isDone = start == end
        self.unchecked = start
        self.magicError = wrongMagic
    }

    var position: UInt64 { scanner.position }

    func withRecords(_ body: (RawSpan) throws(ContainerError) -> Void) throws(ContainerError) {
        try scanner.withRecords(body)
    }

    /// Goes on to the next whole chunk.
    ///
    /// - Returns: Its position in the summary's chunk indexes; `nil` at the end of the file.
    mutating func nextChunk() throws(ContainerError) -> Int? {
        if magicError != nil, !hasBegun { try lookInMagic() }
        hasBegun = true
        while !isDone {
            let start = scanner.position
            do {
                if let index = try step(from: start) { return index }
            } catch {
                if case .system = error.reason { throw error }
                try skip(from: start, error)
            }
        }
        settle()
        try finish()
        return nil
    }

    /// Takes one record.
    private mutating func step(from start: UInt64) throws(ContainerError) -> Int? {
        guard let place = try scanner.next() else {
            isDone = true
            if scanner.isAtFooter { try checkTail() }
            return nil
        }
        do throws(ContainerError) {
            if start == UInt64(FileFormat.magic.count), place.opcode != .header, retried != start {
                throw ContainerError(.unexpectedRecord(found: place.opcode, expected: .header), at: start)
            }
            try map?.check(place, isDisplaced: displaced == start)
            if place.opcode != .messageIndex { settle() }
            if isClosing || place.opcode.endsDataSection {
                try takeClosing(place)
                return nil
            }
            return try takeData(place)
        } catch {
            throw error.moved(to: place)
        }
    }

    private mutating func takeData(_ place: RecordPlace) throws(ContainerError) -> Int? {
        switch try scanner.record() {
        case .header(let header):
            try checkLength(header, place)
            survey.header = header
        case .schema(let schema):
            try checkLength(schema, place)
            survey.summary.adopt(try survey.summary.definitions(adding: [schema], [], at: place.offset))
            keep(place)
        case .channel(let channel):
            try checkLength(channel, place)
            survey.summary.adopt(try survey.summary.definitions(adding: [], [channel], at: place.offset))
            keep(place)
        case .attachment(let attachment):
            try checkLength(attachment, place)
            survey.summary.note(AttachmentIndexRecord(of: attachment, at: place.offset, length: place.length))
            keep(place)
            unchecked = place.end
        case .metadata(let metadata):
            try checkLength(metadata, place)
            survey.summary.note(MetadataIndexRecord(offset: place.offset, length: place.length, name: metadata.name))
            keep(place)
        case .message(let message):
            guard !isStrict else { throw ContainerError(.unexpectedRecord(found: .message, expected: .chunk), at: 0) }
            guard survey.summary.channel(message.channelID) != nil else {
                throw ContainerError(.undefinedChannel(message.channelID), at: place.offset)
            }
            survey.summary.noteMessage(on: message.channelID, logTime: message.logTime)
            keep(place)
        case .chunk(let chunk): return try take(chunk, place)
        case .messageIndex(let index):
            if isStrict {
                try checkLength(index, place)
                // Without its chunk, which was lost, an index says nothing.
                try pending?.note(index, place, isStrict: true)
            } else {
                try? pending?.note(index, place, isStrict: false)
            }
        default:
            guard !isStrict else {
                throw ContainerError(.unexpectedRecord(found: place.opcode, expected: .chunk), at: place.offset)
            }
            survey.unknownRecords += 1
        }
        return nil
    }

    private mutating func take(_ chunk: ChunkPlace, _ place: RecordPlace) throws(ContainerError) -> Int {
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
        let definitions = try survey.summary.definitions(adding: contents.schemas, contents.channels, at: place.offset)
        let made = PendingChunk(chunk, place, contents)
        for entry in made.messages where !known.contains(entry.key) && !definitions.hasChannel(entry.key) {
            throw ContainerError(.undefinedChannel(entry.key), at: place.offset)
        }
        survey.summary.adopt(definitions)
        pending = made
        displaced = nil
        unchecked = place.end
        map?.found(made.index)
        let index = survey.summary.chunkIndexes.count
        survey.pieces.append(.chunk(index))
        survey.places.append(chunk)
        // Counted at once, so that whoever is lent the records finds it; its message indexes come later.
        survey.summary.note(made.index, messages: made.messages)
        return index
    }

    /// Behind the data section everything must decode and end with Footer and magic.
    private mutating func takeClosing(_ place: RecordPlace) throws(ContainerError) {
        if !isClosing, place.opcode != .dataEnd || map?.next(after: place.offset) != nil {
            throw ContainerError(.unexpectedRecord(found: place.opcode, expected: .dataEnd), at: place.offset)
        }
        switch try scanner.record() {
        case .dataEnd(let end):
            try checkLength(end, place)
            statedDataCRC = end.dataSectionCRC
            dataEnd = place.offset
            summaryStart = place.end
        case .statistics(let statistics): closingStatistics = statistics
        case .footer(let footer):
            // Whole but not where it was: something before it is gone, or came in, and it tells how much there was.
            if let closingStatistics, try scanner.isSummary(footer, at: place, from: summaryStart) {
                survey.stated = closingStatistics
            }
            try scanner.checkSummary(footer, at: place)
            hasSummary = footer.summaryStart != 0
        case .chunk, .messageIndex, .message, .attachment, .metadata:
            throw ContainerError(.unexpectedRecord(found: place.opcode, expected: .footer), at: place.offset)
        default: break
        }
        isClosing = true
    }

    private mutating func settle() {
        guard let chunk = pending else { return }
        pending = nil
        survey.summary.replaceLastChunkIndex(with: chunk.index)
    }

    /// Adds a record outside chunks to the pieces.
    private mutating func keep(_ place: RecordPlace) {
        if case .records(let range) = survey.pieces.last, range.upperBound == place.offset {
            survey.pieces[survey.pieces.count - 1] = .records(range.lowerBound..<place.end)
        } else {
            survey.pieces.append(.records(place.offset..<place.end))
        }
    }

    private mutating func checkLength(_ record: some Record, _ place: RecordPlace) throws(ContainerError) {
        guard isStrict else { return }
        scratch.removeAll(keepingCapacity: true)
        record.append(to: &scratch)
        guard UInt64(scratch.count) == place.length else {
            throw ContainerError(.sizeMismatch(expected: UInt64(scratch.count), found: place.length), at: place.offset)
        }
    }
}

// MARK: Over damage

extension SurveyScan {
    /// Notes damage from `start` on and goes on at the next record that is whole.
    private mutating func skip(from start: UInt64, _ error: ContainerError) throws(ContainerError) {
        settle()
        displaced = nil
        let wasClosing = isClosing
        isClosing = false
        let known = map?.next(after: start)
        let end = known ?? scanner.end
        // A whole chunk may lie right here, where another record was expected, or begin inside a record before that has
        // no checksum of its own.
        let from = max(unchecked, retried.map { $0 + 1 } ?? 0)
        var resume = try search(from, before: end)
        if resume == nil, known != nil { resume = known }
        retried = resume
        let heldRecords = map.map { $0.holds(start) } ?? !(wasClosing && resume == nil)
        let isBehind = resume.map { wasClosing || $0 < start } ?? false
        note(
            (isBehind ? min(unchecked, resume ?? start) : start)..<(resume ?? scanner.end), error,
            heldRecords ? .records : .derived)
        unchecked = resume ?? unchecked
        guard let resume else {
            isDone = true
            return
        }
        scanner = try FileScanner(descriptor, from: resume, upTo: scanner.end, limits: limits, isChecked: false)
    }

    /// Where the magic should be, a whole chunk may begin.
    private mutating func lookInMagic() throws(ContainerError) {
        guard let found = try search(0, before: scanner.position) else { return }
        retried = found
        survey.damage = []
        if found > 0, let magicError { note(0..<found, magicError, .derived) }
        scanner = try FileScanner(descriptor, from: found, upTo: scanner.end, limits: limits, isChecked: false)
        isDone = false
    }

    /// Where the next whole chunk before `end` begins, or the records before it that lead up to it.
    private mutating func search(_ start: UInt64, before end: UInt64) throws(ContainerError) -> UInt64? {
        var from = start
        while from < end {
            let found = try findChunk(
                descriptor, in: from..<end, fittingBefore: scanner.end, &searcher, budget: &budget)
            guard let found else { return nil }
            if map == nil { return try recordsLeading(to: found, from: start) }
            if try isMissing(found) {
                displaced = found
                return found
            }
            from = found + 1
        }
        return nil
    }

    /// Whether the summary has a chunk like the one at `offset` that was not found so far.
    private func isMissing(_ offset: UInt64) throws(ContainerError) -> Bool {
        var one = try FileScanner(descriptor, from: offset, upTo: scanner.end, limits: limits, isChecked: false)
        guard let place = try one.next(), case .chunk(let chunk) = try one.record() else { return false }
        return map?.isMissing(chunk, length: place.length) ?? true
    }

    /// The earliest place from which definitions, attachments, metadata and message indexes follow each other up to
    /// the chunk at `end`; `end` itself if there is none. Looks back a mebibyte at most.
    private func recordsLeading(to end: UInt64, from start: UInt64) throws(ContainerError) -> UInt64 {
        let begin = max(start, end > 1 << 20 ? end - 1 << 20 : 0)
        let count = Int(end - begin)
        var buffer = ScratchBuffer()
        let bytes = buffer.prefix(count)
        guard try readFully(descriptor, into: bytes, at: begin) == count else { return end }
        let prefix = FileFormat.recordPrefixLength
        let kinds: [Opcode] = [.schema, .channel, .attachment, .metadata, .messageIndex]
        var leads = [Bool](repeating: false, count: count + 1)
        leads[count] = true
        var first = count
        for index in stride(from: count - prefix, through: 0, by: -1)
        where kinds.contains(Opcode(rawValue: bytes[index])) {
            let length = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index + 1, as: UInt64.self))
            guard length <= UInt64(count - index - prefix), leads[index + prefix + Int(length)] else { continue }
            leads[index] = true
            first = index
        }
        return begin + UInt64(first)
    }

    private mutating func note(_ range: Range<UInt64>, _ error: ContainerError, _ kind: FileSurvey.Damage.Kind) {
        if range.isEmpty { return }
        if let last = survey.damage.last, last.range.upperBound == range.lowerBound, last.kind == kind {
            survey.damage[survey.damage.count - 1].range = last.range.lowerBound..<range.upperBound
        } else {
            survey.damage.append(.init(range: range, error: error, kind: kind))
        }
    }

    /// Bytes behind the closing magic: another file's chunks, or nothing of worth.
    private mutating func checkTail() throws(ContainerError) {
        survey.isClosed = true
        let end = scanner.position
        guard end < scanner.end else { return }
        if hasSummary { survey.summaryState = .whole }
        isDone = false
        isClosing = true
        try skip(from: end, ContainerError(.unexpectedRecord(found: Opcode(rawValue: 0), expected: .footer), at: end))
    }

    private mutating func finish() throws(ContainerError) {
        if map != nil { survey.isClosed = true }
        // With damage known, that the CRC fails too says nothing new.
        guard statedDataCRC != 0, survey.damage.isEmpty else { return }
        survey.matchesDataSectionCRC = try dataSectionCRC(of: descriptor, upTo: dataEnd) == statedDataCRC
    }
}

// MARK: The summary

/// What a summary that can be believed says lies where.
private struct SummaryMap {
    private let places: [(offset: UInt64, opcode: Opcode)]
    private var missing: [Shape: Int] = [:]

    /// What tells a chunk from others wherever it lies.
    private struct Shape: Hashable {
        let length, start, end, size: UInt64
    }

    init(_ summary: FileSummary) {
        places =
            (summary.chunkIndexes.map { ($0.chunkStartOffset, Opcode.chunk) }
            + summary.attachmentIndexes.map { ($0.offset, Opcode.attachment) }
            + summary.metadataIndexes.map { ($0.offset, Opcode.metadata) }).sorted { $0.0 < $1.0 }
        for index in summary.chunkIndexes { missing[Self.shape(index), default: 0] += 1 }
    }

    private static func shape(_ index: ChunkIndexRecord) -> Shape {
        Shape(
            length: index.chunkLength, start: index.messageStartTime, end: index.messageEndTime,
            size: index.uncompressedSize)
    }

    func isMissing(_ chunk: ChunkPlace, length: UInt64) -> Bool {
        let fields = chunk.fields
        let shape = Shape(
            length: length, start: fields.messageStartTime, end: fields.messageEndTime, size: fields.uncompressedSize)
        return missing[shape] ?? 0 > 0
    }

    mutating func found(_ index: ChunkIndexRecord) {
        missing[Self.shape(index), default: 0] -= 1
    }

    /// The next place behind `offset` at which something must lie.
    func next(after offset: UInt64) -> UInt64? {
        let index = firstIndex(after: offset)
        return index < places.count ? places[index].offset : nil
    }

    func holds(_ offset: UInt64) -> Bool {
        let index = firstIndex(after: offset)
        return index > 0 && places[index - 1].offset == offset
    }

    /// Refuses a record that is not what must lie there, or that runs over the next that must.
    func check(_ place: RecordPlace, isDisplaced: Bool) throws(ContainerError) {
        if isDisplaced { return }
        let index = firstIndex(after: place.offset)
        if index > 0, places[index - 1].offset == place.offset, places[index - 1].opcode != place.opcode {
            throw ContainerError(
                .unexpectedRecord(found: place.opcode, expected: places[index - 1].opcode), at: place.offset)
        }
        if index < places.count, place.end > places[index].offset {
            let room = places[index].offset - place.offset
            throw ContainerError(.sizeMismatch(expected: room, found: place.length), at: place.offset)
        }
    }

    private func firstIndex(after offset: UInt64) -> Int {
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle].offset <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// A file's own summary, and how far it can be believed.
private struct OwnSummary {
    var summary: FileSummary?
    var state = FileSurvey.SummaryState.absent
    var isClosed = false
    /// Whether a CRC-32 guards it and what it says fits the file.
    var isGuarded = false
    var summaryStart: UInt64 = 0
}

private func readOwnSummary(
    _ descriptor: Int32, size: UInt64, _ limits: ReadLimits
) throws(ContainerError) -> OwnSummary {
    var own = OwnSummary()
    do {
        guard let footer = try readFooter(descriptor, size: size) else { return own }
        own.isClosed = true
        guard footer.summaryStart != 0 else { return own }
        own.state = .damaged
        let end = size - UInt64(FileFormat.footerLength + FileFormat.magic.count)
        try checkSummary(descriptor, footer, at: end)
        own.summary = try IndexedReader.readSummary(descriptor, footer, end: end, limits)
        own.state = own.summary == nil ? .partial : .whole
        own.summaryStart = footer.summaryStart
        guard let summary = own.summary, footer.summaryCRC != 0 else { return own }
        let first = UInt64(FileFormat.magic.count)
        own.isGuarded =
            summary.chunkIndexes.allSatisfy { (first..<own.summaryStart).contains($0.chunkStartOffset) }
            && own.summaryStart >= first
        return own
    } catch {
        if case .system = error.reason { throw error }
        return own
    }
}

private func magicError(_ descriptor: Int32, size: UInt64) throws(ContainerError) -> ContainerError? {
    var window = FileWindow()
    do {
        _ = try window.checkMagic(descriptor, at: 0, end: size)
        return nil
    } catch {
        if case .system = error.reason { throw error }
        return error
    }
}
