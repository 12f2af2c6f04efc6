import MarketModels
import Schema

/// Which prices are believed, by the policy that the analyze stage has: ``MarketModels/PriceLevel``. What it drops must
/// not be a close here, or an explanation rests on prices that its measure never saw.
extension PriceTable {
    /// The last price believed of a slot.
    struct SlotLevel: BitwiseCopyable, Equatable, Sendable {
        var level = PriceLevel()
        /// The session it counts to.
        var day = Int32.min
        /// The first day after it on which the slot's prices change terms; `.max`: none is known.
        var nextTerms = Int32.max
    }

    /// From a day on a slot's prices are in other terms than before.
    struct Terms: Codable, Equatable, Sendable {
        let slot: Int
        let day: Int32
        /// What earlier prices are divided by.
        var ratio = 1.0
        /// What they are less by after that, in price units.
        var cash: Int64 = 0
        /// Of a new level that prices agreed on: the day of the last price before it. nil: told by facts.
        var levelBefore: Int32?
    }

    /// No more new levels than this are kept of all slots; the first to have come go.
    static let levelLimit = 4_096

    /// Takes what is known of a slot's splits (those that its prices do not show) and dividends.
    mutating func adopt(splits: [(day: Int64, ratio: Double)], dividends: [(day: Int64, units: Int64)], slot: Int) {
        terms.removeAll { $0.slot == slot && $0.levelBefore == nil }
        for split in splits {
            let day = Int32(clamping: split.day)
            // What a new level stood for has been told.
            terms.removeAll { $0.slot == slot && ($0.levelBefore ?? .max) < day && day <= $0.day }
            terms.append(Terms(slot: slot, day: day, ratio: split.ratio))
        }
        terms += dividends.map { Terms(slot: slot, day: Int32(clamping: $0.day), cash: $0.units) }
        refreshNextTerms(slot: slot)
    }

    private mutating func refreshNextTerms(slot: Int) {
        let day = levels.values[slot].day
        levels.values[slot].nextTerms =
            terms.lazy.filter { $0.slot == slot && $0.day > day && $0.levelBefore == nil }.map(\.day).min() ?? .max
    }

    /// New levels of a slot as splits that nobody told of, to be read beside those of the facts.
    func newLevels(slot: Int) -> [(day: Int64, ratio: Double)] {
        terms.filter { $0.slot == slot && $0.levelBefore != nil }.map { (Int64($0.day), $0.ratio) }
    }

    /// A price of one day in the terms of a later one.
    private func adjusted(_ units: Int64, slot: Int, after: Int32, through: Int32) -> Int64 {
        guard after < through else { return units }
        let own = terms.filter { $0.slot == slot && $0.day > after && $0.day <= through }
        let price = own.sorted { ($0.day, $0.cash) < ($1.day, $1.cash) }.reduce(Double(units)) { price, terms in
            let less = price / terms.ratio - Double(terms.cash)
            return less >= 1 && less <= Double(Price.maximum) ? less : price
        }
        return Int64(price.rounded())
    }

    /// Whether a price is taken. One that is not may be held to speak for a new level.
    @inline(__always)
    mutating func believes(slot: Int, _ price: Int64, day: Int32, at time: UInt64, isFinal: Bool, isLatest: Bool)
        -> Bool
    {
        guard isLatest else { return links(slot: slot, price, day: day) }
        if day >= levels.values[slot].nextTerms { adoptTerms(slot: slot, day: day) }
        guard PriceLevel.isPlausible(price, from: levels.values[slot].level.units) else {
            return holds(slot: slot, price, day: day, at: time, isFinal: isFinal)
        }
        levels.values[slot].level.forgetHeld()
        levels.values[slot].level.units = price
        levels.values[slot].day = day
        return true
    }

    private mutating func adoptTerms(slot: Int, day: Int32) {
        let known = levels.values[slot]
        levels.values[slot].level.units = adjusted(known.level.units, slot: slot, after: known.day, through: day)
        levels.values[slot].day = day
        refreshNextTerms(slot: slot)
    }

    private mutating func holds(slot: Int, _ price: Int64, day: Int32, at time: UInt64, isFinal: Bool) -> Bool {
        absurd += 1
        let known = levels.values[slot]
        guard levels.values[slot].level.hold(price, at: time, weight: isFinal ? PriceLevel.sessionWeight : 1) else {
            return false
        }
        // The jump is no return: what was before is read in the terms of the new level.
        terms.append(
            Terms(
                slot: slot, day: day, ratio: Double(known.level.units) / Double(price),
                levelBefore: min(known.day, day - 1)))
        if terms.count(where: { $0.levelBefore != nil }) > Self.levelLimit,
            let first = terms.firstIndex(where: { $0.levelBefore != nil })
        {
            terms.remove(at: first)
        }
        levels.values[slot].level.units = price
        levels.values[slot].day = day
        refreshNextTerms(slot: slot)
        return true
    }

    /// Whether a session's close that comes late, or is loaded to estimate from, is of one level with those beside it.
    private mutating func links(slot: Int, _ price: Int64, day: Int32) -> Bool {
        let (before, after) = closes(slot: slot, around: Int64(day))
        let isLinked =
            (before.map {
                PriceLevel.isPlausible(
                    price, from: adjusted($0.price, slot: slot, after: Int32(clamping: $0.day), through: day))
            } ?? true)
            && (after.map {
                PriceLevel.isPlausible(
                    $0.price, from: adjusted(price, slot: slot, after: day, through: Int32(clamping: $0.day)))
            } ?? true)
        if !isLinked { absurd += 1 }
        return isLinked
    }
}
