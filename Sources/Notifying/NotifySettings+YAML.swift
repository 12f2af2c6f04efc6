import Calendars
import PlainYAML
import Schema
import Yams

extension NotifySettings {
    /// Reads the section `notify` of a configuration.
    ///
    /// - Parameters:
    ///   - yaml: The whole configuration.
    ///   - name: Of the file, for problems.
    /// - Returns: nil where there is no such section; and everything that is wrong: line, key, found, allowed.
    public static func parse(_ yaml: String, name: String) -> (settings: NotifySettings?, problems: [String]) {
        // What is no YAML at all is told by whoever reads the rest of the file.
        guard let root = try? PlainYAML.compose(yaml), case .mapping(let sections) = root,
            let node = sections["notify"]
        else { return (nil, []) }
        let reader = NotifyReader(file: name)
        let settings = reader.settings(node)
        return (reader.problems.isEmpty ? settings : nil, reader.problems)
    }

    /// The section `notify` of a configuration as YAML of its own, in which history is told; nil where there is none.
    public static func sectionForReplay(of yaml: String, name: String) -> (yaml: String?, problems: [String]) {
        let (settings, problems) = parse(yaml, name: name)
        guard settings != nil, let root = try? PlainYAML.compose(yaml), case .mapping(let sections) = root,
            case .mapping(var section)? = sections["notify"]
        else { return (nil, problems) }
        section["history"] = Node("true", Tag(.bool))
        return (try? Yams.serialize(node: .mapping(.init([(Node("notify"), .mapping(section))]))), [])
    }
}

/// Reads YAML nodes and gathers what is wrong.
private final class NotifyReader {
    private let file: String
    private(set) var problems: [String] = []

    init(file: String) { self.file = file }

    static let maximumSinks = 32
    static let maximumRoutes = 256

    func settings(_ node: Node) -> NotifySettings {
        let values = mapping(node, "notify", ["sinks", "routes", "inhibit", "history"])
        let sinks = list(values["sinks"], "notify.sinks", upTo: Self.maximumSinks).compactMap { sink($0.node, $0.key) }
        var routes = list(values["routes"], "notify.routes", upTo: Self.maximumRoutes).enumerated().compactMap {
            route($1.node, $1.key, number: $0 + 1, sinks: sinks.map(\.name))
        }
        if sinks.isEmpty { note(node, "notify.sinks", "none", "one or more sinks") }
        unique(sinks.map(\.name), node, "notify.sinks")
        unique(routes.map(\.name), node, "notify.routes")
        if values["routes"] == nil { routes = [.init("all", sinks: sinks.map(\.name))] }
        var made = NotifySettings(routes: routes, sinks: sinks)
        bool(values["inhibit"], "notify.inhibit") { made.inhibit = $0 }
        bool(values["history"], "notify.history") { made.history = $0 }
        return made
    }

    private func sink(_ node: Node, _ key: String) -> NotifySettings.Sink? {
        let all = [
            "name", "type", "url", "secretFile", "path", "to", "from", "program", "timeoutSeconds", "attempts", "queue",
            "resendSeconds", "perHour", "quiet",
        ]
        let values = mapping(node, key, all)
        let name = self.name(values["name"], "\(key).name", in: node) ?? ""
        let types = [
            "alertmanager": ["url", "resendSeconds"], "webhook": ["url", "secretFile"], "file": ["path"],
            "mail": ["to", "from", "program"],
        ]
        guard let type = text(values["type"], "\(key).type", in: node) else { return nil }
        guard let own = types[type] else {
            note(values["type"], "\(key).type", "\"\(type)\"", "alertmanager, file, mail or webhook")
            return nil
        }
        for other in types.values.joined() where !own.contains(other) && values[other] != nil {
            note(values[other], "\(key).\(other)", "a setting of another type", own.joined(separator: ", "))
        }
        guard let kind = kind(type, values, key, node) else { return nil }
        var made = NotifySettings.Sink(name, kind)
        int(values["timeoutSeconds"], "\(key).timeoutSeconds", 1...600) { made.timeout = $0 }
        int(values["attempts"], "\(key).attempts", 1...1_000) { made.attempts = $0 }
        int(values["queue"], "\(key).queue", 1...10_000) { made.capacity = $0 }
        int(values["resendSeconds"], "\(key).resendSeconds", 1...3_600) { made.resend = $0 }
        int(values["perHour"], "\(key).perHour", 0...100_000) { made.perHour = $0 }
        if let quiet = values["quiet"] { made.quiet = self.quiet(quiet, "\(key).quiet") }
        return made
    }

