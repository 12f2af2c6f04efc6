/// What a reader allows a file to declare, so that no length in it is trusted for an allocation.
public struct ReadLimits: Hashable, Sendable {
    /// Largest chunk, decompressed or stored, in bytes.
    public var chunkSize: UInt64
    /// Largest content of any other record, in bytes.
    public var recordLength: UInt64

    public init(chunkSize: UInt64 = 512 << 20, recordLength: UInt64 = 512 << 20) {
        self.chunkSize = chunkSize
        self.recordLength = recordLength
    }
}

/// Reads, decompresses and checks chunks, one at a time, in memory it keeps.
///
/// Memory: the largest chunk so far, decompressed and, where it was compressed, stored.
public struct ChunkReader: ~Copyable, Sendable {
    public let limits: ReadLimits
    private var stored = ScratchBuffer()
    private var plain = ScratchBuffer()
    private var plainCount = 0
    private var decompressor = Decompressor()

    public init(limits: ReadLimits = ReadLimits()) {
        self.limits = limits
    }

    /// Reads a chunk's records from a file and checks their CRC-32.
    ///
    /// - Throws: ``ContainerError``: `tooLarge` before anything is allocated, `unsupportedCompression`,
    ///   `codec`, `sizeMismatch`, `checksumMismatch`, or what reading met. The records held before are gone.
    /// - Complexity: Linear in the chunk's size; no allocation when an earlier chunk was as large.
    public mutating func load(_ place: ChunkPlace, from descriptor: Int32) throws(ContainerError) {
        try check(place.fields, storedSize: place.recordsLength, at: place.recordsOffset)
        if place.fields.compression.isEmpty {
            let target = plain.prefix(Int(place.recordsLength))
            try Self.read(target, from: descriptor, at: place.recordsOffset)
        } else {
            let source = stored.prefix(Int(place.recordsLength))
            try Self.read(source, from: descriptor, at: place.recordsOffset)
            let target = plain.prefix(Int(place.fields.uncompressedSize))
            try decompressor.decompress(
                UnsafeRawBufferPointer(source), place.fields.compression, into: target, at: place.recordsOffset)
        }
        try accept(place.fields, at: place.recordsOffset)
    }

    /// Decompresses and checks a chunk's records that are in memory already.
    ///
    /// - Parameters:
    ///   - source: The records as they are stored.
    ///   - fields: What the Chunk record says of them.
    ///   - offset: Where the stored records begin in their file; only errors use it.
    /// - Throws: As ``load(_:from:)``.
    public mutating func load(
        stored source: RawSpan, _ fields: ChunkFields, at offset: UInt64 = 0
    ) throws(ContainerError) {
        try check(fields, storedSize: UInt64(source.byteCount), at: offset)
        let target = plain.prefix(Int(fields.uncompressedSize))
        try source.withUnsafeBytes { (source) throws(ContainerError) in
            if fields.compression.isEmpty {
                target.copyMemory(from: source)
            } else {
                try decompressor.decompress(source, fields.compression, into: target, at: offset)
            }
        }
        try accept(fields, at: offset)
    }

    /// Lends the records of the chunk last loaded; empty when that failed.
    public func withRecords<Result, Failure>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(plain.filled(plainCount).bytes)
    }

    /// Refuses what must not be allocated for.
    private mutating func check(_ fields: ChunkFields, storedSize: UInt64, at offset: UInt64) throws(ContainerError) {
        plainCount = 0
        for size in [fields.uncompressedSize, storedSize] where size > limits.chunkSize {
            throw ContainerError(.tooLarge(declared: size, limit: limits.chunkSize), at: offset)
        }
        guard Decompressor.knows(fields.compression) else {
            throw ContainerError(.unsupportedCompression(fields.compression), at: offset)
        }
        if fields.compression.isEmpty, fields.uncompressedSize != storedSize {
            throw ContainerError(.sizeMismatch(expected: fields.uncompressedSize, found: storedSize), at: offset)
        }
    }

    private mutating func accept(_ fields: ChunkFields, at offset: UInt64) throws(ContainerError) {
        let count = Int(fields.uncompressedSize)
        if fields.uncompressedCRC != 0 {
            let found = crc32(of: plain.filled(count))
            guard found == fields.uncompressedCRC else {
                throw ContainerError(.checksumMismatch(expected: fields.uncompressedCRC, found: found), at: offset)
            }
        }
        plainCount = count
    }

    private static func read(
        _ target: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: UInt64
    ) throws(ContainerError) {
        let count = try readFully(descriptor, into: target, at: offset)
        guard count == target.count else {
            throw ContainerError(.truncated(needed: UInt64(target.count), available: UInt64(count)), at: offset)
        }
    }
}
