import Schema
import Yams

/// Turns the nodes of a settings file into settings. Problems go to the reader; what is made of a file with
/// problems is not used.
struct SettingsParser {
    let reader: SettingsReader
    let root: Node
    /// Sections that others read from the same file.
    let ignoring: [String]

    func file() -> SettingsFile? {
        let sections = ["settings", "calendars", "instruments", "groups", "theses", "sources", "entities", "feeds"]
        guard let top = reader.mapping(root, "", sections + ignoring) else { return nil }
        let instruments = self.instruments(top["instruments"])
        let symbols = Set(instruments.map(\.symbol))
        var model = ModelSettings()
        model.groups = groups(top["groups"], symbols)
        model.theses = theses(top["theses"], symbols)
        model.sources = sources(top["sources"])
        model.entities = entities(top["entities"])
        let feeds = feeds(top["feeds"])
        guard let settings = top["settings"] else {
            reader.note(root, "settings", "missing", "a mapping with benchmark, calendar, detection")
            return nil
        }
        guard let values = reader.mapping(settings, "settings", ["benchmark", "calendar", "detection"]) else {
            return nil
        }
        model.benchmark = reader.text(values["benchmark"], "settings.benchmark", in: settings) ?? ""
        requireDefined(model.benchmark, values["benchmark"], "settings.benchmark", symbols)
        if let detection = values["detection"] { model.detection = self.detection(detection) }
        let calendars = calendars(
            top["calendars"], standard: values["calendar"], in: settings, instruments: top["instruments"], into: &model)
        guard let calendars else { return nil }
        return SettingsFile(model: model, instruments: instruments, calendars: calendars, feeds: feeds)
    }

    // MARK: Sections

    private func instruments(_ node: Node?) -> [InstrumentDefinition] {
        guard let node else {
            reader.note(root, "instruments", "missing", "a list of instruments")
            return []
        }
        var taken = Names()
        let keys = ["symbol", "name", "kind", "currency", "calendar", "aliases", "ambiguous"]
        return each(node, "instruments", keys) { element, key, values in
            var instrument = InstrumentDefinition()
            instrument.symbol = reader.text(values["symbol"], "\(key).symbol", in: element) ?? ""
            checkSymbol(instrument.symbol, values["symbol"], "\(key).symbol")
            take(instrument.symbol, &taken, values["symbol"], "\(key).symbol")
            (instrument.name, instrument.translations) = name(
                values["name"], "\(key).name", in: element, orElse: instrument.symbol)
            let kinds: KeyValuePairs<String, InstrumentKind> = [
                "equity": .equity, "etf": .etf, "index": .index, "crypto": .crypto,
            ]
            instrument.kind = reader.word(values["kind"], "\(key).kind", in: element, kinds) ?? .unspecified
            instrument.currency = reader.text(values["currency"], "\(key).currency", in: element) ?? ""
            checkCurrency(instrument.currency, values["currency"], "\(key).currency")
            (instrument.aliases, instrument.languageAliases) = aliases(values["aliases"], "\(key).aliases", element)
            instrument.ambiguousAliases = reader.texts(values["ambiguous"], "\(key).ambiguous", in: element)
            return instrument
        }.enumerated().map { index, instrument in
            var instrument = instrument
            instrument.instrument = UInt32(index + 1)
            return instrument
        }
    }

    /// What something is called: a text, or texts by language; its id where nothing is said.
    private func name(
        _ node: Node?, _ key: String, in parent: Node, orElse id: String
    ) -> (String, [Translation]) {
        guard let node else { return (id, []) }
        let (name, translations) = words(node, key, in: parent)
        return (name.isEmpty ? id : name, translations)
    }

