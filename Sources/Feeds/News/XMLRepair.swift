/// What is usually wrong with XML that people write by hand, mended before a parser sees it.
///
/// In: UTF-8. Out: UTF-8 without an XML declaration and a document type, whose only entities are XML's own five; HTML's
/// names stand as the characters they mean, other ampersands as `&amp;`, and characters that XML forbids as spaces.
struct XMLRepair {
    private(set) var utf8: [UInt8] = []
    /// What was mended, in the order it is first met.
    private(set) var notes: [String] = []
    /// Names of the elements that are open.
    private var open: [ArraySlice<UInt8>] = []
    /// Deeper documents are refused anyway, and their tags left as they are.
    private var isTooDeep = false

    /// - Throws: ``RefusalReason/entityDeclared`` where the document type declares anything: no feed needs it, and it is
    ///   what bombs are made of.
    init(_ text: [UInt8]) throws(Fault) {
        utf8.reserveCapacity(text.count + 64)
        var bytes = text[...]
        if let begin = bytes.firstIndex(of: UInt8(ascii: "<")) {
            let before = bytes[..<begin]
            if before.contains(where: { $0 > 0x20 }) { note("text before the document") }
            bytes = bytes[begin...]
        }
        try copy(bytes)
    }

    private mutating func note(_ text: String) { if !notes.contains(text) { notes.append(text) } }

