import MarketModels
import Schema

/// How sure the measure is: what other estimators make of the same returns.
///
/// Once the session's close is known, and then repeated, like the decomposition; what compares the time before with the
/// time after is added when enough sessions have passed. A market model that leaned on a few days, a beta that is far from
/// those of its group, a volatility that had just changed: each is a reason to trust the measure less.
enum MeasurementSection {
    /// Sessions after the shock's before correlation and beta are measured again.
    static let sessionsAfter = 10

    /// - Parameter last: The finding before: what it says stays, as long as the measure does.
    static func section(_ view: PointInTimeView, last: Finding?) -> Section? {
        guard view.measure.complete, let session = view.session else { return nil }
        if let last, last.measure.complete, last.measure.simpleReturn == view.measure.simpleReturn,
            let section = last.sections.first(where: { $0.id == SectionID.measurement.rawValue })
        {
            guard !section.estimates.contains(where: { $0.of == "after" }) else { return section }
            return section.adding(after(view, session))
        }
        var draft = SectionDraft(.measurement, .measurement)
        if view.scope == .group {
            GroupMeasurement(view, session).add(to: &draft)
        } else {
            InstrumentMeasurement(view, session).add(to: &draft)
        }
        return draft.section.adding(after(view, session))
    }

    private static func after(_ view: PointInTimeView, _ session: Int64) -> Section {
        var draft = SectionDraft(.measurement, .measurement)
        Aftermath(view, session)?.add(to: &draft)
        return draft.section
    }
}

extension Section {
    fileprivate func adding(_ other: Section) -> Section {
        var whole = self
        whole.estimates += other.estimates
        return whole
    }
}

/// A figure with 1.96 standard errors to each side.
func interval95(_ value: Double, _ standardError: Double) -> ClosedRange<Double>? {
    let half = WilsonInterval.quantile95 * standardError
    return half.isFinite && half >= 0 && value.isFinite ? (value - half)...(value + half) : nil
}

/// A name, or the benchmark itself.
private struct InstrumentMeasurement {
    let view: PointInTimeView
    let session: Int64
    let paired: PairedSessions?
    let model: MarketModel?

    /// Sessions before the shock in which a change of regime is looked for.
    static let recent = 20
    /// Sessions over which abnormal returns are summed up, that is, since when a drift is looked for.
    static let drift = 60

    init(_ view: PointInTimeView, _ session: Int64) {
        self.view = view
        self.session = session
        let isMarket = view.scope == .market || view.subject == view.settings.benchmark
        paired = isMarket || view.settings.benchmark.isEmpty ? nil : view.paired(view.subject, around: session)
        let window = paired.map { $0.window(view.estimation) }
        model =
            window.flatMap {
                try? MarketModel.fit(asset: $0.asset, market: $0.market, minimum: view.estimation.minimum)
            }
    }

    private var subject: String { view.scope == .market ? view.settings.benchmark : view.subject }

    func add(to draft: inout SectionDraft) {
        addBetas(to: &draft)
        guard let own = view.prices(of: subject, around: session) else { return draft.lack("closes", of: view.subject) }
        let returns = own.returns(over: own.days).dropLast().compactMap { $0 }
        addVolatility(Array(returns.suffix(GARCHVolatility.fitMinimum + 60)), own, to: &draft)
        addHistory(own, to: &draft)
        IntradayMeasurement(view, subject, session, evidence: [own.sequenceBefore, own.eventSequence]).add(to: &draft)
    }

    // MARK: Betas

    private func addBetas(to draft: inout SectionDraft) {
        guard let paired else { return }
        guard let model else { return draft.lack("more-sessions", of: view.subject) }
        add(
            "least-squares", beta: model.beta, error: model.betaStandardError, alpha: model.alpha, model, paired, &draft
        )
        let window = paired.window(view.estimation)
        if let huber = try? HuberRegression.fit(asset: window.asset, market: window.market) {
            draft.add(
                "beta", of: "huber", huber.beta, .plain, .measured, observations: window.asset.count,
                evidence: paired.evidence)
            if let market = paired.marketEvent {
                draft.add(
                    "abnormal-return", of: "huber", move - huber.alpha - huber.beta * market, .fraction, .measured,
                    evidence: paired.evidence)
            }
        }
        let others = groupBetas
        guard others.count >= 3, let spread = Spread(others), spread.deviation > 0,
            let shrunken = try? BetaShrinkage.vasicek(
                beta: model.beta, standardError: model.betaStandardError, prior: spread.mean,
                priorDeviation: spread.deviation)
        else { return draft.lack("group-betas", of: view.subject) }
        // The line goes through the means, whatever its slope.
        let alpha = model.alpha + (model.beta - shrunken.beta) * model.marketMean
        add(
            "shrunken", beta: shrunken.beta, error: shrunken.standardError, alpha: alpha, model, paired, &draft,
            assuming: ["group-beta=\(Self.hundredths(spread.mean))"])
    }

    /// A beta with its interval, and what it leaves of the move.
    private func add(
        _ name: String, beta: Double, error: Double, alpha: Double, _ model: MarketModel, _ paired: PairedSessions,
        _ draft: inout SectionDraft, assuming: [String] = []
    ) {
        draft.add(
            "beta", of: name, beta, .plain, .measured, interval: interval95(beta, error),
            assuming: assuming, observations: model.windowLength, evidence: paired.evidence)
        guard let market = paired.marketEvent else { return }
        let value = move - alpha - beta * market
        let distance = (market - model.marketMean) * error
        let noise = model.residualDeviation * model.residualDeviation * (1 + 1 / Double(model.windowLength))
        draft.add(
            "abnormal-return", of: name, value, .fraction, .measured,
            interval: interval95(value, (noise + distance * distance).squareRoot()), assuming: assuming,
            evidence: paired.evidence)
    }

