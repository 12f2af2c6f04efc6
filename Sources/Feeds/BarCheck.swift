import Schema

/// What makes four prices and two times a bar.
enum BarCheck {
    /// Checks a bar and widens its high and low to hold its open and close where they miss by at most 0.1 %
    /// of the bound: vendors adjust the four prices of a bar one by one, and round.
    ///
    /// - Returns: true where the bar was widened.
    static func check(_ bar: inout InputBar) throws(Fault) -> Bool {
        try checkPrice(bar.open, "open")
        try checkPrice(bar.high, "high")
        try checkPrice(bar.low, "low")
        try checkPrice(bar.close, "close")
        try SaneTime.check(bar.start, "start")
        try SaneTime.check(bar.end, "end")
        guard bar.end > bar.start else {
            throw Fault(
                .endNotAfterStart,
                "end is \(CivilTime.rfc3339(bar.end)), allowed is after start \(CivilTime.rfc3339(bar.start))")
        }
        guard bar.high >= bar.low else {
            throw Fault(.highBelowLow, "high is \(shown(bar.high)), allowed is not below low \(shown(bar.low))")
        }
        try checkInside(bar.open, "open", bar)
        try checkInside(bar.close, "close", bar)
        let highest = max(bar.open, bar.close)
        let lowest = min(bar.open, bar.close)
        guard highest > bar.high || lowest < bar.low else { return false }
        bar.high = max(bar.high, highest)
        bar.low = min(bar.low, lowest)
        return true
    }

    private static func checkInside(_ value: Int64, _ name: String, _ bar: InputBar) throws(Fault) {
        guard value - bar.high > bar.high / 1_000 || bar.low - value > bar.low / 1_000 else { return }
        let range = "low \(shown(bar.low)) to high \(shown(bar.high))"
        throw Fault(.outsideRange, "\(name) is \(shown(value)), allowed is \(range), give or take 0.1 %")
    }

    static func checkPrice(_ price: Int64, _ name: String) throws(Fault) {
        guard price > 0 else {
            throw Fault(.priceNotPositive, "\(name) is \(shown(price)), allowed are prices above 0")
        }
        guard price <= Price.maximum else {
            throw Fault(.numberTooLarge, "\(name) is \(shown(price)), allowed are prices up to 1000000000")
        }
    }

    private static func shown(_ price: Int64) -> String { "\(Price.double(price))" }
}
