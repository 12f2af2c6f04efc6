import Calendars
import EventLog
import Feeds
import Foundation
import Logging
import Schema
import ServiceKit
import SwiftProtobuf

/// The YAML files of an installation.
extension FuzzTargets {
    static let configuration = [
        Entry("configuration", 2) { configurationFiles() }, Entry("settings", 2) { settingsFiles() },
    ]

    private static let yamlWords = [
        "&a ", "*a", "<<: *a", "!!int ", "!!binary ", "!<x> ", "|\n", ">-\n", "---\n", "...\n", "%YAML 1.2\n", "? ",
        ": ", "# ",
        "- ", "{a: b}", "[a, b]", "\"\\xff\"", "\"\\uD800\"", "'", "\t", "~", "0o777", "0x7fffffffffffffff", ".inf",
        ".nan",
        "1:2:3", "a: &a [x, x]\nb: &b [*a, *a]\n", "max", "ipc://", "tcp://127.0.0.1:5555",
    ]

    /// Aliases of aliases: 30 lines that stand for 2^30 values, and a key made of them.
    private static let laughs =
        "a0: &a0 {x: 1, y: 2}\n"
        + (1...30).map { "a\($0): &a\($0) {x: *a\($0 - 1), y: *a\($0 - 1)}\n" }.joined() + "? *a30\n: 1\n"

