/// Which kind of rows a CSV file holds and in which columns, as its header says.
struct CSVLayout: Equatable, Sendable {
    /// The kinds of file, each with the columns it cannot do without.
    enum Kind: String, CaseIterable, Sendable {
        case dailyBars = "date,symbol,open,high,low,close,volume"
        case intradayBars = "start,symbol,open,high,low,close,volume"
        case trades = "time,symbol,price,size"

        var required: [String] { rawValue.split(separator: ",").map(String.init) }
    }

    let kind: Kind
    /// How many fields each row must have.
    let width: Int
    /// Columns of the required names, in the order of ``Kind/required``.
    let columns: [Int]
    let end: Int?
    let condition: Int?

    /// Reads a header; names in any order and any case, other columns ignored.
    init(header: CSVRecord) throws(Fault) {
        var places: [String: Int] = [:]
        var names: [String] = []
        for index in header.fields.indices {
            guard let name = header.text(index)?.lowercased() else {
                throw Fault(.invalidUTF8, "column \(index + 1) of the header is not UTF-8, allowed is UTF-8")
            }
            names.append(name)
            guard places.updateValue(index, forKey: name) == nil || name.isEmpty else {
                throw Fault(.unknownHeader, "column \(quoted(name)) stands twice in the header, allowed is once")
            }
        }
        // A file with `start` says more exactly than its `date` does when a bar is.
        for kind in [Kind.intradayBars, .dailyBars, .trades] {
            let columns = kind.required.compactMap { places[$0] }
            guard columns.count == kind.required.count else { continue }
            self.kind = kind
            self.columns = columns
            width = names.count
            end = places["end"]
            condition = places["condition"]
            return
        }
        let allowed = Kind.allCases.map(\.rawValue).joined(separator: " or ")
        throw Fault(.unknownHeader, "the header is \(quoted(names.joined(separator: ","))), allowed is \(allowed)")
    }
}
