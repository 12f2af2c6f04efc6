/// The times records are given: the wall clock's, but never one before the last record's, however the wall clock
/// is set.
public struct RecordClock: Sendable {
    /// The last time given, ns since the Unix epoch.
    public private(set) var last: UInt64

    /// - Parameter last: The record time of the stream's last record; 0 where there is none.
    public init(last: UInt64 = 0) { self.last = last }

    /// The record time of what comes now.
    public mutating func time(wall: UInt64) -> UInt64 {
        last = max(last, wall)
        return last
    }
}
