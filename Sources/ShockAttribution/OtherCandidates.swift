import MarketModels
import NewsModels
import Schema

/// What else than a story may have set a shock off: results and commitments by their facts, the market or the group
/// it moved with, another member's results or shock before, a flow that was known before.
///
/// What made the market ready to move (a run-up, who holds the shares, a valuation) is no alternative to a trigger
/// and never a candidate. What is often named and cannot have been it is listed as rejected, with why.
struct OtherCandidates {
    let subject: String
    let scope: ShockScope
    let onset: Range<UInt64>
    let measure: Measure
    /// As far as it is known.
    let decomposition: Decomposition?
    let facts: FactLedger
    /// What is known of other shocks.
    let shocks: ShockLedger
    let settings: ModelSettings
    /// Money traded in the subject in a usual session, where it is known.
    let turnover: Double?

    struct Result {
        var candidates: [TriggerCandidate] = []
        var rejected: [RejectedMechanism] = []
    }

    func run() -> Result {
        var result = Result()
        coMovement(into: &result)
        let known = facts.known(in: span)
        for fact in known { add(fact, to: &result) }
        peerShocks(into: &result)
        flows(among: known, into: &result)
        result.candidates.sort { ($1.logOdds, $0.story) < ($0.logOdds, $1.story) }
        return result
    }

    private var span: ClosedRange<UInt64> {
        (onset.upperBound > TriggerSearch.lookBack ? onset.upperBound - TriggerSearch.lookBack : 0)...onset.upperBound
    }

    private var peers: Set<String> {
        guard scope == .instrument else { return [] }
        let groups = settings.groups.filter { $0.members.contains { $0.symbol == subject } }
        return Set(groups.flatMap(\.members).map(\.symbol)).subtracting([subject])
    }

    private var members: Set<String> {
        Set(settings.groups.first { scope == .group && $0.id == subject }?.members.map(\.symbol) ?? [])
    }
}

// MARK: With the market, with the group

extension OtherCandidates {
    private func coMovement(into result: inout Result) {
        guard let parts = decomposition else { return }
        let market = settings.benchmark
        weigh(.market, market, parts.market, "A move of the whole market (\(market))", parts, into: &result)
        if parts.hasGroup {
            let name = settings.groups.first { $0.id == parts.groupID }?.name ?? ""
            let shown = name.isEmpty ? parts.groupID : name
            // What a thesis ties it to is no group of its own, and is not called so.
            let tie = scope == .instrument ? ThesisTies.tie(of: subject, settings) : nil
            let title =
                tie == nil
                ? "A move of its group, \(shown), beyond the market"
                : "A move of \(shown), which a thesis ties it to, beyond the market"
            weigh(.theme, parts.groupID, parts.group, title, parts, by: tie?.thesis.id, into: &result)
        }
    }

    private func weigh(
        _ kind: CandidateKind, _ id: String, _ part: Double, _ title: String, _ parts: Decomposition,
        by thesis: String? = nil, into result: inout Result
    ) {
        let total = measure.simpleReturn
        guard let score = CoMovementScore(part: part, of: total) else {
            let reason = "moved it \(Words.points(part)) pp, the other way"
            if part != 0, total != 0 {
                result.rejected.append(.made(kind, id, reason, Array(parts.evidence.prefix(2))))
            }
            return
        }
        var message = TriggerCandidate()
        message.story = "\(kind == .market ? "market" : "theme")/\(id)" + (thesis.map { "/\($0)" } ?? "")
        message.kind = kind
        message.subject = id
        message.headline = title
        message.share = min(1, part / total)
        message.logOdds = score.logOdds
        message.contributions = [.made("prior", score.prior), .made("share", score.share)]
        message.evidence = Array(parts.evidence.prefix(TriggerSearch.evidenceLimit))
        result.candidates.append(message)
    }
}

// MARK: Facts

