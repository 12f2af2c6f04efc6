import Calendars
import Schema

/// The judgement of `epicenter-analyze`: measures moves, and opens, updates and closes shocks.
///
/// Reads `market`, writes `signals`. Prices change the state of their instrument and may nominate it;
/// all that were nominated are judged together (`Round`) when record time first reaches a deadline,
/// `settle_ms` after the record that nominated the first, so that a signal does not depend on the
/// order in which a cross-section arrived. See `docs/design/analyze.md`.
public struct AnalyzeStage: Stage {
    public static var output: StreamName { .signals }
    public static var judgementVersion: String { "analyze-5" }

    public internal(set) var counters = Counters()

    public var unused: KeyValuePairs<String, UInt64> {
        [
            "unknown_instrument": counters.unknownInstrument, "malformed_price": counters.malformedPrice,
            "future_price": counters.futurePrice, "late_price": counters.latePrice,
            "duplicate_price": counters.duplicatePrice, "stale_price": counters.stalePrice,
            "halted_price": counters.haltedPrice, "absurd_price": counters.absurdPrice,
            "refused_history": counters.historyRefused, "refused_definition": counters.refusedDefinition,
            "unusable_fact": counters.unusableFact,
        ]
    }

    var settings = AnalysisSettings()
    var table = InstrumentTable()
    var groups: [GroupBasket] = []
    /// The benchmark's number, once it is defined.
    var benchmark: Int?
    var closes = MarketCloses()
    /// The session in which the benchmark was last beyond its thresholds.
    var stressedDay: Int32?
    var records = DollarRecords()
    var shareCounts = ShareCounts()
    var waitingFacts = WaitingFacts()
    var actions = CorporateActions()
    var waitingPrices = LatePrices()
    var clock = SessionClock()
    /// When the next running session is to be closed from its prices; `.max`: none is.
    var sessionEnd = UInt64.max
    var backfill = Backfill()
    /// What time it is for the stage: that up to which everything that was due is done.
    var horizon: UInt64 = 0
    var shocks = LiveShocks()
    var round = Round()
    var budget = AlertBudget()
    var rarity = RarityTables()
    var baseRates = BaseRates()

    public init() {}

    public mutating func apply(_ message: StreamMessage, rows: Range<Int>, to outbox: inout Outbox) {
        switch message {
        case .bars(let bars): apply(bars, rows: rows, to: &outbox)
        case .trades(let trades): apply(trades, rows: rows, to: &outbox)
        default:
            let time = message.recordTime(row: rows.lowerBound)
            reach(time, by: message.firstSequence, to: &outbox)
            outbox.begin(cause: message.firstSequence, recordTime: time)
            switch message {
            case .instrumentDefinition(let definition): define(definition)
            case .configurationChanged(let changed): configure(changed, to: &outbox)
            case .fact(let fact):
                if fact.eventTime > time { waitingFacts.add(fact) } else { learn(fact, at: time, to: &outbox) }
            default: break
            }
        }
    }
}

/// The instruments waiting to be judged together, and when they will be.
struct Round: Codable, Sendable {
    /// Record time at which they are judged; `.max` while none waits.
    private(set) var deadline = UInt64.max
    private var numbers: [Int] = []

    mutating func nominate(_ number: Int, at time: UInt64, settle: UInt64) {
        if numbers.isEmpty {
            let (sum, overflow) = time.addingReportingOverflow(settle)
            deadline = overflow ? .max - 1 : sum
        }
        numbers.append(number)
    }

    /// Takes all out, each once, in the order of their numbers.
    mutating func take() -> [Int] {
        defer {
            numbers = []
            deadline = .max
        }
        var taken: [Int] = []
        for number in numbers.sorted() where taken.last != number { taken.append(number) }
        return taken
    }
}

// MARK: - Definitions, settings, facts

extension AnalyzeStage {
    private mutating func define(_ definition: InstrumentDefinition) {
        if table.knows(definition) { return }
        guard table.define(definition, decay: settings.decay) else {
            counters.refusedDefinition += 1
            return
        }
        let number = Int(definition.instrument)
        let before = (groups: groups.map(\.numbers), benchmark: benchmark)
        groups = groups.map { $0.resolved(table.number(of:)) }
        // A name known from now on may have been a fact's subject before.
        table.states[number].shares = usableShares(of: number)
        refreshNextAction(of: number)
        table.states[number].calendar = clock.index(of: definition.symbol, kind: definition.kind)
        resolveBenchmark()
        // Looking at every name for each of ten thousand would take as long as a hundred days of their bars.
        if benchmark == before.benchmark, groups.map(\.numbers) == before.groups {
            table.states[number].screen = screen(of: number)
        } else {
            refreshScreens()
        }
    }

