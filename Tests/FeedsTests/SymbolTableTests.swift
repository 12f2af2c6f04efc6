import Feeds
import Schema
import Testing

@Suite("Symbol table")
struct SymbolTableTests {
    private func definition(_ number: UInt32, _ symbol: String) -> InstrumentDefinition {
        var definition = InstrumentDefinition()
        definition.instrument = number
        definition.symbol = symbol
        return definition
    }

    @Test("numbers and symbols lead to each other; 0 and what is past the end are nothing")
    func lookup() {
        let table = SymbolTable([definition(1, "A"), definition(3, "C")])
        #expect(table.number(of: "C") == 3 && table.symbol(of: 3) == "C")
        #expect([0, 2, 4, UInt32.max].allSatisfy { table.symbol(of: $0) == nil })
        #expect(table.count == 2 && table.highestNumber == 3)
    }

    @Test("a later definition replaces what the earlier ones said")
    func redefined() {
        var table = SymbolTable([definition(1, "A"), definition(2, "B")])
        table.define(definition(1, "FB"))
        #expect(table.number(of: "A") == nil && table.symbol(of: 1) == "FB")
        table.define(definition(2, "FB"))
        #expect(table.number(of: "FB") == 2 && table.symbol(of: 1) == nil && table.number(of: "B") == nil)
        #expect(table.count == 1)
    }

    @Test("a number or symbol that cannot be is left out", arguments: [(UInt32(0), "A"), (.max, "A"), (1, "")])
    func refuses(number: UInt32, symbol: String) {
        var table = SymbolTable()
        let isDefined = table.define(definition(number, symbol))
        #expect(!isDefined)
        #expect(table == SymbolTable())
    }
}
