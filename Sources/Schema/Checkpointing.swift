import Foundation

/// A message kept for later, stored in a checkpoint as the bytes it travels in.
public struct StoredMessage: Codable, Equatable, Sendable {
    public var message: StreamMessage

    public init(_ message: StreamMessage) { self.message = message }

    private enum CodingKeys: CodingKey { case type, bytes }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(MessageType.self, forKey: .type)
        let bytes = try container.decode(Data.self, forKey: .bytes)
        message = try bytes.withUnsafeBytes { try StreamMessage(type: type, bytes: $0) }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(message.type, forKey: .type)
        try container.encode(Data(message.serialized()), forKey: .bytes)
    }
}

/// An array of plain numbers that is coded as one block of bytes, not as boxed numbers.
///
/// A checkpoint holds millions of returns; as a property list of numbers it would take seconds and a
/// hundred times the memory. The bytes are those of this machine: a checkpoint is read back by the
/// build and on the kind of machine that wrote it, which a stage's `judgementVersion` guards.
public struct PackedArray<Element: BitwiseCopyable & Sendable>: Codable, Sendable {
    public var values: [Element]

    @inlinable
    public init(_ values: [Element] = []) { self.values = values }

    public init(from decoder: any Decoder) throws {
        let bytes = try decoder.singleValueContainer().decode(Data.self)
        guard bytes.count % MemoryLayout<Element>.stride == 0 else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "\(bytes.count) bytes are not a whole number of \(Element.self)"))
        }
        let count = bytes.count / MemoryLayout<Element>.stride
        values = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            _ = bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values.withUnsafeBytes { Data($0) })
    }
}

extension PackedArray: Equatable where Element: Equatable {}
