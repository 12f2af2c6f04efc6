import ArgumentParser
import EventLog
import Foundation
import Glibc
import MCAP
import Schema

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a recording or a stream's directory holds.",
        discussion: """
            EXAMPLE
              epicenter inspect docs/examples/deepseek-2025-01.mcap
              epicenter inspect /tmp/demo/alerts --json
              epicenter inspect /tmp/demo/alerts --print --from 10
              epicenter inspect january.mcap --origin

            Exit status: 0 whole, 1 damaged or not a recording of ours.
            """)

    @Argument(help: "A recording, or a stream's directory.", completion: .file(extensions: ["mcap"])) var path: String
    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "Print each message as JSON, one a line.") var print = false
    @Flag(help: "Print which sequences the records of a filtered copy had (first,origin,count for each run).")
    var origin = false
    @Option(help: "With --print: from this sequence.") var from: UInt64 = 1

    func run() throws {
        let index = try LogIndex(reading: path)
        let origin = try readOrigin()
        if self.origin {
            guard let origin else {
                throw Failure("\(path) is no filtered copy: its records have the sequences they had")
            }
            say("first,origin,count")
            for run in origin.runs { say("\(run.first),\(run.origin),\(run.count)") }
            return
        }
        if print {
            try index.forEachMessage(from: from) { message in
                say(try message.jsonText())
                return true
            }
            return
        }
        var counts: [MessageType: (messages: Int, records: Int)] = [:]
        var times: (first: UInt64, last: UInt64)?
        try index.forEachMessage { message in
            counts[message.type, default: (0, 0)].messages += 1
            counts[message.type, default: (0, 0)].records += message.count
            let last = message.recordTime(row: message.count - 1)
            times = (times?.first ?? message.recordTime(row: 0), last)
            return true
        }
        say(json ? jsonText(index, origin, counts, times) : text(index, origin, counts, times))
    }

    private func readOrigin() throws -> RecordingOrigin? {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
            return nil
        }
        return try RecordingOrigin.read(path)
    }

    private func text(
        _ index: LogIndex, _ origin: RecordingOrigin?, _ counts: [MessageType: (messages: Int, records: Int)],
        _ times: (first: UInt64, last: UInt64)?
    ) -> String {
        var lines = [
            "stream     \(index.stream.rawValue)", "epoch      \(String(index.epoch, radix: 16))",
            "sequences  \(index.firstSequence) to \(index.head)",
        ]
        if let times {
            lines.append("times      \(CivilTime.rfc3339(times.first)) to \(CivilTime.rfc3339(times.last))")
        }
        if let origin {
            let epoch = String(origin.epoch, radix: 16)
            lines.append(
                "origin     sequences \(origin.firstSequence) to \(origin.head) of epoch \(epoch), in \(origin.runs.count) runs (--origin)"
            )
            lines.append("filter     \(origin.filter.isEmpty ? "none" : origin.filter)")
        }
        lines.append("")
        for type in MessageType.allCases {
            guard let count = counts[type] else { continue }
            let name = type.topic.padding(toLength: 30, withPad: " ", startingAt: 0)
            lines.append("\(name) \(count.records) records in \(count.messages) messages")
        }
        lines.append("\nEvery chunk's checksum was verified.")
        return lines.joined(separator: "\n")
    }

    private func jsonText(
        _ index: LogIndex, _ origin: RecordingOrigin?, _ counts: [MessageType: (messages: Int, records: Int)],
        _ times: (first: UInt64, last: UInt64)?
    ) -> String {
        let kinds = MessageType.allCases.compactMap { type in
            counts[type].map { "\"\(type.topic)\":{\"records\":\($0.records),\"messages\":\($0.messages)}" }
        }
        let span =
            times.map { "\"from\":\"\(CivilTime.rfc3339($0.first))\",\"until\":\"\(CivilTime.rfc3339($0.last))\"," }
            ?? ""
        let from =
            origin.map {
                "\"origin\":{\"epoch\":\"\(String($0.epoch, radix: 16))\",\"first\":\($0.firstSequence),\"head\":\($0.head),\"filter\":\(jsonQuoted($0.filter)),\"runs\":\($0.runs.count)},"
            } ?? ""
        return
            "{\"stream\":\"\(index.stream.rawValue)\",\"epoch\":\"\(String(index.epoch, radix: 16))\",\"first\":\(index.firstSequence),\"head\":\(index.head),\(span)\(from)\"kinds\":{\(kinds.joined(separator: ","))}}"
    }

    private func jsonQuoted(_ text: String) -> String {
        (try? String(decoding: JSONEncoder().encode(text), as: UTF8.self)) ?? "\"\""
    }
}