    private var move: Double { view.measure.simpleReturn }

    private static func hundredths(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

    /// The betas of the other members of the first group with the subject in it.
    private var groupBetas: [Double] {
        let members = view.groups.first?.members.map(\.symbol).filter { $0 != view.subject } ?? []
        return Set(members).sorted().compactMap { symbol in
            guard let window = view.paired(symbol, around: session)?.window(view.estimation) else { return nil }
            let model = try? MarketModel.fit(
                asset: window.asset, market: window.market, minimum: view.estimation.minimum)
            return model?.beta
        }
    }

    // MARK: Volatility

    private func addVolatility(_ returns: [Double], _ own: SessionPrices, to draft: inout SectionDraft) {
        let evidence = [own.sequenceBefore, own.eventSequence]
        func add(_ name: String, _ deviation: Double, observations: Int) {
            guard deviation > 0 else { return }
            draft.add(
                "volatility", of: name, deviation, .fraction, .measured, observations: observations,
                evidence: evidence)
            draft.add(
                "volatility-z", of: name, move / deviation, .deviations, .measured, evidence: evidence)
        }
        if view.measure.hasVolatility { add("ewma", view.measure.volatility, observations: 0) }
        guard returns.count >= GARCHVolatility.fitMinimum else { return draft.lack("garch-sessions=\(returns.count)") }
        let centre = returns.reduce(0, +) / Double(returns.count)
        let demeaned = returns.map { $0 - centre }
        let square = demeaned.reduce(0) { $0 + $1 * $1 } / Double(demeaned.count)
        guard let parameters = try? GARCHVolatility.fit(demeaned),
            var volatility = try? GARCHVolatility(parameters, initialVariance: square)
        else { return draft.lack("settled-fit", of: view.subject) }
        for value in demeaned { volatility.add(value) }
        add("garch", volatility.deviation, observations: demeaned.count)
    }

    // MARK: What was going on before

    /// Whether volatility had changed lately, and whether abnormal returns had been drifting.
    private func addHistory(_ own: SessionPrices, to draft: inout SectionDraft) {
        let (days, values, scale) = residuals(own)
        guard values.count >= EstimationWindow.minimum, scale > 0 else {
            return draft.lack("more-sessions", of: view.subject)
        }
        let evidence = paired?.evidence ?? [own.sequenceBefore, own.eventSequence]
        let standardized = values.map { $0 / scale }
        addRegime(days, standardized, scale, evidence, to: &draft)
        var sums = CUSUM()
        for value in standardized.suffix(Self.drift) { sums.add(value) }
        let direction = sums.upper >= sums.lower ? "drift-up" : "drift-down"
        draft.add(
            "drift", sums.upper >= sums.lower ? sums.upper : -sums.lower, .deviations, .measured, method: "cusum",
            observations: min(Self.drift, standardized.count), text: sums.isAlarmed ? direction : "no-drift",
            evidence: evidence)
    }

    private func addRegime(
        _ days: [Int64], _ values: [Double], _ scale: Double, _ evidence: [UInt64], to draft: inout SectionDraft
    ) {
        // In units of the window's own deviation the prior says that a regime is about as wild as the window.
        guard let prior = try? BayesianChangePoints.Prior(shape: 1, rate: 1),
            var regimes = try? BayesianChangePoints(prior: prior, maximumRun: 250)
        else { return }
        for value in values { regimes.add(value) }
        let run = min(max(1, regimes.likeliestRun), days.count)
        draft.add(
            "regime-change", regimes.probability(ofRunUpTo: Self.recent), .probability, .measured,
            method: "change-points", assuming: ["hazard=\(regimes.hazard)"],
            observations: values.count, evidence: evidence)
        draft.add(
            "regime-volatility", regimes.level.deviation * scale, .fraction, .measured, method: "change-points",
            assuming: ["hazard=\(regimes.hazard)"], observations: run,
            asOf: CivilTime.date(day: Int(days[days.count - run])), evidence: evidence)
    }

    /// What the market model leaves of each session before the shock's, or else the returns less their mean; with the
    /// deviation of the window.
    private func residuals(_ own: SessionPrices) -> (days: [Int64], values: [Double], scale: Double) {
        if let paired, let model {
            let values = zip(paired.asset, paired.market).map { $0 - model.alpha - model.beta * $1 }
            return (Array(paired.days.suffix(260)), Array(values.suffix(260)), model.residualDeviation)
        }
        let returns = own.returns(over: own.days).dropLast()
        let rows = returns.indices.filter { returns[$0] != nil }.suffix(260)
        let values = rows.map { returns[$0] ?? 0 }
        guard let spread = Spread(values) else { return ([], [], 0) }
        return (rows.map { own.days[$0 + 1] }, values.map { $0 - spread.mean }, spread.deviation)
    }
}

/// Mean and standard deviation, with divisor n − 1.
struct Spread {
    let mean: Double
    let deviation: Double

    /// - Returns: nil under two values.
    init?(_ values: [Double]) {
        guard values.count >= 2 else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        self.mean = mean
        deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }
}
