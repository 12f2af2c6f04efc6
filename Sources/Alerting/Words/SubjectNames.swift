import Schema

/// What instruments and groups are called.
extension Finding {
    /// The name of one that the finding speaks of, in a language; the id where there is none.
    package func name(of id: String, _ language: Language) -> String {
        if let named = names.first(where: { $0.id == id }) { return language.text(named.name, named.translations) }
        return Wording.line(id == subject ? displayName : id)
    }

    /// `AI hardware and power chain (ai-hardware)`; the id alone where that is all there is.
    package func fullName(of id: String, _ language: Language) -> String {
        let name = name(of: id, language)
        return name == id ? name : name + language.brackets(Wording.line(id))
    }

    /// A wider shock, `ai-hardware/2025-01-27`, with its subject's name.
    package func name(ofShock shock: String, _ language: Language) -> String {
        let id = shock.split(separator: "/").first.map(String.init) ?? shock
        let name = name(of: id, language)
        return name == id ? Wording.line(shock) : name + language.brackets(Wording.line(shock))
    }

    /// The subject as sentences call it in Chinese: its name there with the symbol, `英伟达（NVDA）`, else as in English.
    var chineseSubject: String {
        let isNamed = names.contains { named in
            named.id == subject && named.translations.contains { $0.language == "zh" || $0.language.hasPrefix("zh-") }
        }
        if scope != .instrument { return name(of: subject, .chinese) }
        return isNamed ? fullName(of: subject, .chinese) : Wording.line(subject)
    }
}

extension Finding {
    /// Whether it is over and nothing was ever found that may have set it off: nobody will look again.
    var isUnexplained: Bool { phase == .closed && !hasAttribution }

    /// Whether one of these records is a fact that is cited, not verified.
    func isUnverified(_ evidence: [UInt64]) -> Bool {
        !unverified.isEmpty && evidence.contains { sequence in unverified.contains { $0.sequence == sequence } }
    }
}
