import Foundation
import MarketModels
import Schema
import Testing

@testable import ShockAttribution

/// What each estimator makes of a window is checked where it lives, against other implementations; here that the section
/// gives each the sessions it is about, and says what is lacking.
@Suite("How sure the measurement is")
struct MeasurementTests {
    typealias World = MeasurementWorld

    @Test("betas, and what they leave of the move, are those of the window: least squares, drawn to the group, robust")
    func betas() throws {
        let world = try World("betas")
        let finding = try #require(world.findings.first)
        let (move, index) = (world.returns["A"]![World.event], world.returns["IDX"]![World.event])
        let (asset, market) = (world.window("A"), world.window("IDX"))
        let model = try MarketModel.fit(asset: asset, market: market)
        let beta = try #require(finding.estimate(.measurement, "beta", of: "least-squares"))
        #expect(abs(beta.value - model.beta) < 1e-6 && beta.observations == 250)
        #expect(abs(beta.upper - beta.lower - 2 * 1.959964 * model.betaStandardError) < 1e-6)
        let own = model.abnormalReturn(asset: move, market: index)
        let left = try #require(finding.estimate(.measurement, "abnormal-return", of: "least-squares"))
        #expect(abs(left.value - own.value) < 1e-6)
        #expect(abs(left.upper - left.lower - 2 * 1.959964 * own.standardError) < 1e-6)

        let huber = try HuberRegression.fit(asset: asset, market: market)
        #expect(abs(try #require(finding.estimate(.measurement, "beta", of: "huber")).value - huber.beta) < 1e-6)
        let others = try World.names.dropFirst().map {
            try MarketModel.fit(asset: world.window($0), market: market).beta
        }
        let mean = others.reduce(0, +) / 5
        let deviation = (others.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4).squareRoot()
        let shrunken = try BetaShrinkage.vasicek(
            beta: model.beta, standardError: model.betaStandardError, prior: mean, priorDeviation: deviation)
        let drawn = try #require(finding.estimate(.measurement, "beta", of: "shrunken"))
        #expect(abs(drawn.value - shrunken.beta) < 1e-6)
        #expect(
            abs(drawn.value - mean) < abs(beta.value - mean)
                && drawn.assumptions.first?.hasPrefix("group-beta=") == true)
        #expect(drawn.upper - drawn.lower < beta.upper - beta.lower)
    }

    @Test("volatility is that of GARCH over the sessions before, beside the measure's own; fewer than 250 lack")
    func volatility() throws {
        let world = try World("volatility")
        let finding = try #require(world.findings.first)
        let before = Array(world.returns["A"]![World.event - 310..<World.event])
        let centre = before.reduce(0, +) / 310
        let demeaned = before.map { $0 - centre }
        var filter = try GARCHVolatility(
            GARCHVolatility.fit(demeaned), initialVariance: demeaned.reduce(0) { $0 + $1 * $1 } / 310)
        for value in demeaned { filter.add(value) }
        let garch = try #require(finding.estimate(.measurement, "volatility", of: "garch"))
        #expect(abs(garch.value / filter.deviation - 1) < 1e-3 && garch.observations == 310)
        #expect(finding.estimate(.measurement, "volatility", of: "ewma")?.value == 0.02)
        let z = try #require(finding.estimate(.measurement, "volatility-z", of: "garch"))
        #expect(abs(z.value - world.returns["A"]![World.event] / garch.value) < 1e-12)

        // The other fixture's ABC has 520 sessions of which 320 are kept; with 200 there is no fit.
        let short = ExplanationFixture(days: 200).finding()
        #expect(short.section(.measurement)?.missing.contains { $0.what == "garch-sessions=199" } == true)
    }

    @Test("a volatility that had changed before the shock is told from one that had not")
    func regime() throws {
        let calm = try #require(try World("calm").findings.first)
        let wild = try #require(try World("nervous", isNervous: true).findings.first)
        #expect(try #require(calm.estimate(.measurement, "regime-change")).value < 0.5)
        #expect(try #require(wild.estimate(.measurement, "regime-change")).value > 0.9)
        let since = try #require(wild.estimate(.measurement, "regime-volatility"))
        #expect((0.03...0.1).contains(since.value) && (10...20).contains(since.observations))
        #expect(calm.estimate(.measurement, "drift")?.text == "no-drift")
    }

    @Test("it is said once the session is over, and then repeated; what came after is added after ten sessions")
    func frozen() throws {
        let world = try World("after")
        let findings = world.findings
        let first = try #require(findings.first?.section(.measurement))
        #expect(!first.estimates.contains { $0.of == "after" })
        #expect(findings[9].section(.measurement) == first)
        let later = try #require(findings[10].section(.measurement))
        #expect(Array(later.estimates.prefix(first.estimates.count)) == first.estimates)
        let after = try MarketModel.fit(
            asset: Array(world.returns["A"]![World.event + 1...World.event + 10]),
            market: Array(world.returns["IDX"]![World.event + 1...World.event + 10]), minimum: 10)
        let beta = try #require(findings[10].estimate(.measurement, "beta", of: "after"))
        #expect(abs(beta.value - after.beta) < 1e-6 && beta.observations == 10)
        #expect(findings[10].estimate(.measurement, "beta-jump")?.text == "within-noise")
        let calm = try #require(findings[10].estimate(.measurement, "correlation", of: "before"))
        #expect((0.2...0.8).contains(calm.value) && calm.observations == 250)
        #expect(findings[10].estimate(.measurement, "correlation", of: "adjusted") != nil)
        #expect(findings.last?.section(.measurement) == later)
        #expect(later.estimates.allSatisfy { !$0.evidence.isEmpty })

        // Before the close nothing of it is said.
        var early = ExplanationFixture.signal(.pending)
        early.measure.complete = false
        #expect(ExplanationFixture().finding(early).section(.measurement) == nil)
        #expect(ExplanationFixture().finding().section(.measurement) != nil)
    }

    @Test("jumps within the session need 60 sessions before it, and it says how many there are")
    func jumps() throws {
        func missing(_ finding: Finding) -> [String] { finding.section(.measurement)?.missing.map(\.what) ?? [] }
        #expect(missing(try #require(try World("no parts").findings.first)).contains("intraday-prices"))
        let few = try #require(try World("few parts", intraday: 13).findings.first)
        #expect(missing(few).contains("intraday-sessions=12"))
        #expect(few.estimate(.measurement, "realised-volatility") != nil)
        #expect(few.estimate(.measurement, "jumps") == nil)

        let finding = try #require(try World("parts", intraday: 66).findings.first)
        #expect(!missing(finding).contains { $0.hasPrefix("intraday") })
        let jumps = try #require(finding.estimate(.measurement, "jumps"))
        #expect(jumps.value == 1 && jumps.observations == 25)
        let largest = try #require(finding.estimate(.measurement, "largest-jump"))
        // The eleventh return ends with the twelfth quarter of an hour.
        #expect(largest.value < -10 && largest.asOf.hasSuffix("T17:30Z") && largest.text == "jumped")
        let realised = try #require(finding.estimate(.measurement, "realised-volatility")).value
        let bipower = try #require(finding.estimate(.measurement, "bipower-volatility")).value
        #expect(realised > 0.09 && bipower < 0.6 * realised)
        #expect(finding.estimate(.measurement, "jump-statistic")?.text == "jumped")
    }

    @Test("a group is tested over its members, and who of the two largest moves first is told")
    func group() throws {
        let world = try World("group", intraday: 25, together: true)
        let finding = world.ofGroup
        let members = try World.names.map { symbol in
            let model = try MarketModel.fit(asset: world.window(symbol), market: world.window("IDX"))
            return GroupEventTest.Member(
                window: zip(world.window(symbol), world.window("IDX")).map {
                    $0 - model.expectedReturn(market: $1)
                },
                event: model.abnormalReturn(
                    asset: world.returns[symbol]![World.event], market: world.returns["IDX"]![World.event]))
        }
        let test = try GroupEventTest.compute(members)
        let expected = [
            "patell": test.patell, "patell-adjusted": test.adjustedPatell, "bmp": test.bmp,
            "bmp-adjusted": test.adjustedBMP, "corrado": test.corrado,
        ]
        for (name, value) in expected {
            let found = try #require(finding.estimate(.measurement, "statistic", of: name)).value
            #expect(abs(found / (try #require(value)) - 1) < 1e-5, "\(name)")
            let p = try #require(finding.estimate(.measurement, "p-value", of: name)).value
            #expect(abs(p - max(1e-6, erfc(abs(found) / 2.0.squareRoot()))) < 1e-12)
        }
        #expect(finding.estimate(.measurement, "names")?.text == "small-group")
        #expect(finding.section(.measurement)?.estimates.allSatisfy { !$0.evidence.isEmpty } == true)
        let first = try #require(finding.estimate(.measurement, "lead-lag", of: "A"))
        #expect(first.value > 2 && first.text == "leads")
        #expect(finding.estimate(.measurement, "best-lag", of: "A")?.value == 1)
        #expect(finding.estimate(.measurement, "p-value", of: "patell")?.text == "or-less")
        let second = try #require(finding.estimate(.measurement, "lead-lag", of: "B"))
        #expect(second.value < first.value)
        let without = try World("group alone", together: true).ofGroup
        #expect(
            without.section(.measurement)?.missing.map { $0.what + " " + $0.of } == [
                "lead-sessions=0 A", "lead-sessions=0 B",
            ])
    }

    @Test("a stage restored in the midst of it goes on as one that was not stopped")
    func checkpoint() throws {
        let messages = try World("restored", intraday: 30).market.messages
        for place in [messages.count / 2, messages.count - 80] {
            var stage = AttributeStage()
            _ = stage.findings(Array(messages[..<place]))
            var restored = try PropertyListDecoder().decode(
                AttributeStage.self, from: PropertyListEncoder().encode(stage))
            let straight = stage.findings(Array(messages[place...]))
            #expect(!straight.isEmpty && restored.findings(Array(messages[place...])) == straight)
        }
    }
}
