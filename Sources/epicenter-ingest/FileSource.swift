import Feeds
import Foundation
import Schema
import ServiceKit

/// Makes CSV, JSON-lines and DBN files into one recording in memory, in the order in which they could be known.
enum FileSource {
    /// - Parameters:
    ///   - refused: Called with every line that is refused.
    ///   - pulse: Called every now and then, as it takes long.
    static func build(
        csv: [String], jsonl: [String], dbn: [String], settings: SettingsFile, refused: (Refusal) -> Void,
        pulse: () throws -> Void
    ) throws -> [StreamMessage] {
        var builder = RecordingBuilder(settings: settings)
        for path in try expand(csv, suffixes: [".csv"]) {
            var options = CSVOptions()
            if (path as NSString).lastPathComponent.contains("opening") { options.tradeCondition = .openingAuction }
            var feed = CSVFeed(
                source: path, symbols: settings.symbols, calendars: settings.calendars, options: options)
            try builder.add(file: path, through: &feed, refused: refused, pulse: pulse)
        }
        for path in try expand(jsonl, suffixes: [".jsonl", ".ndjson"]) {
            var feed = JSONLinesFeed(source: path, symbols: settings.symbols)
            try builder.add(file: path, through: &feed, refused: refused, pulse: pulse)
        }
        for path in try expand(dbn, suffixes: [".dbn", ".dbn.zst"]) {
            var feed = DBNFeed(source: path, symbols: settings.symbols)
            try builder.add(file: path, through: &feed, refused: refused, pulse: pulse)
        }
        let (messages, summary) = builder.build()
        summary.refusals.forEach(refused)
        return messages
    }

    /// Files as they are, directories as the files of the kind in them, by name. `-` is not a file.
    private static func expand(_ paths: [String], suffixes: [String]) throws -> [String] {
        try paths.filter { $0 != "-" }.flatMap { path -> [String] in
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
                throw ConfigurationError(["\(path): no such file or directory"])
            }
            guard isDirectory.boolValue else { return [path] }
            return try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { name in suffixes.contains { name.hasSuffix($0) } }.sorted().map { path + "/" + $0 }
        }
    }
}
