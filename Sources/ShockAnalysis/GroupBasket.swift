import MarketModels
import Schema

/// A group of names with the weights of its factor basket.
struct GroupBasket: Codable, Sendable {
    struct Member: Codable, Sendable {
        let symbol: String
        /// 0: belongs to the group, but not to its basket.
        let weight: Double
        /// Its instrument number; nil until it is defined.
        var number: Int?
    }

    let id: String
    /// As configured, each symbol once.
    private(set) var members: [Member]

    init(_ group: Group, number: (String) -> Int?) {
        id = group.id
        members = []
        for member in group.members where !members.contains(where: { $0.symbol == member.symbol }) {
            let weight = member.weight.isFinite ? max(0, member.weight) : 0
            members.append(Member(symbol: member.symbol, weight: weight, number: number(member.symbol)))
        }
    }

    /// The group without one of its members.
    init(_ group: GroupBasket, without place: Int) {
        self = group
        members.remove(at: place)
    }

    var totalWeight: Double { members.reduce(0) { $0 + $1.weight } }

    /// Looks the symbols up again, after a definition.
    func resolved(_ number: (String) -> Int?) -> GroupBasket {
        var group = self
        for index in members.indices { group.members[index].number = number(members[index].symbol) }
        return group
    }

    /// Of its members, in their order.
    var numbers: [Int?] { members.map(\.number) }

    func contains(_ number: Int) -> Bool { members.contains { $0.number == number } }
}

extension GroupBasket {
    /// The basket's daily returns before a day, from its members' as far as they are kept, oldest first:
    /// the weighted mean of the members that had a session, where they are enough of the basket.
    func history(before day: Int32, table: InstrumentTable) -> DatedReturns {
        var first = day
        for case let (number?, true) in members.map({ ($0.number, $0.weight > 0) }) {
            var oldest = day
            table.rings.forEach(of: number, before: day) { seen, _ in oldest = min(oldest, seen) }
            first = min(first, oldest)
        }
        let span = Int(day) - Int(first)
        var sums = [Double](repeating: 0, count: span)
        var weights = sums
        var names = [Int](repeating: 0, count: span)
        for member in members where member.weight > 0 {
            guard let number = member.number else { continue }
            table.rings.forEach(of: number, before: day) { seen, value in
                let offset = Int(seen) - Int(first)
                sums[offset] += member.weight * value
                weights[offset] += member.weight
                names[offset] += 1
            }
        }
        let needed = AnalysisSettings.minimumBasketCoverage * totalWeight
        var history = DatedReturns()
        for offset in 0..<span where weights[offset] >= needed {
            guard names[offset] >= AnalysisSettings.minimumBasketNames else { continue }
            history.append(sums[offset] / weights[offset], day: first + Int32(offset))
        }
        return history
    }

    /// σ of the basket's daily returns after its history; nil before it is known.
    static func deviation(after history: DatedReturns, decay: Double) -> Double? {
        var volatility = EWMAVolatility(decay: decay)
        for value in history.values { volatility.add(value) }
        return volatility.deviation
    }

    /// Where a basket return stands among the kept ones of the same sign.
    static func rank(_ value: Double, in history: DatedReturns, day: Int32) -> OwnRank {
        var rank = OwnRank()
        rank.rank = 1 + UInt32(history.values.count { value < 0 ? $0 < value : $0 > value })
        rank.sessions = UInt32(history.count + 1)
        rank.since = CivilTime.date(day: Int(history.days.first ?? day))
        return rank
    }
}

/// A group's session: what its members did on one day.
struct GroupSession: Sendable {
    let day: Int32
    /// By index into the group's members; nil where a member has no price in the session.
    let views: [SessionView?]
    private let weights: [Double]
    /// The basket's simple return.
    let simpleReturn: Double

    /// - Returns: nil if too little of the basket is priced.
    init?(_ group: GroupBasket, day: Int32, table: InstrumentTable) {
        self.init(group, day: day) { table.states[$0].session(on: day) }
    }

    /// - Parameter view: An instrument's session of the day, by its number.
    init?(_ group: GroupBasket, day: Int32, view: (Int) -> SessionView?) {
        views = group.members.map { $0.number.flatMap(view) }
        weights = group.members.map(\.weight)
        let priced = zip(views, weights).count { $0 != nil && $1 > 0 }
        guard priced >= AnalysisSettings.minimumBasketNames,
            let basket = LeaveOneOut.basketReturn(members: views.map { $0?.simpleReturn }, weights: weights),
            basket.coverage >= AnalysisSettings.minimumBasketCoverage
        else { return nil }
        self.day = day
        simpleReturn = basket.value
    }

    /// All priced members have their close.
    var isComplete: Bool { views.allSatisfy { $0?.isComplete ?? true } }

    /// When the newest of its prices was made.
    var lastTime: UInt64 { views.compactMap { $0?.last.time }.max() ?? 0 }

    /// The share of the priced members that moved the basket's way.
    var breadth: Double {
        let moves = views.compactMap { $0?.simpleReturn }
        return Double(moves.count { ($0 < 0) == (simpleReturn < 0) && $0 != 0 }) / Double(moves.count)
    }

    /// The basket's return at the open; nil unless every priced member of the basket has one.
    var openReturn: Double? {
        let opens = views.map { view in view.flatMap { $0.open.exists ? $0.open.simpleReturn(since: $0.before) : nil } }
        let areAllOpen = zip(opens, zip(views, weights)).allSatisfy { $0 != nil || $1.0 == nil || $1.1 == 0 }
        return areAllOpen ? LeaveOneOut.basketReturn(members: opens, weights: weights)?.value : nil
    }

    /// Between the last quiet and the first loud price of the members that moved with the basket.
    var onset: InstrumentState.Onset {
        var onset = InstrumentState.Onset(quiet: .max, loud: .max)
        for case let view? in views where (view.simpleReturn < 0) == (simpleReturn < 0) && view.onset.loud != 0 {
            onset.quiet = min(onset.quiet, view.onset.quiet)
            onset.loud = min(onset.loud, view.onset.loud)
        }
        return onset.loud == .max ? InstrumentState.Onset() : onset
    }
}
