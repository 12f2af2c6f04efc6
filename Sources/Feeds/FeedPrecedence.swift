import Schema

/// Which of several feeds is believed where they carry the same instrument: the first of a list that is not silent.
///
/// Judged for each instrument by itself: a feed that does not carry a name never keeps another one's prices of it
/// back. Feeds that are not listed are taken always. What was heard is not remembered over a restart: then whoever
/// speaks first is taken until a better one speaks.
public struct FeedPrecedence: Sendable {
    /// What became of a feed's prices.
    public struct Counts: Sendable, Equatable {
        public var taken: UInt64 = 0
        /// Not taken because a better feed had the instrument's price within the time of silence.
        public var heldBack: UInt64 = 0
        /// Record time of the last price, taken or not, ns; 0: none.
        public var last: UInt64 = 0
    }

    /// Names of feeds, the best first.
    public let order: [String]
    /// A feed is silent for an instrument when it had no price of it for so long, ns of record time.
    public let silence: UInt64
    /// By place in the order.
    public private(set) var counts: [Counts]
    private let places: [String: Int]
    /// When each feed last had a price of each instrument: by place, then by number.
    private var heard: [[UInt64]]

    public init(order: [String] = [], silence: UInt64 = 60 * CivilTime.second) {
        var unique: [String] = []
        for name in order where !unique.contains(name) { unique.append(name) }
        self.order = unique
        self.silence = silence
        counts = unique.map { _ in Counts() }
        heard = unique.map { _ in [] }
        places = Dictionary(uniqueKeysWithValues: unique.enumerated().map { ($1, $0) })
    }

    /// Whether a price is taken. News, facts and sessions of the past always are.
    public mutating func admits(_ row: MarketRow, of feed: String, at recordTime: UInt64) -> Bool {
        guard let place = places[feed], let instrument = row.price else { return true }
        counts[place].last = recordTime
        let number = Int(instrument)
        for better in 0..<place where number < heard[better].count {
            let last = heard[better][number]
            guard last > 0, recordTime < last + silence else { continue }
            counts[place].heldBack += 1
            return false
        }
        if heard[place].count <= number {
            heard[place] += Array(repeating: 0, count: number + 1 - heard[place].count)
        }
        heard[place][number] = max(recordTime, 1)
        counts[place].taken += 1
        return true
    }
}

extension MarketRow {
    /// The instrument of a price of now; nil for anything else.
    fileprivate var price: UInt32? {
        switch self {
        case .bar(let bar): bar.isHistory ? nil : bar.instrument
        case .trade(let trade): trade.instrument
        case .news, .fact, .embedding: nil
        }
    }
}
