import FoundationEssentials

/// An array of plain numbers that is coded as one block of bytes, not as boxed numbers.
///
/// A checkpoint holds millions of returns; as a property list of numbers it would take seconds and a
/// hundred times the memory. The bytes are those of this machine: a checkpoint is read back by the
/// build and on the kind of machine that wrote it, which ``AnalyzeStage/judgementVersion`` guards.
struct PackedArray<Element: Sendable>: Codable, Sendable {
    var values: [Element]

    /// - Parameter values: Of a trivial type: numbers, or structs of nothing but numbers.
    init(_ values: [Element] = []) {
        precondition(_isPOD(Element.self), "\(Element.self) holds references and cannot be packed")
        self.values = values
    }

    init(from decoder: any Decoder) throws {
        self.init()
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

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values.withUnsafeBytes { Data($0) })
    }
}
