import Foundation
import MarketModels
import NewsModels
import Schema

/// Information, proximity and horizon: who says what of a thesis, how near each is to the decision, and how far ahead
/// each can speak.
enum GapSections {
    /// Assumed between voices of one tier: they read the same papers.
    static let correlation = 0.3

    static func sections(_ view: PointInTimeView, _ record: SourceRecord) -> [Section] {
        view.theses.flatMap { thesis -> [Section] in
            guard let stance = view.stance(on: thesis, correlation: correlation, record) else { return [] }
            return [
                information(view, thesis, stance, record), proximity(thesis, stance), horizon(view, thesis),
            ].compactMap { $0 }
        }
    }

    private static var assumption: String { "correlation=\(correlation)" }

    // MARK: Information

    private static func information(
        _ view: PointInTimeView, _ thesis: Thesis, _ stance: NewsStance, _ record: SourceRecord
    ) -> Section {
        var draft = SectionDraft(.information, .gap, about: thesis)
        for tier in stance.tiers {
            let voices = stance.voices.filter { "T\($0.tier)" == tier.name }
            draft.add(
                "stance", of: tier.name, tier.stance, .plain, .measured, method: "dirichlet",
                interval: interval95(tier.stance, tier.deviation), assuming: [assumption],
                observations: voices.count, evidence: Array(voices.map(\.sequence).prefix(20)))
            draft.add(
                "effective-size", of: tier.name, tier.effectiveSize, .count, .assumed, assuming: [assumption],
                observations: voices.count)
            firstVoices(voices, tier.name, view, &draft)
        }
        if stance.insiders.effectiveSize > 0, stance.crowd.effectiveSize > 0 {
            draft.add(
                "gap", stance.gap, .plain, .measured, method: "dirichlet", interval: stance.gapLower...stance.gapUpper,
                assuming: [assumption], observations: stance.voices.count, text: stance.isNotable ? "notable" : "",
                evidence: evidence(stance.voices.filter { $0.tier <= 2 || $0.tier >= 5 }))
            draft.add(
                "divergence", stance.divergence, .bits, .measured, method: "jensen-shannon",
                evidence: evidence(stance.voices))
        } else {
            draft.lack(stance.insiders.effectiveSize > 0 ? "press" : "insiders", of: thesis.id)
        }
        surveys(view, thesis, &draft)
        // Who knew of it before the first of these items cannot be told from them.
        draft.lack("awareness", of: thesis.id)
        var told: Set<String> = []
        for voice in stance.voices where told.insert(voice.speaker).inserted {
            record.add(voice.speaker, tier: voice.tier, to: &draft)
        }
        return draft.section
    }

    /// The latest of them, where there are many: what was there before has been told.
    private static func evidence(_ voices: [NewsStance.Voice]) -> [UInt64] {
        Array(voices.map(\.sequence).sorted().suffix(TriggerSearch.evidenceLimit))
    }

    /// Who of a tier spoke first; all whose words are of the same time, by the side they took: which of them came to the
    /// stream before the other says nothing.
    private static func firstVoices(
        _ voices: [NewsStance.Voice], _ tier: String, _ view: PointInTimeView, _ draft: inout SectionDraft
    ) {
        guard let time = voices.map(\.time).min() else { return }
        let first = voices.filter { $0.time == time }
        for side in [-1, 0, 1] {
            let group = first.filter { $0.stance == side }
            guard let one = group.first else { continue }
            var speakers: [String] = []
            for voice in group where !speakers.contains(voice.speaker) { speakers.append(voice.speaker) }
            draft.add(
                "first-voice", of: tier, Double(side), .plain, .measured, asOf: date(of: one, view),
                text: speakers.joined(separator: ", "), evidence: group.map(\.sequence),
                textWords: words(speakers, view))
        }
    }

    /// Several speakers in the languages in which any of them has a name.
    private static func words(_ speakers: [String], _ view: PointInTimeView) -> [Translation] {
        let names = speakers.map { view.translations(ofSpeaker: $0) }
        return Set(names.joined().map(\.language)).sorted().map { language in
            let told = zip(speakers, names).map { name, words in
                words.first { $0.language == language }?.text ?? name
            }
            var translation = Translation()
            translation.language = language
            translation.text = told.joined(separator: language == "zh" ? "、" : ", ")
            return translation
        }
    }

