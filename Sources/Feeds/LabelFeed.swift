public import Schema

/// A day on which somebody says a shock was, to measure detection by.
public struct ShockLabel: Sendable, Equatable {
    /// Number of the day, see ``Schema/CivilTime``.
    public var day: Int
    /// Whose shock; of a market or theme shock one of the names it showed in.
    public var symbol: String
    /// ``Schema/ShockScope/unspecified`` where the file does not say.
    public var scope: ShockScope
    /// Labels of one cluster are one event; the date where the file does not say.
    public var cluster: String
    /// What it was, for people.
    public var note: String
    /// Which kind of cause it had, such as `scheduled_release`; empty where the file does not say.
    public var causeClass: String
    /// Words, in lower case, that stand in what set it off; empty where the file does not say.
    public var causeWords: [String]
    /// Line of the file, from 1.
    public var line: UInt64

    public init(
        day: Int, symbol: String, scope: ShockScope = .unspecified, cluster: String? = nil, note: String = "",
        causeClass: String = "", causeWords: [String] = [], line: UInt64 = 0
    ) {
        self.day = day
        self.symbol = symbol
        self.scope = scope
        self.cluster = cluster ?? CivilTime.date(day: day)
        self.note = note
        self.causeClass = causeClass
        self.causeWords = causeWords
        self.line = line
    }
}

/// Reads labelled days from CSV: `date,symbol[,scope][,cluster][,why][,cause_class][,cause]`; `t` is taken for `symbol`.
///
/// A row is refused by itself. The same date and symbol twice: the later row is refused.
public struct LabelFeed: Sendable {
    public private(set) var labels: [ShockLabel] = []
    public private(set) var refusals: [Refusal] = []
    private let source: String
    private var columns: Columns?
    private var taken: Set<String> = []
    private var isRefused = false
    private var record = CSVRecord()

    private struct Columns: Sendable {
        let width: Int
        let date: Int
        let symbol: Int
        let scope: Int?
        let cluster: Int?
        let note: Int?
        let causeClass: Int?
        let causeWords: Int?
    }

    /// Reads a whole file held in memory.
    public init(_ bytes: Span<UInt8>, source: String) {
        self.source = source
        var splitter = LineSplitter()
        splitter.push(bytes) { read($0, $1) }
        splitter.finish { read($0, $1) }
        if columns == nil, !isRefused {
            refuse(Fault(.unknownHeader, "the file is empty, allowed is a header and rows"), 0)
        }
    }

    private mutating func read(_ bytes: Span<UInt8>, _ line: LineSplitter.Line) {
        guard !isRefused else { return }
        do throws(Fault) {
            guard !line.isTooLong else {
                throw Fault(
                    .lineTooLong, "line has \(line.byteCount) bytes, allowed are \(LineSplitter.maximumLineBytes)")
            }
            guard record.split(bytes) == .complete else {
                throw Fault(
                    .malformedQuoting, "a quote stands in the wrong place or is not closed, allowed is RFC 4180")
            }
            guard !record.isBlank else { return }
            if let columns {
                try add(columns, line.number)
            } else {
                columns = try Self.header(record)
            }
        } catch {
            if columns == nil { isRefused = true }
            refuse(error, line.number)
        }
    }

    private mutating func refuse(_ fault: Fault, _ line: UInt64) { refusals.append(fault.at(source, line)) }

    private static func header(_ record: CSVRecord) throws(Fault) -> Columns {
        var places: [String: Int] = [:]
        for index in record.fields.indices {
            guard let name = record.text(index)?.lowercased() else {
                throw Fault(.invalidUTF8, "column \(index + 1) of the header is not UTF-8, allowed is UTF-8")
            }
            guard places.updateValue(index, forKey: name) == nil || name.isEmpty else {
                throw Fault(.unknownHeader, "column \(quoted(name)) stands twice in the header, allowed is once")
            }
        }
        guard let date = places["date"], let symbol = places["symbol"] ?? places["t"] else {
            let found = places.sorted { $0.value < $1.value }.map(\.key).joined(separator: ",")
            throw Fault(
                .unknownHeader,
                "the header is \(quoted(found)), allowed is date,symbol and optionally scope, cluster, why, cause_class, cause"
            )
        }
        return Columns(
            width: record.fields.count, date: date, symbol: symbol, scope: places["scope"],
            cluster: places["cluster"], note: places["why"] ?? places["note"],
            causeClass: places["cause_class"], causeWords: places["cause"])
    }

    private mutating func add(_ columns: Columns, _ line: UInt64) throws(Fault) {
        guard record.fields.count == columns.width else {
            throw Fault(
                .columnCount,
                "the row has \(record.fields.count) fields, allowed are \(columns.width) as in the header")
        }
        let day = try TimeText.day(try text(columns.date, "date"), "date")
        let symbol = try text(columns.symbol, "symbol")
        guard !symbol.isEmpty else { throw Fault(.missingValue, "symbol is empty, allowed is a symbol") }
        let scope = try columns.scope.map { (column) throws(Fault) in try ShockScope(word: text(column, "scope")) }
        let cluster = try columns.cluster.map { (column) throws(Fault) in try text(column, "cluster") }
        let note = try columns.note.map { (column) throws(Fault) in try text(column, "why") }
        let causeClass = try columns.causeClass.map { (column) throws(Fault) in try text(column, "cause_class") }
        let causeWords = try columns.causeWords.map { (column) throws(Fault) in try text(column, "cause") }
        guard taken.insert("\(day) \(symbol)").inserted else {
            throw Fault(
                .conflictingDuplicate,
                "\(quoted(symbol)) on \(CivilTime.date(day: day)) is labelled twice, allowed is once")
        }
        labels.append(
            ShockLabel(
                day: day, symbol: symbol, scope: scope ?? .unspecified,
                cluster: cluster.flatMap { $0.isEmpty ? nil : $0 }, note: note ?? "",
                causeClass: causeClass ?? "",
                causeWords: (causeWords ?? "").lowercased().split(separator: " ").map(String.init), line: line))
    }

    private func text(_ column: Int, _ name: String) throws(Fault) -> String {
        guard let text = record.text(column) else {
            throw Fault(.invalidUTF8, "\(name) is not UTF-8, allowed is UTF-8")
        }
        return text
    }
}

extension ShockScope {
    /// The word for a scope in label files.
    init(word: String) throws(Fault) {
        switch word {
        case "": self = .unspecified
        case "single", "instrument": self = .instrument
        case "theme", "group": self = .group
        case "market": self = .market
        default:
            throw Fault(.notAllowed, "scope is \(quoted(word)), allowed are single, theme, market")
        }
    }

    /// The word for it in label files and reports.
    public var word: String {
        switch self {
        case .instrument: "single"
        case .group: "theme"
        case .market: "market"
        default: "any"
        }
    }
}
