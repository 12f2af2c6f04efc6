public import Feeds
import Schema

/// Measures causes on labelled days: what the attribute stage says set a shock off, beside what labels say.
///
/// Nothing is fitted to labels. A day is a case if the stream can know what it was about: at least ``leastItems`` news
/// items or facts in the 72 hours before its session opened, whatever they are about.
public struct CauseEvaluation: Sendable, Codable, Equatable {
    public static let leastItems = 5
    /// With fewer cases no rates are given: they would say nothing.
    public static let leastCases = 10
    static let lookBack = 72 * 3_600 * CivilTime.second

    public let labels: Int
    /// Labels without a class, or with one that has no outcome.
    public let withoutClass: Int
    /// Their classes, where they name any.
    public let unknownClasses: [String]
    /// Labels whose day had no prices, or too little history before it.
    public let withoutPrices: Int
    /// Of the others, those with too little told before them.
    public let withoutNews: Int
    public let cases: [CauseCase]
    /// nil with fewer than ``leastCases`` cases.
    public let rates: CauseRates?
    public let quiet: QuietDays

    /// - Parameters:
    ///   - labels: Days and what they are said to be about; those that make no case are counted.
    ///   - markets: Each with its own settings, news and facts. A label counts in the first in which its day is a
    ///     case.
    /// - Complexity: Two runs of both stages over each market; three with more than one case.
    public init(labels: [ShockLabel], markets: [EvaluationMarket]) {
        let worlds = markets.map { CauseWorld($0, labels: labels) }
        var (classless, priceless, newsless) = (0, 0, 0)
        var unknown: Set<String> = []
        var found: [CauseCase] = []
        var events: [PlaceboEvent] = []
        for label in labels {
            guard let outcome = CauseOutcome(causeClass: label.causeClass, scope: label.scope) else {
                classless += 1
                if !label.causeClass.isEmpty { unknown.insert(label.causeClass) }
                continue
            }
            let items = worlds.map { $0.items(before: label) }
            guard items.contains(where: { $0 != nil }) else {
                priceless += 1
                continue
            }
            guard let place = items.firstIndex(where: { ($0 ?? 0) >= Self.leastItems }), let count = items[place] else {
                newsless += 1
                continue
            }
            found.append(worlds[place].reader.caseOf(label, outcome: outcome, items: count))
            events.append(PlaceboEvent(label: label, outcome: outcome, world: place))
        }
        Self.addPlacebos(to: &found, events, worlds)
        self.labels = labels.count
        unknownClasses = unknown.sorted()
        (withoutClass, withoutPrices, withoutNews) = (classless, priceless, newsless)
        cases = found
        rates = found.count >= Self.leastCases ? CauseRates(found) : nil
        quiet = worlds.indices.reduce(into: QuietDays()) { sum, place in
            let named = Set(events.filter { $0.world == place }.map(\.label.symbol))
            sum.add(worlds[place].quietDays(of: named.sorted()))
        }
    }

    private static func addPlacebos(to cases: inout [CauseCase], _ events: [PlaceboEvent], _ worlds: [CauseWorld]) {
        for (place, world) in worlds.enumerated() {
            let own = events.indices.filter { events[$0].world == place && cases[$0].shock != nil }
            guard !own.isEmpty else { continue }
            let late = world.aDayLater()
            let other = world.withOtherNews(events, in: place, worlds)
            for index in own {
                let (label, outcome) = (events[index].label, events[index].outcome)
                cases[index].aDayLater = late.placebo(label, outcome)
                if let other { cases[index].withOtherNews = other.placebo(label, outcome) }
            }
        }
    }
}

/// Sessions on which nothing happened, though news was told: the names of the cases, a move under 1 %, at least five
/// sessions from any label of theirs, within 40 of one, and as much told before as a case needs.
public struct QuietDays: Sendable, Codable, Equatable {
    static let quietReturn = 0.01
    static let (nearest, furthest) = (5, 40)

    public private(set) var days = 0
    /// Of these, those that a shock says something of.
    public private(set) var shocks = 0
    /// Of these, those for which a cause was said to be likelier than the unknown.
    public private(set) var causes = 0

    mutating func add(_ other: QuietDays) {
        days += other.days
        shocks += other.shocks
        causes += other.causes
    }

    mutating func count(_ reading: CauseReading?, hasShock: Bool) {
        days += 1
        if hasShock { shocks += 1 }
        if let first = reading?.answers.first, first.outcome != .unknown { causes += 1 }
    }
}

struct PlaceboEvent {
    let label: ShockLabel
    let outcome: CauseOutcome
    let world: Int
}