extension OtherCandidates {
    /// Results and commitments of the subject, of a group's members, and of the subject's peers.
    private func add(_ fact: Fact, to result: inout Result) {
        if case .scheduledRelease(let value)? = fact.value { return add(value, fact, to: &result) }
        let relevance: Double
        if fact.subject == subject {
            relevance = 100
        } else if members.contains(fact.subject) {
            relevance = 100 * ShockRelevance.memberShare
        } else if peers.contains(fact.subject) {
            relevance = 100 * ShockRelevance.groupShare
        } else {
            return
        }
        let isPeer = peers.contains(fact.subject)
        switch fact.value {
        case .earningsResult(let value):
            let surprise = value.epsActual - value.epsConsensus
            let direction = surprise * measure.simpleReturn
            add(
                fact, isPeer ? .peer : .release, "Results of \(fact.subject) for \(value.period)", relevance,
                direction: direction == 0 || !direction.isFinite ? nil : direction < 0 ? -1 : 1,
                weights: isPeer ? TriggerWeights() : .release, to: &result)
        case .guidance(let value) where value.direction != 0:
            let agrees = Double(value.direction) * measure.simpleReturn > 0
            add(
                fact, isPeer ? .peer : .filing,
                "A \(value.direction < 0 ? "lower" : "higher") forecast by \(fact.subject)\(value.period.isEmpty ? "" : " for \(value.period)")",
                relevance, direction: agrees ? 1 : -1, weights: isPeer ? TriggerWeights() : .filing, to: &result)
        case .capexCommitment where fact.tier == .t1 || fact.tier == .t2:
            let title = "Commitment of \(fact.subject) to spend"
            add(
                fact, isPeer ? .peer : .filing, title, relevance, direction: nil,
                weights: isPeer ? TriggerWeights() : .filing, to: &result)
        default: return
        }
    }

    /// How long before the last trade before the move a release may have come: prices answer at once.
    private static let answer = 3_600 * CivilTime.second

    /// Statistics or a decision whose time was set: a candidate for what moved when it came.
    private func add(_ value: ScheduledRelease, _ fact: Fact, to result: inout Result) {
        let isWide = fact.subject == settings.benchmark && !fact.subject.isEmpty
        let relevance: Double
        if fact.subject == subject || (isWide && scope == .market) {
            relevance = 100
        } else if isWide {
            // It reaches a name or a group through the market, and explains no more than went with that.
            relevance = 100 * ShockRelevance.groupShare * marketShare
        } else if isGroupOfSubject(fact.subject) {
            relevance = 100 * ShockRelevance.groupShare
        } else {
            return
        }
        guard relevance > 0, fact.eventTime + Self.answer >= onset.lowerBound else { return }
        let surprise = value.hasActual && value.hasConsensus ? value.actual - value.consensus : 0
        let direction = surprise * Double(value.sign) * measure.simpleReturn
        add(
            fact, .release, Words.release(value), relevance,
            direction: direction == 0 || !direction.isFinite ? nil : direction < 0 ? -1 : 1, weights: .release,
            id: "release/\(fact.subject)/\(value.name)/\(fact.asOf)", words: Words.translations(of: value), to: &result)
    }

    /// Of the return, what went with the market, from 0 to 1; 1 where it is not known.
    private var marketShare: Double {
        guard let decomposition, measure.simpleReturn != 0 else { return 1 }
        return min(1, max(0, decomposition.market / measure.simpleReturn))
    }

    private func isGroupOfSubject(_ id: String) -> Bool {
        settings.groups.contains { $0.id == id && $0.members.contains { $0.symbol == subject } }
    }

    private func add(
        _ fact: Fact, _ kind: CandidateKind, _ title: String, _ relevance: Double, direction: Double?,
        weights: TriggerWeights, id: String? = nil, words: [Translation] = [], to result: inout Result
    ) {
        let evidence = TriggerEvidence(
            time: Int64(clamping: fact.eventTime), relevance: relevance, direction: direction,
            tier: NewsModels.SourceTier(rawValue: fact.tier.rawValue) ?? .press, isPriceReport: false)
        guard let score = try? TriggerScore(evidence, onset: interval, weights: weights) else { return }
        var message = TriggerCandidate()
        let word = kind == .peer ? "peer" : kind == .release ? "release" : "filing"
        message.story = id ?? "\(word)/\(fact.subject)/\(fact.asOf)"
        message.kind = kind
        message.subject = fact.subject
        message.headline = title
        message.translations = words
        message.firstSeen = fact.eventTime
        message.latest = fact.eventTime
        message.relevance = relevance
        message.bestTier = fact.tier
        message.items = 1
        message.originals = 1
        message.sources = 1
        message.logOdds = score.logOdds
        message.contributions = score.contributions
        message.evidence = [fact.sequence]
        result.candidates.removeAll { $0.story == message.story }
        result.candidates.append(message)
    }

    private var interval: OnsetInterval {
        .init(
            start: Int64(clamping: min(onset.lowerBound, onset.upperBound)), end: Int64(clamping: onset.upperBound))
    }
}

// MARK: Peers

