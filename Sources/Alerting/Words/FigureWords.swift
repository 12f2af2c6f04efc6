public import Schema

/// The words for one figure, lack or assumption. What no table has a word for is shown by its id, never left out.
public struct FigureWords: Sendable {
    let language: Language
    private let table: Vocabulary.Table
    private var words: Vocabulary { table.words }

    public init(_ language: Language) {
        self.language = language
        table = Vocabulary.of(language)
    }

    /// An id as words: hyphens and underscores as spaces.
    static func plain(_ id: String) -> String {
        Wording.line(String(id.map { $0 == "-" || $0 == "_" ? " " : $0 }), limit: 60)
    }

    public func section(_ id: String) -> String { words.sections[id] ?? Self.plain(id) }

    /// A section's title: with the thesis or chain that it is about.
    public func title(_ section: Section) -> String {
        guard !section.about.isEmpty else { return self.section(section.id) }
        return self.section(section.id) + language.pick(": ", "：") + about(section)
    }

    func about(_ section: Section) -> String {
        language.text(section.about, section.aboutWords)
    }

    /// A figure's name: of its section where that has one of its own.
    package func figure(_ id: String, in section: String) -> String {
        words.figures["\(section)/\(id)"] ?? words.figures[id] ?? Self.plain(id)
    }

    func method(_ id: String) -> String { words.methods[id] ?? Self.plain(id) }

    /// A class of owners, a tier or another word of ours; else the name as it is.
    package func party(_ name: String) -> String { words.parties[name] ?? Wording.line(name, limit: 60) }

    public func status(_ status: ClaimStatus) -> String { words.statuses[status] ?? "\(status)" }

    package func basis(_ basis: Basis) -> String { words.bases[basis] ?? Self.plain("\(basis)") }

    /// A figure's basis, with a mark where a fact that it rests on is cited, not verified.
    package func basis(of estimate: Estimate) -> String {
        let basis = basis(estimate.basis)
        return estimate.unverified ? basis + language.pick(", ", "·") + unverified(estimate.basis) : basis
    }

    /// The mark alone: of what was stated it is the figure itself that nobody verified, else facts it was made from.
    func unverified(_ basis: Basis) -> String {
        basis == .stated
            ? language.pick("not verified", "未核实") : language.pick("facts not verified", "事实未核实")
    }

    func test(_ id: String) -> String { words.tests[id] ?? Self.plain(id) }

    /// `correlation=0.3`: by the whole, else by its name with the value put in, else as it is.
    package func assumption(_ text: String) -> String {
        if let whole = words.assumptions[text] { return whole }
        guard let sign = text.firstIndex(of: "=") else { return Self.plain(text) }
        let name = String(text[..<sign])
        let value = Wording.line(Self.trimmed(String(text[text.index(after: sign)...])), limit: 40)
        guard let template = words.assumptions[name] else { return Self.plain(name) + " " + value }
        guard Vocabulary.percentages.contains(name), let fraction = Double(value), abs(fraction) < 1e6 else {
            return template.replacing("{}", with: value)
        }
        let tenths = (fraction * 1_000).rounded()
        let decimals = (tenths / 10).rounded() * 10 == tenths ? 0 : 1
        let signed = Vocabulary.signedAssumptions.contains(name)
        return template.replacing("{}", with: language.percent(fraction, decimals, signed: signed))
    }

    /// `10.0` is `10`.
    private static func trimmed(_ number: String) -> String {
        number.hasSuffix(".0") ? String(number.dropLast(2)) : number
    }

    /// What is missing, each kind once with whose it is; what a section lacks of its own subject is not said to be of it.
    public func lacks(_ lacks: [Lack], about: String = "") -> [String] {
        var kinds: [String] = []
        for lack in lacks where !kinds.contains(lack.what) { kinds.append(lack.what) }
        return kinds.map { kind in
            let what = lack(kind)
            var owners: [String] = []
            for lack in lacks where lack.what == kind && !lack.of.isEmpty && lack.of != about {
                let owner = language.period(party(lack.of))
                if !owners.contains(owner) { owners.append(owner) }
            }
            // Some say in their midst whose they are.
            if what.contains("{}") {
                let of =
                    owners.isEmpty ? "" : language.pick(" of \(language.list(owners))", "\(language.list(owners))的")
                return what.replacing("{}", with: of)
            }
            guard !owners.isEmpty else { return what }
            return language.pick("\(what) of \(language.list(owners))", "\(what)（\(language.list(owners))）")
        }
    }

