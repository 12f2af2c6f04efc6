/// How much of a stream is kept, where everybody who reads it can do without the rest.
public struct RetentionPolicy: Sendable, Equatable {
    /// Segments whose newest record is older than the stream's newest by more than this, in nanoseconds of record
    /// time; nil: whatever their age.
    public var maximumAge: UInt64?
    /// Oldest segments go while the stream has more bytes than this; nil: however many.
    public var maximumBytes: UInt64?

    public init(maximumAge: UInt64? = nil, maximumBytes: UInt64? = nil) {
        self.maximumAge = maximumAge
        self.maximumBytes = maximumBytes
    }

    /// Nothing is ever removed.
    public static let everything = RetentionPolicy()

    /// A closed segment, as a judge of it sees it.
    struct Candidate {
        var lastSequence: UInt64
        var bytes: UInt64
        /// Record time of its newest records.
        var lastTime: UInt64
    }

    /// How many segments from the front may go.
    ///
    /// - Parameters:
    ///   - segments: The closed ones, oldest first.
    ///   - total: Bytes of the whole stream.
    ///   - now: Record time of its newest record.
    ///   - limit: Nobody needs records up to this one.
    func surplus(_ segments: [Candidate], total: UInt64, now: UInt64, behind limit: UInt64) -> Int {
        var left = total
        for (count, segment) in segments.enumerated() {
            let isOld = maximumAge.map { segment.lastTime < now && now - segment.lastTime > $0 } ?? false
            let isTooMuch = maximumBytes.map { left > $0 } ?? false
            guard isOld || isTooMuch, segment.lastSequence <= limit else { return count }
            left -= min(left, segment.bytes)
        }
        return segments.count
    }
}
