/// Why one piece of input did not become an event, in words an operator can act on.
///
/// A refusal never stops a feed: the rest of the file or batch is read as if the piece were not there.
public struct Refusal: Error, Equatable, Sendable, Codable {
    /// File name or producer the input came from.
    public var source: String
    /// Line of the file, from 1, or the producer's sequence of the event. 0: the input as a whole.
    public var line: UInt64
    public var reason: RefusalReason
    /// One line: what was found and what is allowed.
    public var text: String

    public init(source: String, line: UInt64, reason: RefusalReason, text: String) {
        self.source = source
        self.line = line
        self.reason = reason
        self.text = text
    }
}

extension Refusal: CustomStringConvertible {
    public var description: String { "\(source):\(line): \(text) (\(reason.rawValue))" }
}

/// What was wrong, for counters. A name is never given another meaning.
public enum RefusalReason: String, CaseIterable, Sendable, Codable {
    // The bytes.
    case lineTooLong, invalidUTF8, malformedQuoting, malformedJSON, nestingTooDeep, malformedBatch, malformedDBN
    // The shape.
    case unknownHeader, columnCount, missingValue, wrongType, unknownType, notAllowed
    // One value.
    case notANumber, notWhole, numberTooLarge, notATime, timeOutOfRange, unknownZone, textTooLong
    // Values that contradict each other or what is known.
    case priceNotPositive, endNotAfterStart, highBelowLow, outsideRange, unknownSymbol, conflictingDuplicate
    // A batch as a whole.
    case batchTooLarge, tooManyEvents, producerName, producerSequence
    // A recording.
    case unsupportedMessage
}

/// What is wrong with a piece of input, before it is known where it stands.
struct Fault: Error, Equatable {
    var reason: RefusalReason
    var text: String

    init(_ reason: RefusalReason, _ text: String) {
        self.reason = reason
        self.text = text
    }

    func at(_ source: String, _ line: UInt64) -> Refusal {
        Refusal(source: source, line: line, reason: reason, text: text)
    }
}

/// Input as it may stand in a refusal: one line, printable, at most 48 characters.
func quoted(_ text: some StringProtocol) -> String {
    var shown = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
        guard count < 48 else { return "\"\(String(shown))…\"" }
        let isControl = scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}"
        shown.append(isControl ? "\u{FFFD}" : scalar)
        count += 1
    }
    return "\"\(String(shown))\""
}

func quoted(_ bytes: Span<UInt8>) -> String {
    quoted(String(decoding: bytes, limit: 256))
}

extension String {
    /// At most `limit` bytes, invalid ones replaced.
    init(decoding bytes: Span<UInt8>, limit: Int = .max) {
        self = bytes.extracting(first: Swift.min(limit, bytes.count)).withUnsafeBufferPointer {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// Nil where the bytes are not UTF-8.
    init?(validating bytes: Span<UInt8>) {
        guard let text = bytes.withUnsafeBufferPointer({ String(validating: $0, as: UTF8.self) }) else { return nil }
        self = text
    }
}
