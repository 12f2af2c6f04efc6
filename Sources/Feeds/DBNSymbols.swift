import DBN
import Schema

/// Which symbol an instrument's number in a DBN file stands for.
///
/// By the file's metadata for a range of dates, and from a mapping or definition record on by that one.
struct DBNSymbols {
    private struct Span {
        /// ns since the Unix epoch, `end` not included.
        var start, end: UInt64
        var symbol: String
    }

    private var spans: [UInt32: [Span]] = [:]
    private var said: [UInt32: String] = [:]
    /// Why the metadata's symbols cannot be used; nil: they can.
    private var unusable: String?

    /// Instruments whose symbols are remembered; damage names more.
    private static let maximumInstruments = 1_000_000

    mutating func take(_ metadata: DBNMetadata) {
        typealias Symbology = DBNMetadata.Symbology
        let isReversed = metadata.inputSymbology == Symbology.instrumentID
        guard isReversed || metadata.outputSymbology == Symbology.instrumentID else {
            unusable = "the file's symbols do not stand for instrument numbers"
            return
        }
        guard metadata.inputSymbology != Symbology.parent else {
            unusable = "the file was asked for by parent symbols, which stand for many instruments each"
            return
        }
        for mapping in metadata.mappings {
            for interval in mapping.intervals {
                guard let number = UInt32(isReversed ? mapping.symbol : interval.symbol),
                    let start = Self.midnight(interval.start), let end = Self.midnight(interval.end)
                else { continue }
                let symbol = isReversed ? interval.symbol : mapping.symbol
                spans[number, default: []].append(Span(start: start, end: end, symbol: symbol))
            }
        }
    }

    /// A record that says a symbol. Of the two that a mapping has, the one that is defined is meant.
    mutating func take(_ record: DBNRecord, _ symbols: SymbolTable) {
        guard said.count < Self.maximumInstruments else { return }
        if let definition = record.definition {
            // A file of continuous contracts has its symbols in the metadata, and the contracts' own here.
            if symbols.number(of: definition.symbol) != nil || spans[record.instrumentID] == nil {
                said[record.instrumentID] = definition.symbol
            }
        } else if let mapping = record.mapping {
            let isParent = mapping.inputSymbology == nil || mapping.inputSymbology == DBNMetadata.Symbology.parent
            let isInputMeant =
                !isParent && symbols.number(of: mapping.output) == nil && symbols.number(of: mapping.input) != nil
            said[record.instrumentID] = isInputMeant ? mapping.input : mapping.output
        }
    }

    /// The symbol of an instrument at a time.
    ///
    /// - Throws: ``Fault`` where nothing says it.
    func symbol(of instrument: UInt32, at time: UInt64) throws(Fault) -> String {
        if let symbol = said[instrument] { return symbol }
        if let span = spans[instrument]?.first(where: { $0.start <= time && time < $0.end }) { return span.symbol }
        let reason = unusable ?? "the file gives it no symbol on \(CivilTime.rfc3339(time).prefix(10))"
        throw Fault(.unknownSymbol, "\(reason), allowed are instruments with a symbol")
    }

    /// Midnight UTC of YYYYMMDD.
    private static func midnight(_ date: UInt32) -> UInt64? {
        let (year, month, day) = (Int(date / 10_000), Int(date / 100 % 100), Int(date % 100))
        guard (1970...2500).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        return UInt64(CivilTime.dayNumber(year: year, month: month, day: day)) * CivilTime.day
    }
}
