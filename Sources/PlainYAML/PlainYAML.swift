public import Yams

/// YAML as far as files of ours use it: one document without anchors, tags apart.
///
/// An alias stands for what its anchor holds, so thirty lines of aliases can stand for a billion values. Nothing
/// here needs them, so they are refused before the parser copies anything.
public enum PlainYAML {
    /// A file may be this large, bytes.
    public static let maximumBytes = 4 << 20
    /// How deep lists and mappings may lie in each other; ours lie five deep.
    public static let maximumDepth = 16

    /// Why text is not taken.
    public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
        /// Line of the text, from 1; 0: the text as a whole.
        public let line: Int
        public let found: String
        public let allowed: String
        public var description: String { "\(found), allowed is \(allowed)" }
    }

    /// Reads one document; nil for an empty one.
    ///
    /// - Complexity: Linear.
    public static func compose(_ text: String) throws(Problem) -> Node? {
        let count = text.utf8.count
        guard count <= maximumBytes else {
            throw Problem(line: 0, found: "\(count) bytes", allowed: "up to \(maximumBytes)")
        }
        if let line = anchorLine(text.utf8) {
            let allowed = "no anchor; a word that begins with & is written \"& word\""
            throw Problem(line: line, found: "an anchor (&name)", allowed: allowed)
        }
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            let told = "\(error)".split(separator: "\n").prefix(2).joined(separator: " ")
            throw Problem(line: 0, found: "not valid YAML (\(told.prefix(200)))", allowed: "one YAML document")
        }
        if let node, let deep = tooDeep(node, depth: 1) {
            throw Problem(
                line: deep.mark?.line ?? 0, found: "more than \(maximumDepth) levels", allowed: "\(maximumDepth)")
        }
        return node
    }

    /// The line of the first `&` that could begin an anchor: one before a letter, digit, `_` or `-`, and not behind
    /// what cannot end a token, as in `R&D` or `?a=1&b=2`. Quotes and comments are not told apart.
    private static func anchorLine(_ bytes: String.UTF8View) -> Int? {
        var line = 1
        var former = UInt8(ascii: "\n")
        var isAmpersand = false
        for byte in bytes {
            if isAmpersand, isName(byte) { return line }
            isAmpersand = byte == UInt8(ascii: "&") && !isWithinWord(former)
            if byte == UInt8(ascii: "\n") { line += 1 }
            former = byte
        }
        return nil
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func isWithinWord(_ byte: UInt8) -> Bool {
        (isName(byte) && byte != UInt8(ascii: "-")) || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "%")
    }

    private static func tooDeep(_ node: Node, depth: Int) -> Node? {
        guard depth <= maximumDepth + 1 else { return node }
        switch node {
        case .sequence(let sequence): return sequence.lazy.compactMap { tooDeep($0, depth: depth + 1) }.first
        case .mapping(let mapping):
            return mapping.lazy.compactMap { tooDeep($0.key, depth: depth + 1) ?? tooDeep($0.value, depth: depth + 1) }
                .first
        default: return nil
        }
    }
}
