import MarketModels
import Schema

/// Every instrument's state, returns and name, by its dense number.
struct InstrumentTable: Codable, Sendable {
    /// What a definition says, as far as it is needed here.
    struct Identity: Codable, Equatable, Sendable {
        var symbol = ""
        var currency = ""
    }

    /// Numbers are dense: one this far beyond those known is not a new instrument but a wrong number.
    static let growthLimit = 1_024

    private var packedStates = PackedArray<InstrumentState>()
    private(set) var identities: [Identity] = []
    var rings = SessionRings()
    /// Number by symbol; made from ``identities``, and only ever looked up, never walked.
    private var numbers: [String: Int] = [:]

    init() {}

    var count: Int { identities.count }

    var states: [InstrumentState] {
        @inline(__always) get { packedStates.values }
        @inline(__always) _modify { yield &packedStates.values }
    }

    /// Whether a definition says what is known already, as one does that is said again where a segment begins.
    func knows(_ definition: InstrumentDefinition) -> Bool {
        let number = Int(definition.instrument)
        return number < count && states[number].isDefined && numbers[definition.symbol] == number
            && identities[number] == Identity(symbol: definition.symbol, currency: definition.currency)
            && states[number].kind == UInt8(truncatingIfNeeded: definition.kind.rawValue)
    }

    /// Enters a definition, or the new one of a number already known, which keeps its prices.
    ///
    /// - Returns: `false` if the number is not dense.
    mutating func define(_ definition: InstrumentDefinition, decay: Double) -> Bool {
        let number = Int(definition.instrument)
        guard number < count + Self.growthLimit else { return false }
        grow(to: number + 1, decay: decay)
        if numbers[identities[number].symbol] == number { numbers[identities[number].symbol] = nil }
        identities[number] = Identity(symbol: definition.symbol, currency: definition.currency)
        numbers[definition.symbol] = number
        states[number].isDefined = true
        states[number].kind = UInt8(truncatingIfNeeded: definition.kind.rawValue)
        return true
    }

    private mutating func grow(to size: Int, decay: Double) {
        guard size > count else { return }
        var fresh = InstrumentState()
        fresh.restartVolatility(decay: decay)
        states += Array(repeating: fresh, count: size - count)
        identities += Array(repeating: Identity(), count: size - count)
        rings.grow(to: size)
    }

    /// The number that a symbol stands for now; nil if it is not defined.
    func number(of symbol: String) -> Int? { numbers[symbol] }

    func symbol(_ number: Int) -> String { identities[number].symbol }

    func kind(_ number: Int) -> InstrumentKind {
        InstrumentKind(rawValue: Int(states[number].kind)) ?? .unspecified
    }

    /// Feeds every volatility again with another λ, from the long history.
    mutating func restartVolatilities(decay: Double) {
        for number in 0..<count { restartVolatility(of: number, decay: decay) }
    }

    mutating func restartVolatility(of number: Int, decay: Double) {
        states[number].restartVolatility(decay: decay)
        states[number].isVolatilityStale = false
        for past in rings.history(of: number).sorted(by: { $0.day < $1.day }) {
            states[number].volatility.add(Double(past.value))
        }
    }

    private enum CodingKeys: CodingKey { case packedStates, identities, rings }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        packedStates = try container.decode(PackedArray<InstrumentState>.self, forKey: .packedStates)
        identities = try container.decode([Identity].self, forKey: .identities)
        rings = try container.decode(SessionRings.self, forKey: .rings)
        guard packedStates.values.count == identities.count, rings.instruments == identities.count else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "instruments and their states differ in number")
            )
        }
        // In the order of definition by number; a symbol that moved to a higher number stays there.
        for (number, identity) in identities.enumerated() where states[number].isDefined {
            numbers[identity.symbol] = number
        }
    }
}
