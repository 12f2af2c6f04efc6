import Schema

/// Makes the names and labels of swift-metrics, which are any text, into Prometheus's.
///
/// | Given | Becomes |
/// |---|---|
/// | characters besides letters, digits and `_` of ASCII | `_` |
/// | an empty name | `unnamed` |
/// | a label's name that begins with a digit | the same behind a `_` |
/// | one that begins with `__`, which Prometheus keeps for itself | the same with one `_` |
/// | a label named `le`, which says a bucket's bound | `exported_le` |
/// | a label without a value | no label, which means the same |
/// | a label twice | the first one |
/// | a name of more than 200 characters, a value of more than 200 | cut |
struct MetricNames: Sendable {
    /// With its underscore.
    private let prefix: String
    private static let longest = 200

    init(namespace: String) { prefix = namespace.isEmpty ? "" : namespace + "_" }

    /// - Parameter unit: What the name is to end in; nil: in whatever it does.
    func family(_ label: String, _ kind: MetricKind, unit: String?) -> String {
        var name = Self.valid(label)
        if name.isEmpty { name = "unnamed" }
        if kind == .counter, name.hasSuffix("_total") { name.removeLast("_total".count) }
        if let unit, !name.hasSuffix("_\(unit)") { name += "_\(unit)" }
        return prefix.isEmpty && name.first?.isNumber == true ? "_" + name : prefix + name
    }

    /// A family's name without the namespace.
    func local(_ family: String) -> String { String(family.dropFirst(prefix.count)) }

    /// What a family and its samples are called in either format: nothing else may be called so.
    static func samples(of family: String, _ kind: MetricKind) -> [String] {
        switch kind {
        case .counter: [family, family + "_total", family + "_created"]
        case .histogram: [family, family + "_bucket", family + "_sum", family + "_count", family + "_created"]
        case .gauge, .unspecified, .UNRECOGNIZED: [family]
        }
    }

    /// - Returns: Name, value, name, value; by name.
    static func labels(_ dimensions: [(String, String)]) -> [String] {
        var seen: Set<String> = []
        var labels: [(name: String, value: String)] = []
        for (name, value) in dimensions where !value.isEmpty {
            let name = label(name)
            if seen.insert(name).inserted { labels.append((name, cut(value))) }
        }
        return labels.sorted { $0.name < $1.name }.flatMap { [$0.name, $0.value] }
    }

    private static func cut(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(longest)))
    }

    private static func label(_ given: String) -> String {
        var name = valid(given)
        while name.hasPrefix("__") { name.removeFirst() }
        if name.isEmpty || name == "_" { return "unnamed" }
        if name == "le" { return "exported_le" }
        return name.first?.isNumber == true ? "_" + name : name
    }

    private static func valid(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(longest).map { scalar in
                    switch scalar {
                    case "a"..."z", "A"..."Z", "0"..."9", "_": scalar
                    default: "_"
                    }
                }))
    }
}

/// The bounds of histograms, by the unit that a name ends in. They are fixed, so that what was measured by different processes
/// and versions can be added.
enum Buckets {
    /// From ten microseconds to five minutes.
    static let seconds: [Double] = [
        1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
        30, 60, 300,
    ]
    /// From 64 bytes to a gibibyte.
    static let bytes: [Double] = stride(from: 6, through: 30, by: 2).map { Double(1 << $0) }
    /// From one to a million.
    static let counts: [Double] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000,
        1_000_000,
    ]

    static func bounds(of name: String) -> [Double] {
        if name.hasSuffix("_seconds") { return seconds }
        return name.hasSuffix("_bytes") ? bytes : counts
    }
}
