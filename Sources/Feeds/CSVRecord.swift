/// One record of a CSV file, cut into fields as RFC 4180 has it: quotes around a field, doubled within it.
///
/// Reused from record to record, so that no row allocates.
struct CSVRecord: Sendable {
    /// How far a piece of input goes as a record.
    enum Extent: Equatable {
        case complete
        /// A quoted field goes on in the next line.
        case open
        /// A quote where none may stand, after this many fields.
        case malformed(field: Int)
    }

    /// The fields' contents one after the other.
    private var bytes: [UInt8] = []
    private(set) var fields: [Range<Int>] = []

    /// Whether there is nothing in the record but white space.
    var isBlank: Bool { fields.count == 1 && trimmed(0).isEmpty }

    /// Calls `body` with a field's bytes, without spaces and tabs around them.
    func withField<Result, E: Error>(_ index: Int, _ body: (Span<UInt8>) throws(E) -> Result) throws(E) -> Result {
        try body(bytes.span.extracting(trimmed(index)))
    }

    /// A field as text; nil where it is not UTF-8.
    func text(_ index: Int) -> String? { String(validating: bytes.span.extracting(trimmed(index))) }

    private func trimmed(_ index: Int) -> Range<Int> {
        var range = fields[index]
        while let first = range.first, isSpace(bytes[first]) { range = (first + 1)..<range.upperBound }
        while let last = range.last, isSpace(bytes[last]) { range = range.lowerBound..<last }
        return range
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// Cuts one line, or several joined by LF, into fields.
    mutating func split(_ line: Span<UInt8>) -> Extent {
        bytes.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        line.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        var start = 0
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == UInt8(ascii: ",") {
                fields.append(start..<index)
                start = index + 1
            } else if byte == UInt8(ascii: "\"") {
                return splitQuoted(line)
            }
        }
        fields.append(start..<bytes.count)
        return .complete
    }

    /// The same for a line with quotes in it, copying what they enclose.
    private mutating func splitQuoted(_ line: Span<UInt8>) -> Extent {
        bytes.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        var index = 0
        while true {
            let start = bytes.count
            if index < line.count, line[index] == UInt8(ascii: "\"") {
                guard let end = copyQuoted(line, from: index + 1) else { return .open }
                index = end
                guard index == line.count || line[index] == UInt8(ascii: ",") else {
                    return .malformed(field: fields.count)
                }
            } else {
                while index < line.count, line[index] != UInt8(ascii: ",") {
                    guard line[index] != UInt8(ascii: "\"") else { return .malformed(field: fields.count) }
                    bytes.append(line[index])
                    index += 1
                }
            }
            fields.append(start..<bytes.count)
            guard index < line.count else { return .complete }
            index += 1
        }
    }

    /// - Returns: The index after the closing quote; nil where there is none.
    private mutating func copyQuoted(_ line: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < line.count {
            if line[index] == UInt8(ascii: "\"") {
                guard index + 1 < line.count, line[index + 1] == UInt8(ascii: "\"") else { return index + 1 }
                index += 1
            }
            bytes.append(line[index])
            index += 1
        }
        return nil
    }
}
