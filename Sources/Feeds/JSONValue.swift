/// A JSON text, with numbers as they were written: a price must not pass through a binary fraction.
indirect enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    struct Member: Equatable, Sendable {
        var key: String
        var value: JSONValue
    }

    /// How deep arrays and objects may lie in each other; ours lie three deep.
    static let maximumDepth = 16
    /// How long a number may be written.
    static let maximumNumberBytes = 64

    /// What the value is, for refusals.
    var kindName: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let text): "number \(text)"
        case .string(let text): "string \(quoted(text))"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// Reads one JSON text (RFC 8259), strictly: nothing after it, no key twice in an object, no lone surrogates.
struct JSONParser {
    private let bytes: [UInt8]
    private var index = 0

    /// - Parameter text: Whole; at most as long as a line or a batch may be.
    static func parse(_ text: Span<UInt8>) throws(Fault) -> JSONValue {
        guard String(validating: text) != nil else {
            throw Fault(.invalidUTF8, "the text is not UTF-8, allowed is UTF-8")
        }
        var parser = JSONParser(bytes: Array(text))
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.index == parser.bytes.count else { throw parser.unexpected("the end") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { index += 1 }
    }

    private func unexpected(_ allowed: String) -> Fault {
        guard index < bytes.count else { return Fault(.malformedJSON, "the text ends early, allowed is \(allowed)") }
        let rest = bytes[index..<min(bytes.count, index + 16)]
        let found = quoted(String(decoding: rest, as: UTF8.self))
        return Fault(.malformedJSON, "byte \(index + 1) begins \(found), allowed is \(allowed)")
    }

    private mutating func take(_ byte: UInt8, _ allowed: String) throws(Fault) {
        guard current == byte else { throw unexpected(allowed) }
        index += 1
    }

    private mutating func value(depth: Int) throws(Fault) -> JSONValue {
        guard depth < JSONValue.maximumDepth else {
            throw Fault(
                .nestingTooDeep,
                "values lie more than \(JSONValue.maximumDepth) deep, allowed is \(JSONValue.maximumDepth)")
        }
        skipSpace()
        guard let byte = current else { throw unexpected("a value") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: return try word()
        }
    }

    private mutating func word() throws(Fault) -> JSONValue {
        for (text, value) in [("true", JSONValue.bool(true)), ("false", .bool(false)), ("null", .null)]
        where bytes[index...].starts(with: text.utf8) {
            index += text.utf8.count
            return value
        }
        for text in ["NaN", "Infinity"] where bytes[index...].starts(with: text.utf8) {
            throw Fault(.notANumber, "\(text) stands where a number should, allowed are finite numbers")
        }
        throw unexpected("a value")
    }

    private mutating func object(depth: Int) throws(Fault) -> JSONValue {
        index += 1
        var members: [JSONValue.Member] = []
        var keys: Set<String> = []
        skipSpace()
        if current == UInt8(ascii: "}") {
            index += 1
            return .object(members)
        }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw unexpected("a key") }
            let key = try string()
            guard keys.insert(key).inserted else {
                throw Fault(.malformedJSON, "key \(quoted(key)) stands twice in an object, allowed is once")
            }
            skipSpace()
            try take(UInt8(ascii: ":"), "a colon")
            members.append(.init(key: key, value: try value(depth: depth + 1)))
            skipSpace()
            if current == UInt8(ascii: ",") {
                index += 1
            } else {
                try take(UInt8(ascii: "}"), "a comma or }")
                return .object(members)
            }
        }
    }

    private mutating func array(depth: Int) throws(Fault) -> JSONValue {
        index += 1
        var elements: [JSONValue] = []
        skipSpace()
        if current == UInt8(ascii: "]") {
            index += 1
            return .array(elements)
        }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if current == UInt8(ascii: ",") {
                index += 1
            } else {
                try take(UInt8(ascii: "]"), "a comma or ]")
                return .array(elements)
            }
        }
    }

    private mutating func number() throws(Fault) -> String {
        let start = index
        if current == UInt8(ascii: "-") { index += 1 }
        if bytes[index...].starts(with: "Infinity".utf8) {
            throw Fault(.notANumber, "-Infinity stands where a number should, allowed are finite numbers")
        }
        let hasLeadingZero = current == UInt8(ascii: "0")
        let whole = try digits()
        guard !hasLeadingZero || whole == 1 else {
            index = start
            throw unexpected("a number without leading zeros")
        }
        if current == UInt8(ascii: ".") {
            index += 1
            _ = try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            index += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { index += 1 }
            _ = try digits()
        }
        guard index - start <= JSONValue.maximumNumberBytes else {
            throw Fault(
                .numberTooLarge, "a number has \(index - start) characters, allowed are \(JSONValue.maximumNumberBytes)"
            )
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits() throws(Fault) -> Int {
        let start = index
        while let byte = current, byte &- UInt8(ascii: "0") < 10 { index += 1 }
        guard index > start else { throw unexpected("a digit") }
        return index - start
    }

    // MARK: Strings

    private mutating func string() throws(Fault) -> String {
        index += 1
        var content: [UInt8] = []
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"):
                index += 1
                content.append(contentsOf: UTF8.encode(try escape())!)
            case 0..<0x20: throw unexpected("no control character within a string")
            default:
                content.append(byte)
                index += 1
            }
        }
        throw unexpected("a closing quote")
    }

    private mutating func escape() throws(Fault) -> Unicode.Scalar {
        guard let byte = current else { throw unexpected("an escape") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try codePoint()
        default:
            index -= 1
            throw unexpected("one of the escapes of JSON")
        }
    }

    private mutating func codePoint() throws(Fault) -> Unicode.Scalar {
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let pair = "both halves of a surrogate pair"
        guard first < 0xDC00, current == UInt8(ascii: "\\") else { throw unexpected(pair) }
        index += 1
        try take(UInt8(ascii: "u"), pair)
        let second = try fourHexDigits()
        guard (0xDC00..<0xE000).contains(second) else { throw unexpected(pair) }
        guard let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) else {
            throw unexpected(pair)
        }
        return scalar
    }

    private mutating func fourHexDigits() throws(Fault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpected("four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }
}
