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

/// CRC-32C (Castagnoli, polynomial 0x1EDC6F41, reflected), eight bytes at a time ("slicing by 8", Kounavis and Berry
/// 2005): alerts are small, but checkpoints have megabytes, and are written between two records.
public enum CRC32C {
    /// Row k, place b: what byte b does to the checksum k bytes later.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = (0..<256).map { (index: UInt32) -> UInt32 in
            (0..<8).reduce(index) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
        }
        for place in 256..<2_048 {
            let before = tables[place - 256]
            tables.append(before >> 8 ^ tables[Int(before & 0xFF)])
        }
        return tables
    }()

    public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        if let whole = bytes.withContiguousStorageIfAvailable({ checksum(UnsafeRawBufferPointer($0)) }) { return whole }
        return checksum(Array(bytes))
    }

    /// - Complexity: Linear; about a gigabyte a second.
    public static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            func step(_ word: UInt64, _ byte: Int) -> UInt32 {
                let value = UInt8(truncatingIfNeeded: word >> UInt64(8 * byte))
                return tables[(7 - byte) * 256 + Int(value)]
            }
            var crc = ~UInt32(0)
            var place = 0
            while place + 8 <= bytes.count {
                let loaded = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                let word = UInt64(littleEndian: loaded) ^ UInt64(crc)
                crc = 0
                for byte in 0..<8 { crc ^= step(word, byte) }
                place += 8
            }
            for byte in bytes[place...] { crc = tables[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ crc >> 8 }
            return ~crc
        }
    }
}
