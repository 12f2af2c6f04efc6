/// One way an entity is written.
public struct Alias: Codable, Equatable, Sendable {
    /// As it is written in text.
    public let text: String
    /// Whether it is an exchange symbol.
    public let isTicker: Bool
    /// Whether it is also an ordinary word or another thing's name, so that it needs a second signal.
    public let isAmbiguous: Bool
    /// Words after which it is never meant, such as "price" after "Target"; any case.
    public let notFollowedBy: [String]
    /// Languages (BCP 47, without script) in which it is meant, such as only `zh` for 苹果; empty for all.
    public let languages: [String]

    public init(
        _ text: String, isTicker: Bool = false, isAmbiguous: Bool = false, notFollowedBy: [String] = [],
        languages: [String] = []
    ) {
        self.text = text
        self.isTicker = isTicker
        self.isAmbiguous = isAmbiguous
        self.notFollowedBy = notFollowedBy
        self.languages = languages
    }

    /// Whether it counts only when written exactly so: ambiguous ones and tickers of up to three letters.
    public var isExact: Bool { isAmbiguous || (isTicker && text.count <= 3) }

    /// Whether it is meant in a text of this language; in one whose language is not known it always is.
    func isMeant(in language: Substring) -> Bool {
        languages.isEmpty || language.isEmpty || language == "und" || languages.contains { $0 == language }
    }

    /// Whether there is a language in which both are meant.
    public func meets(_ other: Alias) -> Bool {
        languages.isEmpty || other.languages.isEmpty || languages.contains { other.languages.contains($0) }
    }
}

/// An entity and the ways it is written, in all languages.
public struct EntityAliases: Codable, Equatable, Sendable {
    /// The entity's identity, such as its symbol.
    public let entity: String
    public let aliases: [Alias]

    public init(entity: String, aliases: [Alias]) {
        self.entity = entity
        self.aliases = aliases
    }
}

/// Why a table of aliases is refused.
public enum AliasError: Error, Equatable, Sendable {
    /// Two entities are written the same way, and no rule could tell them apart.
    case shared(alias: String, entities: [String])
    /// Nothing in the alias is a word.
    case empty(entity: String)
}

extension AliasError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .shared(let alias, let entities): "alias \"\(alias)\" belongs to \(entities.joined(separator: " and "))"
        case .empty(let entity): "an alias of \(entity) has no word in it"
        }
    }
}

/// An entity found in a text.
public struct EntityMention: Equatable, Sendable {
    public let entity: String
    /// The alias as the table has it.
    public let alias: String
    /// Index of its first token in the text, and how many tokens it covers.
    public let token: Int
    public let length: Int
}

/// An entity a text is about.
public struct EntityLink: Codable, Equatable, Sendable {
    public let entity: String
    /// From 0 to 100, see ``EntityRelevance``.
    public let relevance: Double
    /// Mentions in headline and body.
    public let mentions: Int
}

/// Finds entities in texts by the ways they are written.
///
/// The longest alias at a place wins and consumes it. Latin aliases match whole words, Han and kana
/// anywhere, traditional characters as their simplified forms. Exact aliases need their case; ambiguous ones also a second
/// signal in the same text: another alias of the entity, a `$` before a ticker, a ticker right before a verb of prices, a
/// market word, an amount of money, or a move by a percentage. Ambiguous aliases joined by a hyphen to what follows do not
/// count.
public struct AliasTable: Sendable {
    private struct Entry: Sendable {
        let entity: String
        let alias: Alias
        let keys: [String]
        let surfaces: [String]
        let barredFollowers: [String]
    }

    /// By key of the first token: longest first, then by entity and spelling.
    private let entries: [String: [Entry]]

    /// - Throws: ``AliasError`` if two entities share a spelling or an alias has no word.
    public init(_ entities: [EntityAliases]) throws(AliasError) {
        var all: [Entry] = []
        for entity in entities {
            for alias in entity.aliases {
                let tokens = Tokenizer.tokens(alias.text)
                guard !tokens.isEmpty else { throw .empty(entity: entity.entity) }
                all.append(
                    Entry(
                        entity: entity.entity, alias: alias, keys: tokens.map(Self.key),
                        surfaces: tokens.map(\.surface),
                        barredFollowers: alias.notFollowedBy.flatMap { Tokenizer.tokens($0).map(Self.key) }
                    )
                )
            }
        }
        all.sort { left, right in
            (right.keys.count, left.keys.joined(separator: " "), left.entity, left.alias.text)
                < (left.keys.count, right.keys.joined(separator: " "), right.entity, right.alias.text)
        }
        var entries: [String: [Entry]] = [:]
        for entry in all {
            let first = entry.keys[0]
            let rival = entries[first]?.first {
                $0.keys == entry.keys && $0.entity != entry.entity && $0.alias.meets(entry.alias)
            }
            if let rival { throw .shared(alias: rival.alias.text, entities: [rival.entity, entry.entity]) }
            entries[first, default: []].append(entry)
        }
        self.entries = entries
    }

    /// What tokens are compared by.
    private static func key(_ token: Token) -> String {
        token.kind == .ideograph ? HanFolding.simplified(token.key) : token.key
    }