    private func kind(
        _ type: String, _ values: [String: Node], _ key: String, _ node: Node
    ) -> NotifySettings.Sink.Kind? {
        switch type {
        case "file":
            return path(values["path"], "\(key).path", in: node).map { .file(path: $0) }
        case "mail":
            let to = texts(values["to"], "\(key).to")
            guard let from = text(values["from"], "\(key).from", in: node) else { return nil }
            for address in to + [from] where !Self.isMailAddress(address) {
                note(values["to"] ?? node, "\(key).to or .from", "\"\(address)\"", "addresses as name@host")
            }
            if to.isEmpty { note(values["to"] ?? node, "\(key).to", "none", "a list of addresses") }
            var program = "/usr/sbin/sendmail"
            if values["program"] != nil { program = path(values["program"], "\(key).program", in: node) ?? program }
            return .mail(to: to, from: from, program: program)
        default:
            guard let url = text(values["url"], "\(key).url", in: node) else { return nil }
            guard Self.isAddress(url) else {
                note(values["url"], "\(key).url", "\"\(url)\"", "an address of http or https")
                return nil
            }
            if type == "alertmanager" { return .alertmanager(url: url.hasSuffix("/") ? String(url.dropLast()) : url) }
            let secret = values["secretFile"].flatMap { path($0, "\(key).secretFile", in: node) }
            return .webhook(url: url, secretFile: secret)
        }
    }

    private func route(_ node: Node, _ key: String, number: Int, sinks: [String]) -> NotifySettings.Route? {
        let values = mapping(
            node, key,
            [
                "name", "match", "sinks", "groupBy", "waitSeconds", "intervalSeconds", "repeatSeconds", "revisions",
                "continue",
            ])
        var made = NotifySettings.Route("route-\(number)", sinks: texts(values["sinks"], "\(key).sinks"))
        if values["name"] != nil { made.name = name(values["name"], "\(key).name", in: node) ?? made.name }
        if values["match"] != nil { made.match = match(values["match"], "\(key).match") }
        for sink in made.sinks where !sinks.contains(sink) {
            note(values["sinks"], "\(key).sinks", "\"\(sink)\"", "names of notify.sinks")
        }
        made.sinks = made.sinks.filter(sinks.contains)
        if values["sinks"] == nil { note(node, "\(key).sinks", "missing", "a list of names of notify.sinks") }
        if values["groupBy"] != nil { made.groupBy = texts(values["groupBy"], "\(key).groupBy") }
        for refusal in made.groupBy.compactMap({ LabelMatch.refusal($0) }) {
            note(values["groupBy"], "\(key).groupBy", refusal.found, refusal.allowed)
        }
        int(values["waitSeconds"], "\(key).waitSeconds", 0...86_400) { made.wait = UInt64($0) * CivilTime.second }
        int(values["intervalSeconds"], "\(key).intervalSeconds", 0...86_400) {
            made.interval = UInt64($0) * CivilTime.second
        }
        int(values["repeatSeconds"], "\(key).repeatSeconds", 0...2_592_000) {
            made.repeatAfter = UInt64($0) * CivilTime.second
        }
        bool(values["revisions"], "\(key).revisions") { made.revisions = $0 }
        bool(values["continue"], "\(key).continue") { made.continues = $0 }
        return made
    }

    private static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    private func quiet(_ node: Node, _ key: String) -> QuietHours? {
        let values = mapping(node, key, ["zone", "from", "until", "days", "except"])
        let zoneName = text(values["zone"], "\(key).zone", in: node) ?? ""
        let zone = ZoneRules(zoneName)
        if zone == nil {
            note(values["zone"] ?? node, "\(key).zone", "\"\(zoneName)\"", "an IANA zone, as Europe/Berlin")
        }
        let from = minute(values["from"], "\(key).from", in: node)
        let until = minute(values["until"], "\(key).until", in: node)
        guard let zone, let from, let until else { return nil }
        var made = QuietHours(zone: zone, from: from, until: until)
        if values["days"] != nil {
            let days = texts(values["days"], "\(key).days")
            for day in days where !Self.weekdays.contains(day) {
                note(values["days"], "\(key).days", "\"\(day)\"", Self.weekdays.joined(separator: ", "))
            }
            made.days = Set(days.compactMap { Self.weekdays.firstIndex(of: $0) })
        }
        if values["except"] != nil { made.except = match(values["except"], "\(key).except") }
        return made
    }

    private func minute(_ node: Node?, _ key: String, in parent: Node) -> Int? {
        guard let text = text(node, key, in: parent) else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(parts[0]),
            let minute = Int(parts[1]),
            (0...23).contains(hour), (0...59).contains(minute)
        {
            return hour * 60 + minute
        }
        note(node, key, "\"\(text)\"", "a time of day, as \"22:00\"")
        return nil
    }

