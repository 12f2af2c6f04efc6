import EventLog
import Feeds
import Glibc
import Schema
import ServiceKit

/// Standard input as a live feed of CSV or JSON lines: each line's event is logged when it comes.
struct LiveInput {
    private enum Feed {
        case csv(CSVFeed)
        case jsonl(JSONLinesFeed)
    }

    private var feed: Feed
    private var splitter = LineSplitter()
    private var block = [UInt8](repeating: 0, count: LineReader.blockBytes)
    private(set) var isDone = false

    /// nil unless `-` is among the files.
    init?(_ configuration: ServiceConfiguration, settings: SettingsFile) {
        if configuration.csv.contains("-") {
            feed = .csv(CSVFeed(source: "stdin", symbols: settings.symbols, calendars: settings.calendars))
        } else if configuration.jsonl.contains("-") {
            feed = .jsonl(JSONLinesFeed(source: "stdin", symbols: settings.symbols))
        } else {
            return nil
        }
    }

    /// More instruments are defined.
    mutating func adopt(_ symbols: SymbolTable) {
        switch feed {
        case .csv(var csv):
            csv.symbols = symbols
            feed = .csv(csv)
        case .jsonl(var jsonl):
            jsonl.symbols = symbols
            feed = .jsonl(jsonl)
        }
    }

    /// Reads once; call when standard input is readable.
    ///
    /// - Returns: What came of it.
    mutating func read() throws -> FeedBatch {
        var batch = FeedBatch()
        let count = block.withUnsafeMutableBytes { Glibc.read(0, $0.baseAddress, $0.count) }
        if count < 0 {
            if errno == EINTR || errno == EAGAIN { return batch }
            throw SystemError(call: "read", path: "stdin", errno: errno)
        }
        let block = self.block
        switch feed {
        case .csv(var csv):
            Self.push(block.span.extracting(first: count), into: &csv, &splitter, &batch)
            feed = .csv(csv)
        case .jsonl(var jsonl):
            Self.push(block.span.extracting(first: count), into: &jsonl, &splitter, &batch)
            feed = .jsonl(jsonl)
        }
        isDone = count == 0
        return batch
    }

    /// No bytes: the input ended.
    private static func push(
        _ bytes: Span<UInt8>, into lines: inout some LineFeed, _ splitter: inout LineSplitter,
        _ batch: inout FeedBatch
    ) {
        if bytes.isEmpty {
            splitter.finish { lines.read($0, $1, into: &batch) }
            lines.finish(into: &batch)
        } else {
            splitter.push(bytes) { lines.read($0, $1, into: &batch) }
        }
    }
}
