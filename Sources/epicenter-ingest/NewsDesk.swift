import FeedPolling
import Feeds
import Logging
import Schema
import ServiceKit
import ZeroMQ

/// News feeds that are polled: what they list and is new is made into records.
///
/// What was taken is remembered as it is appended, and read back from the stream after a restart; what a server wants to
/// see again (ETag) is remembered in memory alone. So whatever dies when, an item is asked for again until it is written.
final class NewsDesk {
    let waker: Waker
    private let fetcher: HTTPFetcher
    private let poller: FeedPoller
    private var feeds: [PolledFeed]
    private var memories: [String: FeedMemory]
    private var counts: [String: Counts] = [:]
    private var normalizer = EventNormalizer(symbols: SymbolTable())
    private let refusals: RefusalCounter
    private let logger: Logger
    private let seed: UInt64
    /// A document that is being taken in, and how many of its items were.
    private var current: (result: PollResult, taken: Int)?

    /// What happened to one feed since the process began.
    private struct Counts {
        var polled: UInt64 = 0
        var notModified: UInt64 = 0
        var failures: UInt64 = 0
        var listed: UInt64 = 0
        var taken: UInt64 = 0
        var revisions: UInt64 = 0
        var salvaged: UInt64 = 0
        var salvage = ""
        var refused: [String: UInt64] = [:]
        /// When an item was taken last, wall clock; 0: never.
        var last: UInt64 = 0
    }

    /// Items judged before the thread looks around.
    private static let itemsAtOnce = 1_024

    init(
        _ feeds: [PolledFeed], memories: [String: FeedMemory], refusals: RefusalCounter, logger: Logger, now: Duration
    ) throws {
        let waker = try Waker()
        self.waker = waker
        self.feeds = feeds
        self.memories = memories
        self.refusals = refusals
        self.logger = logger
        // Two services that start at once should not ask at once.
        seed = ServiceClock.wall
        fetcher = HTTPFetcher(agent: "epicenter/\(ServiceVersion.text)") { ServiceClock.wall }
        poller = FeedPoller(feeds, fetcher: fetcher, now: now, seed: seed) { waker.wake() }
    }

    func adopt(_ feeds: [PolledFeed], now: Duration) {
        guard feeds != self.feeds else { return }
        self.feeds = feeds
        current = nil
        poller.replace(feeds, now: now, seed: seed)
        let names = Set(feeds.map(\.name))
        counts = counts.filter { names.contains($0.key) }
    }

    func close() { fetcher.shutDown() }

    deinit { fetcher.shutDown() }

    // MARK: taking

    /// Asks who is due, and takes in what has come, a bounded amount.
    ///
    /// - Parameter append: Gets records to be logged; they must be committed.
    /// - Returns: Whether anything was appended or is waiting.
    func service(now: Duration, recordTime: () -> UInt64, append: (StreamMessage) -> Void) -> Bool {
        poller.start(now: now)
        if current == nil, let result = poller.take(now: now) { begin(result) }
        guard let (result, taken) = current else { return false }
        let items = result.document?.items ?? []
        let end = min(taken + Self.itemsAtOnce, items.count)
        if taken < end { take(items[taken..<end], feeds[result.number], recordTime(), append) }
        if end < items.count {
            current?.taken = end
        } else {
            current = nil
            poller.finish(result, now: now)
            report(result)
        }
        return true
    }

    private func begin(_ result: PollResult) {
        let name = feeds[result.number].name
        counts[name, default: Counts()].polled += 1
        if case .notModified = result.answer.outcome { counts[name]?.notModified += 1 }
        if let refusal = result.refusal { refuse(refusal, name) }
        for refusal in result.document?.refusals ?? [] { refuse(refusal, name) }
        if let salvage = result.document?.salvage {
            counts[name]?.salvaged += 1
            if counts[name]?.salvage != salvage {
                counts[name]?.salvage = salvage
                logger.warning("feed mended", metadata: ["feed": "\(name)", "what": "\(salvage)"])
            }
        }
        current = (result, 0)
    }

    private func refuse(_ refusal: Refusal, _ name: String) {
        counts[name]?.refused[refusal.reason.rawValue, default: 0] += 1
        refusals.note(refusal)
    }

    private func take(
        _ items: ArraySlice<FeedEntry>, _ feed: PolledFeed, _ time: UInt64, _ append: (StreamMessage) -> Void
    ) {
        counts[feed.name]?.listed += UInt64(items.count)
        for item in items {
            do throws(Refusal) {
                let event = item.event(source: feed.source, tier: feed.tier, language: feed.language)
                let row = try normalizer.row(event, source: feed.name, line: item.place, now: time)
                guard case .news(var news) = row else { continue }
                switch memories[feed.name, default: FeedMemory()].judge(news, id: item.id) {
                case .new: break
                case .revised(let number):
                    news.revision = number
                    counts[feed.name]?.revisions += 1
                case .known: continue
                case .restless:
                    counts[feed.name]?.refused["restless", default: 0] += 1
                    continue
                }
                news.feed = feed.name
                news.itemID = item.id
                news.recordTime = time
                counts[feed.name]?.taken += 1
                counts[feed.name]?.last = time
                append(.newsItem(news))
            } catch {
                refuse(error, feed.name)
            }
        }
    }

    private func report(_ result: PollResult) {
        let name = feeds[result.number].name
        let schedule = poller.plan.schedules[result.number]
        if let problem = schedule.problem {
            counts[name]?.failures += 1
            if schedule.failuresInARow <= 1 {
                logger.warning(
                    "feed failed", metadata: ["feed": "\(name)", "why": "\(problem)", "url": "\(result.answer.url)"])
            }
        } else if schedule.url != feeds[result.number].url, result.answer.movedTo != nil {
            logger.notice(
                "feed moved for good: change its url", metadata: ["feed": "\(name)", "to": "\(schedule.url)"])
        }
    }

    // MARK: status

    func status(now: Duration, wall: UInt64) -> [FeedStatus] {
        poller.plan.schedules.map { schedule in
            let feed = schedule.feed
            let counts = counts[feed.name] ?? Counts()
            var polls = PollStatus()
            polls.url = schedule.url
            polls.polled = counts.polled
            polls.notModified = counts.notModified
            polls.failures = counts.failures
            polls.failuresInARow = UInt32(clamping: schedule.failuresInARow)
            polls.items = counts.listed
            polls.revisions = counts.revisions
            polls.salvaged = counts.salvaged
            polls.salvage = counts.salvage
            polls.refused = counts.refused.sorted { $0.key < $1.key }.map { name, value in
                var counter = Counter()
                counter.name = name
                counter.value = value
                return counter
            }
            if let due = schedule.due { polls.nextPoll = wall &+ UInt64(max(0, (due - now).inSeconds) * 1e9) }
            var status = FeedStatus()
            status.feed = feed.name
            status.events = counts.taken
            status.lastEvent = counts.last
            // News comes at any hour.
            status.inSession = true
            status.silentAfterSeconds = feed.silentAfter?.inSeconds ?? 0
            status.problem = schedule.problem ?? ""
            status.polls = polls
            return status
        }
    }
}
