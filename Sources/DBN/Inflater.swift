import CCompression

/// Decompresses zstd frames, one after the other, in pieces of whatever size; a copy shares its state.
final class Inflater {
    /// Frames that need more memory than 2 to this are refused: `zstd -19` needs 8 MiB.
    private static let windowLog: Int32 = 25

    private let stream = ZSTD_createDStream()
    private var output = [UInt8](repeating: 0, count: 1 << 17)
    /// Compressed bytes taken so far.
    private var taken: UInt64 = 0
    /// What zstd wants next; 0: a frame is complete.
    private var hint = 0
    /// Where the frame that is read begins: how far into it zstd notices damage depends on the pieces it is given.
    private var frameStart: UInt64 = 0

    init() { ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Self.windowLog) }

    deinit { ZSTD_freeDStream(stream) }

    /// - Throws: ``DBNError``, or what `body` throws.
    func push(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        var isFull = false
        while input.pos < input.size || isFull {
            let before = input.pos
            let written = try step(&input)
            isFull = written == output.count
            if written == 0, input.pos == before { break }
            try output.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<written])) }
        }
        taken += UInt64(bytes.count)
    }

    /// - Returns: Bytes written to `output`.
    private func step(_ input: inout ZSTD_inBuffer) throws(DBNError) -> Int {
        var written = 0
        let capacity = output.count
        let result = output.withUnsafeMutableBytes { bytes in
            var target = ZSTD_outBuffer(dst: bytes.baseAddress, size: capacity, pos: 0)
            defer { written = target.pos }
            return ZSTD_decompressStream(stream, &target, &input)
        }
        guard ZSTD_isError(result) == 0 else {
            throw DBNError(fault: .zstd(String(cString: ZSTD_getErrorName(result))), offset: frameStart)
        }
        hint = result
        if hint == 0 { frameStart = taken + UInt64(input.pos) }
        return written
    }

    func finish() throws(DBNError) {
        if hint != 0 { throw DBNError(fault: .tornFrame, offset: taken) }
    }
}
