import Schema
import Testing

@testable import Alerting

@Suite("The words of an alert")
struct WordingTests {
    /// Before anything came after it: what the first alert at the close says.
    static func firing() -> Finding {
        var finding = Samples.full()
        finding.measure.followUp = []
        return finding
    }

    @Test("a full headline says who, how much, when, with whom, and what most likely set it off")
    func fullHeadline() {
        let input = WordingInput(
            finding: Self.firing(), state: .firing,
            wider: [.init(name: "Chip makers", chineseName: "芯片制造商", simpleReturn: -0.159)])
        #expect(
            Wording.English.headline(input)
                == "ABC −16.97 % on 2025-01-27 (−$592.7 bn, the largest one-day loss in dollars on record here),"
                + " Chip makers −15.9 %: most likely “Cheap \"model\" startles the market” (Quixotron; 1 item; 61 %),"
                + " 28 % unexplained")
    }

    @Test("the headline of a follow-up says what came after, that of an alert that is over how it ended")
    func followUpHeadline() {
        let cause = ": most likely “Cheap \"model\" startles the market” (Quixotron; 1 item; 61 %), 28 % unexplained"
        let followed = Wording.English.headline(.init(finding: Samples.full(), state: .firing))
        #expect(
            followed == "ABC −16.97 % on 2025-01-27 (−$592.7 bn); since then +8.93 % on 2025-01-28, 44 % retraced"
                + " after 1 session" + cause)
        var finding = Samples.full()
        finding.measure.value = ValueChange()
        finding.measure.clearValue()
        finding.measure.followUp += finding.measure.followUp
        let over = Wording.English.headline(.init(finding: finding, state: .resolved))
        #expect(over == "Over: ABC −16.97 % on 2025-01-27, 44 % retraced after 2 sessions" + cause)
    }

    @Test("a headline that gets long leaves out most of the story's, then the record, then the companions")
    func longHeadline() {
        func headline(story: Int, wider: Int) -> String {
            var finding = Self.firing()
            finding.attribution.candidates[0].headline = String(repeating: "word ", count: story)
            let companions = (0..<wider).map {
                WordingInput.Wider(name: "Group number \($0)", chineseName: "", simpleReturn: -0.1)
            }
            return Wording.English.headline(.init(finding: finding, state: .firing, wider: companions))
        }
        let short = headline(story: 20, wider: 1)
        #expect(short.contains("on record here") && short.contains("Group number 0") && short.contains("word…”"))
        #expect(!headline(story: 20, wider: 2).contains("on record here"))
        #expect(headline(story: 20, wider: 2).contains("Group number 1"))
        #expect(!headline(story: 20, wider: 6).contains("Group number"))
        for wider in 0..<8 { #expect(headline(story: 20, wider: wider).count <= Wording.English.headlineLimit) }
    }

    @Test("what a story is about is said where the headline shown does not say it")
    func subject() {
        var finding = Self.firing()
        finding.attribution.candidates[0].headline = "All speak of the quixotron"
        finding.attribution.candidates[0].items = 12
        let named = Wording.English.headline(.init(finding: finding, state: .firing))
        #expect(named.contains("“All speak of the quixotron” (12 items; 61 %)"))
        #expect(!Wording.English.summary(.init(finding: finding, state: .firing)).contains("a story about"))
    }

    @Test("a full summary gives every number with its unit and error")
    func fullSummary() {
        let summary = Wording.English.summary(WordingInput(finding: Samples.full(), state: .firing))
        for sentence in [
            "ABC Incorporated (ABC) fell by 16.97 % from 142.62 to 118.42 in the session of 2025-01-27.",
            "The market moved −1.41 %; what it does not explain is −13.50 % ± 2.52 pp (standard error; beta 1.90"
                + " from 250 sessions).",
            "A move of 6.2 standard deviations of the EWMA volatility comes about once in 1.8 years of one name.",
            "Of the move, 72 % came overnight (−13.3 %) and the rest after the open (−5.2 %, logarithms).",
            "Value lost: $592.7 bn at 24.49 bn shares (count of 2024-11-15), the largest one-day loss among 1,234 changes"
                + " known here (sessions since 2022-06-01, and published records); the record before was $279.0 bn (ABC, 2024-09-03).",
            "It is its 2nd largest fall in 666 sessions since 2022-06-02.",
            "In percentage points the return splits into +0.48 drift, −3.96 with the market, −9.50 with chips beyond"
                + " the market (2 other names) and −3.99 ± 2.01 its own (co-movement over 250 sessions, not causes).",
            "Most likely set off by “Cheap \"model\" startles the market”, a story about Quixotron (61 %: 1 item from 12 sources, best source"
                + " tier 5, first seen 2025-01-20T12:00:00Z, relevance 75 of 100, attention 8.1 σ above usual);"
                + " 28 % is unexplained (weights, not calibrated). 64 news items considered up to 2025-01-27T12:00:00Z.",
            "Less likely: “Tariffs threatened” (11 %).", "Left out as evidence: 3 (only reports the move).",
            "Since then, 1 session: on 2025-01-28 +8.93 %, in all 44 % retraced.",
            "Changed: confirmed at the close.", "Missing: hourly bars: no turnover by the hour.",
        ] {
            #expect(summary.contains(sentence), "\(sentence)")
        }
    }

    @Test("a finding with nothing but a return says so and invents nothing")
    func bare() {
        let input = WordingInput(finding: Samples.finding(.pending), state: .pending)
        #expect(Wording.English.headline(input) == "So far: ABC −10.00 %: not yet explained")
        #expect(
            Wording.English.summary(input)
                == "ABC fell by 10.00 % in the session of 2025-01-27, which is not over."
                + " What set it off has not been looked into yet.")
    }

    @Test("when the unknown is more probable than any story, the unknown comes first")
    func unknown() {
        var finding = Samples.full()
        finding.attribution = Samples.attribution(probability: 0.2, unexplained: 0.7)
        let input = WordingInput(finding: finding, state: .firing)
        #expect(Wording.English.headline(input).contains(": cause unknown (70 % unexplained); best candidate “"))
        #expect(!Wording.English.summary(input).contains("Most likely"))
        finding.attribution.candidates = []
        finding.attribution.unexplained = 1
        let none = WordingInput(finding: finding, state: .firing)
        #expect(Wording.English.headline(none).hasSuffix(": no known cause"))
        #expect(Wording.English.summary(none).contains("No news speaks for a cause (64 news items considered"))
    }

    @Test("states are named in the headline, and a withdrawal names no cause")
    func states() {
        let finding = Samples.full()
        #expect(
            Wording.English.headline(.init(finding: finding, state: .resolved)).hasPrefix(
                "Over: ABC −16.97 % on 2025-01-27"))
        let withdrawn = Wording.English.headline(.init(finding: finding, state: .withdrawn))
        #expect(withdrawn.hasPrefix("Withdrawn: ABC"))
        #expect(withdrawn.hasSuffix(": did not last to the close"))
    }

    @Test("a group says over how many members its loss was counted")
    func group() {
        var finding = Samples.finding(.open, subject: "chips", scope: .group)
        finding.subjectName = "Chip makers"
        finding.measure.value.usd = -979e9
        finding.measure.value.covered = 9
        finding.measure.value.members = 12
        let input = WordingInput(finding: finding, state: .firing)
        #expect(
            Wording.English.headline(input)
                == "Chip makers −10.0 % (−$979.0 bn over 9 of 12 members): not yet explained")
        finding.measure.ownRank.rank = 1
        finding.measure.ownRank.sessions = 320
        #expect(OwnHistory.phrase(finding.measure) == "its largest fall in 320 sessions")
        finding.measure.simpleReturn = 0.02
        finding.measure.ownRank.rank = 3
        #expect(OwnHistory.phrase(finding.measure) == "its 3rd largest rise in 320 sessions")
    }

    @Test("another's words become one short line")
    func line() {
        #expect(Wording.line(" a\n\tb\u{0} c ") == "a b c")
        #expect(Wording.line("one two three", limit: 8) == "one two…")
        #expect(Wording.line("abcdefghij", limit: 5) == "abcd…")
        #expect(Wording.line("") == "")
        #expect(Wording.English.quoted("") == "an untitled story")
        #expect(Wording.English.list([]) == "")
        #expect(Wording.English.list(["a"]) == "a")
        #expect(Wording.English.list(["a", "b", "c"]) == "a, b and c")
    }
}