    // MARK: nodes

    private func match(_ node: Node?, _ key: String) -> LabelMatch {
        guard let node, case .mapping(let mapping) = node else {
            note(node, key, "no mapping", "a mapping of labels to values; * at a value's end stands for anything")
            return LabelMatch()
        }
        var values: [String: String] = [:]
        for (name, node) in mapping {
            guard let name = name.scalar?.string, let value = node.scalar?.string else {
                note(node, key, "no text", "a text for each label")
                continue
            }
            if let refusal = LabelMatch.refusal(name, value) {
                note(node, "\(key).\(name)", refusal.found, refusal.allowed)
            }
            values[name] = value
        }
        return LabelMatch(values)
    }

    private func mapping(_ node: Node, _ key: String, _ allowed: [String]) -> [String: Node] {
        guard case .mapping(let mapping) = node else {
            note(node, key, "no mapping", "a mapping with \(allowed.joined(separator: ", "))")
            return [:]
        }
        var values: [String: Node] = [:]
        for (name, value) in mapping {
            let text = name.scalar?.string ?? ""
            if allowed.contains(text) {
                values[text] = value
            } else {
                note(name, "\(key).\(text)", "no setting", allowed.joined(separator: ", "))
            }
        }
        return values
    }

    private func list(_ node: Node?, _ key: String, upTo limit: Int) -> [(node: Node, key: String)] {
        guard let node else { return [] }
        guard case .sequence(let sequence) = node else {
            note(node, key, "no list", "a list")
            return []
        }
        if sequence.count > limit { note(node, key, "\(sequence.count) entries", "up to \(limit)") }
        return sequence.prefix(limit).enumerated().map { ($1, "\(key)[\($0)]") }
    }

    private func text(_ node: Node?, _ key: String, in parent: Node) -> String? {
        if let text = node?.scalar?.string, !text.isEmpty, text.utf8.count <= 4_096 { return text }
        note(node ?? parent, key, node == nil ? "missing" : "no text", "a text")
        return nil
    }

    private func texts(_ node: Node?, _ key: String) -> [String] {
        guard let node else { return [] }
        guard case .sequence(let sequence) = node else {
            note(node, key, "no list", "a list of texts")
            return []
        }
        return sequence.compactMap { element in
            if let text = element.scalar?.string, !text.isEmpty { return text }
            note(element, key, "no text", "a list of texts")
            return nil
        }
    }

    private func name(_ node: Node?, _ key: String, in parent: Node) -> String? {
        guard let text = text(node, key, in: parent) else { return nil }
        let isName =
            text.utf8.count <= 64 && !text.hasPrefix(".")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
        if isName { return text }
        note(
            node, key, "\"\(text.prefix(80))\"", "1 to 64 letters, digits, dots, hyphens and underscores, no dot first")
        return nil
    }

    private func path(_ node: Node?, _ key: String, in parent: Node) -> String? {
        guard let text = text(node, key, in: parent) else { return nil }
        if text.hasPrefix("/") { return text }
        note(node, key, "\"\(text)\"", "an absolute path")
        return nil
    }

    private func int(_ node: Node?, _ key: String, _ range: ClosedRange<Int>, _ take: (Int) -> Void) {
        guard let node else { return }
        if let value = node.int, range.contains(value) { return take(value) }
        note(
            node, key, "\"\(node.scalar?.string ?? "no number")\"",
            "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }

    private func bool(_ node: Node?, _ key: String, _ take: (Bool) -> Void) {
        guard let node else { return }
        if let value = node.bool { return take(value) }
        note(node, key, "\"\(node.scalar?.string ?? "no word")\"", "true or false")
    }

    private func unique(_ names: [String], _ node: Node, _ key: String) {
        for (name, same) in Dictionary(grouping: names, by: { $0 }).sorted(by: { $0.key < $1.key }) where same.count > 1
        {
            note(node, key, "\(same.count) named \"\(name)\"", "names that differ")
        }
    }

    private static func isAddress(_ url: String) -> Bool {
        guard url.utf8.count <= 2_048, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return false }
        return ["http://", "https://"].contains { url.hasPrefix($0) && url.utf8.count > $0.utf8.count }
    }

    private static func isMailAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.hasPrefix("-")
            && text.utf8.allSatisfy {
                (0x21...0x7E).contains($0) && ![UInt8(ascii: ","), UInt8(ascii: "<")].contains($0)
            }
    }

    private func note(_ node: Node?, _ key: String, _ found: String, _ allowed: String) {
        guard problems.count < 100 else { return }
        problems.append("\(file):\(node?.mark?.line ?? 0): \(key) is \(found), allowed is \(allowed)")
    }
}
