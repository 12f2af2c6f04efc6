import Schema

/// The facts of the stream as they became known, bounded in number.
struct FactLedger: Codable, Equatable, Sendable {
    /// The oldest facts go first beyond this.
    static let capacity = 20_000

    private var stored: [StoredMessage] = []

    /// Remembers a fact; one that repeats another's subject, date and kind of value is a correction of it.
    mutating func add(_ fact: Fact) {
        stored.append(StoredMessage(.fact(fact)))
        if stored.count > Self.capacity { stored.removeFirst(stored.count - Self.capacity * 9 / 10) }
    }

    /// What was known about a subject at `time`, in the order it became known.
    func known(about subject: String, at time: UInt64) -> [Fact] {
        stored.compactMap { stored in
            guard case .fact(let fact) = stored.message, fact.subject == subject, fact.eventTime <= time else {
                return nil
            }
            return fact
        }
    }

    /// What became known in a span of time, in that order.
    func known(in span: ClosedRange<UInt64>) -> [Fact] {
        stored.compactMap { stored in
            guard case .fact(let fact) = stored.message, span.contains(fact.eventTime) else { return nil }
            return fact
        }
    }

    /// The last word on each leveraged fund that was known at `time` of those that track `underlying`, by fund.
    func leveragedFunds(on underlying: String, at time: UInt64) -> [Fact] {
        var funds: [String: Fact] = [:]
        for stored in stored {
            guard case .fact(let fact) = stored.message, case .etfLeverage(let value)? = fact.value,
                value.underlying == underlying, fact.eventTime <= time
            else { continue }
            funds[fact.subject] = fact
        }
        return funds.keys.sorted().compactMap { funds[$0] }
    }

    /// Splits the stream's prices do not show yet, as day of effect and ratio (new shares for one old), the
    /// last word for each day, days rising.
    func splits(of subject: String, at time: UInt64) -> [(day: Int64, ratio: Double)] {
        var splits: [(day: Int64, ratio: Double)] = []
        for fact in known(about: subject, at: time) {
            guard case .split(let split)? = fact.value, split.ratio > 0, split.ratio.isFinite,
                let day = CivilTime.parseDate(fact.asOf)
            else { continue }
            splits.removeAll { $0.day == Int64(day) }
            if !split.applied { splits.append((Int64(day), split.ratio)) }
        }
        return splits.sorted { $0.day < $1.day }
    }

    /// Cash dividends a share as ex-day and price units, the last word for each day, days rising.
    func dividends(of subject: String, at time: UInt64) -> [(day: Int64, units: Int64)] {
        var dividends: [(day: Int64, units: Int64)] = []
        for fact in known(about: subject, at: time) {
            guard case .dividend(let dividend)? = fact.value, let units = Price.units(dividend.amount), units >= 0,
                let day = CivilTime.parseDate(fact.asOf)
            else { continue }
            dividends.removeAll { $0.day == Int64(day) }
            dividends.append((Int64(day), units))
        }
        return dividends.sorted { $0.day < $1.day }
    }
}
