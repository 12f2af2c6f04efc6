import Schema

/// The judgement of `epicenter-analyze`: measures moves, and opens, updates and closes shocks.
///
/// Reads `market`, writes `signals`. Prices change the state of their instrument and may nominate it;
/// all that were nominated are judged together (``Round``) when record time first reaches a deadline,
/// `settle_ms` after the record that nominated the first, so that a signal does not depend on the
/// order in which a cross-section arrived. See `docs/design/analyze.md`.
public struct AnalyzeStage: Stage {
    public static var output: StreamName { .signals }
    public static var judgementVersion: String { "analyze-2" }

    /// Records that were not used, by reason.
    public struct Counters: Codable, Equatable, Sendable {
        /// Prices of a number that has no definition.
        public internal(set) var unknownInstrument: UInt64 = 0
        /// Prices that are zero, negative or beyond what a price can be; bars that end before they start.
        public internal(set) var malformedPrice: UInt64 = 0
        /// Prices and bars of a session that is already complete, or older than the last price.
        public internal(set) var latePrice: UInt64 = 0
        /// Definitions whose number is far beyond those known.
        public internal(set) var refusedDefinition: UInt64 = 0
        /// Facts with a value that makes no sense.
        public internal(set) var unusableFact: UInt64 = 0
    }

    public internal(set) var counters = Counters()

    public var unused: KeyValuePairs<String, UInt64> {
        [
            "unknown_instrument": counters.unknownInstrument, "malformed_price": counters.malformedPrice,
            "late_price": counters.latePrice, "refused_definition": counters.refusedDefinition,
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
            switch message {
            case .instrumentDefinition(let definition): define(definition)
            case .configurationChanged(let changed): configure(changed, to: &outbox)
            case .fact(let fact):
                if fact.eventTime > time { waitingFacts.add(fact) } else { learn(fact) }
            default: break
            }
        }
    }
}

// MARK: - Prices

extension AnalyzeStage {
    private mutating func apply(_ bars: Bars, rows: Range<Int>, to outbox: inout Outbox) {
        // The columns are taken out once: a row then costs loads, not calls.
        let (times, instruments, starts, ends) = (bars.recordTime, bars.instrument, bars.start, bars.end)
        let (opens, closes, volumes) = (bars.open, bars.close, bars.volume)
        for row in rows {
            let sequence = bars.firstSequence + UInt64(row)
            reach(times[row], by: sequence, to: &outbox)
            let number = Int(instruments[row])
            guard isUsable(number, opens[row], closes[row]) else { continue }
            guard starts[row] <= ends[row] else {
                counters.malformedPrice += 1
                continue
            }
            let open = Quote(units: opens[row], time: starts[row], sequence: sequence)
            let close = Quote(units: closes[row], time: ends[row], sequence: sequence)
            if ends[row] - starts[row] >= AnalysisSettings.sessionBarLength {
                noteTraded(number, volume: volumes[row], price: close.value)
                complete(number, close: close, open: open, recordTime: times[row], to: &outbox)
            } else {
                move(number, to: close, opening: open, source: InstrumentState.OpenSource.bar, recordTime: times[row])
            }
        }
    }

    private mutating func apply(_ trades: Trades, rows: Range<Int>, to outbox: inout Outbox) {
        let (times, instruments, prices) = (trades.recordTime, trades.instrument, trades.price)
        let auction = UInt32(TradeCondition.openingAuction.rawValue)
        for row in rows {
            let sequence = trades.firstSequence + UInt64(row)
            reach(times[row], by: sequence, to: &outbox)
            let number = Int(instruments[row])
            guard isUsable(number, prices[row], prices[row]) else { continue }
            let quote = Quote(units: prices[row], time: trades.time[row], sequence: sequence)
            let source =
                trades.condition[row] == auction ? InstrumentState.OpenSource.auction : InstrumentState.OpenSource.bar
            move(number, to: quote, opening: quote, source: source, recordTime: times[row])
        }
    }

    @inline(__always)
    private mutating func isUsable(_ number: Int, _ open: Int64, _ close: Int64) -> Bool {
        guard number < table.count, table.states[number].isDefined else {
            counters.unknownInstrument += 1
            return false
        }
        guard open > 0, close > 0, open <= Price.maximum, close <= Price.maximum else {
            counters.malformedPrice += 1
            return false
        }
        return true
    }