    private mutating func configure(_ changed: ConfigurationChanged, to outbox: inout Outbox) {
        outbox.begin(cause: changed.sequence, recordTime: changed.recordTime)
        let before = settings
        settings = AnalysisSettings(changed.settings)
        if settings.decay != before.decay { table.restartVolatilities(decay: settings.decay) }
        if settings.benchmark != before.benchmark { forget(.market, at: changed.recordTime, to: &outbox) }
        adoptCalendars(changed.settings)
        replaceGroups(changed.settings.groups, at: changed.recordTime, to: &outbox)
        resolveBenchmark()
        refreshScreens()
    }

    private mutating func adoptCalendars(_ settings: ModelSettings) {
        clock = SessionClock(settings)
        for number in 0..<table.count where table.states[number].isDefined {
            table.states[number].calendar = clock.index(of: table.symbol(number), kind: table.kind(number))
        }
    }

    private mutating func replaceGroups(_ configured: [Group], at time: UInt64, to outbox: inout Outbox) {
        let old = groups.map(\.id)
        var new: [GroupBasket] = []
        for group in configured where !new.contains(where: { $0.id == group.id }) {
            new.append(GroupBasket(group, number: table.number(of:)))
        }
        let places = old.map { id in new.firstIndex { $0.id == id } }
        for (index, place) in places.enumerated() where place == nil { forget(.group(index), at: time, to: &outbox) }
        shocks.renumber { subject in
            guard subject.scope == .group, let place = places[subject.index] else { return subject }
            return .group(place)
        }
        groups = new
    }

    private mutating func resolveBenchmark() {
        let found = settings.benchmark.isEmpty ? nil : table.number(of: settings.benchmark)
        guard found != benchmark else { return }
        benchmark = found
        stressedDay = nil
        closes = MarketCloses()
        guard let found, table.states[found].close.exists else { return }
        // From the last close backwards through the returns that are kept.
        let state = table.states[found]
        var levels: [(day: Int32, close: Double)] = [(state.closeDay, state.close.value)]
        let history = table.rings.dated(of: found, before: state.closeDay + 1)
        for index in history.values.indices.dropFirst().reversed() {
            guard let latest = levels.last else { break }
            levels.append((history.days[index - 1], latest.close / (1 + history.values[index])))
        }
        for level in levels.reversed() { closes.set(level.close, day: level.day) }
    }

    mutating func learn(_ fact: Fact, at time: UInt64, to outbox: inout Outbox) {
        switch fact.value {
        case .split, .dividend: learnAction(fact, at: time, to: &outbox)
        case .tradingStatus(let status): learn(status.state, of: fact, at: time, to: &outbox)
        case .sharesOutstanding(let shares):
            guard shares.value.isFinite, shares.value > 0 else {
                counters.unusableFact += 1
                return
            }
            shareCounts.take(
                .init(symbol: fact.subject, shares: shares.value, asOf: fact.asOf, sequence: fact.sequence))
            guard let number = table.number(of: fact.subject) else { return }
            table.states[number].shares = usableShares(of: number)
        case .recordLoss(let record):
            guard record.valueUsd.isFinite, record.valueUsd != 0 else {
                counters.unusableFact += 1
                return
            }
            records.add(DollarRecords.Published(subject: fact.subject, date: record.date, usd: record.valueUsd))
        default: break
        }
    }

    /// The latest share count of a name whose prices are in USD, in the terms of its last session; 0 where there is
    /// none.
    func usableShares(of number: Int) -> Double {
        guard table.identities[number].currency == "USD", let count = shareCounts[table.symbol(number)] else {
            return 0
        }
        let counted = CivilTime.parseDate(count.asOf).map { Int32($0) } ?? .max
        let state = table.states[number]
        let day = max(state.closeDay, state.runningDay)
        return count.shares * actions.shares(of: count.symbol, after: counted, through: day)
    }
}
