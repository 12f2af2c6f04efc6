import CXML

/// What a document's elements are, as libxml2 reads them, and what it says is wrong.
final class WellFormed {
    struct Element: Equatable {
        var name: String
        var attributes: [String: String]
    }
    private(set) var elements: [Element] = []
    private(set) var problems: [String] = []
    private(set) var text = ""
    private(set) var depth = 0

    init(_ document: String) {
        var events = cxml_events(
            begin: { context, name, _, attributes, count in
                let list = UnsafeBufferPointer(start: attributes, count: Int(count)).map { attribute in
                    let value = UnsafeRawBufferPointer(start: attribute.value, count: attribute.length)
                    return (attribute.name.map { String(cString: $0) } ?? "", String(decoding: value, as: UTF8.self))
                }
                let this = WellFormed.at(context)
                this.depth += 1
                this.elements.append(
                    Element(name: name.map { String(cString: $0) } ?? "", attributes: Dictionary(list) { $1 }))
            },
            end: { WellFormed.at($0).depth -= 1 },
            text: { context, bytes, count in
                let raw = UnsafeRawBufferPointer(start: bytes, count: Int(count))
                WellFormed.at(context).text += String(decoding: raw, as: UTF8.self)
            },
            problem: { context, line, message in
                WellFormed.at(context).problems.append("line \(line): \(message.map { String(cString: $0) } ?? "")")
            })
        let bytes = Array(document.utf8)
        bytes.withUnsafeBytes { bytes in
            cxml_parse(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, 4_096, &events,
                Unmanaged.passUnretained(self).toOpaque(), { _ in 0 })
        }
    }

    private static func at(_ pointer: UnsafeMutableRawPointer?) -> WellFormed {
        Unmanaged<WellFormed>.fromOpaque(pointer!).takeUnretainedValue()
    }

    /// Names and classes, in order: what does not depend on words.
    var structure: [String] {
        elements.map { "\($0.name).\($0.attributes["class"] ?? "")#\($0.attributes["id"] ?? "")" }
    }
}
