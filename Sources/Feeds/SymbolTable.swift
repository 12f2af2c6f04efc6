public import Schema

/// Symbols and the numbers that stand for them in a stream, dense from 1. 0 is no instrument.
public struct SymbolTable: Sendable, Equatable {
    private var numbers: [String: UInt32] = [:]
    /// By number less one; empty where a number was never defined.
    private var symbols: [String] = []
    private var kinds: [InstrumentKind] = []

    /// A number past this is damage, not an instrument.
    public static let maximumNumber: UInt32 = 1_000_000

    public init() {}

    public init(_ definitions: some Sequence<InstrumentDefinition>) {
        for definition in definitions { define(definition) }
    }

    public var count: Int { numbers.count }

    /// The highest number defined; the next instrument gets the one after it.
    public var highestNumber: UInt32 { UInt32(symbols.count) }

    public func number(of symbol: String) -> UInt32? { numbers[symbol] }

    public func symbol(of number: UInt32) -> String? {
        guard number > 0, number <= symbols.count else { return nil }
        let symbol = symbols[Int(number) - 1]
        return symbol.isEmpty ? nil : symbol
    }

    /// nil where the number was never defined.
    public func kind(of number: UInt32) -> InstrumentKind? {
        symbol(of: number) == nil ? nil : kinds[Int(number) - 1]
    }

    /// Applies a definition as it stands in a stream: a later one replaces what an earlier one said of the
    /// same number or the same symbol.
    ///
    /// - Returns: false for a number or symbol that cannot be, which is left out.
    @discardableResult
    public mutating func define(_ definition: InstrumentDefinition) -> Bool {
        let number = definition.instrument
        guard number > 0, number <= Self.maximumNumber, !definition.symbol.isEmpty else { return false }
        if let former = numbers[definition.symbol], former != number { symbols[Int(former) - 1] = "" }
        while symbols.count < number {
            symbols.append("")
            kinds.append(.unspecified)
        }
        let index = Int(number) - 1
        if !symbols[index].isEmpty { numbers[symbols[index]] = nil }
        symbols[index] = definition.symbol
        kinds[index] = definition.kind
        numbers[definition.symbol] = number
        return true
    }
}

extension SymbolTable {
    /// The number of a symbol that must be defined.
    func required(_ symbol: String) throws(Fault) -> UInt32 {
        if let number = numbers[symbol] { return number }
        guard !symbol.isEmpty else { throw Fault(.missingValue, "symbol is empty, allowed is a defined symbol") }
        let allowed = "the \(count) symbols defined in the settings"
        throw Fault(.unknownSymbol, "symbol is \(quoted(symbol)), allowed are \(allowed)")
    }
}
