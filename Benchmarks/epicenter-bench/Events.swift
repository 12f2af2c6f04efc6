import Schema

/// Events of about 64 bytes, as the product's own messages.
///
/// As a row: a `ProducerMark` whose protobuf bytes are exactly 64, one message an event. As columns: `Bars`, 68 bytes
/// a bar: two numbers of 4 bytes less, one of 8 more than a fixed record of 64 would have.
enum Events {
    static let rowBytes = 64

    static func row(time: UInt64) -> StreamMessage {
        var mark = ProducerMark()
        mark.recordTime = time
        mark.eventTime = time
        mark.producer = String(repeating: "p", count: 33)
        mark.producerSequence = 1
        return .producerMark(mark)
    }

    static func columns(_ rows: Int, time: UInt64) -> StreamMessage {
        var bars = Bars()
        bars.recordTime = Array(repeating: time, count: rows)
        bars.instrument = (0..<rows).map { UInt32($0 % 500 + 1) }
        bars.start = Array(repeating: time - 60_000_000_000, count: rows)
        bars.end = Array(repeating: time, count: rows)
        bars.open = (0..<rows).map { 100_000_000_000 + Int64($0) * 10_000_000 }
        bars.high = bars.open.map { $0 + 20_000_000 }
        bars.low = bars.open.map { $0 - 20_000_000 }
        bars.close = bars.open.map { $0 + 10_000_000 }
        bars.volume = (0..<rows).map { UInt64($0) * 100 }
        return .bars(bars)
    }
}
