import Schema

extension Wording {
    /// English headlines. The paragraph is in `Wording+EnglishSummary.swift`.
    enum English {
        /// Longer headlines are shortened, as far as there is something to leave out.
        static let headlineLimit = 240

        /// One line: who moved how far and when, what it cost, with whom it moved, what came after, and what most
        /// likely set it off. The most detailed that fits, or the shortest there is.
        static func headline(_ input: WordingInput) -> String {
            let lines = Detail.levels.lazy.map { headline(input, $0) }
            return lines.first { fits($0, headlineLimit) } ?? headline(input, Detail.least)
        }

        /// How much of what a headline can say it says.
        private struct Detail {
            /// Characters of a story's headline.
            var quote = 100
            var saysRecord = true
            var namesCompanions = true

            static let least = Detail(quote: 50, saysRecord: false, namesCompanions: false)
            /// The most detailed first.
            static let levels = [
                Detail(), Detail(quote: 50), Detail(saysRecord: false), Detail(quote: 50, saysRecord: false), least,
            ]
        }

        private static func headline(_ input: WordingInput, _ detail: Detail) -> String {
            prefix(input.state) + movement(input, detail) + (detail.namesCompanions ? companions(input) : "")
                + since(input) + ": " + cause(input, detail)
        }

        /// The headline of a notice on a member's topic: the wider subject, then its own headline.
        static func notice(of finding: Finding, headline: String) -> String {
            let kind = finding.scope == .market ? "Market" : "Group"
            return "\(kind) \(line(finding.displayName)) – \(headline)"
        }

        private static func prefix(_ state: AlertState) -> String {
            switch state {
            case .pending: "So far: "
            case .resolved: "Over: "
            case .withdrawn: "Withdrawn: "
            case .firing, .unspecified, .UNRECOGNIZED: ""
            }
        }

        /// `ABC −16.97 % on 2025-01-27 (−$592.7 bn, the largest one-day loss in dollars on record here)`.
        ///
        /// The session is named once it is over: before, it is today's.
        private static func movement(_ input: WordingInput, _ detail: Detail) -> String {
            let finding = input.finding
            let name = finding.scope == .instrument ? finding.subject : finding.displayName
            var text = "\(line(name)) \(input.returnText)"
            if input.measure.complete, !input.measure.session.isEmpty { text += " on \(line(input.measure.session))" }
            if input.measure.hasTwoSessions {
                text +=
                    ", \(FixedNumber.percent(input.measure.twoSessions.simpleReturn, decimals: 2)) over two sessions"
            }
            if input.measure.hasValue { text += " (\(value(input.measure.value, detail)))" }
            return text
        }

        private static func value(_ value: ValueChange, _ detail: Detail) -> String {
            var text = FixedNumber.dollars(value.usd)
            if value.members > 0 { text += " over \(value.covered) of \(value.members) members" }
            if detail.saysRecord && value.rank == 1 && value.compared > 1 {
                text += ", the largest one-day \(value.usd < 0 ? "loss" : "gain") in dollars on record here"
            }
            return text
        }

        /// `; since then +8.93 % on 2025-01-28, 44 % retraced after 1 session`; of an alert that is over only how
        /// much was retraced in the end.
        private static func since(_ input: WordingInput) -> String {
            guard let last = input.measure.followUp.last, input.state != .withdrawn else { return "" }
            let sessions = counted(UInt32(input.measure.followUp.count), "session", "sessions")
            let retraced = Language.english.retraced(last.retraced)
            if input.state == .resolved { return ", \(retraced) after \(sessions)" }
            let change = FixedNumber.percent(last.simpleReturn, decimals: 2)
            return "; since then \(change) on \(line(last.session)), \(retraced) after \(sessions)"
        }

        private static func companions(_ input: WordingInput) -> String {
            input.wider.map { ", \(line($0.name)) \(FixedNumber.percent($0.simpleReturn, decimals: 1))" }.joined()
        }

