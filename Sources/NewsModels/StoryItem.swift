/// A headline as the stories see it.
public struct StoryItem: Equatable, Sendable {
    /// An entity the headline names.
    public struct Named: Equatable, Sendable {
        public let entity: String
        /// ``Token/key`` of the words it is named by: they say nothing beyond the entity.
        public let words: [String]

        public init(entity: String, words: [String]) {
            self.entity = entity
            self.words = words
        }
    }

    /// The item's sequence in its stream, which is its identity.
    public let sequence: UInt64
    /// Nanoseconds since 1970.
    public let time: Int64
    public let source: String
    public let headline: String
    /// The headline in words.
    public let tokens: [Token]
    /// BCP 47, empty where it is not known.
    public let language: String
    public let entities: [Named]
    /// Amounts, shares and multiples the headline states.
    public let quantities: [Quantity]
    /// ``Token/key`` of words that stand for a whole field, such as GPU: in whatever language, they tell no event.
    public let common: Set<String>

    /// Makes the tokens of the headline unless they are known already.
    public init(
        sequence: UInt64, time: Int64, source: String, headline: String, tokens: [Token]? = nil, language: String = "",
        entities: [Named] = [], quantities: [Quantity] = [], common: Set<String> = []
    ) {
        self.sequence = sequence
        self.time = time
        self.source = source
        self.headline = headline
        self.tokens = tokens ?? Tokenizer.tokens(headline)
        self.language = language
        self.entities = entities
        self.quantities = quantities
        self.common = common
    }
}

/// What a headline has in common with one of the same event in another language: whom it names and what it counts.
struct StoryAnchors: Sendable {
    /// Of the entities' identities.
    let entities: [UInt64]
    /// Of the quantities, to two digits.
    let quantities: [UInt64]
    /// ``Token/key`` of the words by which entities are named, and of common ones.
    let entityWords: Set<String>
    /// Without region and script.
    let language: String

    init(_ item: StoryItem) {
        entities = removingRepeats(item.entities.map { Self.hash(entity: $0.entity) }.sorted())
        quantities = removingRepeats(item.quantities.compactMap(Self.hash).sorted())
        entityWords = Set(item.entities.flatMap(\.words)).union(item.common)
        language = String(item.language.prefix { $0 != "-" && $0 != "_" }).lowercased()
    }

    static func hash(entity: String) -> UInt64 { FNV1a.hash(entity, seed: FNV1a.hash("entity:")) }

    /// A bare count is no anchor: small numbers are everywhere. Ranges count by their larger end.
    private static func hash(_ quantity: Quantity) -> UInt64? {
        let value = abs(quantity.upper)
        guard value > 0, value.isFinite else { return nil }
        let unit: String
        switch quantity.unit {
        case .money(let currency): unit = currency
        case .share: unit = "share"
        case .multiple: unit = "times"
        case .points, .count: return nil
        }
        return FNV1a.hash("\(unit):\(twoDigits(value))")
    }

    /// 592.7e9 as "59e10": "nearly 600" stays apart from "593", which is the other way to be wrong.
    private static func twoDigits(_ value: Double) -> String {
        var (mantissa, exponent) = (value, 0)
        while mantissa >= 100, exponent < 400 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        while mantissa < 10, exponent > -400 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        let rounded = Int(mantissa.rounded())
        return rounded == 100 ? "10e\(exponent + 1)" : "\(rounded)e\(exponent)"
    }
}
