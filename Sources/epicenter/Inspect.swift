import ArgumentParser
import EventLog
import Foundation
import Glibc
import MCAP
import Schema
import ServiceKit

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what an MCAP file or a stream's directory holds, and what is wrong with it.",
        discussion: """
            EXAMPLE
              epicenter inspect docs/examples/deepseek-2025-01.mcap
              epicenter inspect /tmp/demo/alerts --json
              epicenter inspect somebody-elses.mcap --chunks
              epicenter inspect /tmp/demo/alerts --print --from 10
              epicenter inspect january.mcap --origin

            Every chunk is read and its checksum verified, over any damage to the end of the file. Works on any \
            MCAP file; of ours it also says stream, epochs, sequences and what is missing between them.
            Exit status: 0 whole (a directory's last segment may still be written), 1 damaged, incomplete or \
            unreadable.
            """)

    @Argument(help: "An MCAP file, or a stream's directory.", completion: .file(extensions: ["mcap"])) var path: String
    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "List the chunks, one a line.") var chunks = false
    @Flag(help: "Print each message as JSON, one a line.") var print = false
    @Flag(help: "Print which sequences the records of a filtered copy had (first,origin,count for each run).")
    var origin = false
    @Option(help: "With --print: from this sequence.") var from: UInt64 = 1

    func run() throws {
        if print { return try printMessages() }
        if origin { return try printOrigin() }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw SystemError(call: "open", path: path, errno: ENOENT)
        }
        let files = isDirectory.boolValue ? try RecordingSurvey.segments(of: path) : [path]
        if files.isEmpty { throw LogError(.empty, path) }
        let surveys = try files.map { try Self.survey($0) }
        if !isDirectory.boolValue, surveys[0].file.header == nil, surveys[0].file.pieces.isEmpty {
            throw Failure("\(path): is no MCAP file, or nothing of it is whole")
        }
        let inspection = Inspection(
            surveys, lineage: isDirectory.boolValue ? try Lineage.read(path) : nil, isLive: isDirectory.boolValue,
            listsChunks: chunks)
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            say(String(decoding: try encoder.encode(inspection), as: UTF8.self))
        } else {
            say(inspection.text)
            if !isDirectory.boolValue, let origin = try? RecordingOrigin.read(path) { say(Self.text(of: origin)) }
        }
        if !inspection.isWhole { throw ExitCode(1) }
    }

    static func survey(_ path: String) throws -> RecordingSurvey {
        let progress = Progress("reading")
        defer { progress.clear() }
        var status = stat()
        let size = stat(path, &status) == 0 ? UInt64(status.st_size) : 0
        return try RecordingSurvey(of: path) { progress.show($0, of: size) }
    }

    private static func text(of origin: RecordingOrigin) -> String {
        let epoch = String(origin.epoch, radix: 16)
        let filter = origin.filter.isEmpty ? "none" : origin.filter
        return
            "origin     sequences \(origin.firstSequence) to \(origin.head) of epoch \(epoch), in \(origin.runs.count) runs (--origin)\nfilter     \(filter)"
    }

    private func printOrigin() throws {
        guard let origin = try RecordingOrigin.read(path) else {
            throw Failure("\(path) is no filtered copy: its records have the sequences they had")
        }
        say("first,origin,count")
        for run in origin.runs { say("\(run.first),\(run.origin),\(run.count)") }
    }

    private func printMessages() throws {
        try LogIndex(reading: path).forEachMessage(from: from) { message in
            say(try message.jsonText())
            return true
        }
    }
}
