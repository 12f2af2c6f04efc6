import CXML

/// What an XML document holds, as it is met. Names are local names; a namespace is its address, or empty.
protocol XMLHandler: AnyObject {
    /// The parser stops soon after this is true.
    var isDone: Bool { get }
    func begin(_ name: String, _ namespace: String, _ attributes: [XMLAttribute])
    func end()
    func text(_ utf8: UnsafeRawBufferPointer)
}

struct XMLAttribute {
    var name: String
    var namespace: String
    var value: String
}

/// libxml2's event interface: no tree is built, nothing is loaded, nothing is expanded.
///
/// Its reader interface, and Foundation's parser over it, stop at the first error; this one goes on behind it.
enum FeedXML {
    /// What is fed at a time, bytes.
    private static let step = 64 << 10

    /// Reads a repaired document.
    ///
    /// - Returns: The first thing that is wrong with it; nil: it is well-formed.
    static func parse(_ repaired: XMLRepair, _ handler: some XMLHandler) -> String? {
        let box = Box(handler)
        var events = cxml_events(
            begin: { Box.at($0)?.begin($1, $2, $3, Int($4)) },
            end: { Box.at($0)?.end() },
            text: { Box.at($0)?.text($1, Int($2)) },
            problem: { Box.at($0)?.note(Int($1), $2) })
        repaired.utf8.withUnsafeBytes { bytes in
            cxml_parse(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, step, &events,
                Unmanaged.passUnretained(box).toOpaque(), { Box.at($0)?.handler.isDone ?? true ? 1 : 0 })
        }
        withExtendedLifetime(box) {}
        return box.problem
    }

    private final class Box {
        let handler: any XMLHandler
        private(set) var problem: String?

        init(_ handler: any XMLHandler) { self.handler = handler }

        static func at(_ pointer: UnsafeMutableRawPointer?) -> Box? {
            pointer.map { Unmanaged<Box>.fromOpaque($0).takeUnretainedValue() }
        }

        func begin(
            _ name: UnsafePointer<CChar>?, _ namespace: UnsafePointer<CChar>?,
            _ attributes: UnsafePointer<cxml_attribute>?, _ count: Int
        ) {
            guard !handler.isDone else { return }
            let list = UnsafeBufferPointer(start: attributes, count: count).map { attribute in
                let value = UnsafeRawBufferPointer(start: attribute.value, count: attribute.length)
                let text = String(decoding: value, as: UTF8.self)
                // libxml2 leaves ampersands, and them alone, for whoever builds a tree.
                return XMLAttribute(
                    name: Self.text(attribute.name), namespace: Self.text(attribute.name_space),
                    value: text.utf8.contains(UInt8(ascii: "&")) ? text.replacing("&#38;", with: "&") : text)
            }
            handler.begin(Self.text(name), Self.text(namespace), list)
        }

        func end() { if !handler.isDone { handler.end() } }

        func text(_ bytes: UnsafePointer<CChar>?, _ count: Int) {
            if !handler.isDone { handler.text(UnsafeRawBufferPointer(start: bytes, count: count)) }
        }

        func note(_ line: Int, _ message: UnsafePointer<CChar>?) {
            if problem == nil { problem = "line \(line): \(Self.text(message).trimmed.prefix(200))" }
        }

        private static func text(_ pointer: UnsafePointer<CChar>?) -> String {
            pointer.map { String(cString: $0) } ?? ""
        }
    }
}
