import Glibc

/// Reads lines from a file descriptor in blocks of 64 KiB: the one place of this module that touches a file.
///
/// The descriptor stays the caller's: it is neither moved nor closed here.
public struct LineReader {
    public static let blockBytes = 1 << 16

    /// The descriptor could not be read; `errno` says why.
    public struct ReadError: Error, Equatable, CustomStringConvertible {
        public var errno: Int32
        /// Empty where the caller opened the descriptor.
        public var path = ""
        public var description: String {
            (path.isEmpty ? "" : "\(path): ") + "reading failed: \(String(cString: strerror(errno)))"
        }
    }

    private let descriptor: Int32

    public init(descriptor: Int32) { self.descriptor = descriptor }

    /// Reads to the end of the file, giving every line to `feed`.
    ///
    /// - Parameters:
    ///   - feed: Gets the lines.
    ///   - each: Called after each block with what came of it; the batch is emptied afterwards.
    /// - Throws: ``ReadError``, or what `each` throws; `feed` has then read whole lines only.
    public func readAll(into feed: inout some LineFeed, each: (borrowing FeedBatch) throws -> Void) throws {
        var splitter = LineSplitter()
        var batch = FeedBatch()
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        while true {
            let count = try readBlock(into: &block)
            guard count > 0 else { break }
            splitter.push(block.span.extracting(first: count)) { feed.read($0, $1, into: &batch) }
            try each(batch)
            batch.removeAll()
        }
        splitter.finish { feed.read($0, $1, into: &batch) }
        feed.finish(into: &batch)
        try each(batch)
    }

    func readBlock(into block: inout [UInt8]) throws(ReadError) -> Int {
        while true {
            let count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 { return count }
            guard errno == EINTR else { throw ReadError(errno: errno) }
        }
    }
}

extension LineReader {
    /// Reads a file to its end through a feed.
    ///
    /// - Throws: ``ReadError`` for a file that cannot be opened or read.
    public static func readAll(
        _ path: String, into feed: inout some LineFeed, each: (borrowing FeedBatch) throws -> Void
    ) throws {
        try reading(path) { try $0.readAll(into: &feed, each: each) }
    }

    /// Reads a DBN file to its end; see ``readAll(_:into:each:)``.
    public static func readAll(
        _ path: String, into feed: inout DBNFeed, each: (borrowing FeedBatch) throws -> Void
    ) throws {
        try reading(path) { reader in
            var batch = FeedBatch()
            var block = [UInt8](repeating: 0, count: blockBytes)
            while true {
                let count = try reader.readBlock(into: &block)
                guard count > 0 else { break }
                try block.withUnsafeBytes { bytes in
                    try feed.read(UnsafeRawBufferPointer(rebasing: bytes[..<count]), into: &batch, full: each)
                }
            }
            feed.finish(into: &batch)
            try each(batch)
        }
    }

    private static func reading(_ path: String, _ body: (LineReader) throws -> Void) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ReadError(errno: errno, path: path) }
        defer { close(descriptor) }
        do {
            try body(LineReader(descriptor: descriptor))
        } catch let error as ReadError {
            throw ReadError(errno: error.errno, path: path)
        }
    }
}

extension RecordingBuilder {
    /// Reads a file through a feed and adds what the feed accepts.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - feed: What makes events of its lines.
    ///   - refused: Called with every line that is refused, by the feed or by the recording.
    ///   - pulse: Called after each batch.
    /// - Throws: ``LineReader/ReadError`` for a file that cannot be opened or read.
    public mutating func add(
        file path: String, through feed: inout some LineFeed, refused: (Refusal) -> Void, pulse: () throws -> Void = {}
    ) throws {
        let source = feed.source
        try LineReader.readAll(path, into: &feed) { try take($0, source, refused, pulse) }
    }

    /// Reads a DBN file and adds what it holds.
    ///
    /// - Parameters: As of ``add(file:through:refused:pulse:)``.
    public mutating func add(
        file path: String, through feed: inout DBNFeed, refused: (Refusal) -> Void, pulse: () throws -> Void = {}
    ) throws {
        let source = feed.source
        try LineReader.readAll(path, into: &feed) { try take($0, source, refused, pulse) }
    }

    private mutating func take(
        _ batch: borrowing FeedBatch, _ source: String, _ refused: (Refusal) -> Void, _ pulse: () throws -> Void
    ) throws {
        batch.refusals.forEach(refused)
        try pulse()
        add(batch, source: source).forEach(refused)
    }
}
