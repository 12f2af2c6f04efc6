import Calendars
import Feeds
import Schema
import Testing

@Suite("Settings file")
struct SettingsFileTests {
    static let whole = """
        settings:
          benchmark: SPY
          calendar: {zone: America/New_York, open: "09:30", close: "16:00"}
          detection: {estimation_window: 250, minimum_history: 120, return_period_years: 0.5, settle_ms: 1000}
        instruments:
          - {symbol: NVDA, name: {en: NVIDIA, zh: 英伟达}, kind: equity, currency: USD, aliases: [NVIDIA, 英伟达], ambiguous: []}
          - {symbol: ON, kind: equity, currency: USD, ambiguous: [ON]}
          - {symbol: SPY, name: S&P 500 ETF, kind: etf, currency: USD}
        groups:
          - id: chips
            name: {zh: 芯片, en: Chips}
            keywords: [GPU]
            members: [{symbol: NVDA, weight: 1}, {symbol: ON, weight: 0}]
        theses:
          - id: fewer
            statement: Fewer GPUs.
            frozen: 2025-01-20
            exposures: [{symbol: NVDA, sign: -1}, {symbol: SPY, sign: 0}]
        sources:
          - {name: Reuters, tier: T5}
        entities:
          - {id: deepseek, kind: company, aliases: [DeepSeek], ambiguous: []}
        """

    private func parse(_ text: String) throws -> SettingsFile {
        let bytes = Array(text.utf8)
        return try SettingsFile.parse(bytes.span, source: "s.yaml")
    }

    /// The problems of a text, empty where there are none.
    private func problems(_ text: String) -> [SettingsProblem] {
        let bytes = Array(text.utf8)
        do throws(SettingsError) {
            _ = try SettingsFile.parse(bytes.span, source: "s.yaml")
            return []
        } catch {
            return error.problems
        }
    }

    @Test("every section is read")
    func reads() throws {
        let file = try parse(Self.whole)
        #expect(file.instruments.map(\.symbol) == ["NVDA", "ON", "SPY"])
        #expect(file.instruments.map(\.instrument) == [1, 2, 3])
        #expect(file.instruments.map(\.name) == ["NVIDIA", "ON", "S&P 500 ETF"])
        #expect(file.instruments[0].translations.map(\.text) == ["英伟达"] && file.instruments[1].translations.isEmpty)
        #expect(file.instruments[0].aliases == ["NVIDIA", "英伟达"])
        #expect(file.instruments[1].ambiguousAliases == ["ON"])
        #expect(file.instruments[2].kind == .etf)
        #expect(file.model.benchmark == "SPY")
        #expect(file.model.detection.estimationWindow == 250)
        #expect(file.model.detection.returnPeriodYears == 0.5)
        #expect(file.model.detection.estimationGap == 0)
        #expect(file.model.groups[0].members.map(\.weight) == [1, 0])
        #expect(file.model.groups[0].name == "Chips" && file.model.groups[0].translations.map(\.language) == ["zh"])
        #expect(file.model.theses[0].frozen == "2025-01-20")
        #expect(file.model.theses[0].exposures.map(\.sign) == [-1, 0])
        #expect(file.model.sources[0].tier == .t5)
        #expect(file.model.entities[0].aliases == ["DeepSeek"])
        #expect(file.calendars.standard.hours(day: 20_115) == SessionHours(open: 570, close: 960))
        #expect(file.model.calendar == "settings" && file.model.calendars.map(\.zone) == ["America/New_York"])
        #expect(file.symbols.number(of: "ON") == 2)
    }

    /// What is changed, into what, and the key and line that are named.
    private static let feed = """
        feeds:
          - name: wire
            url: https://wire.example/feed?x=1
            source: The Wire
            tier: T3
            language: en
            interval: 60
            silent_after: 3600
            headers: {Authorization: Bearer x}
          - {name: b, url: "http://b.example:8080/"}
        """

