import ArgumentParser
import EventLog
import Feeds
import Foundation
import Schema
import ServiceKit

struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put several recordings of market into one, ordered by record time.",
        discussion: """
            EXAMPLE
              epicenter merge monday.mcap tuesday.mcap --out week.mcap
              epicenter merge recovered.mcap --out playable.mcap

            Records are numbered anew from 1; a metadata record for each input keeps where they come from. An instrument \
            is its symbol: numbers are mapped, and two inputs that give a symbol different kinds or currencies are \
            refused. What two inputs of one stream both hold is there once. Settings are those of the first input; \
            producers' marks are left out.
            Exit status: 0 done, 1 refused or failed (no file is left), 64 wrong arguments.
            """)

    @Argument(help: "Recordings of market, or market streams' directories.", completion: .file(extensions: ["mcap"]))
    var files: [String]
    @Option(help: "The recording to make.", completion: .file(extensions: ["mcap"])) var out: String

    func validate() throws {
        if files.isEmpty { throw ValidationError("name at least one recording") }
    }

    func run() throws {
        let output = try OutputFile(out, notOver: files)
        let inputs = try files.map { try MergeInput($0) }
        var merge = MarketMerge(inputs: inputs.map { ($0.name, $0.reader.log.epoch) })
        try output.make {
            var writer = try RecordingWriter(
                path: output.temporary, stream: .market, epoch: RecordingWriter.importedEpoch)
            try run(&merge, inputs, &writer)
            for input in inputs { try writer.append(note: RecordingNotes.origin, input.origin) }
            try writer.finish()
        }
        say(
            "\(out): \(merge.records) records of \(files.count) recordings, \(merge.repeats) of them twice there and once here"
        )
        if merge.settingsLeftOut > 0 {
            complain(
                "settings of later inputs differ from those of \(files[0]) and were left out: \(merge.settingsLeftOut)")
        }
        if merge.marksLeftOut > 0 { complain("producers' marks left out: \(merge.marksLeftOut)") }
    }

    private func run(_ merge: inout MarketMerge, _ inputs: [MergeInput], _ writer: inout RecordingWriter) throws {
        let front = try inputs.enumerated().flatMap { index, input in try input.takeFront().map { ($0, index) } }
        let total = inputs.reduce(0) { $0 + $1.reader.log.head + 1 - $1.reader.log.firstSequence }
        let progress = Progress("merging")
        defer { progress.clear() }
        let begin = (inputs.compactMap(\.time) + front.map { $0.0.recordTime(row: 0) }).min() ?? 0
        try merge.begin(front, at: begin)
        while true {
            var first: (key: MarketMerge.Key, source: Int)?
            for (source, input) in inputs.enumerated() {
                guard let message = input.message else { continue }
                let key = merge.key(message, row: input.row, source: source)
                if first.map({ key < $0.key }) ?? true { first = (key, source) }
            }
            guard let source = first?.source, let message = inputs[source].message else { break }
            try merge.place(message, row: inputs[source].row, source: source)
            try inputs[source].advance()
            for complete in merge.takeComplete() { try writer.append(complete) }
            progress.show(merge.records, of: total)
        }
        for complete in merge.drain() { try writer.append(complete) }
    }
}

/// One recording, row by row.
private final class MergeInput {
    let name: String
    let reader: MessageReader
    private(set) var message: StreamMessage?
    private(set) var row = 0
    private var lastTime: UInt64 = 0

    init(_ path: String) throws {
        name = path
        reader = MessageReader(try LogIndex(reading: path))
        guard reader.log.stream == .market else {
            throw Failure("\(path) is a recording of \(reader.log.stream.rawValue), allowed is one of market")
        }
        message = try reader.next()
        try check()
    }

    /// Record time of the row in hand, nil at the end.
    var time: UInt64? { message?.recordTime(row: row) }

    var origin: [(String, String)] {
        let log = reader.log
        return [
            ("file", (name as NSString).lastPathComponent), ("stream", log.stream.rawValue),
            ("epoch", String(log.epoch, radix: 16)), ("first_sequence", "\(log.firstSequence)"),
            ("last_sequence", "\(log.head)"),
        ]
    }

    /// Takes the definitions and settings that the recording begins with.
    func takeFront() throws -> [StreamMessage] {
        var front: [StreamMessage] = []
        while let message, message.type == .instrumentDefinition || message.type == .configurationChanged {
            front.append(message)
            try advance()
        }
        return front
    }

    func advance() throws {
        row += 1
        if row < message?.count ?? 0 { return try check() }
        message = try reader.next()
        row = 0
        try check()
    }

    private func check() throws {
        guard let message, let time else { return }
        guard time >= lastTime else {
            let place = "\(name): record \(message.firstSequence + UInt64(row))"
            throw Failure("\(place) has record time \(CivilTime.rfc3339(time)), before the one before it")
        }
        lastTime = time
    }
}