    /// `intraday-sessions=12`: by its name, with what there is put in.
    private func lack(_ kind: String) -> String {
        if let word = words.lacks[kind] ?? words.facts[kind] { return word }
        guard let sign = kind.firstIndex(of: "="), let template = words.lacks[String(kind[..<sign])] else {
            return Self.plain(kind)
        }
        return template.replacing("{}", with: Wording.line(String(kind[kind.index(after: sign)...]), limit: 20))
    }

    public func fact(_ kind: String) -> String { words.facts[kind] ?? Self.plain(kind) }
}

// MARK: Values

extension FigureWords {
    /// A figure's name with whom it is of: `share of shares held · institutions`.
    public func label(_ estimate: Estimate, in section: String) -> String {
        let name = figure(estimate.id, in: section)
        return estimate.of.isEmpty ? name : name + language.pick(" · ", "·") + owner(estimate)
    }

    /// Whom or what a figure is of; of an elasticity, how many times as efficient.
    package func owner(_ estimate: Estimate) -> String {
        if estimate.id == "break-even-elasticity", Double(estimate.of) != nil {
            return language.pick("\(estimate.of)×", "\(estimate.of)倍")
        }
        if let template = words.owners[estimate.id] {
            return template.replacing("{}", with: party(estimate.of).replacing("%", with: language.pick(" %", "%")))
        }
        return estimate.ofWords.isEmpty ? party(estimate.of) : language.text(estimate.of, estimate.ofWords)
    }

    /// A figure's value with its unit, or the word it stands for.
    public func value(_ estimate: Estimate, in section: String = "") -> String {
        if let word = words.signs["\(section)/\(estimate.id)"] ?? words.signs[estimate.id] {
            return estimate.value < 0 ? word.minus : estimate.value > 0 ? word.plus : word.zero
        }
        if let trade = words.trades["\(section)/\(estimate.id)"] ?? words.trades[estimate.id], estimate.value != 0,
            estimate.value.isFinite
        {
            var size = estimate
            size.value = abs(estimate.value)
            return (estimate.value < 0 ? trade.minus : trade.plus).replacing("{}", with: amount(size.value, of: size))
        }
        let number = amount(estimate.value, of: estimate)
        return words.bounds.contains(estimate.id) ? language.pick("at most \(number)", "至多\(number)") : number
    }

    /// The interval as a remark, by what it is: of 95 %, a range that was given, or a scenario's two signs; nil without one.
    func interval(_ estimate: Estimate) -> String? {
        guard estimate.hasLower, estimate.hasUpper else { return nil }
        let lower = amount(estimate.lower, of: estimate)
        let upper = amount(estimate.upper, of: estimate)
        let range = language.pick("\(lower) to \(upper)", "\(lower)至\(upper)")
        if Vocabulary.twoSigned.contains(estimate.id) {
            return language.pick("by its sign, which is not known: \(range)", "方向未知，两种符号：\(range)")
        }
        if Vocabulary.givenRange.contains(estimate.id) { return language.pick("range given \(range)", "所给区间\(range)") }
        let isUndecided =
            Vocabulary.differences.contains(estimate.id) && estimate.lower < 0 && estimate.upper > 0
        return language.pick("95 %: \(range)", "95%区间\(range)")
            + (isUndecided ? language.pick(", not distinguishable from zero", "，无法与零区分") : "")
    }

    private func amount(_ value: Double, of estimate: Estimate) -> String {
        let signed = Vocabulary.signed.contains(estimate.id)
        switch estimate.unit {
        case .ratio: return language.pick("\(language.decimal(value, 2))×", "\(language.decimal(value, 2))倍")
        case .fraction: return fraction(value, of: estimate, signed: signed)
        case .probability: return language.probability(value)
        case .usd: return language.dollars(value)
        case .shares: return language.pick("\(language.count(value)) shares", "\(language.count(value))股")
        case .days: return language.pick("\(language.decimal(value, 1)) days", "\(language.decimal(value, 1))天")
        case .years: return language.pick("\(language.decimal(value, 1)) years", "\(language.decimal(value, 1))年")
        case .count: return language.decimal(value, value == value.rounded() ? 0 : 2)
        case .bits: return language.pick("\(language.decimal(value, 3)) bits", "\(language.decimal(value, 3))比特")
        case .deviations:
            return language.pick("\(language.decimal(value, 2)) σ", "\(language.decimal(value, 2))个标准差")
        case .usdPerHour:
            let price = language.decimal(value, 2)
            return language.pick("$\(price) an hour", "每小时\(price)美元")
        case .plain, .unspecified, .UNRECOGNIZED:
            // An interval has the decimals of its figure.
            let size = abs(estimate.value)
            return language.decimal(value, size >= 1_000 ? 0 : size >= 10 ? 1 : 3, signed: signed)
        }
    }

