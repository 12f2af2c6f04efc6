import CCompression
import Calendars
import Feeds
import Foundation
import Schema
import TestKit

/// Files of rows: CSV and JSON lines.
extension FuzzTargets {
    static let feeds = [
        Entry("csv", 8) {
            try feed("csv", [dailyBars, hourlyBars, trades], words: csvWords) {
                CSVFeed(source: "fuzz", symbols: symbols, calendars: calendars)
            }
        },
        Entry("jsonl", 8) {
            try feed("jsonl", [jsonLines], words: jsonWords) { JSONLinesFeed(source: "fuzz", symbols: symbols) }
        },
        Entry("dbn", 6) { dbn() },
    ]

    static let calendars: MarketCalendars = {
        var model = ModelSettings()
        model.calendar = "XNYS"
        guard let calendars = try? MarketCalendars(model) else { preconditionFailure("XNYS is not known") }
        return calendars
    }()

    /// Each row is accepted, refused or a repeat; what is accepted passes the last check before the log unchanged;
    /// and blocks of other sizes give the same.
    private static func feed<Feed: LineFeed>(
        _ name: String, _ seeds: [[UInt8]], words: [String], _ make: @escaping () throws -> Feed
    ) throws -> FuzzTarget {
        FuzzTarget(name, Mutator(seeds: seeds, words: words, grammar: .text, limit: 5 << 18), memory: (12 << 20, 256)) {
            bytes in
            var feed = try make()
            let batch = feed.readAll(bytes.span)
            try require(feed.counts.accepted == UInt64(batch.events.count), "the counter of accepted rows is wrong")
            try require(
                feed.counts.refusedTotal == UInt64(batch.refusals.count), "the counter of refused rows is wrong")
            var normalizer = EventNormalizer(symbols: symbols)
            for accepted in batch.events {
                _ = try normalizer.row(accepted.event, source: name, line: accepted.line, now: nil)
            }
            try require(normalizer.counts.widened == 0, "a bar that was accepted is widened again")
            var again = try make()
            var pieces = FeedBatch()
            var splitter = LineSplitter()
            let half = bytes.count / 2
            for piece in [0..<half, half..<bytes.count] {
                splitter.push(bytes.span.extracting(piece)) { again.read($0, $1, into: &pieces) }
            }
            splitter.finish { again.read($0, $1, into: &pieces) }
            again.finish(into: &pieces)
            try require(pieces.events == batch.events, "other blocks give other events")
            return batch.events.isEmpty ? .refused : .accepted
        }
    }

    /// Each record is accepted, refused, a repeat or passed over; what is accepted passes the last check before the
    /// log; and blocks of other sizes give the same.
    private static func dbn() -> FuzzTarget {
        let plain = [1, 2, 3].map { DBNBytes.file(version: $0) }
        let mutator = Mutator(seeds: plain + plain.map(zstd), words: ["DBN", "DBZ"], grammar: .bytes, limit: 1 << 16)
        return FuzzTarget("dbn", mutator, memory: (64 << 20, 256)) { bytes in
            let whole = try read(bytes, pieces: bytes.count)
            let pieces = try read(bytes, pieces: max(1, bytes.count / 3))
            guard let whole, let pieces else { return .accepted }
            // How much of a damaged frame zstd gives depends on the blocks.
            if bytes.starts(with: Array("DBN".utf8)) {
                try require(whole.batch.events == pieces.batch.events, "other blocks give other events")
                try require(whole.batch.refusals == pieces.batch.refusals, "other blocks give other refusals")
            }
            let counts = whole.feed.counts
            try require(counts.accepted == UInt64(whole.batch.events.count), "the counter of accepted records is wrong")
            try require(
                counts.refusedTotal == UInt64(whole.batch.refusals.count), "the counter of refused records is wrong")
            var normalizer = EventNormalizer(symbols: symbols)
            for accepted in whole.batch.events {
                _ = try normalizer.row(accepted.event, source: "dbn", line: accepted.line, now: nil)
            }
            return whole.batch.events.isEmpty ? .refused : .accepted
        }
    }

    /// More records than an input of this size should have: a few bytes of zstd may stand for gigabytes.
    private struct Enough: Error {}

