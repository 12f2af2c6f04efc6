import Schema

/// Decimal numbers as they stand in files, read exactly.
enum DecimalText {
    /// A price in units of 1e-9, exactly; digits past the ninth decimal are rounded half to even.
    ///
    /// Zero, negative and too large prices are refused, and so is scientific notation: in a file of prices it
    /// is the mark of a spreadsheet that has already lost digits.
    static func price(_ bytes: Span<UInt8>, _ name: String) throws(Fault) -> Int64 {
        var index = 0
        let negative = bytes.count > 0 && bytes[0] == UInt8(ascii: "-")
        if negative || (bytes.count > 0 && bytes[0] == UInt8(ascii: "+")) { index = 1 }
        var value: UInt64 = 0
        var digits = 0
        var decimals = -1
        var rounding = Rounding()
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "."), decimals < 0 {
                decimals = 0
                continue
            }
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { throw notAPrice(bytes, name) }
            digits += 1
            guard decimals < 9 else {
                rounding.take(digit)
                continue
            }
            if decimals >= 0 { decimals += 1 }
            guard value <= 1_000_000_000_000_000_000 else { throw tooLarge(bytes, name) }
            value = value * 10 + UInt64(digit)
        }
        guard digits > 0 else { throw notAPrice(bytes, name) }
        for _ in 0..<(9 - max(0, decimals)) {
            guard value <= 1_000_000_000_000_000_000 else { throw tooLarge(bytes, name) }
            value *= 10
        }
        value = rounding.applied(to: value)
        guard !negative, value > 0 else {
            throw Fault(.priceNotPositive, "\(name) is \(quoted(bytes)), allowed are prices above 0")
        }
        guard value <= UInt64(Price.maximum) else { throw tooLarge(bytes, name) }
        return Int64(value)
    }

    /// Digits past the last that is kept, to be rounded half to even.
    private struct Rounding {
        private var first: UInt8 = 0
        private var seen = false
        private var rest = false

        mutating func take(_ digit: UInt8) {
            if !seen {
                first = digit
                seen = true
            } else if digit != 0 {
                rest = true
            }
        }

        func applied(to value: UInt64) -> UInt64 {
            let up = first > 5 || (first == 5 && (rest || value % 2 == 1))
            return up ? value + 1 : value
        }
    }

    private static func notAPrice(_ bytes: Span<UInt8>, _ name: String) -> Fault {
        guard bytes.count > 0 else { return Fault(.missingValue, "\(name) is empty, allowed is a decimal number") }
        return Fault(.notANumber, "\(name) is \(quoted(bytes)), allowed is a decimal number such as 124.80")
    }

    private static func tooLarge(_ bytes: Span<UInt8>, _ name: String) -> Fault {
        Fault(.numberTooLarge, "\(name) is \(quoted(bytes)), allowed are prices up to 1000000000")
    }

    /// The largest volume or size that is believed.
    static let maximumVolume: UInt64 = 1_000_000_000_000_000_000

    /// A whole number of shares or contracts; `544514000.0` is whole. Empty means 0: the source has none.
    static func volume(_ bytes: Span<UInt8>, _ name: String) throws(Fault) -> UInt64 {
        var value: UInt64 = 0
        var index = 0
        while index < bytes.count, bytes[index] != UInt8(ascii: ".") {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { throw notAVolume(bytes, name) }
            value = value * 10 + UInt64(digit)
            guard value <= maximumVolume else {
                throw Fault(.numberTooLarge, "\(name) is \(quoted(bytes)), allowed is up to \(maximumVolume)")
            }
            index += 1
        }
        guard index < bytes.count else { return value }
        guard index > 0 else { throw notAVolume(bytes, name) }
        for position in (index + 1)..<bytes.count {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit < 10 else { throw notAVolume(bytes, name) }
            guard digit == 0 else {
                throw Fault(.notWhole, "\(name) is \(quoted(bytes)), allowed are whole numbers")
            }
        }
        return value
    }

    private static func notAVolume(_ bytes: Span<UInt8>, _ name: String) -> Fault {
        Fault(.notANumber, "\(name) is \(quoted(bytes)), allowed are whole numbers from 0")
    }
}
