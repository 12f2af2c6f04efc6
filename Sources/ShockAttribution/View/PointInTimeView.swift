import Calendars
import NewsModels
import Schema

/// All that a section of a finding may read: what was known at one instant, and nothing later.
///
/// What it is made from is private, and each question is answered as of ``time``; so a section cannot look ahead,
/// whatever it asks. Answers carry the market sequences they came from. Copying costs nothing but counts of
/// references: the tables are shared until somebody writes.
struct PointInTimeView: Sendable {
    /// Event time. Whatever became known later is not there.
    let time: UInt64
    let subject: String
    let scope: ShockScope
    /// As the signal has it.
    let measure: Measure
    let settings: ModelSettings
    /// Of the subject, where there is one.
    let decomposition: Decomposition?

    private let instruments: InstrumentTable
    private let prices: PriceTable
    private let tradeTimes: TradeTimes
    private let ledger: FactLedger
    private let news: NewsArchive
    private let clock: SessionClock
    private let resolved: ResolvedClaims

    init(
        of finding: Finding, at time: UInt64, settings: ModelSettings, instruments: InstrumentTable,
        prices: PriceTable, tradeTimes: TradeTimes, facts: FactLedger, news: NewsArchive, clock: SessionClock,
        resolved: ResolvedClaims
    ) {
        self.time = time
        subject = finding.subject
        scope = finding.scope
        measure = finding.measure
        decomposition = finding.hasDecomposition ? finding.decomposition : nil
        self.settings = settings
        self.instruments = instruments
        self.prices = prices
        self.tradeTimes = tradeTimes
        ledger = facts
        self.news = news
        self.clock = clock
        self.resolved = resolved
    }

    /// The date of an instant of the view, as sessions are dated.
    var day: Int64 { Int64(CivilTime.sessionDay(end: time)) }

    /// Day number of the session the shock began in; nil if its measure has none.
    var session: Int64? { CivilTime.parseDate(measure.session).map(Int64.init) }

    /// The groups the subject is a member of, or the group itself.
    var groups: [Group] {
        scope == .group
            ? settings.groups.filter { $0.id == subject }
            : settings.groups.filter { $0.members.contains { $0.symbol == subject } }
    }

    /// Whether a name is that of an instrument or a group.
    func isTraded(_ name: String) -> Bool {
        instruments.slot(symbol: name) != nil || settings.groups.contains { $0.id == name }
    }

    /// The theses that say something of the subject, or of a member of the group.
    var theses: [Thesis] {
        let symbols = scope == .group ? Set(groups.flatMap(\.members).map(\.symbol)) : [subject]
        return settings.theses.filter { $0.exposures.contains { symbols.contains($0.symbol) && $0.sign != 0 } }
    }
}

// MARK: Facts

extension PointInTimeView {
    /// What is known of a kind, in the order it became known.
    func facts(_ kind: FactKind) -> [Fact] { ledger.known(kind, at: time) }

    func facts(_ kind: FactKind, about subject: String) -> [Fact] {
        ledger.known(about: subject, at: time).filter { $0.kind == kind }
    }

    /// The last word of a kind on a subject: the latest date it is for, and of that what became known last.
    func latest(_ kind: FactKind, about subject: String) -> Fact? {
        facts(kind, about: subject).reduce(nil) { best, fact in
            guard let best, fact.asOf < best.asOf else { return fact }
            return best
        }
    }
}

extension PointInTimeView {
    /// The fact with a sequence of `market`; nil where that is another record's, or was not known.
    func fact(_ sequence: UInt64) -> Fact? {
        ledger.fact(sequence).flatMap { $0.eventTime <= time ? $0 : nil }
    }

    /// What the settings call in other languages who speaks: a source, or an instrument by its name or one of its
    /// aliases. Empty for names of people and what the settings do not know.
    func translations(ofSpeaker name: String) -> [Translation] {
        if let source = settings.sources.first(where: { $0.name == name }), !source.translations.isEmpty {
            return source.translations
        }
        let instrument = instruments.instruments.first { $0.name == name || $0.aliases.contains(name) }
        return (instrument?.translations ?? []).map { words in
            var translation = Translation()
            translation.language = words.language
            translation.text = words.names.first ?? ""
            return translation
        }
    }
}

// MARK: Prices