extension OtherCandidates {
    /// Members of the subject's groups whose shock had begun before this one's first trade, the same way.
    private func peerShocks(into result: inout Result) {
        let peers = peers
        for shock in shocks.about(peers) where shock.scope == .instrument {
            let other = shock.measure
            guard other.onsetUntil > 0, other.onsetUntil <= onset.lowerBound, span.contains(other.onsetUntil),
                other.simpleReturn * measure.simpleReturn > 0, shock.phase != .withdrawn
            else { continue }
            let evidence = TriggerEvidence(
                time: Int64(clamping: other.onsetUntil), relevance: 100 * ShockRelevance.groupShare, direction: 1,
                tier: .press, isPriceReport: false)
            guard let score = try? TriggerScore(evidence, onset: interval) else { continue }
            var message = TriggerCandidate()
            message.story = "peer/\(shock.shock)"
            message.kind = .peer
            message.subject = shock.subject
            message.headline = "The shock of \(shock.subject) in the session of \(other.session)"
            message.relevance = evidence.relevance
            message.firstSeen = other.onsetFrom
            message.latest = other.onsetUntil
            message.logOdds = score.logOdds
            message.contributions = score.contributions
            result.candidates.append(message)
        }
    }
}

// MARK: Flows

extension OtherCandidates {
    private var law: SquareRootImpact? {
        guard let turnover, measure.hasVolatility else { return nil }
        return try? SquareRootImpact(dailyDeviation: measure.volatility, dailyVolume: turnover)
    }

    /// A signed flow that was known before counts by what it can have moved at most. One of the other sign, funds that
    /// trade at the close and shorts that cover are rejected.
    private func flows(among known: [Fact], into result: inout Result) {
        for fact in known where fact.subject == subject {
            switch fact.value {
            case .signedFlow(let flow): weigh(flow, fact, into: &result)
            case .shortInterest where measure.simpleReturn < 0:
                result.rejected.append(
                    .made(.flow, "short covering", "covering is buying: it cannot make a price fall", [fact.sequence]))
            default: continue
            }
        }
        let funds = facts.leveragedFunds(on: subject, at: onset.upperBound)
        guard !funds.isEmpty else { return }
        var total = 0.0
        for fact in funds {
            guard case .etfLeverage(let value)? = fact.value,
                let fund = try? LeveragedFundFlow(
                    leverage: value.leverage, assets: value.aumUsd, weight: value.weight > 0 ? value.weight : 1)
            else { continue }
            total += fund.rebalancing(underlyingReturn: measure.simpleReturn)
        }
        let bound = law.map {
            "; at most \(Words.size(LeveragedFundFlow.capacityInPercentagePoints(flow: total, law: $0)))"
        }
        result.rejected.append(
            .made(
                .flow, "leveraged funds",
                "they restore their leverage at the close, after the move began" + (bound ?? ""),
                funds.map(\.sequence)))
    }

    private func weigh(_ flow: SignedFlow, _ fact: Fact, into result: inout Result) {
        let name = flow.ownerClass.isEmpty ? "flow" : flow.ownerClass
        guard flow.valueUsd * measure.simpleReturn > 0 else {
            let side = flow.valueUsd < 0 ? "sold" : "bought"
            result.rejected.append(.made(.flow, name, "net \(side), against the move", [fact.sequence]))
            return
        }
        guard let law, let score = CoMovementScore(part: law.impact(of: flow.valueUsd), of: measure.simpleReturn) else {
            return
        }
        var message = TriggerCandidate()
        message.story = "flow/\(subject)/\(name)/\(fact.asOf)"
        message.kind = .flow
        message.subject = subject
        message.headline = "Net \(flow.valueUsd < 0 ? "selling" : "buying") by \(name)"
        message.share = min(1, law.impact(of: flow.valueUsd) / measure.simpleReturn)
        message.firstSeen = fact.eventTime
        message.latest = fact.eventTime
        message.bestTier = fact.tier
        message.logOdds = score.logOdds
        message.contributions = [.made("prior", score.prior), .made("share", score.share)]
        message.evidence = [fact.sequence]
        result.candidates.append(message)
    }
}

extension RejectedMechanism {
    static func made(
        _ kind: CandidateKind, _ subject: String, _ reason: String, _ evidence: [UInt64]
    ) -> RejectedMechanism {
        var message = RejectedMechanism()
        message.kind = kind
        message.subject = subject
        message.reason = reason
        message.evidence = evidence
        return message
    }
}

extension Contribution {
    static func made(_ name: String, _ logOdds: Double) -> Contribution {
        var contribution = Contribution()
        contribution.name = name
        contribution.logOdds = logOdds
        return contribution
    }
}

extension TriggerScore {
    /// What each piece of evidence added, as a finding lists it.
    var contributions: [Contribution] {
        var list = [
            ("prior", prior), ("timing", timing), ("relevance", relevance), ("attention", attention), ("tier", tier),
        ]
        if breadth != 0 { list.append(("breadth", breadth)) }
        if reach != 0 { list.append(("reach", reach)) }
        if direction != 0 { list.append(("direction", direction)) }
        return list.map { .made($0.0, $0.1) }
    }
}
