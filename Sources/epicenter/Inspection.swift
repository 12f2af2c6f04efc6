import EventLog
import Foundation
import MCAP
import Schema

/// What `epicenter inspect` says of a file, or of the segments of a stream's directory.
struct Inspection: Encodable {
    struct Kind: Encodable {
        var messages: UInt64
        var records: UInt64
    }

    struct Channel: Encodable {
        let id: UInt16
        let topic, schema, encoding: String
        let messages: UInt64
    }

    struct Chunks: Encodable {
        var count = 0
        var compression: [String: Int] = [:]
        var stored: UInt64 = 0
        var uncompressed: UInt64 = 0
    }

    struct ChunkLine: Encodable {
        let offset: UInt64
        let compression: String
        let stored, uncompressed: UInt64
        let from, until: String
        let first, last: UInt64?
    }

    struct Attachment: Encodable {
        let name, media_type: String
        let size: UInt64
    }

    struct Range: Encodable {
        let first, last: UInt64
    }

    /// Why the stream's history changed.
    struct Epoch: Encodable {
        let epoch, kind: String
        let first: UInt64
        let reason: String
    }

    struct Damage: Encodable {
        let from, until, bytes: UInt64
        let kind, error: String
    }

    struct Segment: Encodable {
        let path: String
        let size: UInt64
        let profile, library, summary, verdict: String
        let channels: [Channel]
        let chunks: Chunks
        let chunk_list: [ChunkLine]?
        let attachments: [Attachment]
        let metadata: [String]
        let unknown_records: UInt64
        let damage: [Damage]
        /// Counted by the file's statistics, and not found.
        let missing_messages: UInt64
        let missing_chunks: UInt32
        let problems: [String]
    }

    var stream: String?
    var epoch: String?
    var epochs: [String]?
    var first, head: UInt64?
    var from, until: String?
    var kinds: [String: Kind] = [:]
    var lost_sequences: [Range] = []
    /// From `lineage.json`, for a stream's directory.
    var history: [Epoch]?
    var segments: [Segment] = []
    var verdict = "whole"

    var isWhole: Bool { verdict == "whole" || verdict == "live" }

    /// - Parameters:
    ///   - surveys: In the order of their sequences.
    ///   - isLive: Whether the last one may still be written, as in a stream's directory.
    ///   - lineage: Of a stream's directory.
    init(_ surveys: [RecordingSurvey], lineage: Lineage?, isLive: Bool, listsChunks: Bool) {
        var times: ClosedRange<UInt64>?
        var next: UInt64?
        var names: [String] = []
        for (index, survey) in surveys.enumerated() {
            for (type, count) in survey.counts {
                kinds[type.topic, default: Kind(messages: 0, records: 0)].messages += count.messages
                kinds[type.topic, default: Kind(messages: 0, records: 0)].records += count.records
            }
            if !survey.isOurs {
                for channel in survey.file.summary.channels {
                    let count = survey.messages(on: channel.id)
                    kinds[channel.topic, default: Kind(messages: 0, records: 0)].messages += count
                    kinds[channel.topic, default: Kind(messages: 0, records: 0)].records += count
                }
            }
            stream = stream ?? survey.stream?.rawValue
            for epoch in survey.epochs.map({ String($0, radix: 16) }) where names.last != epoch { names.append(epoch) }
            if let span = survey.span {
                times = min(times?.lowerBound ?? .max, span.lowerBound)...max(times?.upperBound ?? 0, span.upperBound)
            }
            if let begin = survey.chunks.first?.sequences.lowerBound, let end = survey.chunks.last?.sequences.upperBound
            {
                if let next, begin > next { lost_sequences.append(Range(first: next, last: begin - 1)) }
                first = first ?? begin
                head = end
                next = end + 1
            }
            lost_sequences += survey.lost.map { Range(first: $0.lowerBound, last: $0.upperBound) }
            let verdict = survey.verdict(isLive: isLive && index == surveys.count - 1)
            segments.append(Segment(survey, verdict, listsChunks: listsChunks))
            if verdict.rank > Verdict(rawValue: self.verdict)?.rank ?? 0 { self.verdict = verdict.rawValue }
        }
        if !lost_sequences.isEmpty, isWhole { verdict = Verdict.incomplete.rawValue }
        history = lineage?.entries.map {
            Epoch(epoch: String($0.epoch, radix: 16), kind: $0.kind.rawValue, first: $0.first, reason: $0.reason)
        }
        epoch = names.last
        epochs = names.count > 1 ? names : nil
        from = times.map { CivilTime.rfc3339($0.lowerBound) }
        until = times.map { CivilTime.rfc3339($0.upperBound) }
    }

