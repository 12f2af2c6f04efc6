import Foundation

/// What a checkpoint stores as one block of bytes: a month of news is millions of values, and written one by one
/// they would take it seconds.
public protocol CompactlyStored: Codable {
    /// nil where the bytes end too early or mean nothing.
    init?(reading reader: inout CompactReader)
    func write(to writer: inout CompactWriter)
}

extension CompactlyStored {
    public init(from decoder: any Decoder) throws {
        var reader = CompactReader(try decoder.singleValueContainer().decode(Data.self))
        guard let value = Self(reading: &reader), reader.isAtEnd else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\(Self.self): not what was written"))
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var writer = CompactWriter()
        write(to: &writer)
        var container = encoder.singleValueContainer()
        try container.encode(writer.data)
    }
}

/// Writes numbers seven bits a byte, lowest first, and texts after their length.
public struct CompactWriter: Sendable {
    private var bytes: [UInt8] = []

    public init() {}

    public var data: Data { Data(bytes) }

    public mutating func number(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    public mutating func number(_ number: Int) { self.number(UInt64(bitPattern: Int64(number))) }

    /// Small numbers of either sign take few bytes.
    public mutating func signed(_ number: Int64) {
        self.number(UInt64(bitPattern: (number << 1) ^ (number >> 63)))
    }

    /// All 64 bits as they are: for hashes and fractions.
    public mutating func word(_ word: UInt64) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }

    public mutating func fraction(_ value: Double) { word(value.bitPattern) }

    public mutating func single(_ value: Float) {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    public mutating func text(_ text: String) {
        number(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    public mutating func list<Element>(_ list: [Element], _ write: (Element, inout CompactWriter) -> Void) {
        number(list.count)
        for element in list { write(element, &self) }
    }
}

/// Reads what ``CompactWriter`` wrote; nil where the bytes end too early.
public struct CompactReader: Sendable {
    private let bytes: [UInt8]
    private var position = 0

    public init(_ data: Data) { bytes = Array(data) }

    public var isAtEnd: Bool { position == bytes.count }

    public mutating func number() -> UInt64? {
        var number: UInt64 = 0
        for shift in stride(from: 0, through: 63, by: 7) {
            guard position < bytes.count else { return nil }
            let byte = bytes[position]
            position += 1
            number |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return number }
        }
        return nil
    }

    public mutating func integer() -> Int? { number().map { Int(truncatingIfNeeded: $0) } }

    public mutating func signed() -> Int64? {
        number().map { Int64(bitPattern: ($0 >> 1) ^ (0 &- ($0 & 1))) }
    }

    public mutating func word() -> UInt64? {
        guard bytes.count - position >= 8 else { return nil }
        defer { position += 8 }
        return bytes.withUnsafeBytes {
            UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        }
    }

    public mutating func fraction() -> Double? { word().map(Double.init(bitPattern:)) }

    public mutating func single() -> Float? {
        guard bytes.count - position >= 4 else { return nil }
        defer { position += 4 }
        return bytes.withUnsafeBytes {
            Float(bitPattern: UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
        }
    }

    public mutating func text() -> String? {
        guard let length = number(), length <= UInt64(bytes.count - position) else { return nil }
        defer { position += Int(length) }
        return String(decoding: bytes[position..<position + Int(length)], as: UTF8.self)
    }

    public mutating func list<Element>(_ element: (inout CompactReader) -> Element?) -> [Element]? {
        guard let count = number(), count <= UInt64(bytes.count - position) else { return nil }
        var list: [Element] = []
        list.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let next = element(&self) else { return nil }
            list.append(next)
        }
        return list
    }
}
