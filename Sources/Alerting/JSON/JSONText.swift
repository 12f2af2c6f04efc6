/// UTF-8 that grows at its end: what JSON is made in. The memory is its own until ``finished()``.
///
/// An alert has several kilobytes in hundreds of pieces, and is made for every shock and member: an array would be checked
/// for its room and for other owners at each piece.
struct JSONText {
    private var start: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var count = 0

    init(capacity: Int = 16_384) {
        self.capacity = capacity
        start = .allocate(capacity: capacity)
    }

    /// What was written; it must not be used afterwards.
    mutating func finished() -> [UInt8] {
        defer { start.deallocate() }
        return Array(UnsafeBufferPointer(start: start, count: count))
    }

    private mutating func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        capacity = max(2 * capacity, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: start, count: count)
        start.deallocate()
        start = larger
    }

    mutating func append(byte: UInt8) {
        reserve(1)
        start[count] = byte
        count += 1
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let from = bytes.baseAddress else { return }
        reserve(bytes.count)
        UnsafeMutableRawPointer(start + count).copyMemory(from: from, byteCount: bytes.count)
        count += bytes.count
    }

    mutating func append(fixed text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// As it is, without quotation marks.
    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    mutating func append(_ number: UInt64) {
        reserve(20)
        var length = 1
        var rest = number
        while rest >= 10 { (rest, length) = (rest / 10, length + 1) }
        rest = number
        for place in (0..<length).reversed() {
            start[count + place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += length
    }

    mutating func append(_ number: Int64) {
        if number < 0 { append(byte: UInt8(ascii: "-")) }
        append(number.magnitude)
    }

    /// The shortest decimal that reads back as the same number; what is no number as a string.
    mutating func append(_ number: Double) {
        if number.isFinite {
            append(number.description)
        } else {
            append(fixed: number.isNaN ? "\"NaN\"" : number < 0 ? "\"-Infinity\"" : "\"Infinity\"")
        }
    }

    /// A JSON string. Quotation mark, backslash and control characters, those of Latin-1 too, are escaped by `escape`.
    mutating func append(quoted text: String, escape: (inout JSONText, UInt8) -> Void) {
        append(byte: UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            var done = 0
            while true {
                let special = Self.firstSpecial(bytes, from: done)
                append(UnsafeRawBufferPointer(rebasing: bytes[done..<special]))
                guard special < bytes.count else { break }
                done = special + 1
                if bytes[special] != 0xC2 {
                    escape(&self, bytes[special])
                } else if bytes[done] < 0xA0 {
                    escape(&self, bytes[done])
                    done += 1
                } else {
                    append(byte: 0xC2)
                }
            }
        }
        append(byte: UInt8(ascii: "\""))
    }

    /// The place of the first byte that cannot be copied unseen: control characters, `"`, `\` and 0xC2, which begins those of
    /// Latin-1. Eight at a time (Warren, "Hacker's Delight", 6-1): nearly all text has none.
    private static func firstSpecial(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        let (ones, tops): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & tops }
        var place = start
        while place + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            let controls = (word &- ones &* 0x20) & ~word & tops
            let marks = zeros(word ^ (ones &* 0x22)) | zeros(word ^ (ones &* 0x5C)) | zeros(word ^ (ones &* 0x7F))
            if controls | marks | zeros(word ^ (ones &* 0xC2)) != 0 { break }
            place += 8
        }
        while place < bytes.count, !isSpecial(bytes[place]) { place += 1 }
        return place
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F || byte == 0xC2
    }
}