    /// A list of names for texts of any language, or such a list by language, `any` among them.
    private func aliases(_ node: Node?, _ key: String, _ parent: Node) -> (any: [String], [LanguageAliases]) {
        guard let node, case .mapping(let mapping) = node else { return (reader.texts(node, key, in: parent), []) }
        var everywhere: [String] = []
        var byLanguage: [LanguageAliases] = []
        var taken = Names()
        for (name, list) in mapping {
            let language = name.scalar?.string ?? ""
            let path = "\(key).\(language.prefix(64))"
            guard language == "any" || Self.isLanguage(language) else {
                reader.note(
                    name, path, quoted(language), "any, or a language of two or three letters, such as en, zh, ja")
                continue
            }
            take(language, &taken, name, path)
            let texts = reader.texts(list, path, in: node)
            if language == "any" {
                everywhere = texts
            } else if !texts.isEmpty {
                var aliases = LanguageAliases()
                aliases.language = language
                aliases.aliases = texts
                byLanguage.append(aliases)
            }
        }
        return (everywhere, byLanguage)
    }

    private static func isLanguage(_ text: String) -> Bool {
        (2...3).contains(text.utf8.count) && text.utf8.allSatisfy { (0x61...0x7A).contains($0) }
    }

    private func groups(_ node: Node?, _ symbols: Set<String>) -> [Group] {
        var taken = Names()
        return each(node, "groups", ["id", "name", "keywords", "members"]) { element, key, values in
            var group = Group()
            group.id = reader.text(values["id"], "\(key).id", in: element) ?? ""
            take(group.id, &taken, values["id"], "\(key).id")
            if symbols.contains(group.id) {
                reader.note(values["id"], "\(key).id", quoted(group.id), "an id that is not also a symbol")
            }
            (group.name, group.translations) = name(values["name"], "\(key).name", in: element, orElse: group.id)
            group.keywords = reader.texts(values["keywords"], "\(key).keywords", in: element)
            group.members = members(values["members"], "\(key).members", symbols)
            if !group.members.contains(where: { $0.weight > 0 }) {
                let found = group.members.isEmpty ? "missing or empty" : "without a weight above 0"
                reader.note(
                    values["members"] ?? element, "\(key).members", found, "at least one member with a weight above 0")
            }
            return group
        }
    }

    private func members(_ node: Node?, _ key: String, _ symbols: Set<String>) -> [GroupMember] {
        var taken = Names()
        return each(node, key, ["symbol", "weight"]) { element, key, values in
            var member = GroupMember()
            member.symbol = reader.text(values["symbol"], "\(key).symbol", in: element) ?? ""
            requireDefined(member.symbol, values["symbol"], "\(key).symbol", symbols)
            take(member.symbol, &taken, values["symbol"], "\(key).symbol")
            if values["weight"] == nil { reader.note(element, "\(key).weight", "missing", "a number from 0") }
            member.weight = reader.number(values["weight"], "\(key).weight", in: element, 0...1e9) ?? 0
            return member
        }
    }

    private func sources(_ node: Node?) -> [Source] {
        var taken = Names()
        return each(node, "sources", ["name", "tier"]) { element, key, values in
            var source = Source()
            (source.name, source.translations) = words(values["name"], "\(key).name", in: element)
            take(source.name, &taken, values["name"], "\(key).name")
            source.tier = reader.word(values["tier"], "\(key).tier", in: element, SourceTier.words) ?? .unspecified
            return source
        }
    }

    private func entities(_ node: Node?) -> [Entity] {
        var taken = Names()
        return each(node, "entities", ["id", "kind", "aliases", "ambiguous"]) { element, key, values in
            var entity = Entity()
            entity.id = reader.text(values["id"], "\(key).id", in: element) ?? ""
            take(entity.id, &taken, values["id"], "\(key).id")
            entity.kind = reader.text(values["kind"], "\(key).kind", in: element) ?? ""
            (entity.aliases, entity.languageAliases) = aliases(values["aliases"], "\(key).aliases", element)
            entity.ambiguousAliases = reader.texts(values["ambiguous"], "\(key).ambiguous", in: element)
            return entity
        }
    }

