import Calendars
import MarketModels
import Schema

/// Splits a shock's return into drift, market, group and own part, from the closes of the sessions before.
struct ShockDecomposer {
    let instruments: InstrumentTable
    let prices: PriceTable
    let facts: FactLedger
    let clock: SessionClock
    let settings: ModelSettings

    /// A decomposition, or why there is none, and what is to be said about it either way.
    struct Result: Equatable, Sendable {
        var decomposition: Decomposition?
        var missing: [String] = []
    }

    /// Splits the return of `signal`'s measure; the parts add up to it.
    ///
    /// The window is that of the settings (250 paired sessions ending 10 before the event, at least 120).
    /// The group part is the basket of the other members of the first configured group with the subject in
    /// it, beyond the market; of a name in no group, of the group that a thesis ties it to. Before the close it is provisional, from the latest prices of the session.
    func decompose(_ signal: ShockSignal) -> Result {
        guard signal.scope != .market, signal.subject != settings.benchmark else {
            return .init(missing: ["decomposition: the market is its own factor"])
        }
        guard let session = CivilTime.parseDate(signal.measure.session) else {
            return .init(missing: ["decomposition: the shock has no session"])
        }
        let reader = PriceReader(decomposer: self, session: Int64(session), time: signal.eventTime)
        guard let benchmark = reader.prices(of: settings.benchmark) else {
            return .init(missing: ["decomposition: no prices of the benchmark \(settings.benchmark)"])
        }
        switch signal.scope {
        case .group: return ofGroup(signal, benchmark, reader)
        default: return ofInstrument(signal, benchmark, reader)
        }
    }

    private func ofInstrument(
        _ signal: ShockSignal, _ benchmark: SessionPrices, _ reader: PriceReader
    ) -> Result {
        guard let target = reader.prices(of: signal.subject) else {
            return .init(missing: ["decomposition: no prices of \(signal.subject)"])
        }
        if let reason = reader.tooOld(benchmark, beside: [signal.subject]) {
            return .init(missing: ["decomposition: \(reason)"])
        }
        let days = target.commonDays(with: benchmark)
        var rows = PairedReturns(
            days: days, target: target.returns(over: days), market: benchmark.returns(over: days),
            event: signal.measure.simpleReturn)
        rows.read(target)
        rows.read(benchmark)
        let group =
            settings.groups.first { $0.members.contains { $0.symbol == signal.subject } }
            ?? ThesisTies.tie(of: signal.subject, settings)?.group
        if let group {
            let others = group.members.filter { $0.weight > 0 && $0.symbol != signal.subject }
            let basket = Basket(members: others, days: days, minimum: minimum, window: window(rows), reader: reader)
            if let basket { rows.add(basket, group: group.id) }
        }
        var result = split(rows)
        if let group, result.decomposition?.hasGroup == false {
            result.missing.append("group part: no other member of \(group.id) has enough prices")
        }
        return result
    }

    private func ofGroup(_ signal: ShockSignal, _ benchmark: SessionPrices, _ reader: PriceReader) -> Result {
        let members = settings.groups.first { $0.id == signal.subject }?.members.filter { $0.weight > 0 } ?? []
        if let reason = reader.tooOld(benchmark, beside: members.map(\.symbol)) {
            return .init(missing: ["decomposition: \(reason)"])
        }
        let days = benchmark.days
        let market = benchmark.returns(over: days)
        let all = estimation.window(before: max(0, days.count - 1))
        guard let basket = Basket(members: members, days: days, minimum: minimum, window: all, reader: reader) else {
            return .init(missing: ["decomposition: no member of \(signal.subject) has enough prices"])
        }
        var rows = PairedReturns(
            days: days, target: basket.returns, market: market, event: signal.measure.simpleReturn)
        rows.read(benchmark)
        rows.evidence.formUnion(basket.evidence)
        rows.isClosed = rows.isClosed && basket.isClosed
        var result = split(rows)
        result.decomposition?.basket = basket.symbols
        return result
    }

    private func split(_ rows: PairedReturns) -> Result {
        let range = window(rows)
        guard let marketEvent = rows.marketEvent else {
            return .init(missing: ["decomposition: no price of the benchmark \(settings.benchmark) in the session yet"])
        }
        guard range.count >= minimum else {
            let reason = "\(rows.indices.count) paired sessions, at least \(minimum + estimation.gap) are needed"
            return .init(missing: ["decomposition: \(reason)"])
        }
        let sessions = range.filter { rows.basket == nil || rows.basket?.returns[rows.indices[$0]] != nil }
            .map { rows.indices[$0] }
        let asset = sessions.map { rows.target[$0] ?? .nan }
        var steps = [
            OrderedDecomposition.Step(.market, window: sessions.map { rows.market[$0] ?? .nan }, event: marketEvent)
        ]
        if let basket = rows.basket, let event = basket.returns.last ?? nil {
            steps.append(.init(.theme, window: sessions.map { basket.returns[$0] ?? .nan }, event: event))
        }
        do {
            let parts = try OrderedDecomposition.compute(asset: asset, event: rows.event, steps: steps)
            let decomposition = message(parts, rows, sessions)
            let provisional = "decomposition: provisional, not all closes of the session are known"
            return .init(decomposition: decomposition, missing: rows.isClosed ? [] : [provisional])
        } catch {
            return .init(missing: ["decomposition: \(error)"])
        }
    }

