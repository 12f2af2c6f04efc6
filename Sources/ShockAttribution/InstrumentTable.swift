import Calendars
import Schema

/// The instruments defined so far. Each has a slot: its place in every per-instrument column, from 0 in the
/// order of definition, never given to another.
struct InstrumentTable: Codable, Equatable, Sendable {
    struct Instrument: Codable, Equatable, Sendable {
        var symbol: String
        var name: String
        var kind: Int
        var aliases: [String]
        var ambiguousAliases: [String]
        var languageAliases: [LanguageNames] = []
        /// Of the name: one in each language.
        var translations: [LanguageNames] = []
    }

    /// Names in texts of one language.
    struct LanguageNames: Codable, Equatable, Sendable {
        var language: String
        var names: [String]
    }

    private(set) var instruments: [Instrument] = []
    /// Index of each slot's calendar, for ``Calendars/SessionClock``.
    private(set) var calendars = PackedArray<UInt8>()
    private var slotsBySymbol: [String: Int] = [:]
    /// Slot + 1 by instrument number, 0 where none is defined: the hot path's way in.
    private var slotsByNumber = PackedArray<Int32>()
    /// The same for numbers too large for a column.
    private var slotsByLargeNumber: [UInt32: Int] = [:]

    private static let columnLimit: UInt32 = 1 << 20

    var count: Int { instruments.count }

    func slot(symbol: String) -> Int? { slotsBySymbol[symbol] }

    /// The slot of an instrument number; nil if it is not defined. No hashing for numbers below a million.
    @inline(__always)
    func slot(number: UInt32) -> Int? {
        if number < UInt32(slotsByNumber.values.count) {
            let slot = Int(slotsByNumber.values[Int(number)]) - 1
            return slot < 0 ? nil : slot
        }
        return number < Self.columnLimit ? nil : slotsByLargeNumber[number]
    }

    /// Takes a definition; a symbol defined again keeps its slot and gets the new particulars.
    ///
    /// A number that stood for another symbol stands for this one from now on.
    mutating func define(_ definition: InstrumentDefinition, calendar: UInt8 = 0) {
        let instrument = Instrument(
            symbol: definition.symbol, name: definition.name, kind: definition.kind.rawValue,
            aliases: definition.aliases, ambiguousAliases: definition.ambiguousAliases,
            languageAliases: definition.languageAliases.map { .init(language: $0.language, names: $0.aliases) },
            translations: definition.translations.map { .init(language: $0.language, names: [$0.text]) })
        let slot: Int
        if let known = slotsBySymbol[definition.symbol] {
            slot = known
            instruments[slot] = instrument
            calendars.values[slot] = calendar
        } else {
            slot = instruments.count
            instruments.append(instrument)
            calendars.values.append(calendar)
            slotsBySymbol[definition.symbol] = slot
        }
        bind(number: definition.instrument, to: slot)
    }

    /// Asks for every slot's calendar again, of other settings.
    mutating func follow(_ clock: inout SessionClock) {
        for slot in instruments.indices {
            calendars.values[slot] = clock.index(
                of: instruments[slot].symbol, kind: InstrumentKind(rawValue: instruments[slot].kind) ?? .unspecified)
        }
    }

    private mutating func bind(number: UInt32, to slot: Int) {
        guard number < Self.columnLimit else {
            slotsByLargeNumber[number] = slot
            return
        }
        let missing = Int(number) + 1 - slotsByNumber.values.count
        if missing > 0 { slotsByNumber.values += Array(repeating: 0, count: missing) }
        slotsByNumber.values[Int(number)] = Int32(slot + 1)
    }
}
