/// Numbers as alerts print them, the same on every machine: no locale, a true minus sign (U+2212), halves
/// rounded away from zero, thousands set apart by commas.
public enum FixedNumber {
    /// What stands for a value that is not a number.
    public static let none = "n/a"

    /// A number with a fixed count of decimals, such as `1,234.50` or `−0.20`.
    ///
    /// - Parameters:
    ///   - value: The number; halves are rounded away from zero.
    ///   - decimals: 0 to 9.
    ///   - signed: Whether a positive number gets a plus sign. What rounds to zero has no sign.
    /// - Returns: ``none`` for NaN, infinities and what does not fit into 15 digits.
    public static func decimal(_ value: Double, decimals: Int, signed: Bool = false) -> String {
        text(value, decimals, signed: signed) ?? none
    }

    /// The number, with what follows it; nil where there is none to print.
    ///
    /// Written from its end into one piece of memory: each paragraph has dozens of them.
    ///
    /// - Parameter isGrouped: Whether commas set thousands apart.
    static func text(
        _ value: Double, _ decimals: Int, signed: Bool, isGrouped: Bool = true, unit: StaticString = ""
    ) -> String? {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 1e15 else { return nil }  // false for NaN too
        // 15 digits, a point, 4 commas and a sign of 3 bytes.
        let room = 24 + unit.utf8CodeUnitCount
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { text in
            var start = room
            func put(_ byte: UInt8) {
                start -= 1
                text[start] = byte
            }
            for place in (0..<unit.utf8CodeUnitCount).reversed() { put(unit.utf8Start[place]) }
            var (rest, place) = (UInt(scaled), 0)
            while rest > 0 || place <= decimals {
                if place == decimals, decimals > 0 { put(UInt8(ascii: ".")) }
                if isGrouped, place > decimals, (place - decimals) % 3 == 0 { put(UInt8(ascii: ",")) }
                put(UInt8(ascii: "0") + UInt8(rest % 10))
                (rest, place) = (rest / 10, place + 1)
            }
            if scaled > 0, value < 0 {
                put(0x92)
                put(0x88)
                put(0xE2)
            } else if scaled > 0, signed {
                put(UInt8(ascii: "+"))
            }
            return String(decoding: UnsafeBufferPointer(rebasing: text[start...]), as: UTF8.self)
        }
    }

    /// A fraction as a percentage: 0.0893 is `+8.93 %`.
    public static func percent(_ fraction: Double, decimals: Int, signed: Bool = true) -> String {
        text(fraction * 100, decimals, signed: signed, unit: " %") ?? none
    }

    /// A fraction as percentage points without a unit, for lists that name it once.
    public static func points(_ fraction: Double, signed: Bool = true) -> String {
        decimal(fraction * 100, decimals: 2, signed: signed)
    }

    /// A probability as a whole percentage; what is above 0 or below 1 is never said to be 0 or 100.
    public static func probability(_ value: Double) -> String {
        guard value.isFinite else { return none }
        if value > 0 && value < 0.005 { return "under 1 %" }
        if value < 1 && value >= 0.995 { return "over 99 %" }
        return text(value * 100, 0, signed: false, unit: " %") ?? none + " %"
    }

    /// An amount of US dollars: `−$592.7 bn`, `$1.02 tn`, `$850 m`, `$12,300`.
    public static func dollars(_ amount: Double) -> String {
        let size = abs(amount)
        let text =
            switch size {
            case 999.95e9...: decimal(size / 1e12, decimals: 2) + " tn"
            case 999.5e6...: decimal(size / 1e9, decimals: 1) + " bn"
            case 999_500...: decimal(size / 1e6, decimals: 0) + " m"
            default: decimal(size, decimals: 0)
            }
        guard !text.hasPrefix(none) else { return none }
        return (amount < 0 && text != "0" ? "\u{2212}$" : "$") + text
    }

    /// A large count of things: `24.49 bn`, `310.0 m`, `1,250`.
    public static func count(_ number: Double) -> String {
        switch abs(number) {
        case 1e9...: decimal(number / 1e9, decimals: 2) + " bn"
        case 1e6...: decimal(number / 1e6, decimals: 1) + " m"
        default: decimal(number, decimals: 0)
        }
    }

    /// A price or another level with as many decimals as its size deserves: two from 1 up, four below.
    public static func level(_ value: Double) -> String {
        decimal(value, decimals: abs(value) < 1 ? 4 : 2)
    }

    /// 1 is `1st`; 11, 12 and 13 are `11th`, `12th`, `13th`.
    public static func ordinal(_ number: UInt32) -> String {
        let suffix =
            switch (number % 10, number % 100) {
            case (1, let rest) where rest != 11: "st"
            case (2, let rest) where rest != 12: "nd"
            case (3, let rest) where rest != 13: "rd"
            default: "th"
            }
        return grouped(Int(number)) + suffix
    }

    /// - Parameter number: Not negative.
    private static func grouped(_ number: Int) -> String {
        let digits = String(number)
        guard digits.utf8.count > 3 else { return digits }
        var text: [UInt8] = []
        for (place, digit) in digits.utf8.enumerated() {
            if place > 0, (digits.utf8.count - place) % 3 == 0 { text.append(UInt8(ascii: ",")) }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