    /// The entities named in one text, in order. One pass, O(tokens · aliases with the same first word).
    ///
    /// - Parameters:
    ///   - text: A headline.
    ///   - language: BCP 47, for aliases of some languages only; empty if not known.
    public func mentions(in text: String, language: String = "") -> [EntityMention] {
        mentions(in: Tokenizer.tokens(text), language: language)
    }

    /// The same of a text that is in words already.
    public func mentions(in tokens: [Token], language: String = "") -> [EntityMention] {
        let found = candidates(in: tokens, language)
        let signals = Signals(found: found, tokens: tokens)
        return found.filter { signals.confirm($0) }.map(\.mention)
    }

    /// The entities a news item is about, by decreasing relevance, then by identity.
    ///
    /// Second signals for ambiguous aliases are sought in headline and body together.
    public func links(headline: String, body: String = "", language: String = "") -> [EntityLink] {
        links(headline: Tokenizer.tokens(headline), body: Tokenizer.tokens(body), language: language)
    }

    /// The same of texts that are in words already.
    public func links(
        headline headTokens: [Token], body bodyTokens: [Token], language: String = ""
    ) -> [EntityLink] {
        let inHead = candidates(in: headTokens, language)
        let inBody = candidates(in: bodyTokens, language)
        let signals = Signals(found: inHead + inBody, tokens: headTokens + bodyTokens)

        var summaries: [String: Summary] = [:]
        var order: [String] = []
        for (found, isHead) in [(inHead, true), (inBody, false)] {
            for candidate in found where signals.confirm(candidate) {
                let entity = candidate.mention.entity
                if summaries[entity] == nil { order.append(entity) }
                summaries[entity, default: Summary()].add(
                    candidate.mention, isHeadline: isHead, isFirst: order[0] == entity, bodyLength: bodyTokens.count
                )
            }
        }
        let links = order.map { entity in
            let summary = summaries[entity, default: Summary()]
            return EntityLink(entity: entity, relevance: summary.relevance, mentions: summary.mentions)
        }
        return links.sorted { ($1.relevance, $0.entity) < ($0.relevance, $1.entity) }
    }
}

extension AliasTable {
    private struct Candidate {
        let mention: EntityMention
        let needsSignal: Bool
        /// A ticker with a `$` before it or a verb of prices after it.
        let hasOwnSignal: Bool
    }

    private struct Summary {
        var mentions = 0
        var headline: Double?
        var firstInBody: Double?

        mutating func add(_ mention: EntityMention, isHeadline: Bool, isFirst: Bool, bodyLength: Int) {
            mentions += 1
            if isHeadline {
                let value = isFirst ? EntityRelevance.headlineFirst : EntityRelevance.headlineOther
                headline = headline ?? value
            } else if firstInBody == nil {
                firstInBody = Double(mention.token) / Double(bodyLength)
            }
        }

        var relevance: Double {
            headline ?? EntityRelevance.body(position: firstInBody ?? 1, mentions: mentions)
        }
    }

    /// What in a text can confirm an ambiguous alias.
    private struct Signals {
        private var spellings: [String: Set<String>] = [:]
        private var hasMarketWord = false

        init(found: [Candidate], tokens: [Token]) {
            guard found.contains(where: { $0.needsSignal && !$0.hasOwnSignal }) else { return }
            for candidate in found { spellings[candidate.mention.entity, default: []].insert(candidate.mention.alias) }
            hasMarketWord = MarketWords.occur(in: tokens)
        }

        func confirm(_ candidate: Candidate) -> Bool {
            guard candidate.needsSignal else { return true }
            return candidate.hasOwnSignal || hasMarketWord || spellings[candidate.mention.entity, default: []].count > 1
        }
    }

    private func candidates(in tokens: [Token], _ language: String) -> [Candidate] {
        let keys = tokens.map(Self.key)
        let language = language.prefix { $0 != "-" }
        var found: [Candidate] = []
        var position = 0
        while position < tokens.count {
            guard let entry = longestMatch(at: position, in: tokens, keys, language) else {
                position += 1
                continue
            }
            let mention = EntityMention(
                entity: entry.entity, alias: entry.alias.text, token: position, length: entry.keys.count
            )
            let isSignalled =
                entry.alias.isTicker
                && (tokens[position].preceding == "$"
                    || MarketWords.moves(tokens, after: position + entry.keys.count))
            found.append(
                Candidate(mention: mention, needsSignal: entry.alias.isAmbiguous, hasOwnSignal: isSignalled))
            position += entry.keys.count
        }
        return found
    }

    private func longestMatch(
        at position: Int, in tokens: [Token], _ keys: [String], _ language: Substring
    ) -> Entry? {
        entries[keys[position]]?.first { entry in
            let end = position + entry.keys.count
            guard end <= tokens.count, entry.alias.isMeant(in: language) else { return false }
            for offset in entry.keys.indices {
                guard keys[position + offset] == entry.keys[offset] else { return false }
                let token = tokens[position + offset]
                let isSpelled = token.kind == .ideograph || token.surface == entry.surfaces[offset]
                if entry.alias.isExact, !isSpelled { return false }
            }
            if entry.alias.isAmbiguous, tokens[end - 1].following == "-", end < tokens.count { return false }
            return end == tokens.count || !entry.barredFollowers.contains(keys[end])
        }
    }
}
