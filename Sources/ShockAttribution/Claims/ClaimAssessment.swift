import MarketModels
import Schema

/// Tests what is asserted of a shock: claims are tested, not repeated.
///
/// A claim comes as a fact, with the test that would decide it. Its status follows from other facts and prices alone;
/// that somebody asserts it counts for nothing. Statuses:
///
/// - *not yet due*: it says itself when it can be decided, and that day has not come;
/// - *supported*: what it needs is known, and it is so;
/// - *contradicted*: what it needs is known, and it is not so;
/// - *unsupported*: what it needs is not known, or not clear enough (``ClaimVerdict/missing`` says which).
enum ClaimAssessment {
    /// The claims about the view's shock, in the order they were made; of one that was made again, the last wording.
    static func claims(_ view: PointInTimeView) -> [ClaimFinding] {
        var latest: [String: Fact] = [:]
        var order: [String] = []
        for fact in view.facts(.claim, about: view.subject) where applies(fact.claim, view) {
            if latest.updateValue(fact, forKey: fact.claim.id) == nil { order.append(fact.claim.id) }
        }
        return order.compactMap { latest[$0] }.map { assess($0, view) }
    }

    private static func applies(_ claim: Claim, _ view: PointInTimeView) -> Bool {
        claim.session.isEmpty || claim.session == view.measure.session
    }

    private static func assess(_ fact: Fact, _ view: PointInTimeView) -> ClaimFinding {
        let claim = fact.claim
        var finding = ClaimFinding()
        finding.id = claim.id
        finding.statement = claim.statement
        finding.translations = claim.translations
        finding.assertedBy = fact.source
        finding.assertedByWords = view.translations(ofSpeaker: fact.source)
        finding.asserted = fact.eventTime
        finding.tier = fact.tier
        finding.due = claim.due
        finding.test = claim.kind
        var verdict = verdict(claim, fact, view)
        if let due = CivilTime.parseDate(claim.due), Int64(due) > view.day { verdict.status = .notYetDue }
        finding.status = verdict.status
        finding.estimates = CitedFacts.marked(verdict.draft.section.estimates, fact: view.fact)
        finding.missing = verdict.draft.section.missing
        let evidence = Set(finding.estimates.flatMap(\.evidence) + [fact.sequence])
        finding.evidence = evidence.sorted()
        return finding
    }

    private static func verdict(_ claim: Claim, _ fact: Fact, _ view: PointInTimeView) -> ClaimVerdict {
        switch claim.test {
        case .flow(let test): return .flow(test, view)
        case .mechanism(let test): return .mechanism(test, view)
        case .recovery(let test): return .recovery(test, view)
        case .rental(let test): return .rental(test, since: fact, due: claim.due, view)
        case .runUp(let test): return .runUp(test, view)
        case .rebound(let test): return .rebound(test, view)
        case .staticCase(let test): return .staticCase(test, view)
        case .tail(let test): return .tail(test, view)
        case .record(let test): return .record(test, view)
        case .plans(let test): return .plans(test, since: fact, view)
        case nil: return ClaimVerdict(.unsupported)
        }
    }
}

extension Claim {
    /// The id of its test.
    var kind: String {
        switch test {
        case .flow?: "flow"
        case .mechanism?: "mechanism"
        case .recovery?: "recovery"
        case .rental?: "rental"
        case .runUp?: "run_up"
        case .rebound?: "rebound"
        case .staticCase?: "static_case"
        case .tail?: "tail"
        case .record?: "record"
        case .plans?: "plans"
        case nil: ""
        }
    }
}

/// A status with the figures it follows from.
struct ClaimVerdict {
    var status: ClaimStatus
    var draft = SectionDraft(.recovery, .unspecified)

    init(_ status: ClaimStatus) { self.status = status }

    private static func lacking(_ what: String, of subject: String) -> ClaimVerdict {
        var verdict = ClaimVerdict(.unsupported)
        verdict.draft.lack(what, of: subject)
        return verdict
    }

    // MARK: Trades

