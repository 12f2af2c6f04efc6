import EventLog
import Schema

/// What an owner knows of one reader: where it is, how much it may be sent, what it has done with it.
final class ReaderSession {
    let identity: [UInt8]
    let name: String
    /// Kinds wanted; nil: all.
    let types: Set<UInt16>?
    var cursor: LogCursor
    /// Records that may still be sent. A batch is sent whole, so it may go below zero.
    var credit: Int
    /// The last sequence the reader has dealt with.
    var acknowledged: UInt64
    var lastSent: Duration = .zero
    var sentWatermark: UInt64 = 0
    var sentHead: UInt64 = 0
    var saidEnding = false

    init(identity: [UInt8], open: OpenStream) {
        self.identity = identity
        name = open.reader
        types = open.messageTypes.isEmpty ? nil : Set(open.messageTypes.map { UInt16(truncatingIfNeeded: $0) })
        cursor = LogCursor(at: open.fromSequence)
        credit = min(Int(open.credit), StreamOwner.maximumCredit)
        acknowledged = max(1, open.fromSequence) - 1
    }
}
