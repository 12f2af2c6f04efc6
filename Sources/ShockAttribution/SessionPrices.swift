import Schema

/// One instrument's prices around a session: its closes before, and what it cost in it.
struct SessionPrices: Equatable, Sendable {
    /// The closes of the sessions before, oldest first, adjusted for splits the stream does not show.
    private(set) var days: [Int64] = []
    private(set) var prices: [Double] = []
    /// Of the last close before the session; 0 if there is none.
    private(set) var sequenceBefore: UInt64 = 0
    /// The session's close, or the last price seen in it; nil if there is none.
    private(set) var event: Double?
    private(set) var eventSequence: UInt64 = 0
    /// Whether ``event`` is a close.
    private(set) var isClosed = false

    /// When ``event`` was made and how long its bar was, ns; nil of a session's own close.
    private(set) var eventTime: UInt64?
    private(set) var eventSpan: UInt64 = 0

    /// - Parameters:
    ///   - session: Day number of the session in question.
    ///   - splits: Day of effect and ratio, as ``FactLedger/splits(of:at:)``.
    ///   - isOver: Whether the session's close has come, so that its last price is its close.
    ///   - dividends: Ex-day and amount, as ``FactLedger/dividends(of:at:)``.
    init(
        closes: [PriceTable.Close], latest: PriceTable.Latest, session: Int64, splits: [(day: Int64, ratio: Double)],
        dividends: [(day: Int64, units: Int64)] = [], isOver: Bool = false
    ) {
        let splits = splits + Self.ratios(of: dividends, closes: closes, splits: splits)
        days.reserveCapacity(closes.count)
        prices.reserveCapacity(closes.count)
        for close in closes {
            let price = Self.adjusted(close.price, day: close.day, splits)
            if close.day < session {
                days.append(close.day)
                prices.append(price)
                sequenceBefore = close.sequence
            } else if close.day == session {
                event = price
                eventSequence = close.sequence
                isClosed = close.isFinal || isOver
                if !close.isFinal, latest.sequence == close.sequence {
                    (eventTime, eventSpan) = (latest.time, latest.span)
                }
            }
        }
        if event == nil, latest.price > 0, Int64(CivilTime.sessionDay(end: latest.time)) == session {
            event = Self.adjusted(latest.price, day: session, splits)
            eventSequence = latest.sequence
            (eventTime, eventSpan) = (latest.time, latest.span)
        }
    }

    /// What a dividend divides earlier prices by: as a split would, so that the close before less the dividend is what
    /// the ex-day is compared with. One without a close before says nothing.
    private static func ratios(
        of dividends: [(day: Int64, units: Int64)], closes: [PriceTable.Close], splits: [(day: Int64, ratio: Double)]
    ) -> [(day: Int64, ratio: Double)] {
        dividends.compactMap { dividend in
            guard let before = closes.last(where: { $0.day < dividend.day }) else { return nil }
            let split = splits.last { $0.day == dividend.day }?.ratio ?? 1
            let close = Double(before.price) / split
            let left = close - Double(dividend.units)
            return left > 0 ? (dividend.day, close / left) : nil
        }
    }

    private static func adjusted(_ price: Int64, day: Int64, _ splits: [(day: Int64, ratio: Double)]) -> Double {
        splits.reduce(Price.double(price)) { $1.day > day ? $0 / $1.ratio : $0 }
    }

    /// Returns between consecutive days of `days`, and last the session's return on the last of them; nil
    /// where this instrument lacks one of the two prices.
    ///
    /// - Parameter days: Rising. The result has as many elements.
    func returns(over days: [Int64]) -> [Double?] {
        var position = 0
        var before: Double?
        var returns: [Double?] = []
        for (index, day) in days.enumerated() {
            while position < self.days.count, self.days[position] < day { position += 1 }
            let price = position < self.days.count && self.days[position] == day ? prices[position] : nil
            if index > 0 { returns.append(Self.change(from: before, to: price)) }
            before = price
        }
        returns.append(Self.change(from: before, to: event))
        return returns
    }

    private static func change(from before: Double?, to after: Double?) -> Double? {
        guard let before, let after else { return nil }
        return after / before - 1
    }
}

extension SessionPrices {
    /// The days both have a close of.
    func commonDays(with other: SessionPrices) -> [Int64] {
        var position = 0
        return days.filter { day in
            while position < other.days.count, other.days[position] < day { position += 1 }
            return position < other.days.count && other.days[position] == day
        }
    }
}
