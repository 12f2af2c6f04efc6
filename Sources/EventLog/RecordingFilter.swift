import Glibc
import MCAP
import Schema

/// Which records of a `market` recording to keep. A value: messages go in in their stream's order.
///
/// A record is kept if its topic is wanted and not excluded, its symbol is, and its record time is in the span.
/// What others mean nothing without is kept besides:
///
/// | Kind | Topic | Symbol | Before the span |
/// |---|---|---|---|
/// | bars, trades | asked | asked; the benchmark unless it is excluded | left out |
/// | facts | asked | their subject, asked likewise | kept |
/// | news, producer marks | asked | not asked | left out |
/// | definitions | always kept | of kept symbols and the benchmark | kept |
/// | settings | always kept | not asked | kept |
/// | clock ticks | always kept | not asked | left out |
///
/// What is kept from before the span is known from its beginning on: it gets that record time.
public struct RecordingFilter: Sendable {
    /// What was asked for. Empty lists ask for everything.
    public struct Selection: Sendable, Equatable {
        public var topics: [TopicPattern] = []
        public var symbols: Set<String> = []
        public var excludedTopics: [TopicPattern] = []
        public var excludedSymbols: Set<String> = []
        public var span = RecordSpan()

        public init() {}

        /// Whether every record is kept, whatever its time.
        public var takesEverything: Bool {
            topics.isEmpty && symbols.isEmpty && excludedTopics.isEmpty && excludedSymbols.isEmpty
        }
    }

    public let selection: Selection
    private let benchmarks: Set<String>
    private let wantsKind: Set<MessageType>
    /// By instrument number, as defined so far: whether its rows are kept.
    private var keeps: [Bool] = []
    /// Symbols and subjects met so far.
    public private(set) var met: Set<String> = []

    /// A number past this is damage, not an instrument.
    private static let maximumNumber: UInt32 = 1_000_000

    /// - Parameters:
    ///   - selection: What was asked for.
    ///   - benchmarks: The benchmarks that any of the recording's settings name.
    public init(_ selection: Selection, benchmarks: Set<String>) {
        self.selection = selection
        self.benchmarks = benchmarks
        met = benchmarks
        wantsKind = Set(
            MessageType.all(of: .market).filter { type in
                (selection.topics.isEmpty || selection.topics.contains { $0.matches(type) })
                    && !selection.excludedTopics.contains { $0.matches(type) }
            })
    }

    /// The benchmarks that a recording's settings name.
    public static func benchmarks(of index: LogIndex) throws -> Set<String> {
        var found: Set<String> = []
        try index.forEachMessage(types: [.configurationChanged]) { message in
            if case .configurationChanged(let change) = message, !change.settings.benchmark.isEmpty {
                found.insert(change.settings.benchmark)
            }
            return true
        }
        return found
    }

    /// Symbols asked for that no definition and no fact so far is about.
    public var unknownSymbols: [String] {
        selection.symbols.union(selection.excludedSymbols).subtracting(met).sorted()
    }

    /// The rows of the next message that are kept, ascending.
    public mutating func rows(of message: StreamMessage) -> [Int] {
        switch message {
        case .instrumentDefinition(let definition):
            note(definition)
            let isKept = isWanted(definition.symbol) || benchmarks.contains(definition.symbol)
            return isKept && isBeforeEnd(message) ? [0] : []
        case .configurationChanged: return isBeforeEnd(message) ? [0] : []
        case .clockTick: return isInSpan(message) ? [0] : []
        case .fact(let fact):
            met.insert(fact.subject)
            return wantsKind.contains(.fact) && isWanted(fact.subject) && isBeforeEnd(message) ? [0] : []
        case .bars(let bars): return rows(bars.instrument, bars.recordTime, of: .bars)
        case .trades(let trades): return rows(trades.instrument, trades.recordTime, of: .trades)
        default: return wantsKind.contains(message.type) && isInSpan(message) ? [0] : []
        }
    }

    private func rows(_ instruments: [UInt32], _ times: [UInt64], of type: MessageType) -> [Int] {
        guard wantsKind.contains(type) else { return [] }
        let span = selection.span
        return instruments.indices.filter { row in
            span.contains(times[row]) && keeps(instruments[row])
        }
    }

    /// A number that was never defined has no symbol: it is kept where all symbols are.
    private func keeps(_ instrument: UInt32) -> Bool {
        instrument < keeps.count ? keeps[Int(instrument)] : selection.symbols.isEmpty
    }

    private mutating func note(_ definition: InstrumentDefinition) {
        met.insert(definition.symbol)
        guard definition.instrument <= Self.maximumNumber else { return }
        while keeps.count <= definition.instrument { keeps.append(selection.symbols.isEmpty) }
        keeps[Int(definition.instrument)] = isWanted(definition.symbol)
    }

    private func isWanted(_ symbol: String) -> Bool {
        if selection.excludedSymbols.contains(symbol) { return false }
        return selection.symbols.isEmpty || selection.symbols.contains(symbol) || benchmarks.contains(symbol)
    }

    private func isInSpan(_ message: StreamMessage) -> Bool { selection.span.contains(message.recordTime(row: 0)) }

    private func isBeforeEnd(_ message: StreamMessage) -> Bool { message.recordTime(row: 0) <= selection.span.until }
}

/// Some kinds of `market`, by name (`Bars` or `bars`) or by the beginning of their topics (`market/N`).
public struct TopicPattern: Sendable, Equatable, CustomStringConvertible {
    public let description: String

    /// nil for what matches no kind of `market`.
    public init?(_ text: String) {
        description = text
        guard MessageType.all(of: .market).contains(where: matches) else { return nil }
    }

