import EventLog
import Feeds
import Foundation
import Schema
import Testing

@testable import Evaluation

@Suite("Causes on labelled days")
struct CauseEvaluationTests {
    private typealias World = CauseWorldFixture

    /// N3 falls after a recall was told, N4 rises after its results, N1 falls for nothing that was told.
    private static func world() -> World {
        var world = World()
        world.moves = [3: [200: -0.16], 4: [215: 0.18], 1: [230: -0.2]]
        world.chatter(150..<245)
        for (index, title) in [
            "Cedar Works recalls all saws after accidents", "Saws of Cedar Works are recalled, says regulator",
            "Recall of saws: Cedar Works stops sales",
        ].enumerated() {
            world.news(title, before: 200, hours: 9 - Double(index), source: "Wire \(index)")
        }
        world.results(of: "N4", before: 215, hours: 11, surprise: 0.4)
        return world
    }

    private static let labels = [
        World.label("N3", 200, "operations", words: ["recall"]), World.label("N4", 215, "scheduled_release"),
        World.label("N1", 230, "unknown"),
    ]

    @Test("a cause that was told is found, results are found, and what nobody told is unknown")
    func found() throws {
        let evaluation = CauseEvaluation(labels: Self.labels, markets: [Self.world().market()])
        #expect(evaluation.cases.count == 3)
        let (recall, results, nothing) = (evaluation.cases[0], evaluation.cases[1], evaluation.cases[2])
        #expect(recall.shock == "N3/\(CivilTime.date(day: World.days[200]))")
        #expect(recall.answers.first?.outcome == .news && recall.rank == 1)
        #expect(recall.answers.first?.headline.contains("Cedar Works") == true)
        #expect(results.answers.first?.outcome == .scheduled && results.rank == 1)
        // Told 11 h before the open, said at the close 6.5 h after it.
        #expect(abs(try #require(results.minutes) - 17.5 * 60) < 2)
        #expect(nothing.answers.first?.outcome == .unknown && nothing.rank == 1)
        for one in evaluation.cases {
            #expect(abs(one.probabilities.values.reduce(0, +) - 1) < 1e-9)
            #expect(one.isSystematic == false)
        }
    }

    @Test("a label that says otherwise is not met, by its class or by its words")
    func wrong() {
        let labels = [
            World.label("N3", 200, "scheduled_release"), World.label("N4", 215, "scheduled_release", words: ["merger"]),
        ]
        let evaluation = CauseEvaluation(labels: labels, markets: [Self.world().market()])
        #expect(evaluation.cases.map(\.rank) == [nil, nil])
        #expect(evaluation.cases.map(\.probability) == [0, 0])
        #expect(evaluation.text.contains("not right"))
    }

    @Test("a class that is not known is named with those that are")
    func unknownClass() {
        let labels = [World.label("N3", 200, "aliens"), World.label("N4", 215, "")]
        let evaluation = CauseEvaluation(labels: labels, markets: [Self.world().market()])
        #expect(evaluation.withoutClass == 2 && evaluation.unknownClasses == ["aliens"])
        #expect(evaluation.text.contains("not known: aliens; allowed is corporate_action, flow"))
        #expect(CauseOutcome.classes.allSatisfy { CauseOutcome(causeClass: $0, scope: .instrument) != nil })
    }

    @Test("with news a day later or of another case, the labelled cause loses its probability")
    func placebos() throws {
        let evaluation = CauseEvaluation(labels: Self.labels, markets: [Self.world().market()])
        for one in evaluation.cases.prefix(2) {
            #expect(one.probability > 0.5)
            #expect(try #require(one.aDayLater).probability < 0.1 && one.aDayLater?.first == .unknown)
            #expect(try #require(one.withOtherNews).probability < 0.1)
        }
        #expect(evaluation.quiet.days > 20)
        #expect(evaluation.quiet.causes == 0)
    }

    @Test("another member's results are the peer's, and a label that was not detected has no answer")
    func peerAndMissed() {
        var world = World()
        world.moves = [1: [205: -0.2], 2: [205: -0.14]]
        world.chatter(150..<215)
        world.results(of: "N1", before: 205, hours: 11, surprise: -0.5)
        let labels = [
            World.label("N1", 205, "scheduled_release"), World.label("N2", 205, "peer", words: ["n1"]),
            World.label("N4", 190, "legal"),
        ]
        let evaluation = CauseEvaluation(labels: labels, markets: [world.market()])
        #expect(evaluation.cases.map(\.rank) == [1, 1, nil])
        #expect(evaluation.cases[2].shock == nil && evaluation.cases[2].answers.isEmpty)
        #expect(evaluation.text.contains("no shock, so no cause"))
    }

