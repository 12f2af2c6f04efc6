public import Schema

/// Makes a `market` recording of any number of accepted events, whatever order they come in.
///
/// An import has no time of its own, so each event is taken to arrive when it could first have been known: a
/// bar at its end, a trade at its time, news when published and seen, a fact when it became known. The same
/// events in another order give the same recording, except that trades of one instrument at one instant keep
/// the order given: which of them was first only their file knows.
///
/// Memory: about 72 bytes a bar, besides the recording itself.
public struct RecordingBuilder: Sendable {
    /// How the recording came out.
    public struct Summary: Sendable, Equatable {
        /// Records, definitions, settings and clock ticks included.
        public var records: UInt64 = 0
        /// Days with a bar.
        public var sessions = 0
        /// Record time of the first and the last record, ns.
        public var from: UInt64 = 0
        public var until: UInt64 = 0
        /// Events that said again what another one said; dropped.
        public var duplicates: UInt64 = 0
        /// Bars, trades and news before the given beginning; left out.
        public var beforeBeginning: UInt64 = 0
        /// There are prices, but none of the market that returns are measured against: then nothing is a shock.
        public var lacksBenchmark = false
        /// Bars and auction prints that contradict another one; the one with the lower prices stays.
        public var refusals: [Refusal] = []
    }

    /// How long after a session's open and close, and after the last record, a further tick is written, ns.
    public static let tickDelay = 60 * CivilTime.second

    private let file: SettingsFile
    private let from: UInt64?
    private var normalizer: EventNormalizer
    private var rows = RecordingRows()

    /// - Parameters:
    ///   - settings: Instruments, model settings and calendar of the recording.
    ///   - from: When the recording begins, ns; nil: with its first event. Bars, trades and news before it are
    ///     left out; facts known before it are known from the beginning.
    public init(settings: SettingsFile, from: UInt64? = nil) {
        file = settings
        self.from = from
        normalizer = EventNormalizer(symbols: settings.symbols)
    }

    /// What adding events has counted.
    public var counts: FeedCounts { normalizer.counts }

    /// Adds one event.
    ///
    /// - Throws: Why it cannot be in the recording.
    public mutating func add(_ event: InputEvent, source: String, line: UInt64) throws(Refusal) {
        rows.add(try normalizer.row(event, source: source, line: line, now: nil))
    }

    /// Adds what a feed has accepted.
    ///
    /// - Returns: What was refused after all.
    public mutating func add(_ batch: borrowing FeedBatch, source: String) -> [Refusal] {
        var refusals: [Refusal] = []
        for accepted in batch.events {
            do throws(Refusal) {
                try add(accepted.event, source: source, line: accepted.line)
            } catch {
                refusals.append(error)
            }
        }
        return refusals
    }

    /// The recording, numbered from 1.
    public func build() -> (messages: [StreamMessage], summary: Summary) {
        var messages: [StreamMessage] = []
        let summary = build { messages.append($0) }
        return (messages, summary)
    }

    /// Builds the recording and passes on its messages in order.
    public func build(_ body: (StreamMessage) throws -> Void) rethrows -> Summary {
        var summary = Summary()
        var rows = self.rows
        if let from { summary.beforeBeginning = rows.begin(at: from) }
        let symbols = normalizer.symbols
        var table = SessionTable(file.calendars)
        let benchmark = symbols.number(of: file.model.benchmark) ?? 0
        summary.lacksBenchmark = rows.lacksPrices(of: benchmark)
        rows.sort(
            RowOrder(
                benchmark: benchmark,
                dailyLengths: (0...symbols.highestNumber).map { table.dailyLength($0, symbols) }))
        rows.dropDuplicates(symbols: symbols, &summary)
        let sessions = rows.sessions(&table, symbols)
        summary.sessions = sessions.days
        let ticks = self.ticks(sessions.times, last: rows.latest)
        let begin = from ?? min(rows.earliest ?? .max, ticks.first ?? SaneTime.earliest)

        var packer = ColumnPacker(nextSequence: 1)
        appendPreamble(at: begin, to: &packer)
        var merge = RecordingMerge(rows: rows, ticks: ticks)
        while let (row, time) = merge.next() {
            if let row {
                packer.append(row, recordTime: time)
            } else {
                packer.append(Self.tick(time))
            }
            for message in packer.takeComplete() { try body(message) }
        }
        for message in packer.drain() { try body(message) }
        summary.records = packer.nextSequence - 1
        summary.from = begin
        summary.until = max(begin, ticks.last ?? begin)
        return summary
    }

    /// Definitions in the order of their numbers, then the settings that name them.
    private func appendPreamble(at time: UInt64, to packer: inout ColumnPacker) {
        for var definition in file.instruments {
            definition.recordTime = time
            definition.eventTime = time
            packer.append(.instrumentDefinition(definition))
        }
        var change = ConfigurationChanged()
        change.recordTime = time
        change.eventTime = time
        change.settings = file.model
        packer.append(.configurationChanged(change))
    }

    /// Each session's open and close, a minute after each, and a last one after all records.
    private func ticks(_ times: Set<UInt64>, last: UInt64?) -> [UInt64] {
        var ticks: Set<UInt64> = []
        for time in times { ticks.formUnion([time, time + Self.tickDelay]) }
        let latest = [last, ticks.max(), from].compactMap { $0 }.max()
        if let latest { ticks.insert(latest + Self.tickDelay) }
        return ticks.filter { $0 >= from ?? 0 }.sorted()
    }

    private static func tick(_ time: UInt64) -> StreamMessage {
        var tick = ClockTick()
        tick.recordTime = time
        tick.eventTime = time
        return .clockTick(tick)
    }
}
