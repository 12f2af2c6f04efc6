public import Schema

/// A feed that is polled, as it is configured.
public struct PolledFeed: Sendable, Equatable {
    /// Its name in the stream and in the status; it stays when the address changes.
    public var name: String
    public var url: String
    public var source: String
    public var tier: SourceTier
    /// BCP 47, for items and documents that say none.
    public var language: String
    /// Between polls.
    public var interval: Duration
    /// Without a new item for so long it is worth a notice; nil: never.
    public var silentAfter: Duration?
    /// Sent with each request, by name; not to another host that it redirects to.
    public var headers: [String: String]

    public init(
        name: String, url: String, source: String, tier: SourceTier = .unspecified, language: String = "",
        interval: Duration = .seconds(300), silentAfter: Duration? = nil, headers: [String: String] = [:]
    ) {
        self.name = name
        self.url = url
        self.source = source
        self.tier = tier
        self.language = language
        self.interval = interval
        self.silentAfter = silentAfter
        self.headers = headers
    }

    /// The part of an address that requests are counted by: `host:port` in small letters.
    public static func host(of url: String) -> String {
        guard let start = url.firstRange(of: "://")?.upperBound else { return "" }
        let authority = url[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return (authority.split(separator: "@").last.map(String.init) ?? "").lowercased()
    }
}

/// What came of a poll.
public enum PollOutcome: Sendable, Equatable {
    /// A document that could be read, wholly or in part.
    case document(Validators)
    case notModified
    /// Any other status.
    case status(Int)
    /// No answer that can be used: why, in one line.
    case failed(String)

    /// What the server wants to see again, to say whether anything is new.
    public struct Validators: Sendable, Equatable {
        public var etag: String?
        public var lastModified: String?

        public init(etag: String? = nil, lastModified: String? = nil) {
            self.etag = etag
            self.lastModified = lastModified
        }
    }
}

/// When one feed is asked next, and how: a state machine without clock and network.
public struct PollSchedule: Sendable, Equatable {
    public private(set) var feed: PolledFeed
    /// Where it is asked for: the configured address, or where that moved for good.
    public private(set) var url: String
    public private(set) var validators = PollOutcome.Validators()
    /// On the monotonic clock; nil: it is not asked any more.
    public private(set) var due: Duration?
    public private(set) var failuresInARow = 0
    /// Why nothing comes; nil: it works.
    public private(set) var problem: String?
    private var random: UInt64

    /// Failures stretch the interval up to this, or to the interval where that is longer.
    public static let longestBackoff: Duration = .seconds(6 * 3_600)
    /// A server may put us off for so long.
    public static let longestRetryAfter: Duration = .seconds(24 * 3_600)

    /// - Parameters:
    ///   - feed: The feed to ask.
    ///   - now: The first poll is due within ten seconds of it.
    ///   - seed: Of the jitter; with the feed's name.
    public init(_ feed: PolledFeed, now: Duration, seed: UInt64) {
        self.feed = feed
        url = feed.url
        random = feed.name.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        // Not all at once after a start.
        due = now + min(feed.interval, .seconds(10)) * uniform()
    }

    /// - Parameters:
    ///   - outcome: What came of the poll.
    ///   - retryAfter: How long the server asks to be left alone.
    ///   - movedTo: Where all redirects before the answer were for good: the address that answered.
    ///   - now: When it ended, of a clock that never goes back.
    public mutating func note(
        _ outcome: PollOutcome, retryAfter: Duration? = nil, movedTo: String? = nil, now: Duration
    ) {
        switch outcome {
        case .document(let validators):
            self.validators = validators
            succeed(movedTo)
        case .notModified: succeed(movedTo)
        case .status(410):
            problem = "gone for good (status 410): it is not asked any more"
            due = nil
            return
        case .status(let code): fail("status \(code)")
        case .failed(let why): fail(why)
        }
        let wait = failuresInARow == 0 ? feed.interval * (0.9 + 0.2 * uniform()) : backoff()
        due = now + max(wait, min(retryAfter ?? .zero, Self.longestRetryAfter))
    }

    private mutating func succeed(_ movedTo: String?) {
        failuresInARow = 0
        problem = nil
        if let movedTo { url = movedTo }
    }

    private mutating func fail(_ why: String) {
        failuresInARow += 1
        problem = why
        // Where it moved to does not work: the configuration is what is left, and it is asked for all there is.
        if url != feed.url {
            url = feed.url
            validators = .init()
        }
    }

    /// Doubled with each failure, and somewhere between half of that and all of it.
    private mutating func backoff() -> Duration {
        let limit = max(feed.interval, Self.longestBackoff)
        let full = min(feed.interval * Double(1 << min(failuresInARow, 20)), limit)
        return max(feed.interval, full * (0.5 + 0.5 * uniform()))
    }

    /// 0 up to 1, by SplitMix64.
    private mutating func uniform() -> Double {
        random &+= 0x9E37_79B9_7F4A_7C15
        var mixed = random
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return Double((mixed ^ mixed >> 31) >> 11) * 0x1p-53
    }
}

/// All feeds: which are asked now. Bounds what is under way, together and for each host.
public struct PollPlan: Sendable {
    /// Polls under way, until what came of them was taken in.
    public static let maximumUnderWay = 8
    /// Between two requests to one host; and there is never more than one under way.
    public static let hostGap: Duration = .seconds(1)

    public private(set) var schedules: [PollSchedule]
    private var underWay: Set<Int> = []
    private var hosts: [String: (isBusy: Bool, free: Duration)] = [:]
    private let seed: UInt64

    public init(_ feeds: [PolledFeed], now: Duration, seed: UInt64) {
        self.seed = seed
        schedules = feeds.map { PollSchedule($0, now: now, seed: seed) }
    }

    /// Feeds to ask now, by number. They are then under way.
    public mutating func start(now: Duration) -> [Int] {
        guard underWay.count < Self.maximumUnderWay else { return [] }
        var started: [Int] = []
        let due = schedules.indices.filter {
            !underWay.contains($0) && (schedules[$0].due ?? .seconds(Int64.max)) <= now
        }
        // Who waits for longest comes first.
        for number in due.sorted(by: { (schedules[$0].due ?? now, $0) < (schedules[$1].due ?? now, $1) }) {
            let host = PolledFeed.host(of: schedules[number].url)
            let state = hosts[host] ?? (false, .zero)
            guard underWay.count < Self.maximumUnderWay, !state.isBusy, state.free <= now else { continue }
            hosts[host] = (true, state.free)
            underWay.insert(number)
            started.append(number)
        }
        return started
    }

    /// The answer is here: the host may be asked again.
    public mutating func answered(_ number: Int, now: Duration) {
        hosts[PolledFeed.host(of: schedules[number].url)] = (false, now + Self.hostGap)
        if hosts.count > 4 * schedules.count + 64 { hosts = hosts.filter { $0.value.isBusy || $0.value.free > now } }
    }

    /// What came of it was taken in.
    public mutating func finish(
        _ number: Int, _ outcome: PollOutcome, retryAfter: Duration? = nil, movedTo: String? = nil, now: Duration
    ) {
        underWay.remove(number)
        schedules[number].note(outcome, retryAfter: retryAfter, movedTo: movedTo, now: now)
    }

    /// When the next feed is due, if any may be asked at all; it may be past.
    public var next: Duration? {
        guard underWay.count < Self.maximumUnderWay else { return nil }
        return schedules.indices.filter { !underWay.contains($0) }.compactMap { schedules[$0].due }.min()
    }
}
