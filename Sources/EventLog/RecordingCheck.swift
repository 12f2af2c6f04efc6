import Schema

/// What a recording must hold before its records may enter a stream: whatever enters stays, and would stop
/// every stage on every start.
///
/// Each message decodes, is of the stream, follows the one before without a gap, and its record times do not
/// go back. Costs a decoding, about 11 ns a bar.
public struct RecordingCheck: Sendable {
    private let stream: StreamName
    private var next: UInt64?
    private var lastTime: UInt64
    /// 1 January 2200: beyond it a time is damage, and sums of times would overflow.
    static let latestTime: UInt64 = 7_258_118_400 * CivilTime.second

    /// - Parameters:
    ///   - stream: The stream they are to enter.
    ///   - next: The first sequence that may come; nil: any.
    ///   - lastTime: Record times may not be before it, ns.
    public init(_ stream: StreamName, next: UInt64? = nil, lastTime: UInt64 = 0) {
        self.stream = stream
        self.next = next
        self.lastTime = lastTime
    }

    public mutating func check(_ records: UnsafeRawBufferPointer) throws(LogError) {
        var decoder = BatchDecoder()
        while let message = try decoder.next(in: records) { try check(message) }
    }

    public mutating func check(_ message: StreamMessage) throws(LogError) {
        guard message.type.stream == stream else {
            throw LogError(.foreign("a \(message.type.schemaName) is no record of \(stream.rawValue)"), "recording")
        }
        if let next, message.firstSequence != next {
            throw LogError(.gap(expected: next, found: message.firstSequence), "recording")
        }
        next = message.lastSequence + 1
        for row in 0..<message.count {
            let time = message.recordTime(row: row)
            guard time >= lastTime, time <= Self.latestTime else {
                let found = "record \(message.firstSequence + UInt64(row)) has record time \(time)"
                throw LogError(.foreign("\(found), allowed is \(lastTime) to \(Self.latestTime)"), "recording")
            }
            lastTime = time
        }
    }
}
