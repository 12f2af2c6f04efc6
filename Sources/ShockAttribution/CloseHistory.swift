import Schema

/// One session's close of an instrument, in money at the terms of today's prices.
struct DailyClose: Equatable, Sendable {
    let day: Int64
    let price: Double
    /// Market sequence of the record it came with.
    let sequence: UInt64
}

/// A week's closes of an instrument.
struct WeeklyClose: Equatable, Sendable {
    /// The last close.
    private(set) var last: DailyClose
    /// The lowest and the highest; of equal ones the first.
    private(set) var lowest: DailyClose
    private(set) var highest: DailyClose

    var day: Int64 { last.day }
    var close: Double { last.price }
    var sequence: UInt64 { last.sequence }

    private init(_ close: DailyClose) { (last, lowest, highest) = (close, close, close) }

    private mutating func take(_ close: DailyClose) {
        last = close
        if close.price < lowest.price { lowest = close }
        if close.price > highest.price { highest = close }
    }

    /// The weeks of closes whose days rise. Weeks begin on Monday; day 0 was a Thursday.
    static func weeks(of closes: [DailyClose]) -> [WeeklyClose] {
        func number(_ close: DailyClose) -> Int64 { (close.day + 3) / 7 }
        var weeks: [WeeklyClose] = []
        for close in closes {
            if let week = weeks.last, number(week.last) == number(close) {
                weeks[weeks.count - 1].take(close)
            } else {
                weeks.append(WeeklyClose(close))
            }
        }
        return weeks
    }
}