extension PointInTimeView {
    /// Closes of an instrument before a day, and what it cost in the session of that day; nil without any close.
    ///
    /// - Parameter last: How many of the closes kept are looked at.
    func prices(of symbol: String, around session: Int64, last: Int = PriceTable.sessions) -> SessionPrices? {
        guard session <= day, let slot = instruments.slot(symbol: symbol) else { return nil }
        let known = SessionPrices(
            closes: prices.closes(slot: slot, last: last), latest: prices.latest(slot: slot), session: session,
            splits: ledger.splits(of: symbol, at: time) + prices.newLevels(slot: slot),
            dividends: ledger.dividends(of: symbol, at: time),
            isOver: clock.isOver(session, instruments.calendars.values[slot], at: time))
        return known.days.isEmpty ? nil : known
    }

    /// All closes kept of an instrument before a day, oldest first, at the terms of today: splits are taken out, dividends
    /// are not.
    func closes(of symbol: String, before day: Int64) -> [DailyClose] {
        guard let slot = instruments.slot(symbol: symbol) else { return [] }
        let splits = ledger.splits(of: symbol, at: time) + prices.newLevels(slot: slot)
        return prices.closes(slot: slot, last: PriceTable.kept).lazy
            .filter { $0.day < min(day, self.day + 1) }
            .map { close in
                let price = splits.reduce(Price.double(close.price)) { $1.day > close.day ? $0 / $1.ratio : $0 }
                return DailyClose(day: close.day, price: price, sequence: close.sequence)
            }
    }

    /// The market sequences that the shock's own move rests on.
    var moveEvidence: [UInt64] { session.map { evidence(of: subject, in: $0) } ?? [] }

    /// The weeks of those closes, oldest first.
    func weeks(of symbol: String, before day: Int64) -> [WeeklyClose] {
        WeeklyClose.weeks(of: closes(of: symbol, before: day))
    }

    /// The market sequences that a subject's change over a session rests on: of its last close before, and of its price in it.
    func evidence(of symbol: String, in session: Int64) -> [UInt64] {
        prices(of: symbol, around: session).map { [$0.sequenceBefore, $0.eventSequence].filter { $0 > 0 } } ?? []
    }

    /// Money traded in a usual session before the shock's; nil where no session's prices came with a volume.
    func turnover(of symbol: String) -> Double? {
        guard let session, let slot = instruments.slot(symbol: symbol) else { return nil }
        return prices.turnover(slot: slot, before: session)
    }

    /// Money traded in one session; nil while it is not over, or where its bar had no volume.
    func turnover(of symbol: String, in session: Int64) -> Double? {
        guard session <= day, let slot = instruments.slot(symbol: symbol) else { return nil }
        let close = prices.closes(slot: slot).last { $0.day == session }
        return close.flatMap { $0.turnover > 0 ? Double($0.turnover) : nil }
    }

    /// The sessions of an instrument of which times of trades are kept; nil: none.
    func tradeSessions(of symbol: String) -> [TradeTimes.Session]? {
        let kept = instruments.slot(symbol: symbol).map { tradeTimes.sessions(slot: $0) } ?? []
        return kept.isEmpty ? nil : kept
    }

    /// The sessions of an instrument up to one of which prices within the session are kept, the earlier first: only those
    /// that were over.
    func intraday(of symbol: String, through session: Int64) -> [IntradayPrices.Session] {
        guard let slot = instruments.slot(symbol: symbol) else { return [] }
        return prices.intraday.sessions(slot: slot).filter {
            $0.day <= session && clock.isOver($0.day, instruments.calendars.values[slot], at: time)
        }
    }

    /// When a session of an instrument opens and closes, or would if there were one.
    func hours(of symbol: String, _ session: Int64) -> SessionClock.Window? {
        instruments.slot(symbol: symbol).map {
            clock.close(of: Int32(clamping: session), instruments.calendars.values[$0])
        }
    }

    /// The last word on a share count, at the terms of today's prices.
    func shares(of symbol: String) -> Fact? { latest(.sharesOutstanding, about: symbol) }
}

// MARK: News

extension PointInTimeView {
    /// Who stands where towards a thesis; a source whose claims turned out wrong counts for less.
    func stance(on thesis: Thesis, correlation: Double, _ record: SourceRecord) -> NewsStance? {
        let view = NewsView(instruments: instruments, settings: settings, news: news, facts: ledger)
        return try? view.stance(on: thesis.id, at: time, correlation: correlation) {
            record.reliability(of: $0, tier: $1)?.weight ?? 1
        }
    }

    /// What the sources' claims have come to by now, those about this shock as just assessed.
    func record(with claims: [ClaimFinding]) -> SourceRecord {
        SourceRecord(resolved: resolved, time: time, subject: subject, claims: claims)
    }
}
