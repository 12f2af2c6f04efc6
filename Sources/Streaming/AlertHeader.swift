import ZeroMQ

/// The second frame of a published alert, and of a `heartbeat/` (without a body's checksum).
///
/// All integers are little-endian. `docs/PROTOCOL.md` shows the same table; golden bytes hold it.
///
/// | Offset | Size | Field | Meaning |
/// |---:|---:|---|---|
/// | 0 | 2 | `version` | 1 |
/// | 2 | 2 | `flags` | 0 |
/// | 4 | 4 | `bodyCRC` | CRC-32C of the third frame |
/// | 8 | 8 | `epoch` | which history of the stream |
/// | 16 | 8 | `sequence` | position in `alerts` |
/// | 24 | 8 | `topicSequence` | position within the topic, from 1, without gaps |
/// | 32 | 8 | `eventTime` | ns since the Unix epoch |
/// | 40 | 8 | `sendTime` | ns since the Unix epoch; of this sending, not of the alert |
public struct AlertHeader: Equatable, Sendable {
    public static let version: UInt16 = 1
    public static let encodedSize = 48

    public var epoch: UInt64
    public var sequence: UInt64
    public var topicSequence: UInt64
    public var eventTime: UInt64
    public var sendTime: UInt64
    public var bodyCRC: UInt32

    public init(
        epoch: UInt64, sequence: UInt64, topicSequence: UInt64, eventTime: UInt64, sendTime: UInt64, bodyCRC: UInt32
    ) {
        self.epoch = epoch
        self.sequence = sequence
        self.topicSequence = topicSequence
        self.eventTime = eventTime
        self.sendTime = sendTime
        self.bodyCRC = bodyCRC
    }

    public var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.encodedSize)
        func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        put(Self.version)
        put(UInt16(0))
        put(bodyCRC)
        put(epoch)
        put(sequence)
        put(topicSequence)
        put(eventTime)
        put(sendTime)
        return bytes
    }

    /// nil for bytes that are too few, or of another version.
    public init?(decoding bytes: [UInt8]) {
        self.init(decoding: bytes.span.bytes)
    }

    /// nil for bytes that are too few, or of another version.
    public init?(decoding bytes: RawSpan) {
        guard bytes.byteCount >= Self.encodedSize else { return nil }
        func word(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        guard UInt16(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt16.self)) == Self.version
        else { return nil }
        self.init(
            epoch: word(8), sequence: word(16), topicSequence: word(24), eventTime: word(32), sendTime: word(40),
            bodyCRC: UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 4, as: UInt32.self)))
    }
}

/// CRC-32C (Castagnoli, polynomial 0x1EDC6F41, reflected), eight bits at a time: alerts are small and few.
public enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }

    public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ crc >> 8 }
    }
}
