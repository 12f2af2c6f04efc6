import CCompression
import MCAP
import TestKit

/// One MCAP record, its length not yet written.
struct RawRecord {
    var opcode: UInt8
    var content: [UInt8]
    /// A length to state other than that of the content.
    var declared: UInt64?

    /// Records up to the first that does not fit, and what follows them.
    static func parse(_ bytes: ArraySlice<UInt8>) -> (records: [RawRecord], rest: [UInt8]) {
        var records: [RawRecord] = []
        var index = bytes.startIndex
        while bytes.endIndex - index >= 9 {
            let length = number(bytes, index + 1, 8)
            guard bytes[index] != 0, length <= UInt64(bytes.endIndex - index - 9) else { break }
            let end = index + 9 + Int(length)
            records.append(RawRecord(opcode: bytes[index], content: Array(bytes[index + 9..<end])))
            index = end
        }
        return (records, Array(bytes[index...]))
    }

    static func serialize(_ records: [RawRecord], to bytes: inout [UInt8]) {
        for record in records {
            bytes.append(record.opcode)
            append(record.declared ?? UInt64(record.content.count), 8, to: &bytes)
            bytes.append(contentsOf: record.content)
        }
    }

    static func number(_ bytes: ArraySlice<UInt8>, _ place: Int, _ width: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<width { value |= UInt64(bytes[place + index]) << UInt64(8 * index) }
        return value
    }

    static func append(_ value: UInt64, _ width: Int, to bytes: inout [UInt8]) {
        for index in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }

    /// Removes, doubles, moves or changes one of several records.
    static func shuffle(
        _ records: inout [RawRecord], _ random: inout SeededGenerator,
        change: (inout RawRecord, inout SeededGenerator) -> Void
    ) {
        guard !records.isEmpty else { return }
        let place = random.below(records.count)
        switch random.below(10) {
        case 0: records.remove(at: place)
        case 1: records.insert(records[place], at: random.below(records.count + 1))
        case 2: records.swapAt(place, random.below(records.count))
        case 3: records[place].declared = Interesting.number(&random)
        case 4: records[place].opcode = UInt8(random.below(18))
        default: change(&records[place], &random)
        }
    }
}

/// Damage to records that stand one after the other: what a chunk holds, or a batch on the wire.
enum RecordDamage {
    static func apply(to bytes: inout [UInt8], _ random: inout SeededGenerator) {
        var (records, rest) = RawRecord.parse(bytes[...])
        RawRecord.shuffle(&records, &random, change: change)
        bytes.removeAll(keepingCapacity: true)
        RawRecord.serialize(records, to: &bytes)
        bytes.append(contentsOf: rest)
    }

    private static func change(_ record: inout RawRecord, _ random: inout SeededGenerator) {
        let fields = 22
        guard record.opcode == Opcode.message.rawValue, record.content.count >= fields else {
            ByteDamage.apply(to: &record.content, &random)
            return
        }
        if random.below(6) == 0 {
            ByteDamage.writeNumber(&record.content, at: random.below(fields), &random)
        } else {
            var payload = Array(record.content[fields...])
            ProtobufDamage.apply(to: &payload, &random)
            record.content.replaceSubrange(fields..., with: payload)
        }
    }
}

/// Damage to a file: its records, or what is in a chunk, with CRC and sizes put right so that readers get that far.
enum ContainerDamage {
    private static let chunkFields = 8 + 8 + 8 + 4

    static func apply(to bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let magic = 8
        guard bytes.count > 2 * magic else {
            ByteDamage.apply(to: &bytes, &random)
            return
        }
        var (records, rest) = RawRecord.parse(bytes[magic...])
        RawRecord.shuffle(&records, &random) { record, random in
            if record.opcode == Opcode.chunk.rawValue {
                changeChunk(&record.content, &random)
            } else if random.below(3) == 0 {
                ByteDamage.writeNumber(&record.content, at: random.below(max(1, record.content.count)), &random)
            } else {
                ByteDamage.apply(to: &record.content, &random)
            }
        }
        let head = Array(bytes[..<magic])
        bytes = head
        if random.below(2) == 0 { reseal(&records, at: magic) }
        RawRecord.serialize(records, to: &bytes)
        bytes.append(contentsOf: rest)
    }

    /// Makes the footer say where the summary now is, without a CRC.
    static func reseal(_ records: inout [RawRecord], at start: Int) {
        guard let end = records.firstIndex(where: { $0.opcode == Opcode.dataEnd.rawValue }),
            let footer = records.lastIndex(where: { $0.opcode == Opcode.footer.rawValue }), end < footer
        else { return }
        let summary = start + records[...end].reduce(0) { $0 + 9 + $1.content.count }
        var content: [UInt8] = []
        RawRecord.append(end + 1 == footer ? 0 : UInt64(summary), 8, to: &content)
        RawRecord.append(0, 8, to: &content)
        RawRecord.append(0, 4, to: &content)
        records[footer].content = content
    }