    /// The date a fact gives itself: what is said at a day's end in New York is known when it is the next day by UTC. That
    /// of a headline is when it could be read.
    private static func date(of voice: NewsStance.Voice, _ view: PointInTimeView) -> String {
        let fact = voice.isFact ? view.facts(.statement).first { $0.sequence == voice.sequence } : nil
        return fact?.asOf ?? CivilTime.date(day: Int(voice.time / CivilTime.day))
    }

    /// Surveys of which none said the plans had changed: how many of all may have, independent or not.
    private static func surveys(_ view: PointInTimeView, _ thesis: Thesis, _ draft: inout SectionDraft) {
        for fact in view.facts(.statement) {
            let statement = fact.statement
            guard statement.thesis == thesis.id, statement.respondents > 0, statement.changed == 0 else { continue }
            let size = Double(statement.respondents)
            guard let effective = try? EffectiveSample.size(size, correlation: correlation) else { continue }
            draft.add(
                "survey-bound", of: statement.speaker, EffectiveSample.upperBoundOfExceptions(size: size), .fraction,
                .assumed, method: "unanimous-bound", assuming: ["correlation=0"],
                observations: Int(statement.respondents), asOf: fact.asOf, evidence: [fact.sequence])
            draft.add(
                "survey-bound", of: statement.speaker, EffectiveSample.upperBoundOfExceptions(size: effective),
                .fraction, .assumed, method: "unanimous-bound", assuming: [assumption],
                observations: Int(statement.respondents), asOf: fact.asOf, evidence: [fact.sequence])
        }
    }

    // MARK: Proximity

    /// The slope of stance over tiers, each weighted by the inverse of its variance: from the decision outwards.
    private static func proximity(_ thesis: Thesis, _ stance: NewsStance) -> Section {
        var draft = SectionDraft(.proximity, .gap, about: thesis)
        let tiers = stance.tiers.filter { $0.deviation > 0 }.compactMap { group in
            Double(group.name.dropFirst()).map { (tier: $0, stance: group.stance, weight: pow(group.deviation, -2)) }
        }
        let total = tiers.reduce(0) { $0 + $1.weight }
        let middle = tiers.reduce(0) { $0 + $1.weight * $1.tier } / total
        let level = tiers.reduce(0) { $0 + $1.weight * $1.stance } / total
        let spread = tiers.reduce(0) { $0 + $1.weight * pow($1.tier - middle, 2) }
        guard tiers.count >= 3, spread > 0 else {
            draft.lack("tiers", of: thesis.id)
            return draft.section
        }
        let slope = tiers.reduce(0) { $0 + $1.weight * ($1.tier - middle) * ($1.stance - level) } / spread
        draft.add(
            "gradient", slope, .plain, .measured, method: "weighted-slope",
            interval: interval95(slope, (1 / spread).squareRoot()), assuming: [assumption], observations: tiers.count,
            evidence: Array(stance.voices.filter(\.isFact).map(\.sequence).prefix(20)))
        return draft.section
    }

    // MARK: Horizon

    /// The last statement of each party with the horizon it speaks to: plans are evidence about plans.
    private static func horizon(_ view: PointInTimeView, _ thesis: Thesis) -> Section {
        var draft = SectionDraft(.horizon, .gap, about: thesis)
        var last: [String: Fact] = [:]
        for fact in view.facts(.statement) where fact.statement.thesis == thesis.id && !fact.statement.horizon.isEmpty {
            last[fact.statement.speaker] = fact
        }
        let order = last.values.sorted {
            ($0.tier.rawValue, $0.eventTime, $0.sequence) < ($1.tier.rawValue, $1.eventTime, $1.sequence)
        }
        for fact in order.prefix(24) {
            let stance: Double = fact.statement.stance == .supports ? 1 : fact.statement.stance == .opposes ? -1 : 0
            draft.add(
                "horizon", of: fact.statement.speaker, stance, .plain, .stated, method: "T\(fact.tier.rawValue)",
                asOf: fact.asOf, text: fact.statement.horizon, evidence: [fact.sequence],
                words: view.translations(ofSpeaker: fact.statement.speaker))
        }
        if order.isEmpty { draft.lack(.statement, of: thesis.id) }
        return draft.section
    }
}