    /// A class did what is said only if its signed flow says so.
    static func flow(_ test: FlowTest, _ view: PointInTimeView) -> ClaimVerdict {
        guard let fact = SignedFlows.of(test.ownerClass, view), fact.signedFlow.valueUsd != 0 else {
            return lacking(FactKind.signedFlow.rawValue, of: test.ownerClass)
        }
        var verdict = ClaimVerdict(fact.signedFlow.valueUsd * Double(test.sign) > 0 ? .supported : .contradicted)
        verdict.add(fact, of: test.ownerClass, view)
        return verdict
    }

    /// Who buys cannot make a fall larger, nor who sells a rise. That somebody did trade the way that can is said by the
    /// signed flow of those who are called so, or not at all; how much it can have done is bounded, not known.
    static func mechanism(_ test: MechanismTest, _ view: PointInTimeView) -> ClaimVerdict {
        let move = view.measure.simpleReturn
        let flow = SignedFlows.of(test.name, view).flatMap { $0.signedFlow.valueUsd == 0 ? nil : $0 }
        let isAgainst = move * Double(test.sign) < 0
        var status: ClaimStatus = isAgainst ? .contradicted : .unsupported
        if let flow, !isAgainst {
            status = flow.signedFlow.valueUsd * Double(test.sign) > 0 ? .supported : .contradicted
        }
        var verdict = ClaimVerdict(status)
        verdict.draft.add(
            "move", move, .fraction, .measured, asOf: view.measure.session, evidence: view.moveEvidence)
        verdict.draft.add("direction", of: test.name, Double(test.sign), .plain, .stated)
        if let flow {
            verdict.add(flow, of: test.name, view)
        } else if !isAgainst {
            verdict.draft.lack(.signedFlow, of: test.name)
        }
        return verdict
    }

    /// What a class bought or sold, and the most it can have moved.
    private mutating func add(_ fact: Fact, of owner: String, _ view: PointInTimeView) {
        let flow = fact.signedFlow.valueUsd
        draft.add("net-flow", of: owner, flow, .usd, .stated, asOf: fact.asOf, evidence: [fact.sequence])
        guard let law = view.law else { return }
        draft.add(
            "bound", of: owner, abs(law.impact(of: flow)), .fraction, .assumed, method: "square-root-law",
            assuming: ["prefactor=1"], evidence: [fact.sequence])
    }

    // MARK: Prices

    /// More taken back is a vote only where the difference is beyond twice the pair's tracking error.
    static func recovery(_ test: RecoveryTest, _ view: PointInTimeView) -> ClaimVerdict {
        guard let session = view.session, let pair = RecoveryPair(test.symbol, test.than, session: session, view) else {
            return lacking("closes-after", of: "\(test.symbol), \(test.than)")
        }
        var verdict = ClaimVerdict(.unsupported)
        let date = CivilTime.date(day: Int(pair.day))
        verdict.draft.add(
            "retraced", of: test.symbol, pair.retraced, .fraction, .measured, asOf: date, evidence: pair.evidence)
        verdict.draft.add(
            "retraced", of: test.than, pair.retracedOther, .fraction, .measured, asOf: date, evidence: pair.evidence)
        guard let z = pair.standardized else {
            verdict.draft.lack("tracking-error", of: "\(test.symbol), \(test.than)")
            return verdict
        }
        verdict.draft.add(
            "difference", z, .deviations, .measured, method: "tracking-error", observations: pair.sessions, asOf: date,
            evidence: pair.evidence)
        if abs(z) >= RelativeRecovery.voteThreshold { verdict.status = z > 0 ? .supported : .contradicted }
        return verdict
    }

    static func runUp(_ test: RunUpTest, _ view: PointInTimeView) -> ClaimVerdict {
        guard let runUp = RunUp(view, months: Int(test.months)) else {
            return lacking("weekly-closes", of: view.subject)
        }
        // “Tenfold in two years” may count from the span's beginning or from its low, or from a day between the two.
        let counted = [runUp.multiple, runUp.multipleFromLowOfSpan]
        let least = (counted.min() ?? 0) * (1 - tolerance)
        let most = (counted.max() ?? 0) * (1 + tolerance)
        var verdict = ClaimVerdict((least...most).contains(test.multiple) ? .supported : .contradicted)
        verdict.draft.add(
            "multiple", runUp.multiple, .ratio, .measured, observations: runUp.weeks, asOf: runUp.base,
            evidence: runUp.evidence)
        verdict.draft.add(
            "multiple-from-low", runUp.multipleFromLowOfSpan, .ratio, .measured,
            asOf: CivilTime.date(day: Int(runUp.lowOfSpan.day)),
            evidence: [runUp.lowOfSpan.sequence, runUp.last.sequence])
        return verdict
    }