    @Test("feeds that are polled")
    func feeds() throws {
        let feeds = try parse(Self.whole + "\n" + Self.feed).feeds
        #expect(
            feeds == [
                PolledFeed(
                    name: "wire", url: "https://wire.example/feed?x=1", source: "The Wire", tier: .t3, language: "en",
                    interval: .seconds(60), silentAfter: .seconds(3_600), headers: ["Authorization": "Bearer x"]),
                PolledFeed(name: "b", url: "http://b.example:8080/", source: "b"),
            ])
        for (from, to, key) in [
            ("name: wire", "name: a b", "feeds[0].name"), ("name: b", "name: wire", "feeds[1].name"),
            ("https://wire", "ftp://wire", "feeds[0].url"), ("tier: T3", "tier: T9", "feeds[0].tier"),
            ("interval: 60", "interval: 0", "feeds[0].interval"), ("Authorization:", "Host:", "feeds[0].headers"),
            ("http://b.example:8080/", "http:///x", "feeds[1].url"), ("tier: T3", "teir: T3", "feeds[0].teir"),
        ] {
            #expect(problems(Self.whole + "\n" + Self.feed.replacing(from, with: to)).map(\.key) == [key], "\(to)")
        }
    }

    static let wrong: [(from: String, to: String, key: String, line: Int)] = [
        ("benchmark: SPY", "benchmark: QQQ", "settings.benchmark", 2),
        ("  benchmark: SPY\n", "", "settings.benchmark", 2),
        ("benchmark: SPY", "benchmark: [SPY]", "settings.benchmark", 2),
        ("benchmark: SPY", "benchmark:", "settings.benchmark", 2),
        ("benchmark", "benchmrak", "settings.benchmrak", 2),
        ("America/New_York", "America/Springfield", "settings.calendar.zone", 3),
        ("\"09:30\"", "\"9:30\"", "settings.calendar.open", 3),
        ("\"09:30\"", "09:75", "settings.calendar.open", 3),
        ("\"16:00\"", "\"09:30\"", "settings.calendar.close", 3),
        ("zone: America/New_York, ", "", "settings.calendar.zone", 3),
        ("estimation_window: 250", "estimation_window: 0", "settings.detection.estimation_window", 4),
        ("estimation_window: 250", "estimation_window: \"250\"", "settings.detection.estimation_window", 4),
        ("estimation_window: 250", "estimation_window: 100", "settings.detection.minimum_history", 4),
        ("return_period_years: 0.5", "return_period_years: .nan", "settings.detection.return_period_years", 4),
        ("settle_ms: 1000", "settle: 1000", "settings.detection.settle", 4),
        ("symbol: ON, kind", "symbol: NVDA, kind", "instruments[1].symbol", 7),
        ("symbol: ON, kind", "symbol: O N, kind", "instruments[1].symbol", 7),
        ("kind: etf", "kind: fund", "instruments[2].kind", 8),
        ("kind: etf, currency: USD", "kind: etf, currency: dollars", "instruments[2].currency", 8),
        ("kind: etf, ", "", "instruments[2].kind", 8),
        ("kind: etf,", "kind: etf, isin: x,", "instruments[2].isin", 8),
        ("id: chips", "id: NVDA", "groups[0].id", 10),
        ("{zh: 芯片, en: Chips}", "{zh: 芯片}", "groups[0].name.en", 11),
        ("{zh: 芯片, en: Chips}", "[Chips]", "groups[0].name", 11),
        ("symbol: ON, weight", "symbol: AMD, weight", "groups[0].members[1].symbol", 13),
        ("symbol: ON, weight: 0", "symbol: NVDA, weight: 0", "groups[0].members[1].symbol", 13),
        ("NVDA, weight: 1", "NVDA, weight: 0", "groups[0].members", 13),
        ("NVDA, weight: 1", "NVDA, weight: -1", "groups[0].members[0].weight", 13),
        ("NVDA, weight: 1", "NVDA", "groups[0].members[0].weight", 13),
        ("frozen: 2025-01-20", "frozen: January", "theses[0].frozen", 17),
        ("frozen: 2025-01-20", "frozen: 2025-01-20\n    hindsight: maybe", "theses[0].hindsight", 18),
        ("{name: Reuters,", "{name: {zh: 路透社},", "sources[0].name.en", 20),
        ("sign: -1", "sign: -2", "theses[0].exposures[0].sign", 18),
        ("sign: -1", "sign: down", "theses[0].exposures[0].sign", 18),
        ("tier: T5", "tier: 5", "sources[0].tier", 20),
        ("[DeepSeek]", "DeepSeek", "entities[0].aliases", 22),
        ("[DeepSeek]", "[{a: b}]", "entities[0].aliases[0]", 22),
        ("entities:", "entity:", "entity", 21),
    ]

    @Test("what is wrong is named with its key, line, what was found and what is allowed", arguments: wrong.indices)
    func names(index: Int) {
        let (from, to, key, line) = Self.wrong[index]
        #expect(Self.whole.contains(from))
        let problems = problems(Self.whole.replacing(from, with: to, maxReplacements: 1))
        let problem = problems.first { $0.key == key }
        #expect(problem?.line == line, "\(problems)")
        #expect(problem.map { !$0.found.isEmpty && !$0.allowed.isEmpty } == true)
    }

    @Test(
        "figures of one market that contradict each other are problems",
        arguments: [
            ("0.85, elasticity: 1.133, market_shares: [0.85, 0.10, 0.05]", nil),
            ("0.90, elasticity: 1.133, market_shares: [0.85, 0.10, 0.05]", "market_shares[0]"),
            ("0.85, elasticity: 0.5, market_shares: [0.85]", "elasticity"),
            ("0.85, market_shares: [0.85, 0.20]", "market_shares"), ("0.85", nil),
        ])
    func pricing(figures: String, key: String?) {
        let power = "{subject: NVDA, segment: inference, unit_cost: 1, margin: 0.75, cases: [], share: \(figures)}"
        let found = problems(
            Self.whole.replacing("frozen: 2025-01-20", with: "frozen: 2025-01-20\n    pricing: [\(power)]"))
        #expect(found.map(\.key) == key.map { ["theses[0].pricing[0].\($0)"] } ?? [], "\(found)")
    }

    @Test("aliases are a list for all languages, or lists by language; a wrong language is named")
    func aliases() throws {
        func text(_ aliases: String) -> String { Self.whole.replacing("[DeepSeek]", with: aliases) }
        let entity = try parse(text("{any: [DeepSeek], zh: [深度求索], ja: [ディープシーク]}")).model.entities[0]
        #expect(entity.aliases == ["DeepSeek"])
        #expect(entity.languageAliases.map(\.language) == ["zh", "ja"])
        #expect(entity.languageAliases.map(\.aliases) == [["深度求索"], ["ディープシーク"]])
        for (aliases, key) in [
            ("{chinese: [深度求索]}", "entities[0].aliases.chinese"), ("{ZH: [a]}", "entities[0].aliases.ZH"),
            ("{zh: 深度求索}", "entities[0].aliases.zh"), ("{zh: [[a]]}", "entities[0].aliases.zh[0]"),
        ] {
            #expect(problems(text(aliases)).contains { $0.key == key && $0.line == 22 }, "\(problems(text(aliases)))")
        }
    }

    @Test("a thesis says that who wrote it knew what came, and a source what it is called elsewhere")
    func hindsight() throws {
        let text = Self.whole.replacing("frozen: 2025-01-20", with: "frozen: 2025-01-20\n    hindsight: true")
            .replacing("{name: Reuters,", with: "{name: {en: Reuters, zh: 路透社},")
        let model = try parse(text).model
        #expect(model.theses[0].hindsight && model.sources[0].name == "Reuters")
        #expect(model.sources[0].translations.map(\.text) == ["路透社"])
        #expect(try !parse(Self.whole).model.theses[0].hindsight)
    }

    @Test("all problems are told at once, in the order of their lines")
    func all() {
        let text = Self.whole.replacing("SPY\n", with: "QQQ\n").replacing("tier: T5", with: "tier: T9")
            .replacing("frozen: 2025-01-20", with: "frozen: soon")
        #expect(problems(text).map(\.line) == [2, 17, 20])
    }

    @Test("the error is one line for each problem")
    func description() {
        let error = #expect(throws: SettingsError.self) {
            try parse(Self.whole.replacing("tier: T5", with: "tier: T9"))
        }
        #expect(error?.description == #"s.yaml:20: sources[0].tier is "T9", allowed is T1, T2, T3, T4, T5, T6"#)
    }

    @Test(
        "what is not settings at all is refused",
        arguments: [
            "", "7", "[a, b]", "a: [", "\u{0}", "settings: {}", String(repeating: "[", count: 100_000),
            String(repeating: "- ", count: 100_000), "a: &a [x]\nsettings: *b\n", "settings: x\nsettings: y",
        ])
    func refuses(text: String) {
        #expect(!problems(text).isEmpty)
    }

    @Test("of a million problems a thousand are kept")
    func manyProblems() {
        let text = "settings: {}\ninstruments:\n" + String(repeating: "- x\n", count: 20_000)
        #expect(problems(text).count == 1_000)
    }

    @Test("5,000 mutated files are read without a crash")
    func mutations() {
        var generator = SeededGenerator.fromEnvironment("YAML mutations")
        let sample = Array(Self.whole.utf8)
        for _ in 0..<5_000 {
            let bytes = generator.mutate(sample)
            _ = try? SettingsFile.parse(bytes.span, source: "s.yaml")
        }
    }
}
