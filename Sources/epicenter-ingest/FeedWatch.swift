import Calendars
import Feeds
import Schema
import ServiceKit

/// When something came last of each live feed, and which of several is believed.
final class FeedWatch {
    private var precedence: FeedPrecedence
    private var last: [String: (events: UInt64, time: UInt64)] = [:]

    init(_ configuration: ServiceConfiguration) {
        let silence = UInt64(configuration.precedenceSilence.inSeconds * 1e9)
        precedence = FeedPrecedence(order: configuration.precedence, silence: silence)
    }

    /// Whether a row of a feed is taken; see ``Feeds/FeedPrecedence``.
    func admits(_ row: MarketRow, of feed: String, at recordTime: UInt64) -> Bool {
        precedence.admits(row, of: feed, at: recordTime)
    }

    /// Adds what became of each feed of the precedence.
    func report(in heartbeat: inout Heartbeat) {
        for (name, counts) in zip(precedence.order, precedence.counts) {
            heartbeat.set("feed_\(name)_taken", counts.taken)
            heartbeat.set("feed_\(name)_held_back", counts.heldBack)
        }
    }

    /// - Parameters:
    ///   - stdin: Events taken so far; nil: it is no feed. So with `producers`.
    ///   - calendar: nil: there is no session to be silent in.
    ///   - wall: ns since the Unix epoch.
    func status(
        stdin: UInt64?, producers: UInt64?, calendar: TradingCalendar?, silentAfter: Duration?, wall: UInt64
    ) -> [FeedStatus] {
        let isInSession = calendar?.isOpen(at: wall) ?? false
        func status(_ name: String, events: UInt64, last: UInt64) -> FeedStatus {
            var status = FeedStatus()
            status.feed = name
            status.events = events
            status.lastEvent = last
            status.inSession = isInSession
            status.silentAfterSeconds = silentAfter?.inSeconds ?? 0
            return status
        }
        let all = [("stdin", stdin), ("producers", producers)].compactMap { name, events -> FeedStatus? in
            guard let events else { return nil }
            if events > last[name]?.events ?? 0 { last[name] = (events, wall) }
            return status(name, events: events, last: last[name]?.time ?? 0)
        }
        // Those of the precedence by name: where one is silent the others hide it.
        return all
            + zip(precedence.order, precedence.counts).filter { $0.0 != "stdin" }.map { name, counts in
                status(name, events: counts.taken + counts.heldBack, last: counts.last)
            }
    }
}
