/// One record where it lies: valid during the call it was given to.
public struct DBNRecord {
    /// The whole record, header included, with what a gateway may have put behind it.
    public let bytes: UnsafeRawBufferPointer
    /// Of its first byte, in the decompressed file.
    public let offset: UInt64
    /// From 1.
    public let number: UInt64
    let version: UInt8

    public var rtype: UInt8 { bytes[1] }
    /// nil for a kind that is not known.
    public var type: RecordType? { RecordType(rawValue: rtype) }
    public var publisherID: UInt16 { read(at: 2) }
    public var instrumentID: UInt32 { read(at: 4) }
    /// ns since the Unix epoch; `UInt64.max` where there is none. What it is the time of depends on the kind.
    public var eventTime: UInt64 { read(at: 8) }

    /// The layout of its kind; nil where the kind is not known or the record is too short for it.
    public var layout: RecordLayout? {
        guard let layout = RecordLayout.layout(rtype: rtype, version: version), bytes.count >= layout.size else {
            return nil
        }
        return layout
    }

    /// A value at an offset within the record, which must be there.
    @inline(__always)
    func read<T: FixedWidthInteger>(at offset: Int, as: T.Type = T.self) -> T {
        T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    /// Text up to its zero byte or the field's end; bytes that are no UTF-8 are replaced.
    func text(at offset: Int, size: Int) -> String {
        let field = bytes[offset..<offset + size]
        return String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// A field as a number: characters are their ASCII codes. nil for text.
    public func number(_ field: RecordLayout.Field) -> Int128? {
        switch (field.kind, field.size) {
        case (.unsigned, 1), (.character, 1): Int128(read(at: field.offset, as: UInt8.self))
        case (.unsigned, 2): Int128(read(at: field.offset, as: UInt16.self))
        case (.unsigned, 4): Int128(read(at: field.offset, as: UInt32.self))
        case (.unsigned, 8): Int128(read(at: field.offset, as: UInt64.self))
        case (.signed, 1): Int128(read(at: field.offset, as: Int8.self))
        case (.signed, 2): Int128(read(at: field.offset, as: Int16.self))
        case (.signed, 4): Int128(read(at: field.offset, as: Int32.self))
        case (.signed, 8): Int128(read(at: field.offset, as: Int64.self))
        default: nil
        }
    }

    /// A text field; nil for others.
    public func text(_ field: RecordLayout.Field) -> String? {
        field.kind == .text ? text(at: field.offset, size: field.size) : nil
    }
}

/// Values that stand for "none".
public enum DBNUndefined {
    public static let price = Int64.max
    public static let time = UInt64.max
}

// MARK: What is made of records

/// A trade, from any kind of record that has one.
public struct DBNTrade: Equatable, Sendable {
    /// When the venue matched it; ``DBNUndefined/time`` where it does not say.
    public var time: UInt64
    /// When it was received.
    public var received: UInt64
    /// 1e-9 of the currency; ``DBNUndefined/price`` where there is none.
    public var price: Int64
    public var size: UInt32
    /// `T` a trade, other letters changes of the book; 0 in samples of the last trade.
    public var action: UInt8
    public var flags: UInt8
}

/// Prices over an interval, 1e-9 of the currency.
public struct DBNBar: Equatable, Sendable {
    /// When the interval began.
    public var start: UInt64
    public var open, high, low, close: Int64
    public var volume: UInt64
}

/// The best bid and offer.
public struct DBNQuote: Equatable, Sendable {
    public var bid, ask: Int64
    public var bidSize, askSize: UInt32
}

/// What an instrument is.
public struct DBNDefinition: Equatable, Sendable {
    public var symbol: String
    public var currency: String
    public var exchange: String
    /// `K` a stock, `F` a future, `C` and `P` options …
    public var instrumentClass: UInt8
}

/// Which symbol an instrument's number stands for from `start` until `end`.
public struct DBNMapping: Equatable, Sendable {
    public var input: String
    public var output: String
    /// Symbology of `input`; nil in version 1, which does not say.
    public var inputSymbology: UInt8?
    public var start: UInt64
    public var end: UInt64
}

extension DBNRecord {
    /// Flags of a record.
    public enum Flag {
        public static let maybeBadBook: UInt8 = 4, badReceiveTime: UInt8 = 8, snapshot: UInt8 = 32
    }

    /// The trade or last trade of the record; nil where its kind has none, or it is too short.
    public var trade: DBNTrade? {
        guard let type, layout != nil else { return nil }
        switch type {
        case .trade, .mbp1, .tbbo, .mbp10, .cmbp1, .tcbbo:
            return DBNTrade(
                time: eventTime, received: read(at: 32), price: read(at: 16), size: read(at: 24), action: bytes[28],
                flags: bytes[30])
        case .bbo1s, .bbo1m, .cbbo1s, .cbbo1m:
            return DBNTrade(
                time: eventTime, received: read(at: 32), price: read(at: 16), size: read(at: 24), action: 0,
                flags: bytes[30])
        case .mbo:
            return DBNTrade(
                time: eventTime, received: read(at: 40), price: read(at: 24),
                size: read(at: 32), action: bytes[38], flags: bytes[36])
        default: return nil
        }
    }

    public var bar: DBNBar? {
        guard let type, layout != nil else { return nil }
        switch type {
        case .ohlcv, .ohlcv1s, .ohlcv1m, .ohlcv1h, .ohlcv1d, .ohlcvEOD:
            return DBNBar(
                start: eventTime, open: read(at: 16), high: read(at: 24), low: read(at: 32), close: read(at: 40),
                volume: read(at: 48))
        default: return nil
        }
    }

    /// The best bid and offer after the record; sizes of a consolidated one are those at the best venue.
    public var quote: DBNQuote? {
        guard let type, layout != nil else { return nil }
        switch type {
        case .mbp1, .tbbo, .mbp10, .cmbp1, .tcbbo, .bbo1s, .bbo1m, .cbbo1s, .cbbo1m:
            return DBNQuote(bid: read(at: 48), ask: read(at: 56), bidSize: read(at: 64), askSize: read(at: 68))
        default: return nil
        }
    }

    public var definition: DBNDefinition? {
        guard type == .definition, let layout else { return nil }
        func text(_ name: String) -> String { layout.fields.first { $0.name == name }.flatMap { self.text($0) } ?? "" }
        return DBNDefinition(
            symbol: text("raw_symbol"), currency: text("currency"), exchange: text("exchange"),
            instrumentClass: bytes[layout.offset(of: "instrument_class")])
    }

    public var mapping: DBNMapping? {
        guard type == .symbolMapping, let layout else { return nil }
        func text(_ name: String) -> String { layout.fields.first { $0.name == name }.flatMap { self.text($0) } ?? "" }
        return DBNMapping(
            input: text("stype_in_symbol"), output: text("stype_out_symbol"),
            inputSymbology: version == 1 ? nil : bytes[layout.offset(of: "stype_in")],
            start: read(at: layout.offset(of: "start_ts")), end: read(at: layout.offset(of: "end_ts")))
    }

    /// What a gateway says: of an error or a system record.
    public var message: String? {
        guard type == .error || type == .system, let layout else { return nil }
        return layout.fields.first { $0.kind == .text }.flatMap { text($0) }
    }
}
