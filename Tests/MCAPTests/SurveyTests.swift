import Foundation
import MCAP
import Testing

/// Over damage: whatever happens to a file, every chunk that is still whole is found, and nothing else.
@Suite("Survey and salvage")
struct SurveyTests {
    static let compressions: [Compression] = [.none, .zstd(), .lz4]

    /// Messages of the whole chunks, by chunk.
    private static func found(_ file: ScratchFile, _ origin: FileOrigin) throws -> (FileSurvey, [[UInt32]]) {
        var result: [[UInt32]] = []
        let survey = try survey(file.descriptor, writtenBy: origin) { index, records throws(ContainerError) in
            #expect(index == result.count)
            var cursor = MessageCursor()
            var sequences: [UInt32] = []
            while let message = try cursor.next(in: records) { sequences.append(message.sequence) }
            result.append(sequences)
        }
        return (survey, result)
    }

    /// Salvages into a new file and reads it back strictly.
    private static func saved(_ survey: FileSurvey, _ file: ScratchFile) throws -> [UInt32] {
        let target = ScratchFile()
        let written = try salvage(
            survey, of: file.descriptor, into: target.duplicate(), header: HeaderRecord(), schemas: [Sample.schema],
            channels: Sample.channels)
        let again = try recover(target.descriptor, writtenBy: .thisLibrary)
        #expect(again.verdict == .closed)
        #expect(again.summary == written)
        return try Sample.sequences(target.descriptor)
    }

    /// Chunks of the original that are still byte for byte where they were.
    private static func untouched(_ original: [UInt8], _ changed: [UInt8], _ chunks: [ChunkIndexRecord]) -> [[UInt32]] {
        chunks.enumerated().filter { _, chunk in
            let range = Int(chunk.chunkStartOffset)..<Int(chunk.chunkStartOffset + chunk.chunkLength)
            return range.upperBound <= changed.count && original[range] == changed[range]
        }.map { index, _ in [0, 1, 2].map { UInt32(3 * index + $0) } }
    }

    private static let known: Set<UInt16> = [1, 2]

    @Test("an undamaged file is whole, closed or not", arguments: compressions)
    func whole(compression: Compression) throws {
        for closed in [true, false] {
            let file = ScratchFile(try Sample.file(chunks: 4, compression: compression, closed: closed).bytes)
            let (survey, found) = try Self.found(file, .thisLibrary)
            #expect(survey.isWhole && survey.isClosed == closed && !survey.isLossy)
            #expect(survey.summaryState == (closed ? .whole : .absent))
            #expect(found.flatMap { $0 } == Array(0..<12))
            let scanned = try file.recovered().summary
            #expect(survey.summary == scanned)
            #expect(try Self.saved(survey, file) == Array(0..<12))
        }
    }