    private static func changeChunk(_ content: inout [UInt8], _ random: inout SeededGenerator) {
        guard content.count > chunkFields + 12 else { return }
        let nameLength = Int(truncatingIfNeeded: RawRecord.number(content[...], chunkFields, 4))
        guard nameLength <= 8, content.count >= chunkFields + 4 + nameLength + 8 else { return }
        let name = String(decoding: content[chunkFields + 4..<chunkFields + 4 + nameLength], as: UTF8.self)
        let stored = Array(content[(chunkFields + 4 + nameLength + 8)...])
        let size = RawRecord.number(content[...], 16, 8)
        let crc = UInt32(truncatingIfNeeded: RawRecord.number(content[...], 24, 4))
        switch random.below(8) {
        case 0: write(Interesting.number(&random), 16, 8, &content)
        case 1: write(0, 24, 4, &content)
        case 2: write(Interesting.number(&random), chunkFields + 4 + nameLength, 8, &content)
        case 3: rebuild(&content, stored, size, crc, pick(["", "zstd", "lz4", "zst", "LZ4"], &random))
        case 4: bomb(&content, &random)
        default:
            guard var inner = plain(stored, name, size) else { return }
            RecordDamage.apply(to: &inner, &random)
            let kind = pick(["", "zstd", "lz4"], &random)
            rebuild(&content, Codec.compress(inner, kind), UInt64(inner.count), crc32(of: inner.span.bytes), kind)
        }
    }

    private static func write(_ value: UInt64, _ place: Int, _ width: Int, _ content: inout [UInt8]) {
        for index in 0..<width where place + index < content.count {
            content[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
        }
    }

    private static func rebuild(
        _ content: inout [UInt8], _ stored: [UInt8], _ size: UInt64, _ crc: UInt32, _ name: String
    ) {
        var made = Array(content[..<16])
        RawRecord.append(size, 8, to: &made)
        RawRecord.append(UInt64(crc), 4, to: &made)
        RawRecord.append(UInt64(name.utf8.count), 4, to: &made)
        made.append(contentsOf: name.utf8)
        RawRecord.append(UInt64(stored.count), 8, to: &made)
        made.append(contentsOf: stored)
        content = made
    }

    /// Few bytes that become many, and perhaps more than they say.
    private static func bomb(_ content: inout [UInt8], _ random: inout SeededGenerator) {
        let size = 1 << (16 + random.below(6))
        let kind = pick(["zstd", "lz4"], &random)
        let stored = Codec.compress([UInt8](repeating: 0, count: size), kind)
        let stated = random.below(2) == 0 ? UInt64(size) : Interesting.number(&random)
        rebuild(&content, stored, stated, 0, kind)
    }

    private static func plain(_ stored: [UInt8], _ name: String, _ size: UInt64) -> [UInt8]? {
        var reader = ChunkReader(limits: ReadLimits(chunkSize: 1 << 22))
        let fields = ChunkFields(
            messageStartTime: 0, messageEndTime: 0, uncompressedSize: size, uncompressedCRC: 0, compression: name)
        guard (try? reader.load(stored: stored.span.bytes, fields)) != nil else { return nil }
        return reader.withRecords { records in records.withUnsafeBytes { [UInt8]($0) } }
    }
}

/// A reply to a stream's reader: its header as protobuf, its records as such.
enum ReplyDamage {
    static func apply(to bytes: inout [UInt8], _ random: inout SeededGenerator) {
        var (header, records) = split(bytes)
        if random.below(2) == 0 {
            ProtobufDamage.apply(to: &header, &random)
        } else if var some = records {
            RecordDamage.apply(to: &some, &random)
            records = random.below(16) == 0 ? nil : some
        }
        bytes = join(header, records)
    }

    /// - Returns: The header's frame and that of the records; nil where there is none.
    static func split(_ bytes: [UInt8]) -> (header: [UInt8], records: [UInt8]?) {
        guard bytes.count >= 4 else { return (bytes, nil) }
        let length = min(bytes.count - 4, Int(RawRecord.number(bytes[...], 0, 4)))
        let rest = Array(bytes[(4 + length)...])
        return (Array(bytes[4..<4 + length]), rest.isEmpty ? nil : rest)
    }

    static func join(_ header: [UInt8], _ records: [UInt8]?) -> [UInt8] {
        var bytes: [UInt8] = []
        RawRecord.append(UInt64(header.count), 4, to: &bytes)
        return bytes + header + (records ?? [])
    }
}

/// Compression for inputs that are meant to be read.
enum Codec {
    static func compress(_ bytes: [UInt8], _ name: String) -> [UInt8] {
        switch name {
        case "zstd":
            return sized(ZSTD_compressBound(bytes.count)) { target, room in
                ZSTD_compress(target, room, bytes, bytes.count, 1)
            }
        case "lz4":
            return sized(LZ4F_compressFrameBound(bytes.count, nil)) { target, room in
                LZ4F_compressFrame(target, room, bytes, bytes.count, nil)
            }
        default: return bytes
        }
    }

    private static func sized(_ room: Int, _ body: (UnsafeMutableRawPointer?, Int) -> Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: room) { buffer, count in count = body(buffer.baseAddress, room) }
    }
}
