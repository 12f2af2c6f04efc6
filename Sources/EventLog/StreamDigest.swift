import Crypto
import Schema

/// The canonical digest of a stream: SHA-256 over topic, sequence, event time and payload of each record.
///
/// Two runs that said the same have the same digest, whatever their files look like: message boundaries,
/// chunks and compression do not enter. For `alerts` the topic is the alert's and the payload its body; for
/// the other streams the topic is the kind's and the payload the record's bytes without its cause, columns
/// taken row by row.
///
/// Each item is preceded by its length as 8 little-endian bytes, so that no two lists of items agree by
/// accident.
public struct StreamDigest {
    private var hash = SHA256()
    public private(set) var records: UInt64 = 0

    public init() {}

    public mutating func add(_ message: StreamMessage) {
        for row in 0..<message.count {
            records += 1
            let single = message.slice(row..<row + 1)
            switch single {
            case .alertRecord(let alert):
                add(alert.topic, alert.sequence, alert.eventTime, Array(alert.body))
            default:
                add(single.type.topic, single.firstSequence, single.eventTime(row: 0), single.serialized())
            }
        }
    }

    private mutating func add(_ topic: String, _ sequence: UInt64, _ eventTime: UInt64, _ payload: [UInt8]) {
        put(Array(topic.utf8))
        withUnsafeBytes(of: sequence.littleEndian) { hash.update(bufferPointer: $0) }
        withUnsafeBytes(of: eventTime.littleEndian) { hash.update(bufferPointer: $0) }
        put(payload)
    }

    private mutating func put(_ bytes: [UInt8]) {
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }

    /// The digest so far, 64 hexadecimal digits.
    public var hexadecimal: String {
        hash.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// The digest of a stream that may have said nothing yet.
    public static func of(orNothing path: String) throws -> StreamDigest {
        do {
            return try of(LogIndex(reading: path))
        } catch let error as LogError where error.reason == .empty {
            return StreamDigest()
        }
    }

    /// The digest of a whole stream on disk.
    public static func of(_ index: LogIndex) throws -> StreamDigest {
        var digest = StreamDigest()
        try index.forEachMessage { message in
            digest.add(message)
            return true
        }
        return digest
    }
}
