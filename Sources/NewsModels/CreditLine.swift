/// Where a text says whose it is: reprints and agency copy credit their origin.
public enum CreditLine {
    /// Characters at the start of a body in which a credit stands.
    private static let reach = 80

    /// The part of an item that credits a source, or `nil` if none does: what follows the last spaced dash or bar
    /// of the headline ("… - Reuters"), and at the start of the body what stands in brackets ("NEW YORK (AP) -") or
    /// after a word of origin ("据新华社报道", "Source: …"). O(characters).
    public static func text(title: String, body: String) -> String? {
        var parts: [Substring] = []
        for mark in [" - ", " – ", " — ", " | "] {
            if let range = title.ranges(of: mark).last { parts.append(title[range.upperBound...]) }
        }
        let start = body.prefix(reach)
        for (open, close) in [("(", ")"), ("（", "）"), ("据", "报道"), ("據", "報導"), ("Source: ", "\n"), ("来源：", "\n")] {
            guard let from = start.ranges(of: open).first?.upperBound else { continue }
            let rest = start[from...]
            parts.append(rest[..<(rest.ranges(of: close).first?.lowerBound ?? rest.endIndex)])
        }
        return parts.isEmpty ? nil : parts.joined(separator: " . ")
    }
}
