import Feeds
import Schema
import Testing

@Suite("Merging streams of market")
struct MarketMergeTests {
    private func definition(
        _ number: UInt32, _ symbol: String, _ sequence: UInt64, kind: InstrumentKind = .equity
    ) -> StreamMessage {
        var definition = InstrumentDefinition()
        definition.sequence = sequence
        definition.recordTime = 1
        definition.eventTime = 1
        definition.instrument = number
        definition.symbol = symbol
        definition.currency = "USD"
        definition.kind = kind
        return .instrumentDefinition(definition)
    }

    private func bars(_ first: UInt64, _ rows: [(instrument: UInt32, time: UInt64)]) -> StreamMessage {
        var bars = Bars()
        bars.firstSequence = first
        for (instrument, time) in rows {
            bars.recordTime.append(time)
            bars.instrument.append(instrument)
            bars.start.append(time - 1)
            bars.end.append(time)
            for column in [\Bars.open, \.high, \.low, \.close] { bars[keyPath: column].append(Int64(time)) }
            bars.volume.append(0)
        }
        return .bars(bars)
    }

    @Test("an instrument keeps its number where that is free, and gets the next free one otherwise")
    func numbers() throws {
        var union = InstrumentUnion(sources: ["a", "b"])
        func define(_ message: StreamMessage, _ source: Int) throws -> UInt32? {
            guard case .instrumentDefinition(let definition) = message else { return nil }
            return try union.define(definition, source: source)?.instrument
        }
        #expect(try define(definition(1, "SPY", 1), 0) == 1)
        #expect(try define(definition(7, "AAA", 2), 0) == 7)
        #expect(try define(definition(1, "BBB", 1), 1) == 8)
        #expect(try define(definition(2, "SPY", 2), 1) == nil, "it says the same")
        #expect(try union.number(of: 2, source: 1, record: 9) == 1)
        #expect(try union.number(of: 1, source: 1, record: 9) == 8)
        #expect(throws: MergeConflict.self) { try union.number(of: 7, source: 1, record: 9) }
        #expect(throws: MergeConflict.self) { _ = try define(definition(3, "AAA", 3, kind: .crypto), 1) }
        #expect(throws: MergeConflict.self) { _ = try define(definition(0, "CCC", 4), 1) }
    }

    @Test("what two inputs of one history hold is there once; of imports, as often as it comes")
    func histories() throws {
        for (epoch, expected) in [(UInt64(0xAB), [1, 10, 20, 30] as [UInt64]), (1, [1, 10, 20, 20, 30])] {
            var merge = MarketMerge(inputs: [("a", epoch), ("b", epoch)])
            try merge.begin([(definition(1, "SPY", 1), 0), (definition(1, "SPY", 1), 1)], at: 1)
            // The first lacks 4, the second 2.
            let inputs = [bars(2, [(1, 10), (1, 20)]), bars(3, [(1, 20), (1, 30)])]
            var rows = inputs.enumerated().flatMap { source, message in
                (0..<2).map { (key: merge.key(message, row: $0, source: source), message, $0, source) }
            }
            rows.sort { $0.key < $1.key }
            for (_, message, row, source) in rows { try merge.place(message, row: row, source: source) }
            let times = merge.drain().flatMap { message in (0..<message.count).map { message.recordTime(row: $0) } }
            #expect(times == expected)
            #expect(merge.records == UInt64(expected.count))
            #expect(merge.repeats == (epoch == 1 ? 0 : 2))
        }
    }
}
