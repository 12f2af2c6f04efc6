import Yams

/// Reads YAML nodes strictly, gathering every problem instead of stopping at the first.
///
/// Each reader answers nil where there is nothing to be used; a problem has then been noted, unless the key
/// was simply not there and need not be.
final class SettingsReader {
    private(set) var problems: [SettingsProblem] = []
    /// Further problems are not remembered: nobody reads so many, and a hostile file has millions.
    static let maximumProblems = 1_000

    func note(_ node: Node?, _ key: String, _ found: String, _ allowed: String) {
        note(line: node?.mark?.line ?? 0, key, found, allowed)
    }

    func note(line: Int, _ key: String, _ found: String, _ allowed: String) {
        guard problems.count < Self.maximumProblems else { return }
        problems.append(SettingsProblem(key: key, line: line, found: found, allowed: allowed))
    }

    /// The values of a mapping by key. Unknown and repeated keys are problems.
    func mapping(_ node: Node, _ key: String, _ allowed: [String]) -> [String: Node]? {
        guard case .mapping(let mapping) = node else {
            note(
                node, key.isEmpty ? "the file" : key, describe(node),
                "a mapping with \(allowed.joined(separator: ", "))")
            return nil
        }
        var values: [String: Node] = [:]
        for (name, value) in mapping {
            guard let text = name.scalar?.string, allowed.contains(text) else {
                let path = join(key, name.scalar.map { String($0.string.prefix(64)) } ?? "?")
                note(name, path, "an unknown key", allowed.joined(separator: ", "))
                continue
            }
            if values.updateValue(value, forKey: text) != nil { note(name, join(key, text), "there twice", "once") }
        }
        return values
    }

    func list(_ node: Node?, _ key: String) -> [Node] {
        guard let node else { return [] }
        guard case .sequence(let sequence) = node else {
            note(node, key, describe(node), "a list")
            return []
        }
        return Array(sequence)
    }

    /// Text of 1 to 4,096 bytes without control characters; any scalar but null is text.
    func text(_ node: Node?, _ key: String, in parent: Node, required: Bool = true) -> String? {
        guard let node else {
            if required { note(parent, key, "missing", "text") }
            return nil
        }
        guard case .scalar(let scalar) = node, !isNull(scalar) else {
            note(node, key, describe(node), "text")
            return nil
        }
        let text = scalar.string
        let isPrintable = !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
        guard !text.isEmpty, text.utf8.count <= TextRules.shortBytes, isPrintable else {
            note(node, key, describe(node), "text of 1 to \(TextRules.shortBytes) bytes on one line")
            return nil
        }
        return text
    }

    func texts(_ node: Node?, _ key: String, in parent: Node) -> [String] {
        list(node, key).enumerated().compactMap { text($1, "\(key)[\($0)]", in: parent) }
    }

    func number(_ node: Node?, _ key: String, in parent: Node, _ range: ClosedRange<Double>) -> Double? {
        guard let node else { return nil }
        let allowed = "a number from \(range.lowerBound) to \(range.upperBound)"
        guard case .scalar(let scalar) = node, scalar.style == .plain, let value = Double(scalar.string),
            range.contains(value)
        else {
            note(node, key, describe(node), allowed)
            return nil
        }
        return value
    }

    func integer(_ node: Node?, _ key: String, in parent: Node, _ range: ClosedRange<Int>) -> Int? {
        guard let node else { return nil }
        guard case .scalar(let scalar) = node, scalar.style == .plain, let value = Int(scalar.string),
            range.contains(value)
        else {
            note(node, key, describe(node), "a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    /// One of a few words.
    func word<Value>(
        _ node: Node?, _ key: String, in parent: Node, required: Bool = true, _ words: KeyValuePairs<String, Value>
    ) -> Value? {
        guard let text = text(node, key, in: parent, required: required) else { return nil }
        if let found = words.first(where: { $0.key == text }) { return found.value }
        note(node, key, quoted(text), words.map(\.key).joined(separator: ", "))
        return nil
    }

    func join(_ key: String, _ name: String) -> String { key.isEmpty ? name : "\(key).\(name)" }

    private func isNull(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    func describe(_ node: Node) -> String {
        switch node {
        case .scalar(let scalar): isNull(scalar) ? "empty" : quoted(scalar.string)
        case .mapping: "a mapping"
        case .sequence: "a list"
        default: "an alias"
        }
    }
}
