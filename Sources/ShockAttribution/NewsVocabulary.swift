import NewsModels
import Schema

/// The names and words by which news is tied to instruments, entities and groups.
///
/// Made from definitions and settings whenever they have changed; not part of a checkpoint.
struct NewsVocabulary: Sendable {
    /// Finds instruments (by symbol) and configured entities (by id).
    private let names: AliasTable?
    /// Finds groups (by id) by their keywords.
    private let keywords: AliasTable?

    /// The symbols among the names.
    private let symbols: Set<String>

    /// Tiers of the configured sources.
    private let tiers: [String: Int]
    /// Finds configured sources in what credits them.
    private let credits: AliasTable?

    /// What stands between the owners of a spelling that several share.
    private static let separator: Character = "\u{1F}"

    init(instruments: InstrumentTable, settings: ModelSettings) {
        var named: [EntityAliases] = []
        for instrument in instruments.instruments {
            var aliases = Self.aliases([instrument.name] + instrument.aliases, instrument.ambiguousAliases)
            for names in instrument.languageAliases { aliases += Self.aliases(names.names, in: names.language) }
            if !aliases.contains(where: { $0.text == instrument.symbol }) {
                aliases.append(Alias(instrument.symbol, isTicker: true, isAmbiguous: true))
            }
            named.append(EntityAliases(entity: instrument.symbol, aliases: aliases))
        }
        for entity in settings.entities {
            let aliases = entity.languageAliases.reduce(Self.aliases(entity.aliases, entity.ambiguousAliases)) {
                $0 + Self.aliases($1.aliases, in: $1.language)
            }
            named.append(EntityAliases(entity: entity.id, aliases: aliases))
        }
        symbols = Set(instruments.instruments.map(\.symbol))
        tiers = Dictionary(settings.sources.map { ($0.name, $0.tier.rawValue) }) { first, _ in first }
        credits = try? AliasTable(
            Self.withoutConflicts(
                settings.sources.map { EntityAliases(entity: $0.name, aliases: Self.aliases([$0.name], [])) }))
        names = try? AliasTable(Self.withoutConflicts(named))
        keywords = try? AliasTable(
            Self.withoutConflicts(
                settings.groups.map { EntityAliases(entity: $0.id, aliases: Self.aliases($0.keywords, [])) }))
    }

    /// Whom an item names and which groups' keywords it has, each with relevance 0 to 100, by identity.
    func links(
        headline: [Token], body: [Token], _ language: String
    ) -> (names: [NewsLink], groups: [NewsLink]) {
        let share = Roundup.isRoundup(headline) ? EntityRelevance.roundupShare : 1
        return (
            Self.links(names, headline, body, language, share), Self.links(keywords, headline, body, language, share)
        )
    }

    /// Whom a headline names, in order.
    func mentions(in headline: [Token], _ language: String) -> [EntityMention] {
        names?.mentions(in: headline, language: language) ?? []
    }

    /// The words of the groups' keywords in a headline.
    func commonWords(in headline: [Token], _ language: String) -> Set<String> {
        let found = keywords?.mentions(in: headline, language: language) ?? []
        return Set(found.flatMap { headline[$0.token..<($0.token + $0.length)].map(\.key) })
    }

    /// Whose spelling a mention is: one entity, or several that share it.
    func owners(_ mention: EntityMention) -> [String] {
        mention.entity.split(separator: Self.separator).map(String.init)
    }

    /// Where a headline names instruments, as indices of its tokens.
    func instruments(among mentions: [EntityMention]) -> [Range<Int>] {
        mentions.filter { mention in
            owners(mention).contains { symbols.contains($0) }
        }
        .map { $0.token..<($0.token + $0.length) }
    }

    /// A source's configured tier; 0 where it has none.
    func tier(of source: String) -> Int { tiers[source] ?? 0 }

    /// The tier of the configured source that an item credits (``CreditLine``), unless it is the item's own.
    func credited(in item: NewsItem) -> Int? {
        guard let credits, !tiers.isEmpty, let line = CreditLine.text(title: item.title, body: item.body) else {
            return nil
        }
        return credits.mentions(in: line).first { $0.entity != item.source }.flatMap { tiers[$0.entity] }
    }

    private static func aliases(_ plain: [String], _ ambiguous: [String]) -> [Alias] {
        let barred = Set(ambiguous)
        return plain.filter { !barred.contains($0) }.map { Alias($0) } + ambiguous.map { Alias($0, isAmbiguous: true) }
    }

    private static func aliases(_ names: [String], in language: String) -> [Alias] {
        names.map { Alias($0, languages: [language]) }
    }

    private static func links(
        _ table: AliasTable?, _ headline: [Token], _ body: [Token], _ language: String, _ share: Double
    ) -> [NewsLink] {
        guard let table else { return [] }
        var links: [NewsLink] = []
        for link in table.links(headline: headline, body: body, language: language) {
            for owner in link.entity.split(separator: separator) {
                links.append(NewsLink(entity: String(owner), relevance: share * link.relevance))
            }
        }
        return links.sorted { ($0.entity, $1.relevance) < ($1.entity, $0.relevance) }
    }

    /// The same spellings without those between which nothing could decide: one that several own, in the same
    /// language, becomes an entity of its own with all their names (two share classes have one name), and what has no
    /// word is left out.
    private static func withoutConflicts(_ entities: [EntityAliases]) -> [EntityAliases] {
        var keys: [String] = []
        var spellings: [String: [(entity: String, alias: Alias)]] = [:]
        for entity in entities {
            for alias in entity.aliases {
                let key = Tokenizer.tokens(alias.text).map { HanFolding.simplified($0.key) }.joined(separator: " ")
                guard !key.isEmpty else { continue }
                if spellings[key] == nil { keys.append(key) }
                if spellings[key]?.contains(where: { $0.entity == entity.entity && $0.alias == alias }) != true {
                    spellings[key, default: []].append((entity.entity, alias))
                }
            }
        }
        return keys.flatMap { key -> [EntityAliases] in
            let owned = spellings[key] ?? []
            let isContested = owned.contains { one in
                owned.contains { $0.entity != one.entity && $0.alias.meets(one.alias) }
            }
            guard isContested else {
                return owned.map { EntityAliases(entity: $0.entity, aliases: [$0.alias]) }
            }
            var owners: [String] = []
            for one in owned where !owners.contains(one.entity) { owners.append(one.entity) }
            let alias = Alias(
                owned[0].alias.text, isTicker: owned.contains { $0.alias.isTicker },
                isAmbiguous: owned.contains { $0.alias.isAmbiguous },
                languages: owned.contains { $0.alias.languages.isEmpty }
                    ? [] : Set(owned.flatMap(\.alias.languages)).sorted())
            return [EntityAliases(entity: owners.joined(separator: String(separator)), aliases: [alias])]
        }
    }
}

/// That an item is about something.
struct NewsLink: Equatable, Sendable {
    var entity: String
    /// 0 to 100.
    var relevance: Double
}
