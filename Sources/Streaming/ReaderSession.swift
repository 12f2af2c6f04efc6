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

/// What readers by name can do without: what may be removed from a stream goes by it.
struct ReaderNeeds {
    private var byName: [String: (restorable: UInt64, needed: UInt64)] = [:]

    mutating func note(_ name: String, restorable: UInt64, needed: UInt64) {
        byName[name] = (restorable, needed)
    }

    /// Nobody of those named needs records up to this one; 0 as long as one of them was not heard.
    func removable(by names: [String]) -> UInt64 {
        var limit = UInt64.max
        for name in names {
            guard let needs = byName[name] else { return 0 }
            limit = min(limit, needs.restorable, needs.needed == 0 ? .max : needs.needed - 1)
        }
        return names.isEmpty ? 0 : limit
    }
}
