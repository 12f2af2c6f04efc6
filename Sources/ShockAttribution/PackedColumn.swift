import Foundation

/// A column of plain numbers that a checkpoint stores as one block of bytes.
///
/// An array of a million numbers, encoded number by number, costs a checkpoint more than a second; as bytes
/// it is a copy. The bytes are those of this machine, as is the checkpoint.
struct PackedColumn<Element: BitwiseCopyable & Sendable & Equatable>: Codable, Equatable, Sendable {
    var values: [Element] = []

    init(_ values: [Element] = []) { self.values = values }

    init(from decoder: any Decoder) throws {
        let data = try decoder.singleValueContainer().decode(Data.self)
        let stride = MemoryLayout<Element>.stride
        guard data.count % stride == 0 else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\(data.count) bytes are no whole elements"))
        }
        values = data.withUnsafeBytes { bytes in
            (0..<data.count / stride).map { bytes.loadUnaligned(fromByteOffset: $0 * stride, as: Element.self) }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values.withUnsafeBytes { Data($0) })
    }
}
