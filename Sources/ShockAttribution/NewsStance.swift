import MarketModels
import NewsModels
import Schema

/// Who stands where towards a thesis, by how near the voice is to the decision.
public struct NewsStance: Codable, Equatable, Sendable {
    /// One piece of evidence.
    public struct Voice: Codable, Equatable, Sendable {
        /// Market sequence.
        public let sequence: UInt64
        /// Nanoseconds since 1970.
        public let time: UInt64
        /// 1 to 6.
        public let tier: Int
        /// Who speaks, or else the source.
        public let speaker: String
        public let text: String
        /// 1 for the thesis, −1 against it, 0 neither.
        public let stance: Int
        /// Whether a fact of the stream says so; else it was read from a headline.
        public let isFact: Bool
        /// How much of a voice it counts for: 1, or less where the speaker's claims turned out wrong.
        public fileprivate(set) var weight = 1.0
    }

    /// The voices of one tier, or of several.
    public struct Group: Codable, Equatable, Sendable {
        public let name: String
        public let support: Int
        public let neutral: Int
        public let oppose: Int
        /// n/(1 + (n − 1)·ρ).
        public let effectiveSize: Double
        /// P(support) − P(oppose) with its standard deviation, of the effective sample.
        public let stance: Double
        public let deviation: Double
    }

    public let thesis: String
    public let statement: String
    /// Correlation assumed between voices of a tier.
    public let correlation: Double
    public let tiers: [Group]
    /// Tiers 1 and 2, and 5 and 6.
    public let insiders: Group
    public let crowd: Group
    /// Stance of the crowd less that of insiders, with its 95 % interval; whether it is worth telling.
    public let gap: Double
    public let gapLower: Double
    public let gapUpper: Double
    public let isNotable: Bool
    /// Between the tiers that have a voice, in bits.
    public let divergence: Double
    /// Those of tiers 1 and 2 first, then by time.
    public let voices: [Voice]
    /// What could not be used, and why.
    public let missing: [String]
}

extension NewsView {
    /// The stance towards a thesis of what is known at a time; nil if there is no such thesis.
    ///
    /// Voices are statements among the facts, and headlines that are about an instrument exposed to the thesis or its
    /// group, reprints and reports of prices left out; of one story each speaker and each source counts once. Headlines
    /// are measured only where the thesis has sentences of both sides, and only those about the thesis
    /// (``NewsModels/StanceModel/isAbout(_:)``). Who speaks in a headline, whoever prints it, has tier 2 if exposed to the
    /// thesis or spending for it; else that of the source of that name, but no better than 2; else the item's own.
    ///
    /// - Parameters:
    ///   - thesis: Its id.
    ///   - time: What is known later is left out, ns.
    ///   - correlation: Of the voices of a tier, from 0 to below 1.
    ///   - weight: How much of a voice a speaker of a tier counts for, from 0 to 1.
    public func stance(
        on thesis: String, at time: UInt64, correlation: Double = 0.3, weight: (String, Int) -> Double = { _, _ in 1 }
    ) throws(ParameterError) -> NewsStance? {
        guard let thesis = thesisSettings(thesis) else { return nil }
        var missing: [String] = []
        var voices = statements(thesis.id, at: time)
        if let headlines = headlines(thesis, at: time) {
            voices += headlines
        } else {
            missing.append("headlines: the thesis has no supporting and opposing sentences to measure them by")
        }
        voices.sort { ($0.tier > 2 ? 1 : 0, $0.time, $0.sequence) < ($1.tier > 2 ? 1 : 0, $1.time, $1.sequence) }
        for index in voices.indices { voices[index].weight = weight(voices[index].speaker, voices[index].tier) }
        return try NewsStance(thesis, voices, correlation, missing)
    }

    private func statements(_ thesis: String, at time: UInt64) -> [NewsStance.Voice] {
        allFacts(until: time).compactMap { fact in
            guard case .statement(let value)? = fact.value, value.thesis == thesis else { return nil }
            let stance = value.stance == .supports ? 1 : value.stance == .opposes ? -1 : 0
            return NewsStance.Voice(
                sequence: fact.sequence, time: fact.eventTime,
                tier: max(1, fact.tier.rawValue == 0 ? 5 : fact.tier.rawValue),
                speaker: value.speaker, text: fact.title, stance: stance, isFact: true)
        }
    }