    private mutating func copy(_ bytes: ArraySlice<UInt8>) throws(Fault) {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "<"):
                if let end = try special(bytes, at: index) {
                    index = end
                    continue
                }
                if let end = tag(bytes, at: index) {
                    index = end
                    continue
                }
            case UInt8(ascii: "&"):
                index = reference(bytes, at: index)
                continue
            case 0x09, 0x0A, 0x0D: break
            case 0..<0x20:
                note("control characters")
                utf8.append(0x20)
                index += 1
                continue
            case 0xEF
            where bytes[index...].starts(with: [0xEF, 0xBF, 0xBE]) || bytes[index...].starts(with: [0xEF, 0xBF, 0xBF]):
                utf8.append(0x20)
                index += 3
                continue
            default: break
            }
            utf8.append(byte)
            index += 1
        }
    }

    /// Passes over what is not an element: CDATA sections as they are, comments and instructions not at all.
    private mutating func special(_ bytes: ArraySlice<UInt8>, at index: Int) throws(Fault) -> Int? {
        let rest = bytes[index...]
        if rest.starts(with: "<![CDATA[".utf8) {
            let end = rest.range(of: "]]>", from: index + 9)
            for byte in bytes[index..<(end ?? bytes.endIndex)] {
                utf8.append(byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D ? 0x20 : byte)
            }
            if end == nil {
                note("a CDATA section without an end")
                utf8.append(contentsOf: "]]>".utf8)
            }
            return end ?? bytes.endIndex
        }
        if rest.starts(with: "<!--".utf8) { return rest.range(of: "-->", from: index + 4) ?? bytes.endIndex }
        if rest.starts(with: "<?".utf8) { return rest.range(of: "?>", from: index + 2) ?? bytes.endIndex }
        if rest.starts(with: "<!".utf8) {
            var end = index
            while end < bytes.endIndex, bytes[end] != UInt8(ascii: ">") {
                if bytes[end] == UInt8(ascii: "[") {
                    throw Fault(
                        .entityDeclared, "the document declares entities or elements of its own, allowed is none")
                }
                end += 1
            }
            return min(end + 1, bytes.endIndex)
        }
        return nil
    }

    /// A tag that would be taken for the end of another element is left out, or the others are ended before it.
    ///
    /// - Returns: Where to go on; nil: with the tag itself, which stands as it is.
    private mutating func tag(_ bytes: ArraySlice<UInt8>, at index: Int) -> Int? {
        let closes = index + 1 < bytes.endIndex && bytes[index + 1] == UInt8(ascii: "/")
        let begin = index + (closes ? 2 : 1)
        let name = bytes[min(begin, bytes.endIndex)...].prefix(128).prefix {
            $0.isLetterOrDigit || $0 >= 0x80
                || [UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains($0)
        }
        guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return literal("< that begins no tag", at: index)
        }
        let found = endOfTag(bytes, from: name.endIndex)
        if found == .tooFar { return literal("tags that are too long", at: index) }
        guard case .at(let end) = found, !isTooDeep else { return nil }
        if !closes {
            if bytes[end - 1] != UInt8(ascii: "/") { open.append(name) }
            isTooDeep = open.count > 4 * FeedDocument.maximumDepth
            return nil
        }
        if open.last == name {
            open.removeLast()
            return nil
        }
        note("tags that do not match")
        guard let place = open.lastIndex(of: name), open.count - place <= 16 else { return end + 1 }
        while open.count > place {
            utf8.append(contentsOf: "</".utf8)
            utf8.append(contentsOf: open.removeLast())
            utf8.append(UInt8(ascii: ">"))
        }
        return end + 1
    }

    /// Makes text of a `<`.
    private mutating func literal(_ why: String, at index: Int) -> Int {
        note(why)
        utf8.append(contentsOf: "&lt;".utf8)
        return index + 1
    }

    private enum TagEnd: Equatable {
        case at(Int)
        /// Another tag begins before, or the document ends: the parser makes of it what it can.
        case missing
        /// libxml2 compares each attribute with each, which takes half an hour for a million of them.
        case tooFar
    }

    /// A tag may have so many bytes behind its name.
    private static let tagBytes = 4_096
    private static let tagAttributes = 64

    /// Where the `>` of a tag is, outside of quotes.
    ///
    /// - Complexity: Each byte is looked at once for all tags, because none is read beyond the next `<`.
    private func endOfTag(_ bytes: ArraySlice<UInt8>, from start: Int) -> TagEnd {
        var (quote, attributes): (UInt8?, Int) = (nil, 0)
        let limit = min(bytes.endIndex, start + Self.tagBytes)
        for index in start..<limit {
            let byte = bytes[index]
            if byte == UInt8(ascii: "<") { return .missing }
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: "=") {
                attributes += 1
                if attributes > Self.tagAttributes { return .tooFar }
            } else if byte == UInt8(ascii: ">") {
                return .at(index)
            }
        }
        return limit == bytes.endIndex ? .missing : .tooFar
    }

    /// An ampersand and what belongs to it.
    private mutating func reference(_ bytes: ArraySlice<UInt8>, at index: Int) -> Int {
        let name = bytes[(index + 1)...].prefix(32).prefix { $0 != UInt8(ascii: ";") }
        let end = index + 1 + name.count
        let isEnded = end < bytes.endIndex && bytes[end] == UInt8(ascii: ";") && !name.isEmpty
        if isEnded {
            let text = String(decoding: name, as: UTF8.self)
            if ["amp", "lt", "gt", "quot", "apos"].contains(text) {
                utf8.append(contentsOf: bytes[index...end])
                return end + 1
            }
            if text.hasPrefix("#"), let scalar = HTMLEntities.scalar(text.dropFirst()) {
                // As a reference, because it may be a character that means something.
                utf8.append(contentsOf: "&#\(scalar.value);".utf8)
                return end + 1
            }
            if let value = HTMLEntities.named[text] {
                note("HTML's entities")
                utf8.append(contentsOf: value.utf8)
                return end + 1
            }
        }
        note("ampersands")
        utf8.append(contentsOf: "&amp;".utf8)
        return index + 1
    }
}

extension ArraySlice where Element == UInt8 {
    /// Where `text` ends, at or after `start`.
    func range(of text: String, from start: Int) -> Int? {
        let wanted = Array(text.utf8)
        var index = start
        while index + wanted.count <= endIndex {
            if self[index] == wanted[0], self[index..<index + wanted.count].elementsEqual(wanted) {
                return index + wanted.count
            }
            index += 1
        }
        return nil
    }
}