    /// A key that is not there has the default that `settings.proto` states; 0 is never allowed, because it
    /// would be read as the default.
    private func detection(_ node: Node) -> DetectionSettings {
        var detection = DetectionSettings()
        let keys = [
            "estimation_window", "estimation_gap", "minimum_history", "return_period_years", "minimum_return",
            "minimum_group_return", "minimum_market_return", "volatility_decay", "settle_ms", "follow_up_sessions",
            "allowed_lateness_ms", "alert_budget", "benchmark_age_minutes",
        ]
        guard let values = reader.mapping(node, "settings.detection", keys) else { return detection }
        func count(_ key: String, _ range: ClosedRange<Int>) -> UInt32 {
            UInt32(reader.integer(values[key], "settings.detection.\(key)", in: node, range) ?? 0)
        }
        func number(_ key: String, _ range: ClosedRange<Double>) -> Double {
            reader.number(values[key], "settings.detection.\(key)", in: node, range) ?? 0
        }
        detection.estimationWindow = count("estimation_window", 20...2_000)
        detection.estimationGap = count("estimation_gap", 1...250)
        detection.minimumHistory = count("minimum_history", 20...2_000)
        detection.returnPeriodYears = number("return_period_years", 0.01...1_000)
        detection.minimumReturn = number("minimum_return", 0.0001...1)
        detection.minimumGroupReturn = number("minimum_group_return", 0.0001...1)
        detection.minimumMarketReturn = number("minimum_market_return", 0.0001...1)
        detection.alertBudget = number("alert_budget", 0.01...100)
        detection.benchmarkAgeMinutes = count("benchmark_age_minutes", 1...1_440)
        detection.volatilityDecay = number("volatility_decay", 0.5...0.9999)
        detection.settleMs = count("settle_ms", 1...600_000)
        detection.followUpSessions = count("follow_up_sessions", 1...250)
        detection.allowedLatenessMs = count("allowed_lateness_ms", 1...604_800_000)
        if detection.estimationWindow > 0, detection.minimumHistory > detection.estimationWindow {
            reader.note(
                values["minimum_history"], "settings.detection.minimum_history", "\(detection.minimumHistory)",
                "up to estimation_window, \(detection.estimationWindow)")
        }
        return detection
    }

    // MARK: Parts

    /// Reads each mapping of a list.
    func each<Value>(
        _ node: Node?, _ key: String, _ keys: [String], _ make: (Node, String, [String: Node]) -> Value
    ) -> [Value] {
        reader.list(node, key).enumerated().compactMap { index, element in
            let path = "\(key)[\(index)]"
            return reader.mapping(element, path, keys).map { make(element, path, $0) }
        }
    }

    struct Names { var taken: Set<String> = [] }

    func take(_ name: String, _ names: inout Names, _ node: Node?, _ key: String) {
        guard !name.isEmpty, !names.taken.insert(name).inserted else { return }
        reader.note(node, key, "\(quoted(name)) for the second time", "each once")
    }

    func requireDefined(_ symbol: String, _ node: Node?, _ key: String, _ symbols: Set<String>) {
        guard !symbol.isEmpty, !symbols.contains(symbol) else { return }
        reader.note(node, key, quoted(symbol), "a symbol defined under instruments")
    }

    private func checkSymbol(_ symbol: String, _ node: Node?, _ key: String) {
        // An empty one is missing, which is told elsewhere.
        guard !symbol.isEmpty, !TextRules.isSymbol(symbol) else { return }
        reader.note(node, key, quoted(symbol), "up to \(TextRules.symbolBytes) bytes without spaces")
    }

    private func checkCurrency(_ currency: String, _ node: Node?, _ key: String) {
        let isCode =
            currency.utf8.count == 3
            && currency.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        guard !currency.isEmpty, !isCode else { return }
        reader.note(node, key, quoted(currency), "three capital letters (ISO 4217)")
    }

    /// Minutes since midnight of `HH:MM`, up to 24:00.
    func minute(_ node: Node?, _ key: String, in parent: Node) -> Int? {
        guard let text = reader.text(node, key, in: parent) else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }), let hour = Int(Substring(parts[0])),
            let minute = Int(Substring(parts[1])), (0...24).contains(hour), (0..<60).contains(minute),
            hour < 24 || minute == 0
        else {
            reader.note(node, key, quoted(text), "a time HH:MM from \"00:00\" to \"24:00\", in quotes")
            return nil
        }
        return hour * 60 + minute
    }
}
