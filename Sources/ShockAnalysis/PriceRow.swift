import Schema

/// One bar or trade as the stage takes it, whatever message it came in: plain numbers.
struct PriceRow: BitwiseCopyable, Sendable {
    enum Kind {
        static let trade: UInt8 = 0, opening: UInt8 = 1, closing: UInt8 = 2, bar: UInt8 = 3, session: UInt8 = 4
    }

    let sequence: UInt64
    /// A trade's time is both.
    let start: UInt64
    let end: UInt64
    let open: Int64
    let close: Int64
    /// 0: not known, or a trade's.
    var volume: UInt64 = 0
    let instrument: UInt32
    let kind: UInt8
    /// A bar without volume whose four prices are one: a source's way of saying that nothing was traded.
    let isFlat: Bool
    /// A session loaded to estimate from.
    let isHistory: Bool
}

/// Prices that wait until all that may come late has come: a heap by event time.
///
/// Of two at one time trades go before bars and bars before those of sessions, then the lower number; never does the
/// order of arrival matter.
struct LatePrices: Codable, Sendable {
    private var heap = PackedArray<PriceRow>()
    /// No more than this wait; beyond it the earliest goes at once.
    static let limit = 4_000_000

    var count: Int { heap.values.count }
    var isFull: Bool { count >= Self.limit }

    /// When the earliest has waited long enough; `.max` if none waits.
    private(set) var due = UInt64.max

    private static func precedes(_ left: PriceRow, _ right: PriceRow) -> Bool {
        if left.end != right.end { return left.end < right.end }
        if left.kind != right.kind { return left.kind < right.kind }
        if left.instrument != right.instrument { return left.instrument < right.instrument }
        if left.start != right.start { return left.start < right.start }
        return (left.close, left.open, left.sequence) < (right.close, right.open, right.sequence)
    }

    private mutating func refreshDue(_ lateness: UInt64) {
        guard let first = heap.values.first else {
            due = .max
            return
        }
        let (time, overflow) = first.end.addingReportingOverflow(lateness)
        due = overflow ? .max - 1 : time
    }

    mutating func push(_ row: PriceRow, lateness: UInt64) {
        defer { refreshDue(lateness) }
        heap.values.append(row)
        var child = heap.values.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.precedes(heap.values[child], heap.values[parent]) else { break }
            heap.values.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop(lateness: UInt64) -> PriceRow? {
        defer { refreshDue(lateness) }
        guard let first = heap.values.first else { return nil }
        let last = heap.values.removeLast()
        guard !heap.values.isEmpty else { return first }
        heap.values[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.values.count else { break }
            if child + 1 < heap.values.count, Self.precedes(heap.values[child + 1], heap.values[child]) { child += 1 }
            guard Self.precedes(heap.values[child], heap.values[parent]) else { break }
            heap.values.swapAt(child, parent)
            parent = child
        }
        return first
    }
}
