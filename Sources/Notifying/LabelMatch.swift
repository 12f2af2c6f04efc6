/// Which labels an alert must have. A value is the label's, or its beginning where it ends in `*`; a label that is
/// not there has the empty value. Without conditions it matches everything.
public struct LabelMatch: Codable, Equatable, Sendable {
    public var values: [String: String]

    public init(_ values: [String: String] = [:]) { self.values = values }

    public func matches(_ labels: [String: String]) -> Bool {
        values.allSatisfy { name, wanted in
            let found = labels[name] ?? ""
            return wanted.hasSuffix("*") ? found.hasPrefix(wanted.dropLast()) : found == wanted
        }
    }

    /// `name=value`, sorted by name.
    public var text: String { values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ") }
}
