import NewsModels
import Testing

@Suite("Entities in text")
struct AliasTableTests {
    let table: AliasTable

    init() throws {
        table = try AliasTable([
            EntityAliases(
                entity: "NVDA",
                aliases: [
                    Alias("Nvidia"), Alias("NVDA", isTicker: true), Alias("英伟达"), Alias("輝達"),
                ]),
            EntityAliases(
                entity: "META",
                aliases: [
                    Alias("Meta", isAmbiguous: true), Alias("Meta Platforms"),
                    Alias("META", isTicker: true, isAmbiguous: true),
                    Alias("Facebook"),
                ]),
            EntityAliases(
                entity: "TGT",
                aliases: [
                    Alias("Target", isAmbiguous: true, notFollowedBy: ["price", "Date"]), Alias("TGT", isTicker: true),
                ]),
            EntityAliases(
                entity: "ARM", aliases: [Alias("ARM", isTicker: true, isAmbiguous: true), Alias("Arm Holdings")]),
            EntityAliases(entity: "MU", aliases: [Alias("Micron"), Alias("MU", isTicker: true, isAmbiguous: true)]),
            EntityAliases(entity: "T", aliases: [Alias("AT&T"), Alias("T", isTicker: true, isAmbiguous: true)]),
            EntityAliases(entity: "TSM", aliases: [Alias("TSMC"), Alias("台积电"), Alias("Taiwan Semiconductor")]),
            EntityAliases(entity: "GPS", aliases: [Alias("Gap", isAmbiguous: true, notFollowedBy: ["between"])]),
        ])
    }

    @Test(
        "finds the entities that are meant and no others",
        arguments: [
            ("Nvidia shares plunge", ["NVDA"]),
            ("NVIDIA's rival AMD", ["NVDA"]),
            ("Nvidiaesque growth", []),
            ("英伟达股价暴跌", ["NVDA"]),
            ("輝達與台积电", ["NVDA", "TSM"]),
            ("Meta plans $65 billion AI spending", ["META"]),
            ("Meta and Facebook agree", ["META", "META"]),
            ("A very Meta joke about irony", []),
            ("A meta joke about stocks", []),
            ("Meta-analysis of stocks and diets", []),
            ("Meta Platforms opens an office", ["META"]),
            ("Target shares slump on earnings", ["TGT"]),
            ("Target price raised for Apple stock", []),
            ("Police name Target of raid", []),
            ("Analysts hit their target on chip stocks", []),
            ("Gap between rich and poor widens as stocks rise", []),
            ("He broke his arm at the chip factory", []),
            ("ARM stock jumps", ["ARM"]),
            ("Arm Holdings jumps", ["ARM"]),
            ("$MU to the moon", ["MU"]),
            ("Mu is a Greek letter, stocks are not", []),
            ("Micron (MU) guides lower", ["MU", "MU"]),
            ("AT&T's bundled plans", ["T"]),
            ("tgt is no ticker in lower case", []),
            ("Taiwan Semiconductor and Nvidia", ["TSM", "NVDA"]),
            ("", []),
        ] as [(String, [String])])
    func finds(text: String, expected: [String]) {
        #expect(table.mentions(in: text).map(\.entity) == expected)
    }

    @Test(
        "a business word, an amount of money or a move by a percentage is a second signal; so is a verb of prices after a symbol",
        arguments: [
            ("Meta raises its capital expenditure plan for 2025 to as much as $65 billion", ["META"]),
            ("Meta lifts capex forecast to $65B", ["META"]), ("Meta to invest up to 65 billion dollars", ["META"]),
            ("Target orders fewer goods", ["TGT"]), ("Target Q1 results", ["TGT"]), ("Gap dives 14%", ["GPS"]),
            ("ARM falls 17%", ["ARM"]), ("ARM and MU plunge after release", ["ARM", "MU"]),
            ("Target 投资650亿美元", ["TGT"]),
            ("ARM FALLS OFF CHAIR", []), ("Target of 65 people", []), ("Target opens at 9", []),
            ("Chairs up to 59% off at Target", []), ("Target up 2%", ["TGT"]),
            ("Meta jokes rise in popularity", []), ("Gap of 5% between groups", []),
        ] as [(String, [String])])
    func secondSignals(text: String, expected: [String]) {
        #expect(table.mentions(in: text).map(\.entity) == expected)
    }

