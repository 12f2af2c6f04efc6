import ArgumentParser
import EventLog
import Foundation
import Glibc
import MCAP
import ServiceKit

struct Recover: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Save what is whole in a damaged MCAP file, and say what was lost.",
        discussion: """
            EXAMPLE
              epicenter recover damaged.mcap --out saved.mcap
              epicenter recover /var/lib/epicenter/market/quarantine/00000000000000000001.mcap --out saved.mcap --json

            Every chunk that matches its checksum is kept, before and behind damage; a chunk that does not is lost as \
            a whole. The new file is written beside --out, synced, read back with every checksum verified, and then \
            moved there. The input is never changed. Works on any MCAP file. A recording of ours with sequences \
            missing is not played by replay; epicenter merge numbers its records anew.
            Exit status: 0 nothing was lost, 1 something was lost and the rest is saved, 2 nothing could be saved \
            (no file is left), 64 wrong arguments.
            """)

    @Argument(help: "The damaged file.", completion: .file(extensions: ["mcap"])) var file: String
    @Option(help: "The file to make.", completion: .file(extensions: ["mcap"])) var out: String
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let output = try OutputFile(out, notOver: [file])
        let losses: RecoveryLosses
        do {
            losses = try save(to: output)
        } catch {
            complain("epicenter: nothing was saved: \(error)")
            throw ExitCode(2)
        }
        say(json ? try losses.json : losses.text(file, out))
        if losses.isLossy { throw ExitCode(1) }
    }

    private func save(to output: OutputFile) throws -> RecoveryLosses {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(call: "open", path: file, errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        let size = fstat(descriptor, &status) == 0 ? UInt64(status.st_size) : 0
        let progress = Progress("recovering")
        defer { progress.clear() }
        let survey = try RecordingSurvey(of: descriptor, file) { progress.show($0 / 2, of: size) }
        guard !survey.pieces.isEmpty else { throw Failure("\(file): holds no whole record") }
        let losses = RecoveryLosses(survey)
        return try output.make {
            let saved = try survey.salvage(
                from: descriptor, into: try output.open(), output.temporary, note: losses.note(of: file)
            ) { progress.show(size / 2 + $0 / 2, of: size) }
            return losses.saved(saved)
        }
    }
}

/// What a recovered file lacks of its original, as far as can be told.
struct RecoveryLosses: Encodable {
    struct Range: Encodable {
        let first, last: UInt64
    }

    /// Bytes that held records, or may have.
    let lost_bytes: UInt64
    let damaged_places: Int
    /// By the file's own statistics; nil where they are lost too.
    let lost_chunks: UInt64?
    let lost_messages: UInt64?
    let lost_others: UInt32
    /// Of a recording of ours: missing between the records that were saved.
    let lost_sequences: [Range]
    /// Chunks of ours left out: whole, but with messages that are none of the stream's.
    let unreadable_chunks: Int
    let repeated_chunks: Int
    let unknown_records: UInt64
    /// Whether records may be missing at the end, which no record behind them tells.
    let is_end_lost: Bool
    let lacks_end: Bool
    let fails_data_crc: Bool
    private(set) var saved_chunks: UInt32 = 0
    private(set) var saved_messages: UInt64 = 0
    private(set) var saved_first: UInt64?
    private(set) var saved_last: UInt64?

    init(_ survey: RecordingSurvey) {
        let file = survey.file
        let damage = file.damage.filter { $0.kind == .records }
        let unreadable = survey.unreadable.count
        lost_sequences = survey.lost.map { Range(first: $0.lowerBound, last: $0.upperBound) }
        lost_chunks = file.stated.map { _ in UInt64(file.missingChunks) + UInt64(unreadable) }
        lost_messages = file.stated.map { _ in file.missingMessages }
        lost_others = file.missingOthers
        unreadable_chunks = unreadable
        repeated_chunks = survey.repeated.count
        unknown_records = file.unknownRecords
        damaged_places = file.damage.count
        lacks_end = !file.isClosed
        fails_data_crc = file.matchesDataSectionCRC == false
        // Between records of ours that follow each other nothing was lost, whatever the bytes there were.
        let inner = Self.harmless(survey)
        let harmful = damage.filter { !inner.contains($0.range.lowerBound) }
        lost_bytes = harmful.reduce(0) { $0 + UInt64($1.range.count) }
        is_end_lost = harmful.contains { $0.range.upperBound == file.fileSize }
    }

