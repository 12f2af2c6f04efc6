import Schema

extension Wording {
    /// English headlines. The paragraph is in `Wording+EnglishSummary.swift`.
    enum English {
        /// One line: who moved how far, what it cost, with whom it moved, and what most likely set it off.
        static func headline(_ input: WordingInput) -> String {
            prefix(input.state) + movement(input) + companions(input) + ": " + cause(input)
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

        /// `ABC −16.97 % (−$592.7 bn, the largest one-day loss in dollars on record here)`.
        private static func movement(_ input: WordingInput) -> String {
            let finding = input.finding
            let name = finding.scope == .instrument ? finding.subject : finding.displayName
            var text = "\(line(name)) \(input.returnText)"
            if input.measure.hasValue { text += " (\(value(input.measure.value)))" }
            return text
        }

        private static func value(_ value: ValueChange) -> String {
            var text = FixedNumber.dollars(value.usd)
            if value.members > 0 { text += " over \(value.covered) of \(value.members) members" }
            if value.rank == 1 && value.compared > 1 {
                text += ", the largest one-day \(value.usd < 0 ? "loss" : "gain") in dollars on record here"
            }
            return text
        }

        private static func companions(_ input: WordingInput) -> String {
            input.wider.map { ", \(line($0.name)) \(FixedNumber.percent($0.simpleReturn, decimals: 1))" }.joined()
        }

        /// What most likely set it off, or that this is not known.
        private static func cause(_ input: WordingInput) -> String {
            if input.state == .withdrawn { return "did not last to the close" }
            guard input.finding.hasAttribution else { return "not yet explained" }
            let attribution = input.finding.attribution
            let unexplained = FixedNumber.probability(attribution.unexplained)
            guard let first = attribution.candidates.first else { return "no known cause" }
            let headline = quoted(first.headline)
            let probability = FixedNumber.probability(first.probability)
            if first.probability > attribution.unexplained {
                return "most likely \(headline) (\(probability)), \(unexplained) unexplained"
            }
            return "cause unknown (\(unexplained) unexplained); best candidate \(headline) (\(probability))"
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
