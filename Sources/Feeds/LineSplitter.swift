/// Cuts blocks of bytes into lines, wherever the blocks happen to end.
///
/// A line ends at LF; a CR before it belongs to the line end. A byte-order mark at the very beginning is
/// dropped. Memory is bounded: of a line over ``maximumLineBytes`` no more than that is held, and only its
/// number and length are passed on.
public struct LineSplitter: Sendable {
    /// 1 MiB, without the line end.
    public static let maximumLineBytes = 1 << 20

    /// Which line it is.
    public struct Line: Sendable, Equatable {
        /// From 1.
        public var number: UInt64
        public var byteCount: UInt64
        /// Over the limit: its bytes are not given.
        public var isTooLong: Bool { byteCount > UInt64(LineSplitter.maximumLineBytes) }
    }

    /// The beginning of a line whose end has not come yet.
    private var carried: [UInt8] = []
    /// Bytes of that line that were not held, because it is too long anyway.
    private var dropped: UInt64 = 0
    private var number: UInt64 = 0

    public init() {}

    /// Takes the next block and passes on each line that ends in it.
    ///
    /// - Parameters:
    ///   - block: The next bytes; a line may go on in the block that follows.
    ///   - body: Gets a line's bytes, which it may not keep (empty for a line that is too long), and
    ///     which line it is.
    public mutating func push<E: Error>(_ block: Span<UInt8>, _ body: (Span<UInt8>, Line) throws(E) -> Void) throws(E) {
        var start = 0
        while start < block.count {
            guard let end = Self.lineFeed(in: block, from: start) else {
                carry(block.extracting(start..<block.count))
                return
            }
            let piece = block.extracting(start..<end)
            start = end + 1
            if carried.isEmpty && dropped == 0 {
                try pass(piece, dropped: 0, body)
            } else {
                carry(piece)
                try passCarried(body)
            }
        }
    }

    /// Passes on the last line, if the input did not end with a line end.
    public mutating func finish<E: Error>(_ body: (Span<UInt8>, Line) throws(E) -> Void) throws(E) {
        if !carried.isEmpty || dropped > 0 { try passCarried(body) }
    }

    private mutating func carry(_ piece: Span<UInt8>) {
        // Room for one more byte than allowed, which may be the CR of the line end.
        let room = max(0, Self.maximumLineBytes + 1 - carried.count)
        let kept = piece.extracting(first: min(room, piece.count))
        kept.withUnsafeBufferPointer { carried.append(contentsOf: $0) }
        dropped += UInt64(piece.count - kept.count)
    }

    private mutating func passCarried<E: Error>(_ body: (Span<UInt8>, Line) throws(E) -> Void) throws(E) {
        let line = carried
        let more = dropped
        carried.removeAll(keepingCapacity: line.count <= 1 << 16)
        dropped = 0
        try pass(line.span, dropped: more, body)
    }

    private mutating func pass<E: Error>(
        _ bytes: Span<UInt8>, dropped: UInt64, _ body: (Span<UInt8>, Line) throws(E) -> Void
    ) throws(E) {
        number += 1
        var from = 0
        var until = bytes.count
        if number == 1, until >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { from = 3 }
        if dropped == 0, until > from, bytes[until - 1] == UInt8(ascii: "\r") { until -= 1 }
        let line = Line(number: number, byteCount: UInt64(until - from) + dropped)
        try body(line.isTooLong ? bytes.extracting(0..<0) : bytes.extracting(from..<until), line)
    }

    private static func lineFeed(in block: Span<UInt8>, from start: Int) -> Int? {
        for index in start..<block.count where block[index] == UInt8(ascii: "\n") { return index }
        return nil
    }
}
