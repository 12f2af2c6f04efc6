import ArgumentParser
import EventLog
import Feeds
import Foundation
import Glibc
import MCAP
import Schema
import ServiceKit

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the records of a recording as JSON lines or CSV, or those of a DBN file.",
        discussion: """
            EXAMPLE
              epicenter export jsonl week.mcap --topic NewsItem --from 2025-01-24
              epicenter export csv week.mcap --topic trades --out trades.csv

            jsonl: one record a line, {"topic": …, "record": …} with the record in protobuf's canonical JSON; columns row \
            by row. csv: bars, or with --topic trades trades, as epicenter import csv reads them.
            Exit status: 0 done, 1 failed, 64 wrong arguments.
            """,
        subcommands: [JSONL.self, CSV.self, DBNFile.self])

    struct Target: ParsableArguments {
        @Argument(help: "A recording, or a stream's directory.", completion: .file(extensions: ["mcap"])) var file:
            String
        @OptionGroup var selection: RecordSelection
        @Option(help: "The file to write; default: standard output.") var out: String?

        /// Gives each wanted message to `body`, which makes lines.
        func write(_ body: (StreamMessage, (String) throws -> Void) throws -> Void) throws {
            let log = try LogIndex(reading: file)
            guard let out else { return try write(log, to: LineOutput(1, "standard output"), body) }
            let output = try OutputFile(out, notOver: [file])
            try output.make {
                let descriptor = try output.open()
                defer { close(descriptor) }
                try write(log, to: LineOutput(descriptor, output.temporary), body)
                guard fsync(descriptor) == 0 else { throw SystemError(call: "fsync", path: out, errno: errno) }
            }
        }

        private func write(
            _ log: LogIndex, to lines: LineOutput, _ body: (StreamMessage, (String) throws -> Void) throws -> Void
        ) throws {
            try log.forEachMessage { message in
                // Definitions are needed to name instruments, whatever is wanted.
                try body(message) { try lines.put($0) }
                return !selection.isPast(message)
            }
            try lines.flush()
        }
    }

    struct JSONL: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print records as JSON lines.",
            discussion: """
                EXAMPLE
                  epicenter export jsonl week.mcap --topic NewsItem --until 2025-01-28
                """)
        @OptionGroup var target: Target

        func run() throws {
            try target.write { message, put in
                guard let wanted = target.selection.wanted(message) else { return }
                for row in 0..<wanted.count {
                    let record = try wanted.slice(row..<row + 1).jsonText()
                    try put("{\"topic\":\"\(wanted.type.topic)\",\"record\":\(record)}")
                }
            }
        }
    }

    struct CSV: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print bars or trades as CSV.",
            discussion: """
                EXAMPLE
                  epicenter export csv week.mcap --out bars.csv
                  epicenter export csv week.mcap --topic trades --out trades.csv

                Times are RFC 3339 in UTC, prices exact. epicenter import csv makes the same rows of it again.
                """)
        @OptionGroup var target: Target

        private var type: MessageType { target.selection.topic.first?.type ?? .bars }

        func validate() throws {
            let topics = target.selection.topic
            guard topics.count <= 1, type == .bars || type == .trades else {
                throw ValidationError("csv has bars or trades: give --topic bars or --topic trades, once")
            }
        }

        func run() throws {
            var events = RecordedEvents(source: target.file)
            var refused: Refusal?
            var others: UInt64 = 0
            var isBegun = false
            try target.write { message, put in
                if !isBegun { try put(type == .bars ? CSVText.barHeader : CSVText.tradeHeader) }
                isBegun = true
                if message.type == .instrumentDefinition { _ = events.events(of: message) { _ in } }
                guard let wanted = target.selection.wanted(message) else { return }
                guard wanted.type == type else {
                    if wanted.type == .trades || wanted.type == .bars { others += UInt64(wanted.count) }
                    return
                }
                for (event, _) in events.events(of: wanted, refuse: { refused = $0 }) {
                    switch event.event {
                    case .bar(let bar): try put(CSVText.line(bar))
                    case .trade(let trade): try put(CSVText.line(trade))
                    default: break
                    }
                }
                if let refused { throw Failure("\(refused)") }
            }
            if others > 0 {
                complain("\(others) records of the other kind are not in it; --topic bars or trades prints them")
            }
        }
    }
}