    /// What a multiple may be off by, as a part of it: what is told in round numbers is told roughly.
    private static let tolerance = 0.1

    /// What falls of this kind were followed by, counted over many; what the stream's own shocks came to stands beside.
    static func rebound(_ test: ReboundTest, _ view: PointInTimeView) -> ClaimVerdict {
        var verdict = ClaimVerdict(.unsupported)
        if view.measure.hasBaseRate, view.measure.baseRate.isEnough {
            let rate = view.measure.baseRate
            verdict.draft.add(
                "recovered-half", Double(rate.recoveredHalf) / Double(rate.shocks), .probability, .measured,
                method: "stream-history", observations: Int(rate.shocks))
        }
        let sessions = Int(test.sessions)
        guard view.measure.hasMarketModel,
            let (falls, row) = AftermathTable.reading(
                abnormalReturn: view.measure.marketModel.abnormalReturn,
                deviations: view.measure.hasVolatilityZ ? view.measure.volatilityZ : nil, sessions: sessions)
        else {
            verdict.draft.lack("base-rates", of: "\(sessions)")
            return verdict
        }
        verdict.draft.add(
            "mean-after", row.mean, .fraction, .stated, method: "falls-of-large-shares", observations: falls)
        if let t = row.t {
            verdict.draft.add("t", t, .deviations, .stated, method: "falls-of-large-shares", observations: falls)
            if abs(t) >= 2 { verdict.status = t > 0 ? .supported : .contradicted }
        }
        return verdict
    }

    /// The name's own past says how rare a move of the size is.
    static func tail(_ test: TailTest, _ view: PointInTimeView) -> ClaimVerdict {
        guard let session = view.session, let prices = view.prices(of: view.subject, around: session),
            prices.prices.count > EstimationWindow.minimum
        else { return lacking("closes", of: view.subject) }
        let moves = zip(prices.prices.dropFirst(), prices.prices).map { $0 / $1 - 1 }
        let count = moves.count { test.move < 0 ? $0 <= test.move : $0 >= test.move }
        let years = Double(moves.count) / 252
        let rate = Double(count) / years
        // Poisson: a rate is told from the claimed one where the two-deviation interval leaves it out.
        let half = 2 * max(Double(count).squareRoot(), 1) / years
        var verdict = ClaimVerdict(.unsupported)
        if rate - half > test.perYear { verdict.status = .contradicted }
        if rate + half < test.perYear { verdict.status = .supported }
        verdict.draft.add(
            "per-year", rate, .plain, .measured, method: "own-history", interval: max(0, rate - half)...(rate + half),
            observations: moves.count, evidence: [prices.sequenceBefore])
        verdict.draft.add(
            "moves", Double(count), .count, .measured, observations: moves.count, evidence: [prices.sequenceBefore])
        verdict.draft.add("claimed-per-year", test.perYear, .count, .assumed)
        // A company of another size moves otherwise; the name's own past is of the sizes that it had.
        verdict.draft.lack("moves-by-size")
        return verdict
    }

