public import Schema

/// Two inputs that cannot be put into one stream, or one that contradicts itself.
public struct MergeConflict: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
}

/// One numbering of instruments for several streams, each of which has its own.
///
/// An instrument is its symbol. It keeps the number that the first stream to define it gave it where that is free, and
/// gets the next free one otherwise.
public struct InstrumentUnion: Sendable {
    /// As last defined, by symbol, with the number it has here.
    private var defined: [String: InstrumentDefinition] = [:]
    private var numbers: Set<UInt32> = []
    /// Of each source: its own numbers to those here.
    private var maps: [[UInt32: UInt32]]
    private let names: [String]

    /// - Parameter sources: Names of the streams, for errors.
    public init(sources: [String]) {
        names = sources
        maps = sources.map { _ in [:] }
    }

    /// Takes a definition of a source.
    ///
    /// - Returns: The definition as it is to stand in the common stream; nil where that says so already.
    /// - Throws: ``MergeConflict`` where another kind or currency stands for the symbol, or a number or symbol cannot be.
    public mutating func define(
        _ definition: InstrumentDefinition, source: Int
    ) throws(MergeConflict) -> InstrumentDefinition? {
        let symbol = definition.symbol
        guard !symbol.isEmpty, (1...SymbolTable.maximumNumber).contains(definition.instrument) else {
            throw MergeConflict(
                description:
                    "\(names[source]): record \(definition.sequence) defines instrument \(definition.instrument) as \(quoted(symbol)), which is none"
            )
        }
        var made = definition
        if let known = defined[symbol] {
            guard known.kind == definition.kind, known.currency == definition.currency else {
                throw MergeConflict(
                    description:
                        "\(names[source]): record \(definition.sequence) defines \(symbol) as \(definition.kind) in \(definition.currency), another input as \(known.kind) in \(known.currency); rename one of them"
                )
            }
            made.instrument = known.instrument
            maps[source][definition.instrument] = known.instrument
            if Self.saysTheSame(made, known) { return nil }
        } else {
            made.instrument = free(definition.instrument)
            numbers.insert(made.instrument)
            maps[source][definition.instrument] = made.instrument
        }
        defined[symbol] = made
        return made
    }

    /// The number here of a source's own.
    public func number(of instrument: UInt32, source: Int, record: UInt64) throws(MergeConflict) -> UInt32 {
        if let number = maps[source][instrument] { return number }
        throw MergeConflict(
            description:
                "\(names[source]): record \(record) is of instrument \(instrument), which is not defined before it")
    }

    private func free(_ wanted: UInt32) -> UInt32 {
        if !numbers.contains(wanted) { return wanted }
        return (numbers.max() ?? 0) + 1
    }

    private static func saysTheSame(_ left: InstrumentDefinition, _ right: InstrumentDefinition) -> Bool {
        var (left, right) = (left, right)
        (left.sequence, left.recordTime, left.eventTime) = (0, 0, 0)
        (right.sequence, right.recordTime, right.eventTime) = (0, 0, 0)
        return left == right
    }
}

/// Puts several `market` streams into one, ordered by record time, numbered from 1.
///
/// At one time the order is that of the inputs. What two inputs of one history (the same epoch) both hold is there
/// once. Settings are those of the first input; instruments defined at the inputs' beginnings, and its first settings,
/// come first of all. Producers' marks are left out: they are a live stream's own.
public struct MarketMerge: Sendable {
    /// A row to be placed: which input has it, and what it is.
    public struct Key: Comparable, Sendable {
        let time: UInt64
        let history: Int
        let sequence: UInt64
        let source: Int

        public static func < (left: Key, right: Key) -> Bool {
            (left.time, left.history, left.sequence, left.source)
                < (right.time, right.history, right.sequence, right.source)
        }
    }

    private let names: [String]
    /// Of each input, the first input of the same history.
    private let histories: [Int]
    private var union: InstrumentUnion
    private var packer = ColumnPacker(nextSequence: 1)
    /// Of each history, the last sequence placed.
    private var placed: [UInt64]
    private var isPrepared = false
    /// Records that two inputs of one history both hold.
    public private(set) var repeats: UInt64 = 0
    /// Settings of other inputs than the first that differ from its last, and so are not there.
    public private(set) var settingsLeftOut: UInt64 = 0
    public private(set) var marksLeftOut: UInt64 = 0
    private var settings: ModelSettings?

