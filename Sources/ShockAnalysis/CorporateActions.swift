import Schema

/// Splits and cash dividends by name and ex-day, as far as they are known.
///
/// Prices are taken as they come and never rewritten: the close before an ex-day is put into the terms of that day
/// when its session is compared with it, and not earlier.
struct CorporateActions: Codable, Sendable {
    /// What changes on one ex-day: first the split, then the dividend of each new share.
    struct Action: Codable, Equatable, Sendable {
        let symbol: String
        let day: Int32
        /// New shares for one old.
        var ratio = 1.0
        /// Cash a share, in price units.
        var dividend: Int64 = 0
        /// The stream's prices are in the new terms throughout; only share counts are not.
        var isApplied = false

        /// A price from before the day in the terms of it; nil if nothing would be left.
        func applied(to units: Int64) -> Int64? {
            let split = isApplied ? Double(units) : (Double(units) / ratio).rounded()
            guard split >= 1, split <= Double(Price.maximum) else { return nil }
            let (left, overflow) = Int64(split).subtractingReportingOverflow(dividend)
            return overflow || left <= 0 ? nil : left
        }
    }

    /// More than this is not kept: the oldest ex-days give way.
    static let limit = 100_000

    /// By symbol, then by ex-day.
    private var actions: [Action] = []

    /// Takes what a fact says of one ex-day; what it said before of the same is replaced.
    ///
    /// - Returns: What held for that day before and what does now.
    mutating func take(
        symbol: String, day: Int32, _ change: (inout Action) -> Void
    ) -> (before: Action, after: Action) {
        let index = position(of: symbol, day: day)
        let isKnown = index < actions.count && actions[index].symbol == symbol && actions[index].day == day
        let before = isKnown ? actions[index] : Action(symbol: symbol, day: day)
        var after = before
        change(&after)
        guard after != before else { return (before, after) }
        if isKnown { actions[index] = after } else { actions.insert(after, at: index) }
        if actions.count > Self.limit { dropOldest() }
        return (before, after)
    }

    private mutating func dropOldest() {
        guard let oldest = actions.indices.min(by: { actions[$0].day < actions[$1].day }) else { return }
        actions.remove(at: oldest)
    }

    /// The first ex-day of a name after a day on which its prices change terms; `.max`: none is known.
    func next(of symbol: String, after day: Int32) -> Int32 {
        guard day < .max else { return .max }
        var index = position(of: symbol, day: day + 1)
        while index < actions.count, actions[index].symbol == symbol {
            if !actions[index].isApplied || actions[index].dividend != 0 { return actions[index].day }
            index += 1
        }
        return .max
    }

    /// A price of one day in the terms of a later one. An action that would leave nothing is passed over.
    func adjusted(_ units: Int64, of symbol: String, after: Int32, through: Int32) -> Int64 {
        var units = units
        guard after < through else { return units }
        for action in actions[position(of: symbol, day: after + 1)...] {
            guard action.symbol == symbol, action.day <= through else { break }
            units = action.applied(to: units) ?? units
        }
        return units
    }

    /// How many shares one of a count's date has become: by splits after that date and up to a day, and by those
    /// that the stream's prices show from the beginning.
    func shares(of symbol: String, after: Int32, through: Int32) -> Double {
        var shares = 1.0
        guard after < .max else { return shares }
        for action in actions[position(of: symbol, day: after + 1)...] {
            guard action.symbol == symbol else { break }
            if action.isApplied || action.day <= through { shares *= action.ratio }
        }
        return shares
    }

    private func position(of symbol: String, day: Int32) -> Int {
        actions.partitioningIndex { ($0.symbol, $0.day) >= (symbol, day) }
    }
}
