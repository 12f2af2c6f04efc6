import Foundation
import Schema
import TestKit

/// A recorded month of RSS as market records; other people's sentences, which are read where they lie.
struct NewsMonth {
    let items: [NewsItem]
    /// The file it was read from.
    let path: String

    private struct Row: Decodable {
        let ts: String
        let source: String
        let title: String
        let url: String?
        let lang: String?
        let desc: String?
    }

    /// - Returns: nil where the data are not here.
    init?(limit: Int = .max) throws {
        let folder = ProcessInfo.processInfo.environment["EPICENTER_SHARED_DATA"] ?? "../shared/data"
        path = folder + "/rss_2023-08.jsonl.gz"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let lines = try gunzipped(path).split(separator: UInt8(ascii: "\n"))
        let decoder = JSONDecoder()
        var rows: [(time: UInt64, row: Row)] = []
        for line in lines.prefix(limit) {
            let row = try decoder.decode(Row.self, from: line)
            guard let time = CivilTime.parseRFC3339(row.ts) else { continue }
            rows.append((time, row))
        }
        // Of equal times in the file's order.
        let order = rows.indices.sorted { (rows[$0].time, $0) < (rows[$1].time, $1) }
        items = order.enumerated().map { place, index in
            let (time, row) = rows[index]
            var item = NewsItem()
            item.sequence = UInt64(place) + 1
            item.recordTime = time
            item.eventTime = time
            item.published = time
            item.firstSeen = time
            item.source = row.source
            item.tier = .t5
            item.language = row.lang ?? ""
            item.title = row.title
            item.body = row.desc ?? ""
            item.url = row.url ?? ""
            return item
        }
    }
}