    /// - Parameter inputs: Name and epoch of each; epoch 1 is an import's, whose history is its own.
    public init(inputs: [(name: String, epoch: UInt64)]) {
        names = inputs.map(\.name)
        union = InstrumentUnion(sources: names)
        placed = inputs.map { _ in 0 }
        histories = inputs.enumerated().map { index, input in
            input.epoch <= 1 ? index : inputs.firstIndex { $0.epoch == input.epoch } ?? index
        }
    }

    public var records: UInt64 { packer.nextSequence - 1 }

    /// Where a row belongs among the others.
    public func key(_ message: StreamMessage, row: Int, source: Int) -> Key {
        Key(
            time: message.recordTime(row: row), history: histories[source],
            sequence: message.firstSequence + UInt64(row), source: source)
    }

    /// Places what must be known before all rows: definitions and the first settings, at the merged stream's beginning.
    ///
    /// - Parameters:
    ///   - front: Each input's messages before its first row that is neither, in order.
    ///   - time: The record time they get, ns.
    public mutating func begin(_ front: [(message: StreamMessage, source: Int)], at time: UInt64) throws(MergeConflict)
    {
        for (message, source) in front {
            if case .instrumentDefinition = message { try place(message, row: 0, source: source, at: time) }
        }
        for (message, source) in front {
            if case .configurationChanged = message { try place(message, row: 0, source: source, at: time) }
        }
    }

    /// Places one row; rows come in the order of their keys.
    public mutating func place(
        _ message: StreamMessage, row: Int, source: Int, at time: UInt64? = nil
    ) throws(MergeConflict) {
        let sequence = message.firstSequence + UInt64(row)
        let time = time ?? message.recordTime(row: row)
        let history = histories[source]
        let isRepeat = sequence <= placed[history]
        // A definition is needed for the numbers of its own input even where its record is there already.
        if case .instrumentDefinition(let definition) = message {
            if var made = try union.define(definition, source: source), !isRepeat {
                made.recordTime = time
                packer.append(.instrumentDefinition(made))
            }
            return note(sequence, history, isRepeat)
        }
        if isRepeat { return note(sequence, history, true) }
        note(sequence, history, false)
        switch message {
        case .bars(let bars):
            let number = try union.number(of: bars.instrument[row], source: source, record: sequence)
            let bar = BarRow(
                instrument: number, start: bars.start[row], end: bars.end[row], open: bars.open[row],
                high: bars.high[row], low: bars.low[row], close: bars.close[row], volume: bars.volume[row],
                isHistory: bars.history)
            packer.append(.bar(bar), recordTime: time)
        case .trades(let trades):
            let number = try union.number(of: trades.instrument[row], source: source, record: sequence)
            let trade = TradeRow(
                instrument: number, time: trades.time[row], price: trades.price[row], size: trades.size[row],
                condition: TradeCondition(rawValue: Int(trades.condition[row])) ?? .regular)
            packer.append(.trade(trade), recordTime: time)
        case .configurationChanged(var change):
            guard source == 0 else {
                if change.settings != settings { settingsLeftOut += 1 }
                return
            }
            settings = change.settings
            change.recordTime = time
            packer.append(.configurationChanged(change))
        case .producerMark: marksLeftOut += 1
        case .newsItem, .newsEmbedding, .fact, .clockTick, .instrumentDefinition: packer.append(message)
        case .shockSignal, .finding, .alertRecord:
            throw MergeConflict(
                description:
                    "\(names[source]): record \(sequence) is a \(message.type.schemaName), allowed are records of market"
            )
        }
    }

    private mutating func note(_ sequence: UInt64, _ history: Int, _ isRepeat: Bool) {
        if isRepeat { repeats += 1 } else { placed[history] = sequence }
    }

    /// Messages that are complete.
    public mutating func takeComplete() -> [StreamMessage] { packer.takeComplete() }

    /// All that is left.
    public mutating func drain() -> [StreamMessage] { packer.drain() }
}