    /// Where damage begins that lies between two chunks of ours with consecutive sequences.
    private static func harmless(_ survey: RecordingSurvey) -> Set<UInt64> {
        guard survey.isOurs, survey.file.stated == nil else { return [] }
        let indexes = survey.file.summary.chunkIndexes
        var result: Set<UInt64> = []
        for (left, right) in zip(survey.chunks, survey.chunks.dropFirst())
        where left.index + 1 == right.index && left.sequences.upperBound + 1 == right.sequences.lowerBound {
            let between = indexes[left.index].chunkStartOffset..<indexes[right.index].chunkStartOffset
            for damage in survey.file.damage where between.contains(damage.range.lowerBound) {
                result.insert(damage.range.lowerBound)
            }
        }
        return result
    }

    var isLossy: Bool {
        lost_bytes > 0 || lost_chunks ?? 0 > 0 || lost_messages ?? 0 > 0 || lost_others > 0 || !lost_sequences.isEmpty
            || unreadable_chunks > 0 || unknown_records > 0 || fails_data_crc
    }

    func saved(_ survey: RecordingSurvey) -> RecoveryLosses {
        var copy = self
        copy.saved_chunks = survey.file.summary.statistics.chunkCount
        copy.saved_messages = survey.file.summary.statistics.messageCount
        copy.saved_first = survey.chunks.first?.sequences.lowerBound
        copy.saved_last = survey.chunks.last?.sequences.upperBound
        return copy
    }

    /// What the recovered file says of itself; nothing where nothing was lost.
    func note(of file: String) -> [(String, String)] {
        guard isLossy else { return [] }
        let ranges = lost_sequences.map { $0.first...$0.last }
        return [
            ("file", (file as NSString).lastPathComponent), ("lost_bytes", "\(lost_bytes)"),
            ("lost_sequences", RecordingNotes.text(ranges)),
        ]
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    func text(_ file: String, _ out: String) -> String {
        var lines: [String] = []
        let range = saved_first.flatMap { first in saved_last.map { ", sequences \(first) to \($0)" } } ?? ""
        lines.append(
            "\(out): saved \(saved_messages) messages in \(saved_chunks) chunks\(range); read back and verified")
        if !isLossy {
            lines.append("Nothing was lost\(damaged_places > 0 ? ": only what is made again was damaged" : "").")
        }
        if lost_bytes > 0 { lines.append("lost: \(lost_bytes) bytes that held records, or may have") }
        if let lost_chunks, lost_chunks > 0 {
            lines.append("lost: \(lost_chunks) chunks, by the file's own statistics")
        }
        if let lost_messages, lost_messages > 0 { lines.append("lost: \(lost_messages) messages") }
        if lost_others > 0 { lines.append("lost: \(lost_others) attachments or metadata records") }
        for range in lost_sequences { lines.append("lost: sequences \(range.first) to \(range.last)") }
        if is_end_lost, saved_last != nil {
            lines.append("lost: perhaps records behind the last one saved; the end is damaged")
        }
        if unreadable_chunks > 0 {
            lines.append("left out: \(unreadable_chunks) chunks with messages of another stream")
        }
        if repeated_chunks > 0 { lines.append("left out: \(repeated_chunks) chunks whose records are in others") }
        if unknown_records > 0 { lines.append("left out: \(unknown_records) records of kinds not known here") }
        if fails_data_crc {
            lines.append("changed: definitions, metadata or messages outside chunks; the data section's CRC-32 differs")
        }
        if lacks_end { lines.append("\(file) had no end; whether more was to follow cannot be told") }
        return lines.joined(separator: "\n")
    }
}
