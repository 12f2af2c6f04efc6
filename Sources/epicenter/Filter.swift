import ArgumentParser
import EventLog
import Foundation
import Glibc
import Schema

struct FilterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "filter",
        abstract: "Make a recording of some records of another.",
        discussion: """
            EXAMPLE
              epicenter filter year.mcap --out week.mcap --from 2025-01-20 --duration 7d
              epicenter filter year.mcap --out two.mcap --symbol NVDA,AMD --topic bars
              epicenter filter year.mcap --out fast.mcap --exclude NewsItem --compression lz4

            Definitions of kept symbols and the benchmark, settings and ticks are always kept. Definitions, \
            settings and facts from before --from are known from there. The copy is numbered from 1; which \
            sequence each record had is in it (epicenter inspect --origin). Its digest is not the original's.

            Exit status: 0 made, 1 it failed, 64 wrong arguments, or nothing would be kept.
            """)

    @Argument(help: "A recording of market, or a market stream's directory.", completion: .file(extensions: ["mcap"]))
    var file: String

    @Option(help: "The recording to make; it is replaced.", completion: .file(extensions: ["mcap"]))
    var out: String

    @OptionGroup var options: SelectionOptions

    @Option(help: "How chunks are stored.") var compression = RecordingCompression.usual

    func run() throws {
        let source = try LogIndex(market: file)
        let selection = options.selection(first: try source.firstRecordTime() ?? 0)
        let made = try FilterJob(file: file, source, selection).write(out, compression)
        say(
            "\(out): \(made.records) of \(made.of) records kept. Which sequences they had is in it; its digest is not the original's."
        )
    }
}

extension RecordingCompression: ExpressibleByArgument {}

extension LogIndex {
    /// Opens a recording of market.
    convenience init(market path: String) throws {
        try self.init(reading: path)
        guard stream == .market else {
            throw Failure("\(path) is a recording of \(stream.rawValue), allowed is one of market")
        }
    }
}

/// Writes a filtered copy and says what is wrong with what was asked for.
struct FilterJob {
    private let file: String
    private let source: LogIndex
    private let selection: RecordingFilter.Selection

    init(file: String, _ source: LogIndex, _ selection: RecordingFilter.Selection) {
        self.file = file
        self.source = source
        self.selection = selection
    }

    func write(
        _ path: String, _ compression: RecordingCompression, quiet: Bool = false
    ) throws -> (records: UInt64, of: UInt64) {
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard target != URL(fileURLWithPath: file).resolvingSymlinksInPath().path else {
            throw ValidationError("--out is \(path), the recording itself; allowed is another file")
        }
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory), isDirectory.boolValue == false {
            return try write(path, compression, origin: RecordingOrigin.read(file), quiet)
        }
        return try write(path, compression, origin: nil, quiet)
    }

    private func write(
        _ path: String, _ compression: RecordingCompression, origin: RecordingOrigin?, _ quiet: Bool
    ) throws -> (records: UInt64, of: UInt64) {
        let progress = Progress("filter", quiet: quiet)
        let filter = RecordingFilter(selection, benchmarks: try RecordingFilter.benchmarks(of: source))
        let before = source.firstSequence - 1
        let made = try filter.copy(source, origin: origin, to: path, compression: compression) { sequence in
            progress.show(sequence - before, of: source.head - before)
        }
        progress.clear()
        let unknown = made.filter.unknownSymbols
        if !unknown.isEmpty {
            unlink(path)
            let known = made.filter.met.filter { !$0.isEmpty }.sorted()
            let more = known.count > 40 ? " and \(known.count - 40) more" : ""
            throw ValidationError(
                "\(unknown.joined(separator: ", ")): no definition and no fact in \(file) is about it; there are \(known.prefix(40).joined(separator: ", "))\(more)"
            )
        }
        guard made.records > 0 else {
            throw ValidationError("\(file) has no record that would be kept; see epicenter inspect")
        }
        return (made.records, source.head - before)
    }
}