    /// What is accepted, written out again, reads as the same.
    private static func configurationFiles() -> FuzzTarget {
        let seed = """
            run: {directory: /tmp/epicenter/run}
            data:
              directory: "/tmp/epicenter/data"
              sync: interval
              syncIntervalMs: 50
            log: {level: debug}
            service: {stopWithinSeconds: 20, checkpointSeconds: 5}
            ingest:
              recording: docs/a.mcap
              rate: 60.5
              csv: [a.csv, "-"]
              jsonl: []
              dbn: []
              ticks: false
              producers: ipc:///tmp/p.sock
              pull: tcp://127.0.0.1:5600
            publish: {alerts: "tcp://[::1]:5601", source: urn:epicenter}
            settings: {benchmark: SPX}
            """
        let seeds = [seed, "{}", laughs, "data: {syncIntervalMs: 1:30, sync: 9999999999999:59:59:59:59:59:59}"]
        let mutator = Mutator(seeds: seeds.map { Array($0.utf8) }, words: yamlWords, grammar: .text, limit: 1 << 16)
        return FuzzTarget("configuration", mutator, memory: (16 << 20, 256)) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            do throws(ConfigurationError) {
                let made = try ServiceConfiguration.load(yaml: text, name: "fuzz")
                let again = try ServiceConfiguration.load(yaml: yaml(of: made), name: "again")
                if again != made { throw ConfigurationError(["another after writing it out"]) }
                return .accepted
            } catch {
                if error.problems.contains(where: { $0.hasPrefix("again") || $0.hasPrefix("another") }) {
                    throw FuzzViolation(error.description)
                }
                try require(!error.problems.isEmpty, "refused without a problem")
                return .refused
            }
        }
    }

    private static func yaml(of made: ServiceConfiguration) -> String {
        func quoted(_ text: String) -> String {
            "\""
                + text.unicodeScalars.map { scalar in
                    let hex = String(scalar.value, radix: 16)
                    return "\\U" + String(repeating: "0", count: 8 - hex.count) + hex
                }.joined() + "\""
        }
        func list(_ texts: [String]) -> String { "[" + texts.map(quoted).joined(separator: ", ") + "]" }
        var lines = [
            "run: {directory: \(quoted(made.runDirectory))}", "data:", "  directory: \(quoted(made.dataDirectory))",
        ]
        switch made.sync {
        case .always: lines.append("  sync: always")
        case .never: lines.append("  sync: never")
        // No setting asks for it.
        case .onRequest: break
        case .interval(milliseconds: let milliseconds): lines.append("  syncIntervalMs: \(milliseconds)")
        }
        lines.append("log: {level: \(made.logLevel.rawValue)}")
        lines.append("service:")
        lines.append("  stopWithinSeconds: \(made.stopWithin.components.seconds)")
        lines.append("  checkpointSeconds: \(made.checkpointInterval.components.seconds)")
        lines.append("ingest:")
        if let recording = made.recording { lines.append("  recording: \(quoted(recording))") }
        if case .factor(let factor) = made.rate { lines.append("  rate: \"\(factor)\"") }
        lines.append("  csv: \(list(made.csv))")
        lines.append("  jsonl: \(list(made.jsonl))")
        lines.append("  dbn: \(list(made.dbn))")
        lines.append("  ticks: \(made.ticks)")
        for (key, value) in [("producers", made.producers), ("pull", made.pull)] {
            if let value { lines.append("  \(key): \(quoted(value))") }
        }
        lines.append("publish:")
        for (key, value) in [("alerts", made.alerts), ("replay", made.replay), ("source", made.source)] {
            if let value { lines.append("  \(key): \(quoted(value))") }
        }
        return lines.joined(separator: "\n")
    }

    /// What is accepted numbers its instruments densely, has hours in order, and is the same as a record.
    private static func settingsFiles() -> FuzzTarget {
        let seed = """
            settings:
              benchmark: SPX
              calendar: {zone: America/New_York, open: "09:30", close: "16:00"}
              detection: {estimation_window: 250, estimation_gap: 10, minimum_history: 120, volatility_decay: 0.94}
            calendars:
              - id: XTKS
                zone: Asia/Tokyo
                hours: [{days: [mon, tue], open: "09:00", close: "15:30", pre_open: "08:00", post_close: "16:00"}]
                holidays: [2025-01-01]
                special_days: [{date: 2025-01-04, open: "09:00", close: "11:30"}]
              - {id: XNYS, based_on: XNYS, holidays: [2027-01-04]}
            instruments:
              - {symbol: SPX, name: S&P 500, kind: index, currency: USD, calendar: XTKS, aliases: ["S&P"], ambiguous: [SPX]}
              - {symbol: ^VIX, name: Volatility, kind: index, currency: USD}
            groups:
              - id: makers
                name: Makers
                keywords: [anvil, 英伟达]
                members: [{symbol: SPX, weight: 1}, {symbol: ^VIX, weight: 0.5}]
            theses:
              - {id: t1, statement: "cheap anvils", frozen: 2025-01-20, exposures: [{symbol: SPX, sign: -1}]}
            sources: [{name: Wire, tier: T1}]
            entities: [{id: rival, kind: company, aliases: [Rival Labs], ambiguous: []}]
            """
        let seeds = [seed, laughs].map { Array($0.utf8) }
        let mutator = Mutator(seeds: seeds, words: yamlWords, grammar: .text, limit: 1 << 16)
        return FuzzTarget("settings", mutator, memory: (16 << 20, 256)) { bytes in
            let file: SettingsFile
            do throws(SettingsError) {
                file = try SettingsFile.parse(bytes.span, source: "fuzz")
            } catch {
                try require(!error.problems.isEmpty && !error.description.isEmpty, "refused without a problem")
                return .refused
            }
            try require(
                file.instruments.map(\.instrument) == file.instruments.indices.map { UInt32($0 + 1) }, "numbers")
            try require(file.symbols.count == file.instruments.count, "a symbol stands twice")
            let session = file.calendars.standard.usualSession(day: 20_000)
            try require(session.open < session.close, "the session closes before it opens")
            try require((try? MarketCalendars(file.model)) == file.calendars, "the record has other calendars")
            let model = try ModelSettings(serializedBytes: file.model.serializedBytes() as [UInt8])
            try require(model == file.model, "the settings are others after encoding them")
            return .accepted
        }
    }
}