    private func message(_ parts: OrderedDecomposition, _ rows: PairedReturns, _ sessions: [Int]) -> Decomposition {
        var message = Decomposition()
        message.drift = parts.drift
        message.market = parts.value(of: .market) ?? 0
        if let group = parts.value(of: .theme), let basket = rows.basket {
            message.group = group
            message.groupID = rows.group
            message.basket = basket.symbols
        }
        message.own = parts.own.value
        message.ownStandardError = parts.own.standardError
        message.observations = UInt32(parts.windowLength)
        // The return with index i is the one of day i + 1.
        if let first = sessions.first, let last = sessions.last {
            message.windowFrom = CivilTime.date(day: Int(rows.days[first + 1]))
            message.windowUntil = CivilTime.date(day: Int(rows.days[last + 1]))
        }
        message.evidence = rows.evidence.sorted()
        return message
    }

    private func window(_ rows: PairedReturns) -> Range<Int> { estimation.window(before: rows.indices.count) }

    private var estimation: EstimationRange { EstimationRange(settings) }
    private var minimum: Int { estimation.minimum }
}

/// Which sessions models are estimated from, by the settings.
struct EstimationRange: Equatable, Sendable {
    let length: Int
    let gap: Int
    let minimum: Int

    init(_ settings: ModelSettings) {
        /// Zero means the default.
        func setting(_ value: UInt32, _ standard: Int) -> Int { value == 0 ? standard : Int(value) }
        length = setting(settings.detection.estimationWindow, EstimationWindow.length)
        gap = setting(settings.detection.estimationGap, EstimationWindow.gap)
        minimum = setting(settings.detection.minimumHistory, EstimationWindow.advisedMinimum)
    }

    /// The rows of the window before an event that has so many before it; fewer than ``length`` where there are no more.
    func window(before event: Int) -> Range<Int> {
        let end = max(0, event - gap)
        return max(0, end - length)..<end
    }
}

/// Looks up the prices around one session.
struct PriceReader {
    let decomposer: ShockDecomposer
    let session: Int64
    /// Facts that became known later are not used.
    let time: UInt64

    /// The prices of a symbol; nil if it is not defined or has never had a close.
    func prices(of symbol: String) -> SessionPrices? {
        guard let slot = decomposer.instruments.slot(symbol: symbol) else { return nil }
        let prices = SessionPrices(
            closes: decomposer.prices.closes(slot: slot), latest: decomposer.prices.latest(slot: slot),
            session: session,
            splits: decomposer.facts.splits(of: symbol, at: time) + decomposer.prices.newLevels(slot: slot),
            dividends: decomposer.facts.dividends(of: symbol, at: time),
            isOver: decomposer.clock.isOver(session, decomposer.instruments.calendars.values[slot], at: time))
        return prices.days.isEmpty ? nil : prices
    }

    /// When a symbol's last price was made, at the latest at the session's close; 0: it has none.
    func lastTime(of symbol: String) -> UInt64 {
        guard let slot = decomposer.instruments.slot(symbol: symbol) else { return 0 }
        return min(decomposer.prices.latest(slot: slot).time, close(of: slot))
    }

    /// Why the benchmark's price in the session cannot be set beside those of some names: it is older than theirs, and
    /// its session was not over; see ``MarketModels/BenchmarkAge``. nil: it can.
    func tooOld(_ benchmark: SessionPrices, beside symbols: [String]) -> String? {
        let settings = decomposer.settings
        guard let time = benchmark.eventTime, let slot = decomposer.instruments.slot(symbol: settings.benchmark) else {
            return nil
        }
        let newest = min(symbols.map(lastTime).max() ?? 0, close(of: slot))
        return BenchmarkAge.minutesTooOld(
            time, span: benchmark.eventSpan, beside: newest, limit: BenchmarkAge.limit(settings.detection)
        ).map { "price of the benchmark \(settings.benchmark): \(BenchmarkAge.reason(minutes: $0))" }
    }

    private func close(of slot: Int) -> UInt64 {
        decomposer.clock.close(of: Int32(clamping: session), decomposer.instruments.calendars.values[slot]).close
    }
}

extension BenchmarkAge {
    /// The settings' limit in nanoseconds.
    static func limit(_ settings: DetectionSettings) -> UInt64 {
        settings.benchmarkAgeMinutes == 0 ? defaultLimit : UInt64(settings.benchmarkAgeMinutes) * 60_000_000_000
    }
}
