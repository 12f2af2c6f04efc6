import Schema

/// A section being written.
struct SectionDraft {
    private(set) var section = Section()

    /// A section about a thesis, which is called by its statement.
    init(_ id: SectionID, _ kind: SectionKind, about thesis: Thesis) {
        var statement = Translation()
        statement.language = "en"
        statement.text = thesis.statement
        self.init(id, kind, about: thesis.id, words: [statement] + thesis.translations)
    }

    init(_ id: SectionID, _ kind: SectionKind, about: String = "", words: [Translation] = []) {
        section.id = id.rawValue
        section.kind = kind
        section.about = about
        section.aboutWords = words
    }

    var isEmpty: Bool { section.estimates.isEmpty && section.missing.isEmpty }

    /// Adds a figure; one that is not finite is not said.
    mutating func add(
        _ id: String, of: String = "", _ value: Double, _ unit: Schema.Unit, _ basis: Basis, method: String = "",
        interval: ClosedRange<Double>? = nil, assuming assumptions: [String] = [], observations: Int = 0,
        asOf: String = "", text: String = "", evidence: [UInt64] = [], words: [Translation] = [],
        textWords: [Translation] = []
    ) {
        guard value.isFinite else { return }
        var estimate = Estimate()
        estimate.id = id
        estimate.of = of
        estimate.value = value
        if let interval, interval.lowerBound.isFinite, interval.upperBound.isFinite {
            estimate.lower = interval.lowerBound
            estimate.upper = interval.upperBound
        }
        estimate.unit = unit
        estimate.basis = basis
        estimate.method = method
        estimate.assumptions = assumptions
        estimate.observations = UInt32(clamping: observations)
        estimate.asOf = asOf
        estimate.text = text
        estimate.evidence = evidence.filter { $0 > 0 }
        estimate.ofWords = words
        estimate.textWords = textWords
        section.estimates.append(estimate)
    }

    /// Says what is missing, once.
    mutating func lack(_ what: String, of subject: String = "") {
        var lack = Lack()
        lack.what = what
        lack.of = subject
        if !section.missing.contains(lack) { section.missing.append(lack) }
    }

    mutating func lack(_ kind: FactKind, of subject: String = "") { lack(kind.rawValue, of: subject) }

    /// The whole section is missing, for want of facts of one kind.
    static func lacking(_ fact: FactKind, of subject: String, _ id: SectionID, _ kind: SectionKind) -> Section {
        var draft = SectionDraft(id, kind)
        draft.lack(fact, of: subject)
        return draft.section
    }
}

/// The sections a finding can have, in the order they are listed; docs/FINDINGS.md says what each is.
enum SectionID: String, CaseIterable {
    case size
    case measurement
    case runUp = "run-up"
    case goodNews = "good-news"
    case analogy
    case ownership
    case spending
    case leveragedFunds = "leveraged-funds"
    case feedback
    case trendFollowers = "trend-followers"
    case shorts
    case dealerGamma = "dealer-gamma"
    case selfExcitation = "self-excitation"
    case signature
    case efficiency
    case implied
    case information
    case sources
    case proximity
    case horizon
    case chain
    case pricingPower = "pricing-power"
    case recovery
}