    static func record(_ test: RecordTest, _ view: PointInTimeView) -> ClaimVerdict {
        if test.inDollars {
            guard view.measure.hasValue, view.measure.value.rank > 0 else {
                return lacking(FactKind.sharesOutstanding.rawValue, of: view.subject)
            }
            let value = view.measure.value
            var verdict = ClaimVerdict(value.rank == 1 ? .supported : .contradicted)
            let evidence = view.moveEvidence
            verdict.draft.add("value", value.usd, .usd, .measured, asOf: value.sharesAsOf, evidence: evidence)
            verdict.draft.add(
                "rank", Double(value.rank), .count, .measured, observations: Int(value.compared), evidence: evidence)
            // The largest of the names and years that this stream happens to hold is no record.
            if let largest = PublishedRecords(view).largest {
                verdict.draft.add(
                    "published-record", of: largest.subject, largest.recordLoss.valueUsd, .usd, .stated,
                    asOf: largest.recordLoss.date, evidence: [largest.sequence])
            } else if value.rank == 1 {
                verdict.status = .unsupported
                verdict.draft.lack(.recordLoss)
            }
            return verdict
        }
        guard view.measure.hasOwnRank else { return lacking("closes", of: view.subject) }
        let own = view.measure.ownRank
        var verdict = ClaimVerdict(own.rank == 1 ? .unsupported : .contradicted)
        if own.rank == 1 { verdict.draft.lack("longer-history", of: view.subject) }
        verdict.draft.add(
            "rank", Double(own.rank), .count, .measured, observations: Int(own.sessions), asOf: own.since,
            evidence: view.moveEvidence)
        return verdict
    }

    // MARK: Facts over time

    /// The last rent known when the claim was made against the last up to its due date.
    static func rental(
        _ test: RentalTest, since claim: Fact, due: String, _ view: PointInTimeView
    ) -> ClaimVerdict {
        let rents = view.facts(.rentalPrice).filter { $0.rentalPrice.item == test.item }
        guard let before = rents.last(where: { $0.asOf <= CivilTime.date(day: Int(claim.eventTime / CivilTime.day)) }),
            let after = rents.last(where: { $0.asOf > before.asOf && (due.isEmpty || $0.asOf <= due) })
        else { return lacking(FactKind.rentalPrice.rawValue, of: test.item) }
        let change = after.rentalPrice.valueUsdPerHour - before.rentalPrice.valueUsdPerHour
        var verdict = ClaimVerdict(change * Double(test.sign) > 0 ? .supported : .contradicted)
        for fact in [before, after] {
            verdict.draft.add(
                "rent", of: test.item, fact.rentalPrice.valueUsdPerHour, .usdPerHour, .stated, asOf: fact.asOf,
                evidence: [fact.sequence])
        }
        return verdict
    }

    /// Plans stand unless one of those named has cut; each that said so since the shock counts.
    static func plans(_ test: PlansTest, since claim: Fact, _ view: PointInTimeView) -> ClaimVerdict {
        var verdict = ClaimVerdict(.unsupported)
        var kept = 0
        for subject in test.subjects {
            let since = view.facts(.capexCommitment, about: subject).filter { $0.asOf >= view.measure.session }
            guard let last = since.last else {
                verdict.draft.lack(.capexCommitment, of: subject)
                continue
            }
            if last.capexCommitment.status == .cut { verdict.status = .contradicted } else { kept += 1 }
            verdict.draft.add(
                last.capexCommitment.status == .cut ? "cut" : "kept", of: subject, last.capexCommitment.valueUsd, .usd,
                .stated, asOf: last.asOf, text: last.capexCommitment.period, evidence: [last.sequence])
        }
        if verdict.status != .contradicted, kept == test.subjects.count { verdict.status = .supported }
        return verdict
    }

    /// The market priced the case in which demand does not react at all only if the price fell as far as that.
    static func staticCase(_ test: StaticCaseTest, _ view: PointInTimeView) -> ClaimVerdict {
        let full = 1 / test.gain - 1
        let move = view.measure.simpleReturn
        guard let elasticity = try? BreakEvenElasticity.implied(change: move, gain: test.gain) else {
            return lacking("move", of: view.subject)
        }
        var verdict = ClaimVerdict(move / full >= 0.5 ? .supported : .contradicted)
        verdict.draft.add(
            "static-case", full, .fraction, .assumed, method: "jevons", assuming: ["gain=\(test.gain)", "elasticity=0"])
        verdict.draft.add(
            "move", move, .fraction, .measured, asOf: view.measure.session, evidence: view.moveEvidence)
        verdict.draft.add(
            "weight", move / full, .fraction, .assumed, method: "implied-weight", assuming: ["other=0"])
        verdict.draft.add(
            "break-even-elasticity", elasticity, .plain, .assumed, method: "jevons",
            assuming: ["gain=\(test.gain)", "value=demand"])
        return verdict
    }
}
