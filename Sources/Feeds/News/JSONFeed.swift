import Schema

/// JSON Feed 1.0 and 1.1 (jsonfeed.org).
enum JSONFeed {
    static func document(_ utf8: [UInt8], source: String, url: String) throws(Fault) -> FeedDocument {
        guard case .object(let members) = try JSONParser.parse(utf8.span) else {
            throw Fault(.notAFeed, "the document is not an object, allowed is a JSON Feed")
        }
        guard text(members, "version").contains("jsonfeed.org/version/"),
            case .array(let objects)? = value(members, "items")
        else {
            throw Fault(.notAFeed, "the document has no version and items of a JSON Feed, allowed is one")
        }
        var document = FeedDocument(format: .json)
        for (index, object) in objects.prefix(FeedDocument.maximumItems).enumerated() {
            let place = UInt64(index + 1)
            do throws(Fault) {
                document.items.append(
                    try FeedItemMaker.entry(try raw(object, url), place: place, language: text(members, "language")))
            } catch {
                document.refusals.append(error.at(source, place))
            }
        }
        if objects.count > FeedDocument.maximumItems {
            document.refusals.append(
                Fault(
                    .tooManyItems, "the document has \(objects.count) items, allowed are \(FeedDocument.maximumItems)"
                ).at(source, UInt64(objects.count)))
        }
        return document
    }

    private static func raw(_ value: JSONValue, _ base: String) throws(Fault) -> RawItem {
        guard case .object(let members) = value else {
            throw Fault(.wrongType, "the item is \(value.kindName), allowed is an object {…}")
        }
        var raw = RawItem()
        raw.base = base
        raw.id = text(members, "id")
        raw.title = text(members, "title")
        raw.titleIsHTML = false
        raw.summary = text(members, "summary")
        let plain = text(members, "content_text")
        // Plain text may well hold what looks like mark-up.
        raw.content =
            plain.isEmpty
            ? text(members, "content_html") : plain.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
        raw.link = text(members, "url")
        if raw.link.isEmpty { raw.link = text(members, "external_url") }
        raw.language = text(members, "language")
        raw.published = text(members, "date_published")
        raw.updated = text(members, "date_modified")
        return raw
    }

    private static func value(_ members: [JSONValue.Member], _ key: String) -> JSONValue? {
        members.first { $0.key == key }?.value
    }

    /// Text, or a number as it is written: some have ids that are.
    private static func text(_ members: [JSONValue.Member], _ key: String) -> String {
        switch value(members, key) {
        case .string(let text), .number(let text): text
        default: ""
        }
    }
}