        /// What most likely set it off, or that this is not known.
        private static func cause(_ input: WordingInput, _ detail: Detail) -> String {
            if input.state == .withdrawn { return "did not last to the close" }
            guard input.finding.hasAttribution else {
                return input.finding.isUnexplained
                    ? "cause unknown, \(FixedNumber.probability(1)) unexplained" : "not yet explained"
            }
            let attribution = input.finding.attribution
            let unexplained = FixedNumber.probability(attribution.unexplained)
            guard let first = attribution.candidates.first else { return "no known cause" }
            let story = story(first, limit: detail.quote)
            if first.probability > attribution.unexplained {
                return "most likely \(story), \(unexplained) unexplained"
            }
            return "cause unknown (\(unexplained) unexplained); best candidate \(story)"
        }

        /// `“Silicon Valley is full of praise” (DeepSeek; 12 items; 61 %)`, `results of ABC for 2024Q4 (74 %)`.
        private static func story(_ candidate: TriggerCandidate, limit: Int) -> String {
            guard candidate.isNews else {
                return "\(named(candidate, limit: limit)) (\(FixedNumber.probability(candidate.probability)))"
            }
            let headline = quoted(candidate.headline, limit: limit)
            let items = candidate.items > 0 ? counted(candidate.items, "item", "items") : nil
            let facts = [subject(of: candidate, in: headline), items, FixedNumber.probability(candidate.probability)]
            return "\(headline) (\(facts.compactMap { $0 }.joined(separator: "; ")))"
        }

        /// The story's most telling term, unless the headline shown has it: what everyone speaks of may be missing
        /// from the sentence that stands for it.
        static func subject(of candidate: TriggerCandidate, in headline: String) -> String? {
            guard let term = candidate.terms.first.map({ line($0, limit: 30) }), !term.isEmpty else { return nil }
            return headline.lowercased().contains(term.lowercased()) ? nil : term
        }

        /// What a candidate is: a story's headline as a quotation, anything else in our own words.
        static func named(_ candidate: TriggerCandidate, limit: Int = 100) -> String {
            guard !candidate.isNews else { return quoted(candidate.headline, limit: limit) }
            let text = line(candidate.headline, limit: limit)
            if candidate.isScheduled { return "the release of \(text)" }
            // What begins with two capitals begins with a name: "SNAP cuts its forecast".
            let isName = text.dropFirst().first.map { $0.isUppercase || $0.isNumber } ?? false
            return isName ? text : text.prefix(1).lowercased() + text.dropFirst()
        }

        /// Another's sentence, marked as such.
        static func quoted(_ text: String, limit: Int = 100) -> String {
            let line = line(text, limit: limit)
            return line.isEmpty ? "an untitled story" : "“\(line)”"
        }

        /// `1 item`, `2 items`, `no items`.
        static func counted(_ number: UInt32, _ one: String, _ many: String) -> String {
            switch number {
            case 0: "no \(many)"
            case 1: "1 \(one)"
            default: "\(FixedNumber.decimal(Double(number), decimals: 0)) \(many)"
            }
        }

        /// `a`, `a and b`, `a, b and c`.
        static func list(_ parts: [String]) -> String {
            guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
            return parts.dropLast().joined(separator: ", ") + " and " + last
        }
    }
}

extension TriggerCandidate {
    /// Statistics or a decision, not results: those are told by their name, `release/subject/name/date`.
    var isScheduled: Bool { kind == .release && story.split(separator: "/").count > 3 }

    /// A group that a thesis ties the subject to, and not its own: `theme/group/thesis`.
    var isTied: Bool { kind == .theme && story.split(separator: "/").count > 2 }

    /// Whether its headline is one of the news', and so another's sentence.
    public var isNews: Bool { !isMechanism }

    private var isMechanism: Bool {
        switch kind {
        case .unspecified, .story: false
        case .filing: !story.hasPrefix("story/")
        case .release, .market, .theme, .peer, .flow, .UNRECOGNIZED: true
        }
    }
}