    /// A bound on what a flow can have done is a part of the move, so in percentage points.
    private func fraction(_ value: Double, of estimate: Estimate, signed: Bool) -> String {
        if Vocabulary.ofTheMove.contains(estimate.id) { return language.points(value, signed: signed) }
        return language.percent(value, abs(value) < 0.01 ? 2 : 1, signed: signed)
    }

    /// ... and what the figure rests on.
    func remarkWithBasis(_ estimate: Estimate) -> String {
        [remark(estimate), basis(of: estimate)].filter { !$0.isEmpty }.joined(separator: language.pick("; ", "；"))
    }

    /// `105 weeks`, `of 25 names`; `n = 12` where what was counted has no word.
    private func observations(_ estimate: Estimate) -> String {
        let counted = words.counted[estimate.id] ?? words.observations
        let template = estimate.observations == 1 ? counted.one : counted.many
        return template.replacing("{}", with: language.decimal(Double(estimate.observations), 0))
    }

    /// The source's own words, where they are a name in this language, and where the figure needs it with what they are.
    private func text(_ estimate: Estimate) -> String {
        let said =
            words.texts[estimate.text]
            ?? (estimate.textWords.isEmpty
                ? language.period(estimate.text) : language.text(estimate.text, estimate.textWords))
        return words.textTemplates[estimate.id].map { $0.replacing("{}", with: said) } ?? said
    }

    /// `since 2023-01-27`, `on 2025-01-28`, `as of 2024-11-20`: by what a date is to the figure.
    func when(_ estimate: Estimate) -> String {
        let isSince = Vocabulary.since.contains(estimate.id)
        let isOn = Vocabulary.on.contains(estimate.id)
        let template =
            Vocabulary.said.contains(estimate.id) ? "{}" : isSince ? words.since : isOn ? words.on : words.asOf
        return template.replacing("{}", with: Wording.line(estimate.asOf, limit: 20))
    }

    /// What figures of a section assume throughout, as a remark on its title; empty where that is nothing.
    func throughout(_ assumptions: [String]) -> String {
        let assumed = assumptions.map(assumption).joined(separator: language.pick(", ", "、"))
        return assumed.isEmpty ? "" : language.pick("assumed below: \(assumed)", "以下假设：\(assumed)")
    }

    /// What there is to say beside the value: interval, the source's own words, date, number of observations, method and
    /// what is assumed.
    ///
    /// - Parameters:
    ///   - estimate: The figure.
    ///   - before: The figure shown just before: a method and assumptions that are the same are said to be so.
    public func remark(_ estimate: Estimate, after before: Estimate? = nil) -> String {
        var parts = [interval(estimate) ?? ""]
        if !estimate.text.isEmpty { parts.append(text(estimate)) }
        if !estimate.asOf.isEmpty { parts.append(when(estimate)) }
        if estimate.observations > 0 { parts.append(observations(estimate)) }
        let isRepeated = before?.method == estimate.method && before?.assumptions == estimate.assumptions
        let again = language.pick("as above", "同上")
        // What is no longer than saying so is said again.
        let isShort = estimate.assumptions.isEmpty && method(estimate.method).count <= again.count
        if isRepeated, !isShort, !estimate.method.isEmpty || !estimate.assumptions.isEmpty {
            parts.append(again)
            return parts.filter { !$0.isEmpty }.joined(separator: language.pick("; ", "；"))
        }
        // A figure called as its method is says it once.
        if !estimate.method.isEmpty, method(estimate.method) != words.figures[estimate.id] {
            parts.append(method(estimate.method))
        }
        if !estimate.assumptions.isEmpty {
            let assumed = estimate.assumptions.map(assumption).joined(separator: language.pick(", ", "、"))
            parts.append(language.pick("assuming: \(assumed)", "假设：\(assumed)"))
        }
        return parts.filter { !$0.isEmpty }.joined(separator: language.pick("; ", "；"))
    }
}
