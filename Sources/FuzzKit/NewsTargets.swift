import Schema
import ShockAttribution

/// Headlines, as they come from strangers.
extension FuzzTargets {
    static let news = [Entry("headlines", 20) { headlines() }]

    /// Each line is a headline. All of them are read, each is in one story, and what is said of them can be written.
    private static func headlines() -> FuzzTarget {
        let seeds = [
            "Nvidia shares plunge 17% as low-cost AI model rattles investors\n英伟达股价暴跌17% 低成本模型引发恐慌",
            "Acme to spend up to $65 billion on plants, CEO says - Wire\nAcme 拟投650亿美元\nMarket talk: Acme, Bolt",
            "Größe über Straße: ACME (NASDAQ: ACME) raises guidance 3.6–3.7 %\nЦена акций Acme упала на 5 %\n株価急落",
            "Acme's   rival\tsays “no”…\nacme acme acme acme acme acme acme acme",
        ]
        let words = [
            "$", "%", "Acme", "英伟达", "billion", "亿", "shares fall", " - ", "’s", "\u{301}", "\u{1F1FA}", "０", "1e400",
        ]
        let mutator = Mutator(seeds: seeds.map { Array($0.utf8) }, words: words, grammar: .text, limit: 1 << 12)
        return FuzzTarget("headlines", mutator, memory: (8 << 20, 4_096)) { bytes in
            guard let text = String(validating: bytes, as: UTF8.self) else { return .refused }
            let lines = text.split(separator: "\n")
            var view = NewsView(watching: 2)
            view.apply(.instrumentDefinition(definition))
            for (index, line) in lines.enumerated() {
                var item = NewsItem()
                item.sequence = UInt64(index) + 2
                item.published = 1_700_000_000 * CivilTime.second + UInt64(index) * 60 * CivilTime.second
                item.firstSeen = item.published
                item.recordTime = item.published
                item.source = "S\(index % 3)"
                item.title = String(line)
                item.body = String(line.reversed())
                view.apply(.newsItem(item))
            }
            try require(
                view.itemsRead == UInt64(lines.count), "\(view.itemsRead) of \(lines.count) headlines were read")
            let stories = view.stories(at: view.latest)
            let told = stories.reduce(0) { $0 + $1.items }
            try require(told == lines.count, "\(told) of \(lines.count) headlines are in a story")
            try require(stories.allSatisfy { (1...$0.items).contains($0.originals) }, "a story of nothing but reprints")
            try require(lines.isEmpty == (view.explained == nil), "the first headline is not explained")
            _ = view.attention(to: "ACME", at: view.latest)
            return lines.isEmpty ? .refused : .accepted
        }
    }

    private static var definition: InstrumentDefinition {
        var definition = InstrumentDefinition()
        definition.instrument = 1
        definition.symbol = "ACME"
        definition.name = "Acme Corporation"
        definition.aliases = ["Acme", "英伟达"]
        return definition
    }
}
