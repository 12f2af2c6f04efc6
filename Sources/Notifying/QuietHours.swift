public import Calendars
import Schema

/// Hours of a zone's days in which a sink is left alone.
///
/// A window that ends at or before its beginning ends on the next day; its day is the one it begins on.
public struct QuietHours: Equatable, Sendable {
    public var zone: ZoneRules
    /// Minutes since local midnight.
    public var from: Int
    public var until: Int
    /// Days a window begins on, 0 being Monday.
    public var days: Set<Int>
    /// What is told nevertheless; nil: nothing.
    public var except: LabelMatch?

    public init(zone: ZoneRules, from: Int, until: Int, days: Set<Int> = Set(0...6), except: LabelMatch? = nil) {
        self.zone = zone
        self.from = from
        self.until = until
        self.days = days
        self.except = except
    }

    /// When the quiet that `now` lies in ends; nil: it is not quiet. Windows that meet are one.
    ///
    /// - Parameter now: ns since the Unix epoch, as what is returned.
    public func end(at now: UInt64) -> UInt64? {
        var end: UInt64?
        // A whole week without a break would never end: it ends after one.
        for _ in 0..<8 {
            guard let next = window(at: end ?? now) else { break }
            end = next
        }
        return end
    }

    private func window(at now: UInt64) -> UInt64? {
        let today = zone.day(at: now)
        for day in [today - 1, today] where days.contains(((day + 3) % 7 + 7) % 7) {
            let begin = zone.instant(day: day, minute: from)
            let end = zone.instant(day: until <= from ? day + 1 : day, minute: until)
            if begin <= now, now < end { return end }
        }
        return nil
    }
}
