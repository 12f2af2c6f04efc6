import Schema

/// How much a news item is about what moved.
struct ShockRelevance {
    /// What counts of an item that is about the group of an instrument, not about the instrument.
    static let groupShare = 0.6
    /// What counts of an item that is about one member, for a group.
    static let memberShare = 0.75
    /// What counts of an item that has a group's keyword, for the group: a subject is not yet news of it.
    static let keywordShare = 0.8
    /// What counts, for a name in no group, of an item about the group that a thesis ties it to, or about a name that
    /// the thesis says the same of: less than any direct naming.
    static let thesisShare = 0.5
    /// Kinds of configured entities that concern the whole market.
    static let marketKinds: Set<String> = ["market", "macro"]

    private var direct: [String: Double] = [:]
    private var byKeyword: [String: Double] = [:]
    /// How much of what moved a name or a group is; all of it where nothing is said.
    private var reach: [String: Double] = [:]

    /// - Parameters:
    ///   - settings: Groups and entities as configured at the time.
    ///   - shares: Shares in the stream: what a market is made of here.
    ///   - theses: What ties the subject to names and groups beyond its own (``ThesisTies``).
    init(subject: String, scope: ShockScope, settings: ModelSettings, shares: Int = 0, theses: [Thesis] = []) {
        switch scope {
        case .group:
            byKeyword[subject] = Self.keywordShare
            let group = settings.groups.first { $0.id == subject }
            add(members: group, share: Self.memberShare)
            // By weight; one that only belongs to it counts as one of its members.
            let total = group?.members.reduce(0) { $0 + $1.weight } ?? 0
            for member in group?.members ?? [] {
                let least = 1 / Double(group?.members.count ?? 1)
                reach[member.symbol] = total > 0 && member.weight > 0 ? member.weight / total : least
            }
        case .market:
            direct[subject] = 1
            for entity in settings.entities where Self.marketKinds.contains(entity.kind) { direct[entity.id] = 1 }
            // By number of names: market values are known of some only.
            for group in settings.groups {
                byKeyword[group.id] = Self.groupShare
                if shares > 0 { reach[group.id] = min(1, Double(group.members.count) / Double(shares)) }
            }
        case .instrument, .unspecified, .UNRECOGNIZED:
            for group in settings.groups where group.members.contains(where: { $0.symbol == subject }) {
                byKeyword[group.id] = Self.groupShare
                add(members: group, share: Self.groupShare)
            }
            for thesis in theses {
                if let group = ThesisTies.group(of: thesis, settings) { byKeyword[group.id] = Self.thesisShare }
                let sign = ThesisTies.sign(of: subject, in: thesis)
                for exposure in thesis.exposures where exposure.sign == sign {
                    direct[exposure.symbol] = Self.thesisShare
                }
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

    /// From 0 to 1: how much of what moved an item with any relevance is about. What is about the whole market, or has
    /// a group's subject, is about all of that; else the parts that it names together.
    func reach(of item: ArchivedItem) -> Double {
        reach(names: item.names.map(\.entity), groups: item.groups.map(\.entity))
    }

    func reach(names: [String], groups: [String]) -> Double {
        let parts = names.filter { direct[$0] != nil } + groups.filter { byKeyword[$0] != nil }
        guard parts.allSatisfy({ reach[$0] != nil }) else { return 1 }
        // In an order of their own: sums of floating-point numbers depend on it.
        return min(1, Set(parts).sorted().reduce(0) { $0 + (reach[$1] ?? 0) })
    }
}
