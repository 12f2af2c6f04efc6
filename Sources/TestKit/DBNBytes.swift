/// Writes Databento Binary Encoding by its documentation, field by field, for tests of readers.
public struct DBNBytes {
    public var bytes: [UInt8] = []

    public init() {}

    public mutating func put(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    public mutating func put(_ text: String, size: Int) {
        let utf8 = Array(text.utf8.prefix(size))
        bytes += utf8 + [UInt8](repeating: 0, count: size - utf8.count)
    }

    public mutating func zeros(_ count: Int) { bytes += [UInt8](repeating: 0, count: count) }

    /// One mapping of a symbol to an instrument's number, dates as YYYYMMDD.
    public struct Mapping: Sendable {
        public var symbol: String
        public var start, end: UInt32
        public var output: String

        public init(_ symbol: String, _ start: UInt32, _ end: UInt32, _ output: String) {
            (self.symbol, self.start, self.end, self.output) = (symbol, start, end, output)
        }
    }

    /// `DBN`, version, length and metadata.
    public mutating func metadata(
        version: UInt8, schema: UInt16 = .max, mappings: [Mapping] = [], stypeIn: UInt8 = 1, stypeOut: UInt8 = 0,
        sendTimes: Bool = false
    ) {
        let length = version == 1 ? 22 : 71
        var body = DBNBytes()
        body.put("XNAS.ITCH", size: 16)
        body.put(schema)
        body.put(1_737_936_000_000_000_000 as UInt64)
        body.put(UInt64.max)
        body.put(0 as UInt64)
        if version == 1 { body.put(UInt64.max) }
        body.bytes += [stypeIn, stypeOut, sendTimes ? 1 : 0]
        if version > 1 { body.put(UInt16(length)) }
        body.zeros(100 - body.bytes.count)
        body.put(0 as UInt32)
        body.put(UInt32(mappings.count))
        for mapping in mappings { body.put(mapping.symbol, size: length) }
        body.put(0 as UInt32)
        body.put(0 as UInt32)
        body.put(UInt32(mappings.count))
        for mapping in mappings {
            body.put(mapping.symbol, size: length)
            body.put(1 as UInt32)
            body.put(mapping.start)
            body.put(mapping.end)
            body.put(mapping.output, size: length)
        }
        if version == 3 { body.zeros((8 - body.bytes.count % 8) % 8) }
        put("DBN", size: 3)
        put(version)
        put(UInt32(body.bytes.count))
        bytes += body.bytes
    }

    public mutating func header(words: UInt8, rtype: UInt8, instrument: UInt32, time: UInt64, publisher: UInt16 = 2) {
        put(words)
        put(rtype)
        put(publisher)
        put(instrument)
        put(time)
    }

    /// A `trades` record.
    public mutating func trade(
        _ instrument: UInt32, time: UInt64, price: Int64, size: UInt32 = 100, action: Character = "T", flags: UInt8 = 0,
        received: UInt64 = .max, publisher: UInt16 = 2
    ) {
        header(words: 12, rtype: 0, instrument: instrument, time: time, publisher: publisher)
        put(price)
        put(size)
        bytes += [action.asciiValue ?? 0, UInt8(ascii: "B"), flags, 0]
        put(received)
        put(0 as Int32)
        put(1 as UInt32)
    }

    /// An `ohlcv` record: rtype 0x20 of a second, 0x21 a minute, 0x22 an hour, 0x23 a day.
    public mutating func bar(
        _ instrument: UInt32, rtype: UInt8 = 0x21, start: UInt64, _ prices: (Int64, Int64, Int64, Int64),
        volume: UInt64 = 7, publisher: UInt16 = 2
    ) {
        header(words: 14, rtype: rtype, instrument: instrument, time: start, publisher: publisher)
        for price in [prices.0, prices.1, prices.2, prices.3] { put(price) }
        put(volume)
    }

    /// A `bbo-1s` record.
    public mutating func sample(_ instrument: UInt32, time: UInt64, price: Int64, size: UInt32 = 10, received: UInt64) {
        header(words: 20, rtype: 0xC3, instrument: instrument, time: time)
        put(price)
        put(size)
        bytes += [0, UInt8(ascii: "N"), 0, 0]
        put(received)
        zeros(8)
        put(price &- 1)
        put(price &+ 1)
        for number in 1...4 as ClosedRange<UInt32> { put(number) }
    }

    /// A symbol mapping of version 2 and 3.
    public mutating func mapping(_ instrument: UInt32, input: String, stypeIn: UInt8, output: String) {
        header(words: 44, rtype: 0x16, instrument: instrument, time: 5)
        put(stypeIn)
        put(input, size: 71)
        put(1 as UInt8)
        put(output, size: 71)
        put(0 as UInt64)
        put(UInt64.max)
    }

    /// An error message of version 2 and 3.
    public mutating func error(_ text: String) {
        header(words: 80, rtype: 0x15, instrument: 0, time: 5)
        put(text, size: 302)
        bytes += [1, 1]
    }

    /// A file with a record of each kind that something is made of, and some that nothing is.
    public static func file(version: UInt8) -> [UInt8] {
        var file = DBNBytes()
        file.metadata(
            version: version,
            mappings: [Mapping("ACME", 2025_01_27, 2025_01_28, "11"), Mapping("BOLT", 2025_01_27, 2025_01_28, "12")])
        let time: UInt64 = 1_737_988_200_000_000_000  // 2025-01-27T14:30:00Z
        file.trade(11, time: time, price: 12_340_000_000)
        file.trade(12, time: time + 1, price: 5_000_000_001, size: .max)
        file.bar(11, start: time, (10, 12, 9, 11))
        file.bar(12, rtype: 0x22, start: time, (10, 12, 9, 11), volume: .max)
        file.sample(11, time: time, price: 77, received: time + 5)
        if version > 1 {
            file.mapping(13, input: "CRUX", stypeIn: 1, output: "CRUX")
            file.error("no such symbol")
        }
        file.header(words: 5, rtype: 0x77, instrument: 1, time: 2)
        file.put(9 as UInt32)
        return file.bytes
    }
}