    @inline(__always)
    private mutating func move(_ number: Int, to price: Quote, opening: Quote, source: UInt8, recordTime: UInt64) {
        switch table.states[number].move(to: price, opening: opening, source: source) {
        case .taken: break
        case .ignored: counters.latePrice += 1
        case .candidate: nominateRunning(number, at: recordTime)
        }
    }

    private mutating func complete(
        _ number: Int, close: Quote, open: Quote, recordTime: UInt64, to outbox: inout Outbox
    ) {
        // A settle window never spans two sessions of one name: what waits is judged first.
        if table.states[number].isNominatedComplete {
            outbox.begin(cause: close.sequence, recordTime: recordTime)
            judge(at: recordTime, to: &outbox)
        }
        let day = Int32(truncatingIfNeeded: CivilTime.sessionDay(end: close.time))
        let (outcome, value) = table.states[number].complete(close: close, open: open, day: day)
        guard outcome != .ignored else {
            counters.latePrice += 1
            return
        }
        if number == benchmark { closes.set(close.value, day: day) }
        guard let value else { return }
        table.rings.append(value, day: day, of: number)
        countDollars(number, value: value, day: day)
        countRarity(number, value: value)
        if outcome == .candidate || isTwoSessionCandidate(number) || (number == benchmark && !shocks.all.isEmpty) {
            nominateComplete(number, at: recordTime)
        }
    }

    private mutating func countDollars(_ number: Int, value: Double, day: Int32) {
        let shares = table.states[number].shares
        guard shares > 0, let session = table.states[number].completed else { return }
        records.add(usd: shares * session.before.value * value, day: day, instrument: number)
    }
}

// MARK: - Time

extension AnalyzeStage {
    /// Record time reached `time`: does what was due until then, stamped with when it was due.
    @inline(__always)
    private mutating func reach(_ time: UInt64, by cause: UInt64, to outbox: inout Outbox) {
        guard time >= min(round.deadline, waitingFacts.nextTime) else { return }
        wake(time, by: cause, to: &outbox)
    }

    private mutating func wake(_ time: UInt64, by cause: UInt64, to outbox: inout Outbox) {
        outbox.begin(cause: cause, recordTime: time)
        while time >= min(round.deadline, waitingFacts.nextTime) {
            if waitingFacts.nextTime <= round.deadline {
                guard let fact = waitingFacts.removeFirst() else { return }
                learn(fact)
            } else {
                judge(at: round.deadline, to: &outbox)
            }
        }
    }

    private mutating func nominateComplete(_ number: Int, at time: UInt64) {
        round.nominate(number, at: time, settle: settings.settle)
        table.states[number].isNominatedComplete = true
    }

    private mutating func nominateRunning(_ number: Int, at time: UInt64) {
        guard !table.states[number].isNominatedRunning else { return }
        round.nominate(number, at: time, settle: settings.settle)
        table.states[number].isNominatedRunning = true
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
        guard table.define(definition, decay: settings.decay) else {
            counters.refusedDefinition += 1
            return
        }
        let number = Int(definition.instrument)
        groups = groups.map { $0.resolved(table.number(of:)) }
        // A name known from now on may have been a fact's subject before.
        table.states[number].shares = usableShares(of: number)
        resolveBenchmark()
        refreshScreens()
    }

    private mutating func configure(_ changed: ConfigurationChanged, to outbox: inout Outbox) {
        outbox.begin(cause: changed.sequence, recordTime: changed.recordTime)
        let before = settings
        settings = AnalysisSettings(changed.settings)
        if settings.decay != before.decay { table.restartVolatilities(decay: settings.decay) }
        if settings.benchmark != before.benchmark { forget(.market, at: changed.recordTime, to: &outbox) }
        replaceGroups(changed.settings.groups, at: changed.recordTime, to: &outbox)
        resolveBenchmark()
        refreshScreens()
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

    private mutating func learn(_ fact: Fact) {
        switch fact.value {
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

    /// The latest share count of a name whose prices are in USD; 0 where there is none.
    private func usableShares(of number: Int) -> Double {
        guard table.identities[number].currency == "USD" else { return 0 }
        return shareCounts[table.symbol(number)]?.shares ?? 0
    }
}