    enum Verdict: String {
        case whole, live
        /// Undamaged, but records are missing that once were between those there are.
        case incomplete
        /// No Footer: still written, or its writer died between two writes.
        case open
        /// Nothing whole follows the damage: the writer died in mid-write.
        case torn
        case damaged

        var rank: Int {
            switch self {
            case .whole: 0
            case .live: 1
            case .incomplete: 2
            case .open: 3
            case .torn: 4
            case .damaged: 5
            }
        }
    }
}

extension RecordingSurvey {
    func messages(on channel: UInt16) -> UInt64 {
        file.summary.statistics.channelMessageCounts[channel] ?? 0
    }

    /// First and last record time, or log time of another's file, ns.
    var span: ClosedRange<UInt64>? {
        if isOurs { return times }
        let statistics = file.summary.statistics
        guard statistics.messageCount > 0 else { return nil }
        return statistics.messageStartTime...max(statistics.messageStartTime, statistics.messageEndTime)
    }

    func verdict(isLive: Bool) -> Inspection.Verdict {
        let isTorn =
            file.damage.count == 1 && file.damage[0].range.upperBound == file.fileSize && !file.isClosed
            && file.header != nil
        if isTorn { return isLive ? .live : .torn }
        if !file.isWhole || !unreadable.isEmpty {
            return .damaged
        }
        if !isContinuous { return .incomplete }
        return file.isClosed ? .whole : isLive ? .live : .open
    }

    /// What is wrong beside damaged bytes, a line each.
    var problems: [String] {
        var lines: [String] = []
        if file.header == nil { lines.append("no whole header") }
        if file.summaryState == .damaged { lines.append("the summary is damaged") }
        if file.matchesDataSectionCRC == false {
            lines.append("the data section does not match its CRC-32, though every chunk does")
        }
        if file.missingMessages > 0 { lines.append("\(file.missingMessages) messages of its statistics are not there") }
        if file.missingChunks > 0 { lines.append("\(file.missingChunks) chunks of its statistics are not there") }
        if file.missingOthers > 0 {
            lines.append("\(file.missingOthers) attachments or metadata of its statistics are not there")
        }
        if !unreadable.isEmpty { lines.append("\(unreadable.count) chunks hold messages that are none of this stream") }
        if !repeated.isEmpty { lines.append("\(repeated.count) chunks hold records that are in others too") }
        if !isInOrder { lines.append("chunks do not lie in the order of their sequences") }
        return lines
    }
}

extension Inspection.Segment {
    fileprivate init(_ survey: RecordingSurvey, _ verdict: Inspection.Verdict, listsChunks: Bool) {
        let file = survey.file
        path = survey.path
        size = file.fileSize
        profile = file.header?.profile ?? ""
        library = file.header?.library ?? ""
        summary = file.summaryState.rawValue
        self.verdict = verdict.rawValue
        channels = file.summary.channels.map { channel in
            Inspection.Channel(
                id: channel.id, topic: channel.topic, schema: file.summary.schema(channel.schemaID)?.name ?? "",
                encoding: channel.messageEncoding, messages: survey.messages(on: channel.id))
        }
        var chunks = Inspection.Chunks()
        for index in file.summary.chunkIndexes {
            chunks.count += 1
            chunks.compression[index.compression.isEmpty ? "none" : index.compression, default: 0] += 1
            chunks.stored += index.compressedSize
            chunks.uncompressed += index.uncompressedSize
        }
        self.chunks = chunks
        chunk_list = listsChunks ? Self.lines(survey) : nil
        attachments = file.summary.attachmentIndexes.map {
            Inspection.Attachment(name: $0.name, media_type: $0.mediaType, size: $0.dataSize)
        }
        metadata = file.summary.metadataIndexes.map(\.name)
        unknown_records = file.unknownRecords
        damage = file.damage.map { damage in
            Inspection.Damage(
                from: damage.range.lowerBound, until: damage.range.upperBound, bytes: UInt64(damage.range.count),
                kind: damage.kind == .records ? "records" : "derived", error: "\(damage.error.reason)")
        }
        missing_messages = file.missingMessages
        missing_chunks = file.missingChunks
        problems = survey.problems
    }