    public func matches(_ type: MessageType) -> Bool {
        if description.hasPrefix("\(type.stream.rawValue)/") { return type.topic.hasPrefix(description) }
        let name = type.topic.drop { $0 != "/" }.dropFirst()
        return description == name || description == name.prefix(1).lowercased() + name.dropFirst()
    }

    /// What there is to match, for messages.
    public static var allowed: String {
        let names = MessageType.all(of: .market).map { String($0.topic.drop { $0 != "/" }.dropFirst()) }
        return "\(names.joined(separator: ", ")), or the beginning of a topic such as market/N"
    }
}

extension RecordingFilter.Selection: CustomStringConvertible {
    /// As the command line says it; empty if everything is kept.
    public var description: String {
        var words = topics.map { "--topic \($0)" } + symbols.sorted().map { "--symbol \($0)" }
        words += excludedTopics.map { "--exclude \($0)" } + excludedSymbols.sorted().map { "--exclude \($0)" }
        if span.from > 0 { words.append("--from \(CivilTime.rfc3339(span.from))") }
        if span.until < .max { words.append("--until \(CivilTime.rfc3339(span.until))") }
        return words.joined(separator: " ")
    }
}

/// A filtered copy under way: renumbered from 1, with where each record comes from.
///
/// Record times, event times and contents stay; the copy's digest is another than the original's.
public struct FilteredCopy: Sendable {
    public private(set) var filter: RecordingFilter
    /// Of the source, if that is a filtered copy itself: origins then are those of the first recording.
    private let sourceOrigin: RecordingOrigin?
    private var next: UInt64 = 1
    private var open: RecordingOrigin.Run?
    private var closed: [RecordingOrigin.Run] = []

    /// Records kept so far.
    public var records: UInt64 { next - 1 }

    public init(_ filter: RecordingFilter, sourceOrigin: RecordingOrigin?) {
        self.filter = filter
        self.sourceOrigin = sourceOrigin
    }

    /// The next message of the source as it stands in the copy; nil if nothing of it is kept.
    public mutating func take(_ message: StreamMessage) -> StreamMessage? {
        let rows = filter.rows(of: message)
        guard !rows.isEmpty else { return nil }
        var copy = message.gathering(rows, firstSequence: next)
        let from = filter.selection.span.from
        if copy.recordTime(row: 0) < from { copy.stamp(recordTime: from) }
        for row in rows { note(message.firstSequence + UInt64(row)) }
        return copy
    }

    private mutating func note(_ sequence: UInt64) {
        let origin = sourceOrigin.map { $0.origin(of: sequence) ?? sequence } ?? sequence
        if let run = open, run.origin + run.count == origin {
            open?.count += 1
        } else {
            if let open { closed.append(open) }
            open = RecordingOrigin.Run(first: next, origin: origin, count: 1)
        }
        next += 1
    }

    /// Takes out the runs that are complete.
    ///
    /// - Parameter isLast: No message follows: the run under way is complete too.
    public mutating func takeRuns(isLast: Bool = false) -> [RecordingOrigin.Run] {
        if isLast, let open {
            closed.append(open)
            self.open = nil
        }
        defer { closed.removeAll(keepingCapacity: true) }
        return closed
    }
}

extension RecordingFilter {
    /// Writes the filtered copy of a recording.
    ///
    /// - Parameters:
    ///   - source: The recording, from its first record on.
    ///   - origin: Of the source, if that is a filtered copy itself.
    ///   - path: Of the copy; what is there is replaced at the end, so that a failure leaves it.
    ///   - compression: Of the chunks of the copy.
    ///   - progress: Called with each sequence of the source that was dealt with.
    /// - Returns: The filter as it stands at the end, and how many records were kept. Without any, nothing is
    ///   written.
    public func copy(
        _ source: LogIndex, origin: RecordingOrigin?, to path: String,
        compression: RecordingCompression = .usual, progress: (UInt64) -> Void = { _ in }
    ) throws -> (filter: RecordingFilter, records: UInt64) {
        var copy = FilteredCopy(self, sourceOrigin: origin)
        let named = RecordingOrigin(
            epoch: origin?.epoch ?? source.epoch, firstSequence: origin?.firstSequence ?? source.firstSequence,
            head: origin?.head ?? source.head,
            filter: [origin?.filter ?? "", selection.description].filter { !$0.isEmpty }.joined(separator: ", then "))
        let temporary = path + ".new"
        var isFinished = false
        defer { if !isFinished { unlink(temporary) } }
        var writer = try RecordingWriter(
            path: temporary, stream: .market, epoch: RecordingWriter.importedEpoch, compression: compression.value,
            origin: named)
        try source.forEachMessage { message in
            if message.recordTime(row: 0) > selection.span.until { return false }
            if let kept = copy.take(message) { try writer.append(kept) }
            for run in copy.takeRuns() { try writer.note(run) }
            progress(message.lastSequence)
            return true
        }
        for run in copy.takeRuns(isLast: true) { try writer.note(run) }
        guard copy.records > 0 else { return (copy.filter, 0) }
        try writer.finish()
        guard rename(temporary, path) == 0 else { throw LogError(.system(call: "rename", errno: errno), path) }
        isFinished = true
        return (copy.filter, copy.records)
    }
}

/// How a recording's chunks are stored.
public enum RecordingCompression: String, CaseIterable, Sendable {
    case zstd, lz4, none

    public static let usual = RecordingCompression.zstd
}

extension RecordingCompression {
    var value: Compression {
        switch self {
        // As recordings that are imported: written once, read often.
        case .zstd: .zstd(level: 9)
        case .lz4: .lz4
        case .none: .none
        }
    }
}