    @Test("every truncation keeps all whole chunks and says when records may be lost", arguments: compressions)
    func truncations(compression: Compression) throws {
        let (bytes, ends) = try Sample.file(chunks: 3, compression: compression, closed: true)
        let chunks = try ScratchFile(bytes).recovered().summary.chunkIndexes
        let file = ScratchFile()
        let whole = ScratchFile(bytes)
        for length in 0..<bytes.count {
            let cut = Array(bytes[..<length])
            file.replace(with: cut)
            let (survey, found) = try Self.found(file, .thisLibrary)
            #expect(found == Self.untouched(bytes, cut, chunks), "cut at \(length)")
            #expect(!survey.isClosed)
            let isBetween = length == 0 || length == Int(chunks[0].chunkStartOffset) || ends.contains(UInt64(length))
            if length > Int(chunks[0].chunkStartOffset), length < Int(ends[2]) {
                // Inside a chunk or its indexes something is said; between two nothing can be known.
                let isBoundary = try Self.isBoundary(length, whole)
                #expect(!survey.damage.isEmpty || isBetween || isBoundary, "cut at \(length)")
                if !survey.damage.isEmpty { #expect(survey.isLossy) }
            }
            if length > Int(ends[2]) + 13 { #expect(!survey.isLossy, "only the summary is torn at \(length)") }
            if !survey.pieces.isEmpty { #expect(try Self.saved(survey, file) == found.flatMap { $0 }) }
        }
    }

    /// Whether a record ends at `length`.
    private static func isBoundary(_ length: Int, _ whole: ScratchFile) throws -> Bool {
        var scanner = try FileScanner(whole.descriptor)
        while let place = try scanner.next() {
            if Int(place.end) >= length { return Int(place.end) == length }
        }
        return false
    }

    @Test(
        "every flipped bit loses at most the chunk it is in, and that is said",
        arguments: compressions, [true, false])
    func bitFlips(compression: Compression, closed: Bool) throws {
        let (bytes, _) = try Sample.file(chunks: 3, compression: compression, closed: closed)
        let chunks = try ScratchFile(bytes).recovered().summary.chunkIndexes
        let all = Self.untouched(bytes, bytes, chunks)
        let file = ScratchFile()
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            file.replace(with: flipped)
            var found: [[UInt32]] = []
            let survey = try survey(file.descriptor, writtenBy: .thisLibrary, knowing: Self.known) {
                _, records throws(ContainerError) in
                var cursor = MessageCursor()
                var sequences: [UInt32] = []
                while let message = try cursor.next(in: records) { sequences.append(message.sequence) }
                found.append(sequences)
            }
            let untouched = Self.untouched(bytes, flipped, chunks)
            // A flipped bit in a frame's header may leave the records as they were: then they are kept.
            #expect(found == untouched || found == all, "bit \(bit)")
            if found != all { #expect(survey.isLossy, "bit \(bit)") }
            if bit % 97 == 0 { #expect(try Self.saved(survey, file) == found.flatMap { $0 }, "bit \(bit)") }
        }
    }

    @Test("another's file with a summary loses nothing unsaid to a flipped bit", arguments: compressions)
    func foreignBitFlips(compression: Compression) throws {
        let (bytes, _) = try Sample.file(chunks: 3, compression: compression, closed: true)
        let chunks = try ScratchFile(bytes).recovered().summary.chunkIndexes
        let end = Int(chunks[2].chunkStartOffset + chunks[2].chunkLength)
        let file = ScratchFile()
        for bit in Int(chunks[0].chunkStartOffset) * 8..<end * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            file.replace(with: flipped)
            let (survey, found) = try Self.found(file, .anywhere)
            let untouched = Self.untouched(bytes, flipped, chunks)
            #expect(Set(untouched).isSubset(of: Set(found)), "bit \(bit)")
            if found.count < 3 { #expect(survey.isLossy, "bit \(bit)") }
        }
    }

    @Test("holes of zeros, swapped blocks, doubled and removed stretches: every chunk left whole is found")
    func rearranged() throws {
        var generator = SeededGenerator.announced("survey")
        for round in 0..<400 {
            let compression = Self.compressions[round % 3]
            let (bytes, _) = try Sample.file(chunks: 8, compression: compression, closed: round % 2 == 0)
            let file = ScratchFile()
            let changed = Self.rearrange(bytes, &generator)
            file.replace(with: changed)
            let (survey, found) = try Self.found(file, .thisLibrary)
            let whole = try Self.wholeChunks(of: bytes, in: changed)
            if survey.summary.channels.count == 2 {
                #expect(
                    Set(whole).isSubset(of: Set(found)),
                    "round \(round), \(compression): \(survey.damage), \(survey.summaryState), \(bytes.count) to \(changed.count)"
                )
            }
            #expect(Set(found).isSubset(of: Set((0..<8).map { chunk in (0..<3).map { UInt32(3 * chunk + $0) } })))
            if Set(found).count < 8, survey.isClosed || changed.count >= bytes.count {
                #expect(
                    survey.isLossy,
                    "round \(round): \(survey.damage), \(survey.summaryState), \(bytes.count) to \(changed.count)")
            }
            if !survey.pieces.isEmpty { #expect(try Self.saved(survey, file) == found.flatMap { $0 }) }
        }
    }

    private static func rearrange(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        func place(_ generator: inout SeededGenerator) -> Int { Int.random(in: 0..<bytes.count, using: &generator) }
        switch Int.random(in: 0..<5, using: &generator) {
        case 0:
            let start = place(&generator)
            for index in start..<min(bytes.count, start + 300) { bytes[index] = 0 }
        case 1:
            let length = 256
            let first = place(&generator) / length
            let second = place(&generator) / length
            for index in 0..<length where max(first, second) * length + index < bytes.count {
                bytes.swapAt(first * length + index, second * length + index)
            }
        case 2:
            let start = place(&generator)
            bytes.insert(contentsOf: bytes[start..<min(bytes.count, start + 500)], at: start)
        case 3:
            let start = place(&generator)
            bytes.removeSubrange(start..<min(bytes.count, start + Int.random(in: 1...400, using: &generator)))
        default: bytes += (0..<300).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        return bytes
    }

    /// Chunks of `original` whose bytes are somewhere in `changed`.
    private static func wholeChunks(of original: [UInt8], in changed: [UInt8]) throws -> [[UInt32]] {
        let haystack = Data(changed)
        return try ScratchFile(original).recovered().summary.chunkIndexes.enumerated().filter { _, chunk in
            let range = Int(chunk.chunkStartOffset)..<Int(chunk.chunkStartOffset + chunk.chunkLength)
            return haystack.range(of: Data(original[range])) != nil
        }.map { index, _ in [0, 1, 2].map { UInt32(3 * index + $0) } }
    }

    @Test("garbage behind the end is damage that held nothing")
    func garbage() throws {
        let (bytes, _) = try Sample.file(chunks: 2, closed: true)
        let file = ScratchFile(bytes + [UInt8](repeating: 0x41, count: 5_000))
        let (survey, found) = try Self.found(file, .thisLibrary)
        #expect(found.count == 2 && survey.isClosed && !survey.isLossy && !survey.isWhole)
        #expect(survey.damage.map(\.range) == [UInt64(bytes.count)..<UInt64(bytes.count + 5_000)])
        #expect(survey.damage.map(\.kind) == [.derived])
    }

    @Test("attachments and metadata behind a damaged chunk are kept, with and without a summary")
    func others() throws {
        for closed in [true, false] {
            let file = ScratchFile()
            var writer = try Sample.writer(file)
            var builder = ChunkBuilder()
            var damageAt: UInt64 = 0
            for index in 0..<3 {
                Sample.fill(&builder, first: 3 * index, count: 3)
                if index == 1 { damageAt = writer.offset + 60 }
                try writer.append(&builder, .zstd())
                try writer.append(
                    AttachmentRecord(
                        logTime: 1, createTime: 0, name: "a\(index)", mediaType: "text/plain", data: [1, 2]))
                try writer.append(MetadataRecord(name: "m\(index)", metadata: ["k": "v"]))
            }
            if closed { try writer.finish() }
            var bytes = file.bytes
            bytes[Int(damageAt)] ^= 1
            file.replace(with: bytes)
            let (survey, found) = try Self.found(file, .thisLibrary)
            #expect(found.map(\.first) == [0, 6])
            #expect(survey.summary.attachmentIndexes.map(\.name) == ["a0", "a1", "a2"])
            #expect(survey.summary.metadataIndexes.map(\.name) == ["m0", "m1", "m2"])
            #expect(survey.damage.count == 1 && survey.isLossy)
            let target = ScratchFile()
            let written = try salvage(
                survey, of: file.descriptor, into: target.duplicate(), header: HeaderRecord(),
                note: MetadataRecord(name: "lost", metadata: [:]))
            #expect(written.attachmentIndexes.count == 3 && written.metadataIndexes.count == 4)
            #expect(try target.recovered().verdict == .closed)
        }
    }

    @Test("a chunk inside a damaged message of another's closed file is not taken for one of the file")
    func nested() throws {
        let inner = try Sample.file(chunks: 1, closed: false).bytes
        let file = ScratchFile()
        var writer = try Sample.writer(file)
        var builder = ChunkBuilder()
        builder.append(channelID: 1, sequence: 77, logTime: 1, publishTime: 1, data: inner.span.bytes)
        let place = try writer.append(&builder).place
        try writer.finish()
        var bytes = file.bytes
        bytes[Int(place.records.lowerBound) + 12] ^= 1
        file.replace(with: bytes)
        let (survey, found) = try Self.found(file, .anywhere)
        #expect(found.isEmpty)
        #expect(survey.isLossy && survey.missingChunks == 1 && survey.missingMessages == 1)
    }

    @Test("a full disk is an error, not a saved file")
    func fullDisk() throws {
        let file = ScratchFile(try Sample.file(chunks: 2, closed: true).bytes)
        let survey = try survey(file.descriptor)
        let full = open("/dev/full", O_RDWR)
        defer { close(full) }
        #expect(throws: ContainerError(.system(.pwrite, errno: ENOSPC), at: 0)) {
            _ = try salvage(survey, of: file.descriptor, into: full, header: HeaderRecord())
        }
    }

    @Test("every conformance file is whole, and its messages survive a salvage", .enabled(if: Conformance.isPresent))
    func conformance() throws {
        for variant in try Conformance.variants() {
            let file = ScratchFile(variant.bytes)
            let found = try survey(file.descriptor)
            #expect(found.isWhole && found.isClosed, "\(variant.name)")
            let scanned = try recover(file.descriptor, writtenBy: .anywhere).summary.statistics
            #expect(found.summary.statistics == scanned)
            let target = ScratchFile()
            let written = try salvage(
                found, of: file.descriptor, into: target.duplicate(), header: try #require(found.header))
            #expect(written.statistics == found.summary.statistics, "\(variant.name)")
        }
    }

    @Test("mutated files of every compression neither crash nor hang a survey, and what is salvaged verifies")
    func mutations() throws {
        var generator = SeededGenerator.announced("survey fuzz")
        let seeds = try Self.compressions.flatMap { compression in
            try [true, false].map { try Sample.file(chunks: 3, compression: compression, closed: $0).bytes }
        }
        let file = ScratchFile()
        let limits = ReadLimits(chunkSize: 1 << 20, recordLength: 1 << 20)
        for _ in 0..<3_000 {
            var bytes = seeds.randomElement(using: &generator)!
            for _ in 0..<Int.random(in: 1...4, using: &generator) { FuzzTests.mutate(&bytes, &generator) }
            file.replace(with: bytes)
            for origin in [FileOrigin.thisLibrary, .anywhere] {
                let survey = try survey(file.descriptor, writtenBy: origin, limits: limits)
                guard !survey.pieces.isEmpty else { continue }
                let target = ScratchFile()
                let written = try salvage(
                    survey, of: file.descriptor, into: target.duplicate(), header: HeaderRecord(), limits: limits)
                // Not the times: a chunk's fields have no checksum, and are made anew from its messages.
                let counted = survey.summary.statistics
                #expect(written.statistics.channelMessageCounts == counted.channelMessageCounts)
                #expect(written.statistics.chunkCount == counted.chunkCount)
                #expect(try recover(target.descriptor, writtenBy: .anywhere).verdict == .closed)
            }
        }
    }
}