    private func headlines(_ thesis: Thesis, at time: UInt64) -> [NewsStance.Voice]? {
        guard let found = voices(on: thesis.id) else { return nil }
        let merged = mergedStories(at: time)
        let speakers = speakerTiers(thesis)
        var counted: Set<String> = []
        return found.compactMap { item, stance in
            guard item.seen <= time else { return nil }
            let speaker = item.speaker.isEmpty ? item.source : item.speaker
            guard counted.insert("\(merged.whole(of: item.story))\u{1F}\(speaker)").inserted else { return nil }
            let tier = SpeakerTiers.tier(of: item, known: item.speaker.isEmpty ? nil : speakers.tier(of: item.speaker))
            return NewsStance.Voice(
                sequence: item.sequence, time: item.seen, tier: tier, speaker: speaker, text: item.title,
                stance: stance, isFact: false)
        }
    }
}

/// How near those who speak in headlines are to the decision.
struct SpeakerTiers {
    private let subjects: Set<String>
    /// By name as ``Tokenizer`` has it.
    private let sources: [String: Int]
    private let names: [String: [String]]

    /// - Parameter names: How whom a headline may name is written, by symbol or entity.
    init(_ thesis: Thesis, settings: ModelSettings, names: [String: [String]]) {
        subjects = Set(thesis.exposures.map(\.symbol) + thesis.spenders)
        sources = Dictionary(settings.sources.map { (Self.key($0.name), $0.tier.rawValue) }) { first, _ in first }
        self.names = names
    }

    /// Nil for whom nothing is configured.
    func tier(of speaker: String) -> Int? {
        if subjects.contains(speaker) { return 2 }
        let configured = ([speaker] + (names[speaker] ?? [])).lazy.compactMap { sources[Self.key($0)] }
        return configured.first { $0 > 0 }.map { max(2, $0) }
    }

    /// Of an item, in which who speaks has a known tier or none. An item of tier 1 is the record itself.
    static func tier(of item: ArchivedItem, known: Int?) -> Int {
        guard let known else { return item.tier == 0 ? 5 : item.tier }
        return item.tier == 1 ? 1 : known
    }

    private static func key(_ name: String) -> String { Tokenizer.tokens(name).map(\.key).joined(separator: " ") }
}

extension NewsStance {
    fileprivate init(
        _ thesis: Thesis, _ voices: [Voice], _ correlation: Double, _ missing: [String]
    ) throws(ParameterError) {
        self.thesis = thesis.id
        statement = thesis.statement
        self.correlation = correlation
        var tiers: [Group] = []
        var probabilities: [[Double]] = []
        for tier in 1...6 {
            let own = voices.filter { $0.tier == tier }
            guard !own.isEmpty else { continue }
            let (group, posterior) = try Self.group("T\(tier)", own, correlation)
            tiers.append(group)
            probabilities.append(posterior.probabilities)
        }
        self.tiers = tiers
        let (insiders, inside) = try Self.group("insiders (T1, T2)", voices.filter { $0.tier <= 2 }, correlation)
        let (others, outside) = try Self.group("crowd (T5, T6)", voices.filter { $0.tier >= 5 }, correlation)
        self.insiders = insiders
        crowd = others
        let gap = StanceGap(outside, inside)
        self.gap = gap.gap
        gapLower = gap.lower
        gapUpper = gap.upper
        isNotable = gap.isNotable
        divergence = probabilities.count > 1 ? try JensenShannon.divergence(probabilities) : 0
        self.voices = voices
        self.missing = missing
    }

    private static func group(
        _ name: String, _ voices: [Voice], _ correlation: Double
    ) throws(ParameterError) -> (Group, StancePosterior) {
        let support = voices.count { $0.stance > 0 }
        let oppose = voices.count { $0.stance < 0 }
        let neutral = voices.count - support - oppose
        func sum(_ stance: Int) -> Double { voices.reduce(0) { $1.stance.signum() == stance ? $0 + $1.weight : $0 } }
        let counts = StanceCounts(support: sum(1), neutral: sum(0), oppose: sum(-1))
        let posterior = try StancePosterior(voices.isEmpty ? counts : counts.discounted(correlation: correlation))
        let group = Group(
            name: name, support: support, neutral: neutral, oppose: oppose, effectiveSize: posterior.sampleSize,
            stance: posterior.stance, deviation: posterior.standardDeviation)
        return (group, posterior)
    }
}
