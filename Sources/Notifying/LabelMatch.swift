import Schema

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

    /// What is wrong with a condition, nil: nothing. A label that no alert has, or a value that it never has, would match
    /// nothing for ever without a word.
    ///
    /// - Returns: What was found, and what is allowed.
    public static func refusal(_ name: String, _ value: String) -> (found: String, allowed: String)? {
        if let refusal = refusal(name) { return refusal }
        guard let values = AlertLabel(rawValue: name)?.values, !value.isEmpty else { return nil }
        let isKnown = value.hasSuffix("*") ? values.contains { $0.hasPrefix(value.dropLast()) } : values.contains(value)
        return isKnown ? nil : ("\"\(value)\"", values.joined(separator: ", "))
    }

    /// The same of a name alone.
    public static func refusal(_ name: String) -> (found: String, allowed: String)? {
        guard AlertLabel(rawValue: name) == nil else { return nil }
        return ("\"\(name)\"", AlertLabel.allCases.map(\.rawValue).joined(separator: ", "))
    }
}