    private static func lines(_ survey: RecordingSurvey) -> [Inspection.ChunkLine] {
        var sequences: [Int: ClosedRange<UInt64>] = [:]
        for chunk in survey.chunks { sequences[chunk.index] = chunk.sequences }
        return survey.file.summary.chunkIndexes.enumerated().map { position, index in
            Inspection.ChunkLine(
                offset: index.chunkStartOffset, compression: index.compression.isEmpty ? "none" : index.compression,
                stored: index.compressedSize, uncompressed: index.uncompressedSize,
                from: CivilTime.rfc3339(index.messageStartTime), until: CivilTime.rfc3339(index.messageEndTime),
                first: sequences[position]?.lowerBound, last: sequences[position]?.upperBound)
        }
    }
}

// MARK: Text

extension Inspection {
    var text: String {
        var lines: [String] = []
        if let stream { lines.append("stream     \(stream)") }
        if let epochs {
            lines.append("epochs     \(epochs.joined(separator: ", "))")
        } else if let epoch {
            lines.append("epoch      \(epoch)")
        }
        if let first, let head { lines.append("sequences  \(first) to \(head)") }
        if let from, let until { lines.append("times      \(from) to \(until)") }
        lines.append("")
        for (topic, kind) in kinds.sorted(by: { $0.key < $1.key }) where kind.messages > 0 {
            let records = kind.records == kind.messages ? "" : "\(kind.records) records in "
            lines.append("\(pad(topic, 30)) \(records)\(kind.messages) messages")
        }
        for segment in segments { lines += segment.lines(isOnly: segments.count == 1) }
        for entry in (history ?? []).dropFirst() {
            lines.append("epoch      \(entry.epoch) from sequence \(entry.first) on (\(entry.kind)): \(entry.reason)")
        }
        for range in lost_sequences {
            lines.append("lost       sequences \(range.first) to \(range.last)")
        }
        lines.append("")
        lines.append(conclusion)
        return lines.joined(separator: "\n")
    }

    private var conclusion: String {
        switch Verdict(rawValue: verdict) ?? .damaged {
        case .whole: "Whole. Every chunk's checksum was verified."
        case .live:
            "Whole so far: the last segment is still being written, or its writer died. Every chunk's checksum was verified."
        case .incomplete: "What is there is whole, but records are missing or out of order."
        case .open:
            "No end: it is still being written, or its writer died between two writes. All chunks there are whole."
        case .torn: "Torn: its writer died in mid-write. What is before the tear is whole; epicenter recover keeps it."
        case .damaged: "Damaged; epicenter recover keeps what is whole."
        }
    }
}

extension Inspection.Segment {
    fileprivate func lines(isOnly: Bool) -> [String] {
        var lines = [""]
        let name = isOnly ? "file      " : "segment   "
        lines.append("\(name) \(path), \(size) bytes, \(verdict)")
        if profile != RecordingSchema.profile {
            lines.append("written by \(library.isEmpty ? "an unnamed library" : library), profile \"\(profile)\"")
            for channel in channels {
                let schema = channel.schema.isEmpty ? "no schema" : channel.schema
                lines.append(
                    "channel    \(channel.id) \(channel.topic): \(channel.messages) messages, \(schema), \(channel.encoding)"
                )
            }
        }
        let ratio = chunks.uncompressed > 0 ? Int(100 * Double(chunks.stored) / Double(chunks.uncompressed)) : 100
        let kinds = chunks.compression.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        lines.append(
            "chunks     \(chunks.count)\(kinds.isEmpty ? "" : " (\(kinds.joined(separator: ", ")))"), \(chunks.stored) bytes for \(chunks.uncompressed) (\(ratio) %)"
        )
        for chunk in chunk_list ?? [] { lines.append(chunk.line) }
        lines.append("summary    \(summary)")
        for attachment in attachments {
            lines.append("attachment \(attachment.name), \(attachment.media_type), \(attachment.size) bytes")
        }
        if !metadata.isEmpty { lines.append("metadata   \(metadata.joined(separator: ", "))") }
        if unknown_records > 0 { lines.append("unknown    \(unknown_records) records of kinds not known here") }
        for damage in damage {
            let held = damage.kind == "records" ? "records, or nobody can tell" : "nothing that is not made again"
            lines.append(
                "damage     bytes \(damage.from) to \(damage.until) (\(damage.bytes)): \(damage.error); held \(held)")
        }
        for problem in problems { lines.append("problem    \(problem)") }
        return lines
    }
}

extension Inspection.ChunkLine {
    fileprivate var line: String {
        let ratio = uncompressed > 0 ? Int(100 * Double(stored) / Double(uncompressed)) : 100
        let sequences = first.flatMap { first in last.map { ", sequences \(first) to \($0)" } } ?? ""
        return
            "  at \(offset): \(compression), \(stored) bytes for \(uncompressed) (\(ratio) %), \(from) to \(until)\(sequences)"
    }
}

private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}