    @Test("what cannot be a case is counted by why, and few cases have no rates")
    func counted() {
        let labels =
            Self.labels + [
                World.label("N2", 170, ""), World.label("N2", 171, "weather"), World.label("ZZZ", 200, "legal"),
                World.label("N2", 20, "legal"), World.label("N2", 148, "legal"),
            ]
        let evaluation = CauseEvaluation(labels: labels, markets: [Self.world().market()])
        #expect(evaluation.labels == 8 && evaluation.cases.count == 3)
        #expect(evaluation.withoutClass == 2 && evaluation.withoutPrices == 2 && evaluation.withoutNews == 1)
        #expect(evaluation.rates == nil && evaluation.text.contains("fewer than 10 cases: no rates"))
        let nothing = CauseEvaluation(labels: [], markets: [])
        #expect(nothing.cases.isEmpty && nothing.text.contains("0 of 0 labels"))
    }

    @Test("news and facts put back where they were make the same stream; moved ones keep the prices")
    func placeboStream() {
        let market = Self.world().market()
        let same = market.messages(told: market.told)
        #expect(same.count == market.messages.count)
        #expect(same.filter(\.isTold).map { $0.recordTime(row: 0) } == market.toldTimes)
        #expect(
            ExplainedRun(same).detection.shocks.map(\.id) == ExplainedRun(market.messages).detection.shocks.map(\.id))
        let late = market.messages(told: market.told.map { $0.told(later: Int64(CivilTime.day)) })
        #expect(late.filter(\.isTold).map { $0.recordTime(row: 0) } == market.toldTimes.map { $0 + CivilTime.day })
        #expect(late.map(\.firstSequence) == (1...UInt64(late.count)).map(\.self))
        #expect(zip(late, late.dropFirst()).allSatisfy { $0.recordTime(row: 0) <= $1.recordTime(row: 0) })
    }
}

@Suite("Outcomes and rates of causes")
struct CauseRatesTests {
    @Test(
        "a label's class and scope say its outcome",
        arguments: [
            ("macro", ShockScope.market, CauseOutcome.macro), ("policy", .market, .macro), ("policy", .group, .news),
            ("scheduled_release", .instrument, .scheduled), ("scheduled_release", .market, .macro),
            ("peer", .group, .peer), ("flow", .market, .flow), ("technology", .group, .news),
            ("unknown", .unspecified, .unknown),
        ])
    func classes(word: String, scope: ShockScope, outcome: CauseOutcome) {
        #expect(CauseOutcome(causeClass: word, scope: scope) == outcome)
        #expect(CauseOutcome(causeClass: "weather", scope: scope) == nil)
    }

    @Test(
        "a candidate's kind and subject say its outcome, seen from the name",
        arguments: [
            (CandidateKind.story, "", CauseOutcome.news), (.filing, "", .news), (.filing, "ABC", .scheduled),
            (.filing, "XYZ", .peer), (.release, "ABC", .scheduled), (.release, "MKT", .macro), (.release, "XYZ", .peer),
            (.market, "MKT", .macro), (.theme, "group", .peer), (.peer, "XYZ", .peer), (.flow, "ABC", .flow),
        ])
    func candidates(kind: CandidateKind, subject: String, outcome: CauseOutcome) {
        var candidate = TriggerCandidate()
        (candidate.kind, candidate.subject) = (kind, subject)
        #expect(CauseOutcome(candidate, scope: .instrument, symbol: "ABC", benchmark: "MKT") == outcome)
        let ofMarket = CauseOutcome(candidate, scope: .market, symbol: "ABC", benchmark: "MKT")
        #expect(ofMarket == (kind == .flow ? .flow : .macro))
    }

    @Test(
        "a story that speaks of figures is the name's results, any other is news",
        arguments: [
            ("Acorn loses subscribers for the first time", CauseOutcome.scheduled),
            ("Acorn's Outlook darkens", .scheduled),
            ("Regulator sues Acorn", .news), ("A quarterback joins Acorn", .news), ("", .news),
        ])
    func stories(headline: String, outcome: CauseOutcome) {
        for kind in [CandidateKind.story, .filing] {
            var candidate = TriggerCandidate()
            (candidate.kind, candidate.headline) = (kind, headline)
            #expect(CauseOutcome(candidate, scope: .instrument, symbol: "ABC", benchmark: "MKT") == outcome)
        }
    }