    /// - Returns: nil where there is more than is worth reading.
    private static func read(_ bytes: [UInt8], pieces: Int) throws -> (feed: DBNFeed, batch: FeedBatch)? {
        var feed = DBNFeed(source: "fuzz", symbols: symbols)
        var batch = FeedBatch()
        do {
            try bytes.withUnsafeBytes { all in
                var start = 0
                while start < all.count {
                    let end = min(all.count, start + pieces)
                    let piece = UnsafeRawBufferPointer(rebasing: all[start..<end])
                    try feed.read(piece, into: &batch) { _ in throw Enough() }
                    start = end
                }
            }
        } catch is Enough {
            return nil
        }
        feed.finish(into: &batch)
        return (feed, batch)
    }

    private static func zstd(_ bytes: [UInt8]) -> [UInt8] {
        var target = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        let count = target.withUnsafeMutableBytes { target in
            bytes.withUnsafeBytes { ZSTD_compress(target.baseAddress, target.count, $0.baseAddress, $0.count, 3) }
        }
        return Array(target.prefix(count))
    }

    private static let csvWords = [
        "\"", "\"\"", ",", "\n\"", "\r\n", "start,symbol,open,high,low,close,volume\n", "time,symbol,price,size\n",
        "2025-01-02", "opening", "end", ",,,,,,", "\u{FEFF}",
    ]

    private static let dailyBars = Array(
        """
        date,symbol,open,high,low,close,volume
        2025-01-02,ACME,12.347,12.678,12.105,12.512,547478000
        2025-01-02,BOLT,44.924,46.095,44.697,45.678,21479000
        2025-01-03,"ACME",12.5,12.501,12.1,12.512,
        2025-01-03,"BOLT","44.9",46,44,45,1.0
        """.utf8)
    private static let hourlyBars = Array(
        """
        Start,Symbol,Open,High,Low,Close,Volume,End,Note
        2025-01-02T09:30:00-05:00,ACME,135.955002,138.369995,134.630005,136.979996,57155225,,"a ""b"", c"
        2025-01-02T09:30:00-05:00,BOLT,197.0,203.259903,196.690002,201.910004,4503411,2025-01-02T10:30:00-05:00,
        2025-01-02T10:30:00-05:00,ACME,136,138,134,135,5,,"two
        lines"
        """.utf8)
    private static let trades = Array(
        """
        time,symbol,price,size,condition
        2025-01-02T09:30:00-05:00,ACME,136.0,0,opening
        2025-01-02T09:30:00.123456789-05:00,BOLT,236.16,10,regular
        2025-01-02T21:00:00Z,BOLT,236.16,10,
        """.utf8)
    private static let jsonLines = Array(
        """
        {"published": "2024-12-20T13:30:00Z", "source": "Wire", "tier": "T1", "language": "en", "title": "Prices rose", "time_kind": "published"}
        {"kind": "record_loss", "subject": "ACME", "known": "2018-07-26", "zone": "America/New_York", "as_of": "2018-07-26", "source": "Press", "title": "Loss", "tier": "T5", "verified": false, "note": "about 119", "value_usd": -119000000000, "date": "2018-07-26"}
        {"type":"trade","symbol":"CRUX","time":"2025-01-27T14:30:00+01:00","price":1,"size":5,"condition":"opening"}

        {"type":"bar","symbol":"BOLT","start":"2025-01-27T09:30:00-05:00","end":"2025-01-27T16:00:00-05:00","open":10,"high":11.5,"low":9.25,"close":"10.123456789","volume":"544514000.0"}
        {"kind":"capex_commitment","subject":"CRUX","known":"2025-01-20","source":"s","value_usd":8e10,"period":"2025","status":"raised"}
        {"kind":"scheduled_release","subject":"CRUX","known":"2025-01-20T13:30:00Z","source":"s","name":"n","actual":1,"consensus":0.9,"more_is":"bad"}
        {"kind":"earnings_result","subject":"CRUX","known":"2025-01-20","source":"s","period":"Q4","eps_actual":1,"eps_consensus":0.9}
        """.utf8)
}
