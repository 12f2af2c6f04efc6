import Foundation
import Schema
import ShockAttribution
import SwiftProtobuf

/// What is known, as JSON for programs. Keys are sorted; times are RFC 3339.
enum JSONText {
    struct Shock: Encodable {
        var shock: String
        var state: String
        var scope: String
        var subject: String
        var name: String
        var nameZh: String
        var change: Double?
        var startsAt: String
        var updated: String
        var revision: UInt32
        var sequence: UInt64
        var fingerprint: String
        var headline: String
        var headlineZh: String

        init(_ entry: ShockEntry) {
            shock = entry.shock
            state = entry.state.word
            scope = entry.scope
            subject = entry.subject
            name = entry.name
            nameZh = entry.nameChinese
            change = entry.change.flatMap { $0.isFinite ? $0 : nil }
            startsAt = CivilTime.rfc3339(entry.startsAt)
            updated = CivilTime.rfc3339(entry.updated)
            revision = entry.revision
            sequence = entry.sequence
            fingerprint = entry.fingerprint
            headline = entry.headline
            headlineZh = entry.headlineChinese
        }
    }

    private struct List: Encodable {
        var total: Int
        var page: Int
        var pages: Int
        var shocks: [Shock]
    }

    private struct News: Encodable {
        struct Item: Encodable {
            var sequence: UInt64
            var seen: String
            var source: String
            var title: String
            var language: String
            var url: String
        }
        var stories: [NewsStory]
        var items: [Item]
    }

    static func event(_ entry: ShockEntry) -> String { text(Shock(entry)) }

    static func list(_ page: ShockPage) -> String {
        text(List(total: page.total, page: page.number, pages: page.pages, shocks: page.entries.map(Shock.init)))
    }

    static func news(_ model: DashboardModel) -> String {
        text(
            News(
                stories: model.stories,
                items: model.news.map {
                    News.Item(
                        sequence: $0.sequence, seen: CivilTime.rfc3339($0.seen), source: $0.source, title: $0.title,
                        language: $0.language, url: $0.address)
                }))
    }

    /// epicenterd's status, in protobuf's JSON, and that of the player.
    static func system(_ model: DashboardModel) -> String {
        let status = (try? model.status?.jsonString()) ?? "null"
        let player = (try? model.player?.jsonString()) ?? "null"
        return "{\"player\":\(player),\"status\":\(status)}"
    }

    static func quoted(_ value: String) -> String { text([value]) }

    private static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return "null" }
        return String(decoding: data, as: UTF8.self)
    }
}
