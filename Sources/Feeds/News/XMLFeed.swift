import Schema

/// Gathers the items of an RSS or Atom document as it is read.
final class XMLFeed: XMLHandler {
    private let source: String
    private var format: FeedFormat?
    private var items: [FeedEntry] = []
    private var refusals: [Refusal] = []
    private var root: String?
    private var place: UInt64 = 0
    private var beyond: UInt64 = 0
    private var fault: Fault?
    var isDone: Bool { fault != nil }

    /// Names of the elements that are open.
    private var open: [(name: String, base: String, language: String)] = []
    private var item: RawItem?
    private var itemDepth = 0
    /// The child of an item, or of the channel, whose text is being read.
    private var field: Field?
    private var fieldDepth = 0
    private var buffer: [UInt8] = []
    private var channelLanguage = ""

    private enum Field { case title, summary, content, link, id, published, updated, language, channelLanguage }

    /// Longer text is cut, bytes: it becomes at most 64 KiB of body.
    private static let fieldBytes = 128 << 10

    init(source: String, url: String) {
        self.source = source
        open = [("", url, "")]
    }

    // MARK: the parser's events

    func begin(_ name: String, _ namespace: String, _ attributes: [XMLAttribute]) {
        var (base, language) = (open.last?.base ?? "", open.last?.language ?? "")
        for attribute in attributes where attribute.namespace == "http://www.w3.org/XML/1998/namespace" {
            if attribute.name == "base" {
                let made = FeedLink.absolute(attribute.value, base: base)
                if !made.isEmpty { base = made }
            }
            if attribute.name == "lang" { language = attribute.value }
        }
        open.append((name, base, language))
        if open.count > FeedDocument.maximumDepth {
            fault = Fault(
                .nestingTooDeep,
                "elements lie more than \(FeedDocument.maximumDepth) deep, allowed is \(FeedDocument.maximumDepth)")
            return
        }
        if root == nil { beginDocument(name, namespace) }
        if field != nil { return blank() }
        if item != nil {
            // RSS has one element, `source`, whose children are another feed's.
            if open.count == itemDepth + 1 { beginField(name, namespace, attributes) }
        } else if format != nil, (name == "item" && format != .atom) || (name == "entry" && format == .atom) {
            beginItem(attributes)
        } else if name == "language", open.count <= 4 {
            read(.channelLanguage)
        }
    }

    func end() {
        let depth = open.count
        if depth > 1 { open.removeLast() }
        if field != nil, depth == fieldDepth {
            endField()
        } else if field != nil {
            blank()
        } else if item != nil, depth == itemDepth {
            endItem()
        }
    }

    func text(_ utf8: UnsafeRawBufferPointer) {
        guard field != nil, buffer.count < Self.fieldBytes else { return }
        buffer.append(contentsOf: utf8.prefix(Self.fieldBytes - buffer.count))
    }

    /// Elements within a field part words only where HTML says so; here a space does no harm to what is collapsed.
    private func blank() {
        if buffer.count < Self.fieldBytes, let name = open.last?.name, ["p", "div", "br", "li"].contains(name) {
            buffer.append(0x20)
        }
    }

    // MARK: parts

    private func beginDocument(_ name: String, _ namespace: String) {
        root = name
        switch name {
        case "rss": format = .rss
        case "RDF": format = .rdf
        case "feed": format = .atom
        default: fault = Fault(.notAFeed, "the document is <\(name.prefix(40))>, allowed are rss, RDF, feed or JSON")
        }
    }

    private func beginItem(_ attributes: [XMLAttribute]) {
        place += 1
        guard items.count < FeedDocument.maximumItems else {
            beyond += 1
            return
        }
        var made = RawItem()
        made.base = open.last?.base ?? ""
        made.language = open.last?.language ?? ""
        if format == .rdf { made.id = attributes.first { $0.name == "about" }?.value ?? "" }
        item = made
        itemDepth = open.count
    }

    private func beginField(_ name: String, _ namespace: String, _ attributes: [XMLAttribute]) {
        func value(_ name: String) -> String {
            attributes.first { $0.name == name && $0.namespace.isEmpty }?.value ?? ""
        }
        // Media and podcast elements are called title and description, too.
        guard !Self.foreign.contains(where: namespace.hasPrefix) else { return }
        switch name {
        case "title":
            if format == .atom { item?.titleIsHTML = value("type").lowercased().contains("html") }
            read(.title)
        case "description", "summary": read(.summary)
        case "content", "encoded": read(.content)
        case "link":
            let relation = value("rel")
            let address = value("href")
            if !address.isEmpty {
                guard relation.isEmpty || relation == "alternate", item?.link.isEmpty ?? false else { return }
                item?.link = address
                item?.base = open.last?.base ?? ""
            } else if format != .atom, namespace != Self.atom {
                read(.link)
            }
        case "guid", "id": read(.id)
        case "pubDate", "published", "issued", "created", "date": read(.published)
        case "updated", "modified", "lastBuildDate": read(.updated)
        case "language": read(.language)
        default: break
        }
    }

    private static let atom = "http://www.w3.org/2005/Atom"
    private static let foreign = [
        "http://search.yahoo.com/mrss", "http://www.itunes.com/", "http://www.google.com/schemas",
    ]

    private func read(_ field: Field) {
        self.field = field
        fieldDepth = open.count
        buffer.removeAll(keepingCapacity: true)
    }

    private func endField() {
        let text = String(decoding: buffer, as: UTF8.self)
        defer { field = nil }
        switch field {
        case .title where item?.title.isEmpty ?? false: item?.title = text
        case .summary where item?.summary.isEmpty ?? false: item?.summary = text
        case .content where item?.content.isEmpty ?? false: item?.content = text
        case .link where item?.link.isEmpty ?? false: item?.link = text
        case .id where item?.id.isEmpty ?? false: item?.id = text
        case .published where item?.published.isEmpty ?? false: item?.published = text
        case .updated where item?.updated.isEmpty ?? false: item?.updated = text
        case .language: item?.language = text
        case .channelLanguage: if channelLanguage.isEmpty { channelLanguage = text }
        default: break
        }
    }

    private func endItem() {
        guard var raw = item else { return }
        item = nil
        if raw.link.isEmpty, FeedLink.scheme(of: raw.id.trimmed)?.hasPrefix("http") ?? false { raw.link = raw.id }
        do {
            items.append(try FeedItemMaker.entry(raw, place: place, language: channelLanguage))
        } catch {
            refusals.append(error.at(source, place))
        }
    }

    // MARK: the end

    /// - Throws: Where nothing of a feed was found.
    func document(_ problem: String?) throws(Fault) -> FeedDocument {
        if let fault, items.isEmpty { throw fault }
        guard let format else {
            throw Fault(.malformedXML, "no element can be read: \(problem ?? "there is none"), allowed is RSS or Atom")
        }
        if items.isEmpty, let problem, refusals.isEmpty {
            throw Fault(.malformedXML, "no item can be read: \(problem)")
        }
        var document = FeedDocument(format: format, items: items, refusals: refusals)
        if let fault { document.refusals.append(fault.at(source, place)) }
        if beyond > 0 {
            document.refusals.append(
                Fault(
                    .tooManyItems, "the document has \(place) items, allowed are \(FeedDocument.maximumItems)"
                ).at(source, place))
        }
        return document
    }
}