    private static func made(
        _ outcome: CauseOutcome, _ probabilities: [CauseOutcome: Double], scope: String = "single",
        found: String = "single", isSystematic: Bool = false
    ) -> CauseCase {
        let answers = probabilities.sorted { $0.value > $1.value }.map {
            CauseCase.Answer(outcome: $0.key, headline: "", probability: $0.value)
        }
        return CauseCase(
            date: "2024-01-02", symbol: "ABC", cluster: "", note: "", causeClass: "", scope: scope, outcome: outcome,
            words: [], items: 9, shock: "s", foundScope: found, answers: answers, probabilities: probabilities,
            rank: answers.firstIndex { $0.outcome == outcome }.map { $0 + 1 }, probability: probabilities[outcome] ?? 0,
            minutes: 60, isSystematic: isSystematic)
    }

    @Test("rates, scores, abstention and baselines of ten cases, worked by hand")
    func byHand() throws {
        // Six right at 0.8 of 1, three wrong with 0.3 for the truth, one unknown first.
        let right = (0..<6).map { _ in Self.made(.news, [.news: 0.8, .unknown: 0.2]) }
        let wrong = (0..<3).map { _ in
            Self.made(.scheduled, [.news: 0.6, .scheduled: 0.3, .unknown: 0.1], scope: "theme", isSystematic: true)
        }
        let unsure = [Self.made(.flow, [.unknown: 0.9, .flow: 0.1])]
        let rates = CauseRates(right + wrong + unsure)
        #expect(rates.first.count == 6 && rates.first.of == 10 && rates.firstThree.count == 10)
        // 6·(0.04 + 0.04), 3·(0.36 + 0.49 + 0.01), 0.81 + 0.81, of 10.
        #expect(abs(try #require(rates.brier) - 0.468) < 1e-12)
        // −(6·ln 0.8 + 3·ln 0.3 + ln 0.1) / 10.
        #expect(abs(try #require(rates.logScore) - 0.725336) < 1e-6)
        #expect(rates.abstention.map(\.answered) == [6, 9, 10] && rates.abstention.map(\.right) == [6, 6, 6])
        #expect(rates.baselines.commonest == .news && rates.baselines.commonestRight.count == 6)
        // 1 − (0.36 + 0.09 + 0.01).
        #expect(abs(rates.baselines.sharesBrier - 0.54) < 1e-12)
        #expect(rates.baselines.systematicRule.count == 10 && rates.baselines.systematicScope.count == 7)
        #expect(rates.baselines.systematicCommoner.count == 7)
        #expect(rates.scope.count == 7 && rates.medianMinutes == 60)
    }

    @Test("a truth that had no probability leaves no log score, and says so")
    func impossible() {
        let rates = CauseRates([Self.made(.peer, [.news: 1])])
        #expect(rates.logScore == nil && rates.impossible == 1 && rates.brier == 2)
    }
}

@Suite("Causes of the shipped examples")
struct ExampleCauseTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../docs/examples")

    @Test("the labelled cause comes first on each day, and goes when the news does")
    func examples() throws {
        let bytes = [UInt8](try Data(contentsOf: Self.folder.appendingPathComponent("labels.csv")))
        let feed = LabelFeed(bytes.span, source: "labels.csv")
        #expect(feed.refusals.isEmpty)
        let recordings = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0.hasSuffix(".mcap") }.sorted()
        #expect(recordings.count == 3)
        let markets = try recordings.map { name in
            var messages: [StreamMessage] = []
            try LogIndex(reading: Self.folder.appendingPathComponent(name).path).forEachMessage { message in
                messages.append(message)
                return true
            }
            return EvaluationMarket(messages)
        }
        let evaluation = CauseEvaluation(labels: feed.labels, markets: markets)
        #expect(evaluation.cases.map(\.symbol) == feed.labels.map(\.symbol))
        for one in evaluation.cases {
            #expect(one.rank == 1, "\(one.date) \(one.symbol): \(one.answers)")
            #expect(one.foundScope == one.scope || one.scope == "single")
            #expect((one.aDayLater?.probability ?? 1) < 0.1 && (one.withOtherNews?.probability ?? 1) < 0.1)
            #expect(
                one.aDayLater?.first == .unknown && one.withOtherNews?.first == .unknown, "\(one.date) \(one.symbol)")
        }
        #expect(evaluation.rates == nil)
        #expect(evaluation.quiet.causes == 0)
        let json = try JSONEncoder().encode(evaluation)
        #expect(try JSONDecoder().decode(CauseEvaluation.self, from: json) == evaluation)
    }
}
