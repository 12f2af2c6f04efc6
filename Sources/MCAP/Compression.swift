import CCompression

/// How a chunk's records are to be stored.
public enum Compression: Hashable, Sendable {
    case none
    /// Level 1 is fastest; 3 is the codec's default; above about 12 it is for archives.
    case zstd(level: Int32 = 3)
    /// The LZ4 frame format, default speed.
    case lz4

    /// The name a Chunk record carries.
    public var name: String {
        switch self {
        case .none: ""
        case .zstd: "zstd"
        case .lz4: "lz4"
        }
    }
}

/// Compresses chunk after chunk, keeping the codec's working memory.
struct Compressor: ~Copyable, @unchecked Sendable {
    private var zstd: OpaquePointer?

    deinit {
        ZSTD_freeCCtx(zstd)
    }

    /// The most bytes `count` can become.
    static func bound(_ count: Int, _ compression: Compression) -> Int {
        switch compression {
        case .none: return count
        case .zstd: return ZSTD_compressBound(count)
        case .lz4:
            var preferences = Self.lz4Preferences(count)
            return LZ4F_compressFrameBound(count, &preferences)
        }
    }

    /// Compresses into `target`, which holds at least ``bound(_:_:)`` bytes.
    ///
    /// - Returns: Bytes written.
    mutating func compress(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, _ compression: Compression
    ) throws(ContainerError) -> Int {
        switch compression {
        case .none:
            target.copyMemory(from: source)
            return source.count
        case .zstd(let level):
            if zstd == nil { zstd = ZSTD_createCCtx() }
            let count = ZSTD_compressCCtx(
                zstd, target.baseAddress, target.count, source.baseAddress, source.count, level)
            if ZSTD_isError(count) != 0 { throw Self.failure(ZSTD_getErrorName(count)) }
            return count
        case .lz4:
            var preferences = Self.lz4Preferences(source.count)
            let count = LZ4F_compressFrame(
                target.baseAddress, target.count, source.baseAddress, source.count, &preferences)
            if LZ4F_isError(count) != 0 { throw Self.failure(LZ4F_getErrorName(count)) }
            return count
        }
    }

    private static func lz4Preferences(_ count: Int) -> LZ4F_preferences_t {
        var preferences = LZ4F_preferences_t()
        preferences.frameInfo.contentSize = UInt64(count)
        return preferences
    }

    private static func failure(_ name: UnsafePointer<CChar>?) -> ContainerError {
        ContainerError(.codec(name.map { String(cString: $0) } ?? "no memory"), at: 0)
    }
}

/// Decompresses chunk after chunk, keeping the codecs' working memory.
struct Decompressor: ~Copyable, @unchecked Sendable {
    private var zstd: OpaquePointer?
    private var lz4: OpaquePointer?

    deinit {
        ZSTD_freeDCtx(zstd)
        LZ4F_freeDecompressionContext(lz4)
    }

    /// Whether the codec of this name is known.
    static func knows(_ name: String) -> Bool {
        name.isEmpty || name == "zstd" || name == "lz4"
    }

    /// Decompresses `source` into exactly the bytes of `target`.
    ///
    /// - Throws: ``ContainerError`` with `offset` when the codec refuses the bytes, or they make more or
    ///   fewer than `target` holds.
    mutating func decompress(
        _ source: UnsafeRawBufferPointer, _ name: String, into target: UnsafeMutableRawBufferPointer,
        at offset: UInt64
    ) throws(ContainerError) {
        let count: Int
        switch name {
        case "zstd": count = try unpackZstd(source, into: target, at: offset)
        case "lz4": count = try unpackLZ4(source, into: target, at: offset)
        default: throw ContainerError(.unsupportedCompression(name), at: offset)
        }
        guard count == target.count else {
            throw ContainerError(.sizeMismatch(expected: UInt64(target.count), found: UInt64(count)), at: offset)
        }
    }

    private mutating func unpackZstd(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, at offset: UInt64
    ) throws(ContainerError) -> Int {
        if zstd == nil { zstd = ZSTD_createDCtx() }
        let count = ZSTD_decompressDCtx(zstd, target.baseAddress, target.count, source.baseAddress, source.count)
        guard ZSTD_isError(count) == 0 else {
            throw ContainerError(.codec(String(cString: ZSTD_getErrorName(count))), at: offset)
        }
        return count
    }

    private mutating func unpackLZ4(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, at offset: UInt64
    ) throws(ContainerError) -> Int {
        if lz4 == nil { LZ4F_createDecompressionContext(&lz4, UInt32(LZ4F_VERSION)) }
        LZ4F_resetDecompressionContext(lz4)  // also clears what a refused frame left behind
        var read = 0
        var written = 0
        var hint = 1
        while hint != 0 {
            var sourceCount = source.count - read
            var targetCount = target.count - written
            hint = LZ4F_decompress(
                lz4, target.baseAddress.map { $0 + written }, &targetCount,
                source.baseAddress.map { $0 + read }, &sourceCount, nil)
            guard LZ4F_isError(hint) == 0 else {
                throw ContainerError(.codec(String(cString: LZ4F_getErrorName(hint))), at: offset)
            }
            if sourceCount == 0 && targetCount == 0 { break }  // torn, or more than was declared
            read += sourceCount
            written += targetCount
        }
        guard hint == 0, read == source.count else {
            throw ContainerError(.codec("LZ4 frame is torn or longer than declared"), at: offset)
        }
        return written
    }
}
