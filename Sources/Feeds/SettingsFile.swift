public import Calendars
import PlainYAML
public import Schema
import Yams

/// What a settings file says: what exists, how it is judged and when the exchange is open.
public struct SettingsFile: Sendable, Equatable {
    public var model: ModelSettings
    /// In the file's order, numbered from 1. Record times are 0 until a recording gives them.
    public var instruments: [InstrumentDefinition]
    /// What `model` says of calendars.
    public var calendars: MarketCalendars

    public init(model: ModelSettings, instruments: [InstrumentDefinition], calendars: MarketCalendars) {
        self.model = model
        self.instruments = instruments
        self.calendars = calendars
    }

    public var symbols: SymbolTable { SymbolTable(instruments) }

    /// A file may be this large, bytes.
    public static let maximumBytes = PlainYAML.maximumBytes

    /// Reads a settings file (YAML; `docs/FORMATS.md` has the keys).
    ///
    /// - Parameters:
    ///   - yaml: The whole file.
    ///   - source: Its name, for problems.
    ///   - ignoring: Sections of the same file that others read and check.
    /// - Throws: ``SettingsError`` with every problem found, not just the first.
    public static func parse(
        _ yaml: Span<UInt8>, source: String, ignoring: [String] = []
    ) throws(SettingsError) -> SettingsFile {
        let reader = SettingsReader()
        if let root = compose(yaml, reader),
            let file = SettingsParser(reader: reader, root: root, ignoring: ignoring).file()
        {
            if reader.problems.isEmpty { return file }
        }
        let inOrder = reader.problems.enumerated().sorted {
            ($0.element.line, $0.offset) < ($1.element.line, $1.offset)
        }
        throw SettingsError(source: source, problems: inOrder.map(\.element))
    }

    private static func compose(_ yaml: Span<UInt8>, _ reader: SettingsReader) -> Node? {
        guard yaml.count <= maximumBytes else {
            reader.note(nil, "the file", "\(yaml.count) bytes", "up to \(maximumBytes)")
            return nil
        }
        guard let text = String(validating: yaml) else {
            reader.note(nil, "the file", "not UTF-8", "UTF-8")
            return nil
        }
        do {
            if let node = try PlainYAML.compose(text) { return node }
            reader.note(nil, "the file", "empty", "a mapping")
        } catch {
            reader.note(line: error.line, "the file", error.found, error.allowed)
        }
        return nil
    }
}