    /// Names of companies in the article this project began with; it is written in traditional characters.
    @Test("simplified aliases find traditional spellings")
    func traditional() throws {
        let names = ["英伟达", "微软", "谷歌", "亚马逊", "博通", "思科", "摩根斯坦利", "花旗银行", "英特尔"]
        let table = try AliasTable(names.map { EntityAliases(entity: $0, aliases: [Alias($0)]) })
        let text = "英偉達 微軟、谷歌、亞馬遜 博通 思科 摩根斯坦利、花旗銀行 英特爾"
        #expect(table.mentions(in: text).map(\.entity) == names)
    }

    @Test("an alias of one language is not meant in another, and may belong to another entity there")
    func languages() throws {
        let table = try AliasTable([
            EntityAliases(entity: "ORA", aliases: [Alias("Orange", languages: ["fr"])]),
            EntityAliases(entity: "FRUIT", aliases: [Alias("Orange", languages: ["en", "de"])]),
        ])
        #expect(table.mentions(in: "Orange lève des fonds", language: "fr").map(\.entity) == ["ORA"])
        #expect(table.mentions(in: "Orange prices rise", language: "en-GB").map(\.entity) == ["FRUIT"])
        #expect(table.mentions(in: "Orange", language: "it").isEmpty)
        #expect(table.links(headline: "Orange", language: "fr").map(\.entity) == ["ORA"])
        #expect(table.mentions(in: "Orange").count == 1)
        #expect(throws: AliasError.shared(alias: "Orange", entities: ["A", "B"])) {
            try AliasTable([
                EntityAliases(entity: "A", aliases: [Alias("Orange", languages: ["fr"])]),
                EntityAliases(entity: "B", aliases: [Alias("Orange")]),
            ])
        }
    }

    @Test("the longest alias wins and consumes its words")
    func longest() {
        let mentions = table.mentions(in: "Meta Platforms shares")
        #expect(mentions.map(\.alias) == ["Meta Platforms"])
        #expect(mentions[0].token == 0)
        #expect(mentions[0].length == 2)
    }

    @Test("relevance is by place: first in the headline, elsewhere there, in the body")
    func relevance() {
        let links = table.links(
            headline: "Nvidia falls with Micron", body: "Investors sold chip shares. Meta did not fall. Nvidia did."
        )
        #expect(links.map(\.entity) == ["NVDA", "MU", "META"])
        #expect(links.map(\.mentions) == [2, 1, 1])
        #expect(links[0].relevance == 100)
        #expect(links[1].relevance == 90)
        #expect(links[2].relevance == EntityRelevance.body(position: 0.4, mentions: 1))
        #expect(links[2].relevance < EntityRelevance.actionable)
    }

    @Test("a second signal may stand in the body")
    func signalInBody() {
        #expect(table.links(headline: "Target has a plan", body: "").isEmpty)
        #expect(table.links(headline: "Target has a plan", body: "The shares rose.").map(\.entity) == ["TGT"])
    }

    /// Source: §6.2 of the specification, pos/len 0.1 and n 3.
    @Test("relevance in the body matches the golden value")
    func golden() {
        #expect(abs(EntityRelevance.body(position: 0.1, mentions: 3) - 54.134510) < 5e-7)
        #expect(EntityRelevance.body(position: 0, mentions: 0) == 0)
        #expect(EntityRelevance.body(position: 1, mentions: 99) == 20)
    }

    @Test("refuses spellings of two entities and aliases without a word")
    func refuses() {
        #expect(throws: AliasError.shared(alias: "Delta", entities: ["DAL", "DLT"])) {
            try AliasTable([
                EntityAliases(entity: "DLT", aliases: [Alias("delta")]),
                EntityAliases(entity: "DAL", aliases: [Alias("Delta")]),
            ])
        }
        #expect(throws: AliasError.empty(entity: "X")) {
            try AliasTable([EntityAliases(entity: "X", aliases: [Alias("&")])])
        }
    }
}
