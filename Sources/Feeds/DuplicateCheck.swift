import Schema

/// Notices rows that say again what an earlier row said, or that contradict it.
///
/// Rows usually come in the order of their times, at least within an instrument: those are kept in a list, which
/// costs a third of what a table does. Only stragglers go to a table.
struct DuplicateCheck: Sendable {
    private struct Key: Hashable {
        var instrument: UInt32
        var start: UInt64
        var end: UInt64
    }
    /// What was said first, as far as it is compared.
    private struct Values: Equatable {
        var open, high, low, close: Int64
        var volume: UInt64
    }

    /// By instrument number; starts increase along each list.
    private var inOrder: [[(key: Key, values: Values)]] = []
    private var stragglers: [Key: Values] = [:]

    /// - Parameter instrument: From a ``SymbolTable``, which bounds it.
    /// - Returns: true where the same bar came before. Throws where the same interval came with other values.
    mutating func isDuplicate(_ bar: InputBar, instrument: UInt32) throws(Fault) -> Bool {
        let values = Values(open: bar.open, high: bar.high, low: bar.low, close: bar.close, volume: bar.volume)
        return try isDuplicate(Key(instrument: instrument, start: bar.start, end: bar.end), values, bar.symbol)
    }

    /// An auction has one print; two regular trades may well be alike.
    mutating func isDuplicate(_ trade: InputTrade, instrument: UInt32) throws(Fault) -> Bool {
        guard trade.condition != .regular else { return false }
        // The condition stands where a bar has its end, at the beginning of 1970: no bar is there.
        let key = Key(instrument: instrument, start: trade.time, end: UInt64(trade.condition.rawValue))
        let values = Values(open: trade.price, high: 0, low: 0, close: 0, volume: trade.size)
        return try isDuplicate(key, values, trade.symbol)
    }

    private mutating func isDuplicate(_ key: Key, _ values: Values, _ symbol: String) throws(Fault) -> Bool {
        let list = Int(key.instrument)
        while inOrder.count <= list { inOrder.append([]) }
        if inOrder[list].last.map({ $0.key.start < key.start }) ?? true {
            inOrder[list].append((key, values))
            return false
        }
        guard let former = valuesInOrder(key) ?? stragglers[key] else {
            stragglers[key] = values
            return false
        }
        guard former == values else {
            throw Fault(
                .conflictingDuplicate,
                "\(symbol) at \(CivilTime.rfc3339(key.start)) came before with other values, allowed is one row")
        }
        return true
    }

    private func valuesInOrder(_ key: Key) -> Values? {
        let list = inOrder[Int(key.instrument)]
        let index = list.partitioningIndex { $0.key.start >= key.start }
        return index < list.count && list[index].key == key ? list[index].values : nil
    }
}