extension CauseReader {
    fileprivate func placebo(_ label: ShockLabel, _ outcome: CauseOutcome) -> CauseCase.Placebo {
        guard let reading = reading(of: label), let first = reading.answers.first else {
            return .init(probability: 0, first: .unknown)
        }
        return .init(
            probability: reading.probability(of: outcome, label.causeWords), first: first.outcome,
            confidence: first.probability, headline: first.headline)
    }
}

/// One market with what was said in it.
struct CauseWorld {
    let market: EvaluationMarket
    let reader: CauseReader
    private let labels: [ShockLabel]
    private let toldTimes: [UInt64]

    init(_ market: EvaluationMarket, labels: [ShockLabel]) {
        self.market = market
        self.labels = labels
        reader = CauseReader(market: market, run: ExplainedRun(market.messages))
        toldTimes = market.toldTimes
    }

    /// News and facts in the 72 hours before the session opened; nil: it cannot be judged in this market.
    func items(before label: ShockLabel) -> Int? {
        guard let number = market.number(of: label.symbol),
            let index = market.sessionIndex(of: number, day: Int32(label.day)), index > market.warmUp,
            let opened = market.sessions[number]?[index].opened
        else { return nil }
        return items(before: opened)
    }

    private func items(before opened: UInt64) -> Int {
        let window = window(before: opened)
        return toldTimes.partitioningIndex { $0 > window.upperBound }
            - toldTimes.partitioningIndex { $0 >= window.lowerBound }
    }

    private func window(before opened: UInt64) -> ClosedRange<UInt64> {
        (opened - min(opened, CauseEvaluation.lookBack))...opened
    }

    func quietDays(of symbols: [String]) -> QuietDays {
        var quiet = QuietDays()
        for symbol in symbols {
            guard let number = market.number(of: symbol), let sessions = market.sessions[number] else { continue }
            let labelled = labels.filter { $0.symbol == symbol }.compactMap {
                market.sessionIndex(of: number, day: Int32($0.day))
            }
            for index in sessions.indices.dropFirst(market.warmUp + 1) {
                let session = sessions[index]
                let distance = labelled.map { abs($0 - index) }.min() ?? .max
                guard abs(session.simpleReturn ?? 1) < QuietDays.quietReturn, distance >= QuietDays.nearest,
                    distance <= QuietDays.furthest, items(before: session.opened) >= CauseEvaluation.leastItems
                else { continue }
                // Only what was said to begin there: that an earlier shock goes on is no claim about this day.
                let shock = reader.shock(of: symbol, day: session.day, scope: .instrument)
                    .flatMap { $0.day == session.day ? $0 : nil }
                let label = ShockLabel(day: Int(session.day), symbol: symbol, scope: .instrument)
                quiet.count(shock.flatMap { _ in reader.reading(of: label) }, hasShock: shock != nil)
            }
        }
        return quiet
    }

    /// The same market with all news and facts a day later.
    func aDayLater() -> CauseReader {
        let late = market.told.map { $0.told(later: Int64(CivilTime.day)) }
        return CauseReader(market: market, run: ExplainedRun(market.messages(told: late)))
    }

    /// The same market, where the 72 hours before each case have what was told before the next case of another day, in
    /// any market; nil: there is no other.
    func withOtherNews(_ events: [PlaceboEvent], in place: Int, _ worlds: [CauseWorld]) -> CauseReader? {
        let openings = events.compactMap { event in worlds[event.world].opening(of: event.label) }
        guard openings.count == events.count else { return nil }
        var told = market.told
        var added: [StreamMessage] = []
        var done: Set<UInt64> = []
        for (index, event) in events.enumerated() where event.world == place {
            let opened = openings[index]
            guard done.insert(opened).inserted else { continue }
            let others = (1..<events.count).map { (index + $0) % events.count }
            guard
                let other = others.first(where: { other in
                    let distance = max(openings[other], opened) - min(openings[other], opened)
                    return distance > CauseEvaluation.lookBack
                })
            else { return nil }
            let own = window(before: opened)
            told.removeAll { own.contains($0.recordTime(row: 0)) }
            let window = window(before: openings[other])
            let donor = worlds[events[other].world].market.told.filter { window.contains($0.recordTime(row: 0)) }
            let delay = Int64(clamping: opened) - Int64(clamping: openings[other])
            added += donor.map { $0.told(later: delay) }
        }
        return CauseReader(market: market, run: ExplainedRun(market.messages(told: told + added)))
    }

    private func opening(of label: ShockLabel) -> UInt64? {
        market.number(of: label.symbol).flatMap { number in
            market.sessionIndex(of: number, day: Int32(label.day)).flatMap { market.sessions[number]?[$0].opened }
        }
    }
}
