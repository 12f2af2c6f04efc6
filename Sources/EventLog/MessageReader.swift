import Schema

/// A stream's messages one at a time, for whoever reads several streams in turn. Memory: one chunk.
public final class MessageReader {
    public let log: LogIndex
    private var cursor: LogCursor
    private let buffer = RawBuffer()
    private var decoder = BatchDecoder()

    public init(_ log: LogIndex) {
        self.log = log
        cursor = LogCursor(at: log.firstSequence)
    }

    /// The next message, nil at the end.
    public func next() throws(LogError) -> StreamMessage? {
        while true {
            if let message = try decoder.next(in: buffer.bytes) { return message }
            guard try cursor.next(in: log, into: buffer) != nil else { return nil }
            decoder = BatchDecoder()
        }
    }
}
