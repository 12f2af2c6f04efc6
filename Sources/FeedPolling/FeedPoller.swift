public import Feeds
import Metrics
import Synchronization

/// A poll that is over, with what is in the document.
public struct PollResult: Sendable {
    /// Number of the feed among those polled.
    public var number: Int
    public var answer: FeedAnswer
    public var document: FeedDocument?
    /// Why nothing of the document can be read.
    public var refusal: Refusal?
    /// Told apart from those of a poller that was replaced meanwhile.
    var generation = 0
}

/// Asks feeds when ``Feeds/PollPlan`` says so. For one thread; requests run on others.
///
/// What crosses between them is a box of at most ``Feeds/PollPlan/maximumUnderWay`` results, because a poll is under way until
/// its result was taken out and dealt with: whoever does not take them stops the polling.
public final class FeedPoller {
    public private(set) var plan: PollPlan
    private let fetcher: HTTPFetcher
    private let box: Box
    private var generation = 0
    private let polls = Timer(label: "feed_poll_duration")

    private final class Box: Sendable {
        private let results = Mutex<[PollResult]>([])
        private let wake: @Sendable () -> Void

        init(_ wake: @escaping @Sendable () -> Void) { self.wake = wake }

        func put(_ result: PollResult) {
            results.withLock { $0.append(result) }
            wake()
        }

        func take() -> PollResult? { results.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
    }

    /// - Parameters:
    ///   - feeds: Those to ask.
    ///   - fetcher: Who asks the servers.
    ///   - now: Of a clock that never goes back.
    ///   - seed: Of the jitter.
    ///   - wake: Called on another thread when a result is in the box.
    public init(
        _ feeds: [PolledFeed], fetcher: HTTPFetcher, now: Duration, seed: UInt64, wake: @escaping @Sendable () -> Void
    ) {
        plan = PollPlan(feeds, now: now, seed: seed)
        self.fetcher = fetcher
        box = Box(wake)
    }

    /// Other feeds from now on; what is under way is dropped, and asked for again.
    public func replace(_ feeds: [PolledFeed], now: Duration, seed: UInt64) {
        generation += 1
        plan = PollPlan(feeds, now: now, seed: seed)
    }

    /// Asks whoever is due.
    public func start(now: Duration) {
        for number in plan.start(now: now) {
            let request = FeedRequest(plan.schedules[number])
            let work: @Sendable () async -> Void = { [fetcher, box, generation, polls] in
                let answer = await polls.measure { await fetcher.fetch(request) }
                box.put(Self.result(number, answer, request.feed.name, generation))
            }
            Task(operation: work)
        }
    }

    private static func result(_ number: Int, _ answer: FeedAnswer, _ name: String, _ generation: Int) -> PollResult {
        var result = PollResult(number: number, answer: answer, generation: generation)
        guard case .document = answer.outcome else { return result }
        do throws(Refusal) {
            result.document = try FeedParser.parse(
                answer.body, source: name, contentType: answer.contentType, url: answer.url)
        } catch {
            result.refusal = error
            result.answer.outcome = .failed(error.text)
        }
        result.answer.body = []
        return result
    }

    /// The next result, if there is one. To be followed by ``finish(_:now:)`` once it is dealt with.
    public func take(now: Duration) -> PollResult? {
        while let result = box.take() {
            guard result.generation == generation else { continue }
            plan.answered(result.number, now: now)
            return result
        }
        return nil
    }

    public func finish(_ result: PollResult, now: Duration) {
        guard result.generation == generation else { return }
        let answer = result.answer
        plan.finish(
            result.number, answer.outcome, retryAfter: answer.retryAfter, movedTo: answer.movedTo, now: now)
    }
}
