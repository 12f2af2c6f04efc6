import Calendars
import Feeds
import Schema
import ServiceKit

/// When something came last of each live feed.
final class FeedWatch {
    private var last: [String: (events: UInt64, time: UInt64)] = [:]

    /// - Parameters:
    ///   - stdin: Events taken so far; nil: it is no feed. So with `producers`.
    ///   - calendar: nil: there is no session to be silent in.
    ///   - wall: ns since the Unix epoch.
    func status(
        stdin: UInt64?, producers: UInt64?, calendar: TradingCalendar?, silentAfter: Duration?, wall: UInt64
    ) -> [FeedStatus] {
        let isInSession = calendar?.isOpen(at: wall) ?? false
        return [("stdin", stdin), ("producers", producers)].compactMap { name, events in
            guard let events else { return nil }
            if events > last[name]?.events ?? 0 { last[name] = (events, wall) }
            var status = FeedStatus()
            status.feed = name
            status.events = events
            status.lastEvent = last[name]?.time ?? 0
            status.inSession = isInSession
            status.silentAfterSeconds = silentAfter?.inSeconds ?? 0
            return status
        }
    }
}
