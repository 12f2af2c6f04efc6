import Schema

/// How much a news item is about what moved.
struct ShockRelevance {
    /// What counts of an item that is about the group of an instrument, not about the instrument.
    static let groupShare = 0.6
    /// What counts of an item that is about one member, for a group.
    static let memberShare = 0.75
    /// What counts of an item that has a group's keyword, for the group: a subject is not yet news of it.
    static let keywordShare = 0.8
    /// Kinds of configured entities that concern the whole market.
    static let marketKinds: Set<String> = ["market", "macro"]

    private var direct: [String: Double] = [:]
    private var byKeyword: [String: Double] = [:]

    /// - Parameter settings: Groups and entities as configured at the time.
    init(subject: String, scope: ShockScope, settings: ModelSettings) {
        switch scope {
        case .group:
            byKeyword[subject] = Self.keywordShare
            add(members: settings.groups.first { $0.id == subject }, share: Self.memberShare)
        case .market:
            direct[subject] = 1
            for entity in settings.entities where Self.marketKinds.contains(entity.kind) { direct[entity.id] = 1 }
            for group in settings.groups { byKeyword[group.id] = Self.groupShare }
        case .instrument, .unspecified, .UNRECOGNIZED:
            for group in settings.groups where group.members.contains(where: { $0.symbol == subject }) {
                byKeyword[group.id] = Self.groupShare
                add(members: group, share: Self.groupShare)
            }
            direct[subject] = 1
        }
    }

    private mutating func add(members group: Group?, share: Double) {
        for member in group?.members ?? [] { direct[member.symbol] = share }
    }

    /// From 0 to 100; 0 means it has nothing to do with the shock's subject.
    func relevance(of item: ArchivedItem) -> Double { relevance(names: item.names, groups: item.groups) }

    /// The same of what an item names, and of the groups whose keywords occur in it.
    func relevance(names: [NewsLink], groups: [NewsLink]) -> Double {
        let named = names.reduce(0) { max($0, (direct[$1.entity] ?? 0) * $1.relevance) }
        return groups.reduce(named) { max($0, (byKeyword[$1.entity] ?? 0) * $1.relevance) }
    }
}
