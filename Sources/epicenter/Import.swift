import ArgumentParser
import EventLog
import Feeds
import Foundation
import Glibc
import MCAP
import Schema
import ServiceKit

struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a recording from CSV, JSON-lines or DBN files, or feed settings from OPML.",
        discussion: """
            EXAMPLE
              epicenter import csv bars_daily.csv bars_hourly.csv --settings settings.yaml --out week.mcap
              epicenter import csv opening_prints.csv --condition opening --into week.mcap --settings settings.yaml
              epicenter import jsonl news.jsonl facts.jsonl --into week.mcap --settings settings.yaml
              epicenter import dbn trades.dbn.zst ohlcv-1m.dbn.zst --settings settings.yaml --out week.mcap
              epicenter import opml subscriptions.opml

            Events are ordered by when they could first be known. --into merges with a recording that is there; \
            the records are numbered anew. docs/FORMATS.md has every field.
            Exit status: 0 all rows taken, 1 some were refused (the others are in the recording) or it failed.
            """,
        subcommands: [CSV.self, JSONL.self, DBN.self, OPMLList.self])

    struct Target: ParsableArguments {
        @Option(
            help: "Instruments, groups and model settings (YAML); a service's configuration will do.",
            completion: .file(extensions: ["yaml", "yml"]))
        var settings: String
        @Option(help: "The recording to make.", completion: .file(extensions: ["mcap"]))
        var out: String?
        @Option(help: "A recording to merge with; it is replaced.", completion: .file(extensions: ["mcap"]))
        var into: String?
        @Option(help: "Leave out what happened before this date; facts known before it are known from there.")
        var from: String?

        func validate() throws {
            guard (out == nil) != (into == nil) else { throw ValidationError("give either --out or --into") }
            if let from, CivilTime.parseDate(from) == nil {
                throw ValidationError("--from is \"\(from)\", allowed is a date such as 2022-10-01")
            }
        }
    }

    struct CSV: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Import bars and trades from CSV files.")
        @Argument(help: "CSV files.", completion: .file(extensions: ["csv"])) var files: [String]
        @OptionGroup var target: Target
        @Option(help: "What trades are where the file does not say: regular, opening or closing.")
        var condition: TradeConditionName = .regular

        func run() throws {
            var options = CSVOptions()
            options.tradeCondition = condition.value
            try ImportJob(target).run(files) { file, settings in
                CSVFeed(source: file, symbols: settings.symbols, calendars: settings.calendars, options: options)
            }
        }
    }

    struct JSONL: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import news, facts, bars and trades from JSON lines.")
        @Argument(help: "JSON-lines files.", completion: .file(extensions: ["jsonl"])) var files: [String]
        @OptionGroup var target: Target

        func run() throws {
            try ImportJob(target).run(files) { file, settings in
                JSONLinesFeed(source: file, symbols: settings.symbols)
            }
        }
    }

    struct DBN: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import bars and trades from files in Databento Binary Encoding.",
            discussion: """
                EXAMPLE
                  epicenter import dbn xnas-itch.trades.dbn.zst --settings settings.yaml --out week.mcap

                Versions 1 to 3, compressed with zstd or not. The files say which symbols their instrument numbers stand \
                for; those are looked up in the settings.
                Exit status: 0 done, 1 records were refused (the others are in the recording) or it failed.
                """)
        @Argument(help: "DBN files.", completion: .file(extensions: ["dbn", "zst"])) var files: [String]
        @OptionGroup var target: Target
        @Option(help: "Take records of this publisher's number alone.") var publisher: UInt16?

        func run() throws {
            var options = DBNOptions()
            options.publisher = publisher
            try ImportJob(target).run(files) { file, settings, builder, note in
                var feed = DBNFeed(source: file, symbols: settings.symbols, options: options)
                try builder.add(file: file, through: &feed, refused: note)
                return feed.warnings
            }
        }
    }
}

enum TradeConditionName: String, ExpressibleByArgument, CaseIterable {
    case regular, opening, closing

    var value: TradeCondition {
        switch self {
        case .regular: .regular
        case .opening: .openingAuction
        case .closing: .closingAuction
        }
    }
}

/// Reads files through a feed into a recording builder and writes the recording.
struct ImportJob {
    private let target: Import.Target

    init(_ target: Import.Target) { self.target = target }

    func run<Feed: LineFeed>(_ files: [String], feed: (String, SettingsFile) -> Feed) throws {
        try run(files) { file, settings, builder, note in
            var lines = feed(file, settings)
            try builder.add(file: file, through: &lines, refused: note)
            return lines.counts.warnings
        }
    }

    /// - Parameter read: Adds a file to the builder and gives warnings.
    func run(
        _ files: [String],
        read: (String, SettingsFile, inout RecordingBuilder, (Refusal) -> Void) throws -> [String]
    ) throws {
        let settings = try SettingsFile.required(
            at: target.settings, ignoring: ServiceConfiguration.deploymentSections)
        let from = target.from.flatMap { CivilTime.parseDate($0) }.map { UInt64($0) * CivilTime.day }
        var builder = RecordingBuilder(settings: settings, from: from)
        var refused = 0
        func note(_ refusal: Refusal) {
            refused += 1
            complain("refused: \(refusal)")
        }
        if let into = target.into { try addRecording(into, to: &builder, note) }
        for file in files {
            for warning in try read(file, settings, &builder, note) { complain("\(file): \(warning)") }
        }
        let summary = try write(builder)
        summary.refusals.forEach(note)
        let path = target.out ?? target.into ?? ""
        say(
            "\(path): \(summary.records) records, \(summary.sessions) sessions, \(summary.duplicates) duplicates dropped, \(refused) refused"
        )
        if summary.lacksBenchmark {
            complain(
                "epicenter: there are no prices of \(settings.model.benchmark), the settings' benchmark: returns are measured "
                    + "against it, so nothing in \(path) will be a shock. Add its prices (--into \(path)), or name another"
            )
        }
        if refused > 0 { throw ExitCode(1) }
    }

    private func addRecording(
        _ path: String, to builder: inout RecordingBuilder, _ note: (Refusal) -> Void
    ) throws {
        var events = RecordedEvents(source: path)
        try LogIndex(reading: path).forEachMessage { message in
            for (event, sequence) in events.events(of: message, refuse: note) {
                do throws(Refusal) {
                    try builder.add(event, source: path, line: sequence)
                } catch {
                    note(error)
                }
            }
            return true
        }
    }

    private func write(_ builder: RecordingBuilder) throws -> RecordingBuilder.Summary {
        let output = try OutputFile(target.out ?? target.into ?? "")
        return try output.make {
            var writer = try RecordingWriter(
                path: output.temporary, stream: .market, epoch: RecordingWriter.importedEpoch)
            let summary = try builder.build { try writer.append($0) }
            try writer.finish()
            return summary
        }
    }
}
