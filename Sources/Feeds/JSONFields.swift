import Schema

/// The members of one object, read by name and type.
///
/// Keys are snake case; camel case is taken for the same. `null` is the same as no key. What no one asked for
/// is left over, to be counted and ignored.
struct JSONFields {
    private var members: [String: JSONValue] = [:]

    init(_ value: JSONValue) throws(Fault) {
        guard case .object(let list) = value else {
            throw Fault(.wrongType, "\(value.kindName) stands alone, allowed is an object {…}")
        }
        for member in list {
            let key = Self.snakeCase(member.key)
            guard members.updateValue(member.value, forKey: key) == nil else {
                throw Fault(.malformedJSON, "key \(quoted(key)) stands twice in an object, allowed is once")
            }
        }
    }

    static func snakeCase(_ key: String) -> String {
        guard key.utf8.contains(where: { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else { return key }
        var result: [UInt8] = []
        for byte in key.utf8 {
            if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) {
                if !result.isEmpty { result.append(UInt8(ascii: "_")) }
                result.append(byte + 32)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Keys nobody took, in alphabetical order.
    var leftOver: [String] { members.keys.sorted() }

    func has(_ key: String) -> Bool { members[key] != nil && members[key] != .null }

    mutating func take(_ key: String) -> JSONValue? {
        guard let value = members.removeValue(forKey: key), value != .null else { return nil }
        return value
    }

    static func missing(_ key: String, _ allowed: String) -> Fault {
        Fault(.missingValue, "\(key) is missing, allowed is \(allowed)")
    }

    static func wrongType(_ key: String, _ found: JSONValue, _ allowed: String) -> Fault {
        Fault(.wrongType, "\(key) is \(found.kindName), allowed is \(allowed)")
    }

    // MARK: Types

    mutating func text(_ key: String) throws(Fault) -> String? {
        guard let value = take(key) else { return nil }
        guard case .string(let text) = value else { throw Self.wrongType(key, value, "a string") }
        return text
    }

    mutating func requiredText(_ key: String) throws(Fault) -> String {
        guard let text = try text(key) else { throw Self.missing(key, "a string") }
        return text
    }

    mutating func flag(_ key: String) throws(Fault) -> Bool? {
        guard let value = take(key) else { return nil }
        guard case .bool(let flag) = value else { throw Self.wrongType(key, value, "true or false") }
        return flag
    }

    /// A finite number.
    mutating func number(_ key: String) throws(Fault) -> Double? {
        guard let value = take(key) else { return nil }
        guard case .number(let text) = value else { throw Self.wrongType(key, value, "a number") }
        guard let number = Double(text), number.isFinite else {
            throw Fault(.numberTooLarge, "\(key) is \(text), allowed are numbers of at most about 1.8e308")
        }
        return number
    }

    mutating func requiredNumber(_ key: String) throws(Fault) -> Double {
        guard let number = try number(key) else { throw Self.missing(key, "a number") }
        return number
    }

    mutating func list(_ key: String) throws(Fault) -> [JSONValue]? {
        guard let value = take(key) else { return nil }
        guard case .array(let list) = value else { throw Self.wrongType(key, value, "an array") }
        return list
    }

    /// A number, or a string that is one, as it was written.
    private mutating func decimal(_ key: String) throws(Fault) -> String? {
        guard let value = take(key) else { return nil }
        switch value {
        case .number(let text), .string(let text): return text
        default: throw Self.wrongType(key, value, "a number or a string that is one")
        }
    }

    mutating func price(_ key: String) throws(Fault) -> Int64 {
        guard let text = try decimal(key) else { throw Self.missing(key, "a decimal number") }
        return try DecimalText.price(Array(text.utf8).span, key)
    }

    /// 0 where the key is not there.
    mutating func volume(_ key: String) throws(Fault) -> UInt64 {
        guard let text = try decimal(key) else { return 0 }
        return try DecimalText.volume(Array(text.utf8).span, key)
    }

    /// A whole number of 64 bits, or a string that is one.
    mutating func unsigned(_ key: String) throws(Fault) -> UInt64? {
        guard let text = try decimal(key) else { return nil }
        guard let value = UInt64(text) else {
            throw Fault(.notANumber, "\(key) is \(quoted(text)), allowed are whole numbers from 0 to \(UInt64.max)")
        }
        return value
    }

    mutating func instant(_ key: String) throws(Fault) -> UInt64? {
        guard let text = try text(key) else { return nil }
        return try TimeText.instant(text, key)
    }

    mutating func requiredInstant(_ key: String) throws(Fault) -> UInt64 {
        guard let time = try instant(key) else { throw Self.missing(key, "an RFC 3339 time") }
        return time
    }

    /// One of a few words.
    mutating func word<Value>(_ key: String, _ words: KeyValuePairs<String, Value>) throws(Fault) -> Value? {
        guard let text = try text(key) else { return nil }
        guard let found = words.first(where: { $0.key == text }) else {
            let allowed = words.map(\.key).joined(separator: ", ")
            throw Fault(.notAllowed, "\(key) is \(quoted(text)), allowed are \(allowed)")
        }
        return found.value
    }

    mutating func tier() throws(Fault) -> SourceTier {
        try word("tier", SourceTier.words) ?? .unspecified
    }
}

extension SourceTier {
    static let words: KeyValuePairs<String, SourceTier> = [
        "T1": .t1, "T2": .t2, "T3": .t3, "T4": .t4, "T5": .t5, "T6": .t6,
    ]
}
