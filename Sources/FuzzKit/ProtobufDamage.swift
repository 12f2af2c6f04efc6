import TestKit

/// One field of a protobuf message as it travels.
struct WireField {
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case bytes([UInt8])
    }

    var number: UInt64
    var value: Value

    /// The fields of a message; nil for bytes that are none.
    static func parse(_ bytes: [UInt8]) -> [WireField]? {
        var fields: [WireField] = []
        var index = 0
        while index < bytes.count {
            guard let tag = varint(bytes, &index) else { return nil }
            let number = tag >> 3
            switch tag & 7 {
            case 0:
                guard let value = varint(bytes, &index) else { return nil }
                fields.append(WireField(number: number, value: .varint(value)))
            case 1:
                guard let value = fixed(bytes, &index, 8) else { return nil }
                fields.append(WireField(number: number, value: .fixed64(value)))
            case 2:
                guard let length = varint(bytes, &index), length <= UInt64(bytes.count - index) else { return nil }
                fields.append(WireField(number: number, value: .bytes(Array(bytes[index..<index + Int(length)]))))
                index += Int(length)
            case 5:
                guard let value = fixed(bytes, &index, 4) else { return nil }
                fields.append(WireField(number: number, value: .fixed32(UInt32(value))))
            default: return nil
            }
            if number == 0 { return nil }
        }
        return fields
    }

    static func serialize(_ fields: [WireField]) -> [UInt8] {
        var bytes: [UInt8] = []
        for field in fields {
            switch field.value {
            case .varint(let value):
                append(field.number << 3, to: &bytes)
                append(value, to: &bytes)
            case .fixed64(let value):
                append(field.number << 3 | 1, to: &bytes)
                for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * shift))) }
            case .bytes(let value):
                append(field.number << 3 | 2, to: &bytes)
                append(UInt64(value.count), to: &bytes)
                bytes.append(contentsOf: value)
            case .fixed32(let value):
                append(field.number << 3 | 5, to: &bytes)
                for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(8 * shift))) }
            }
        }
        return bytes
    }

    static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func varint(_ bytes: [UInt8], _ index: inout Int) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard index < bytes.count else { return nil }
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    private static func fixed(_ bytes: [UInt8], _ index: inout Int, _ width: Int) -> UInt64? {
        guard bytes.count - index >= width else { return nil }
        var value: UInt64 = 0
        for offset in 0..<width { value |= UInt64(bytes[index + offset]) << UInt64(8 * offset) }
        index += width
        return value
    }
}

/// Damage to one field, at any depth, with the lengths around it put right.
enum ProtobufDamage {
    static func apply(to bytes: inout [UInt8], _ random: inout SeededGenerator) {
        guard var fields = WireField.parse(bytes), !fields.isEmpty else {
            ByteDamage.apply(to: &bytes, &random)
            return
        }
        damage(&fields, depth: 0, &random)
        bytes = WireField.serialize(fields)
    }

    private static func damage(_ fields: inout [WireField], depth: Int, _ random: inout SeededGenerator) {
        let place = random.below(fields.count)
        switch random.below(8) {
        case 0: fields.remove(at: place)
        case 1: fields.insert(fields[place], at: random.below(fields.count + 1))
        case 2:
            fields[place].number =
                random.below(2) == 0 ? UInt64(1 + random.below(32)) : 1 + Interesting.number(&random) % 536_870_911
        default: damage(&fields[place].value, depth: depth, &random)
        }
    }

    private static func damage(_ value: inout WireField.Value, depth: Int, _ random: inout SeededGenerator) {
        switch value {
        case .varint: value = .varint(Interesting.number(&random))
        case .fixed64(let former):
            value = .fixed64(random.below(4) == 0 ? former &+ Interesting.number(&random) : Interesting.number(&random))
        case .fixed32: value = .fixed32(UInt32(truncatingIfNeeded: Interesting.number(&random)))
        case .bytes(var inner):
            if depth < 6, random.below(3) > 0, var fields = WireField.parse(inner), !fields.isEmpty {
                damage(&fields, depth: depth + 1, &random)
                value = .bytes(WireField.serialize(fields))
            } else {
                damageContent(&inner, &random)
                value = .bytes(inner)
            }
        }
    }

    /// Text, or a packed column: one element changed keeps the column's length.
    private static func damageContent(_ inner: inout [UInt8], _ random: inout SeededGenerator) {
        guard inner.count >= 4, random.below(3) > 0 else {
            ByteDamage.apply(to: &inner, &random)
            return
        }
        let width = inner.count % 8 == 0 && random.below(4) > 0 ? 8 : 4
        let place = random.below(inner.count / width) * width
        let number = Interesting.number(&random)
        for index in 0..<width { inner[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index)) }
    }
}
