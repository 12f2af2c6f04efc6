import Schema

extension AttributeStage {
    /// The next revision of a shock's finding.
    ///
    /// The measure is the signal's. What explains it is computed as long as it can still change: the
    /// decomposition until all closes of the session are known, the attribution until the shock's session
    /// is over. Afterwards both are repeated unchanged, so that later revisions differ only in what came later.
    mutating func explain(_ signal: ShockSignal) -> Finding {
        let last = shocks.last(of: signal.shock)
        var finding = Finding()
        finding.eventTime = signal.eventTime
        finding.shock = signal.shock
        finding.revision = (last?.revision ?? 0) + 1
        finding.phase = signal.phase
        finding.scope = signal.scope
        finding.subject = signal.subject
        finding.subjectName = name(of: signal)
        finding.partOf = signal.partOf
        finding.measure = signal.measure
        finding.members = members(scope: signal.scope, subject: signal.subject)

        decompose(signal, last, into: &finding)
        attribute(signal, last, into: &finding)
        explain(at: signal.eventTime, last, &finding)
        finding.names = names(in: finding)
        finding.changes = RevisionNotes.changes(from: last, to: finding, reason: signal.reason)
        finding.revised = finding.changes.map(RevisionNotes.words)
        resolved.take(finding)
        shocks.remember(finding, at: signal.recordTime)
        return finding
    }

    /// What surrounds the measure: sections, claims and open questions, from what was known at `time`.
    private mutating func explain(at time: UInt64, _ last: Finding?, _ finding: inout Finding) {
        if !settings.theses.isEmpty { news.gatherVoices(settings) }
        let view = PointInTimeView(
            of: finding, at: time, settings: settings, instruments: instruments, prices: prices,
            tradeTimes: tradeTimes, facts: facts, news: news, clock: clock, resolved: resolved)
        let explanation = Explanation(view, last: last)
        finding.sections = SelfExcitation.kept(explanation.sections, from: last?.sections ?? [])
        finding.claims = explanation.claims
        finding.questions = explanation.questions
        finding.unverified = CitedFacts.unverified(in: finding, facts)
    }

    /// The findings that a fact changes at once: those of its own subject's shocks. Others take it in with their next
    /// signal.
    mutating func reconsider(_ fact: Fact) -> [Finding] {
        shocks.about(fact.subject).compactMap {
            revision(of: $0, at: max(fact.eventTime, $0.eventTime), recordTime: fact.recordTime)
        }
    }

    /// The findings with a claim that falls due.
    mutating func scoreDueClaims(at recordTime: UInt64) -> [Finding] {
        shocks.due(at: recordTime).compactMap { revision(of: $0, at: recordTime, recordTime: recordTime) }
    }

    /// The next revision of a finding, if anything worth telling has changed since; of a shock that is over, if the
    /// status of a claim has.
    private mutating func revision(of last: Finding, at time: UInt64, recordTime: UInt64) -> Finding? {
        var finding = last
        finding.eventTime = time
        finding.revision += 1
        explain(at: time, last, &finding)
        let claims = Materiality.changed(from: last.claims, to: finding.claims)
        let isOver = last.phase == .closed || last.phase == .withdrawn
        guard !claims.isEmpty || (!isOver && !Materiality.changed(from: last.sections, to: finding.sections).isEmpty)
        else { return nil }
        finding.changes = RevisionNotes.changes(from: last, to: finding, reason: "")
        finding.revised = finding.changes.map(RevisionNotes.words)
        finding.members = members(scope: finding.scope, subject: finding.subject)
        resolved.take(finding)
        shocks.remember(finding, at: recordTime)
        return finding
    }

    private func decompose(_ signal: ShockSignal, _ last: Finding?, into finding: inout Finding) {
        if let last, last.measure.complete, last.hasDecomposition,
            last.measure.simpleReturn == signal.measure.simpleReturn,
            !last.missing.contains(where: { $0.hasPrefix("decomposition") })
        {
            finding.decomposition = last.decomposition
            finding.missing += last.missing.filter { $0.hasPrefix("group part") }
            return
        }
        let decomposer = ShockDecomposer(
            instruments: instruments, prices: prices, facts: facts, clock: clock, settings: settings)
        let result = decomposer.decompose(signal)
        if let decomposition = result.decomposition { finding.decomposition = decomposition }
        finding.missing += result.missing
    }

    private mutating func attribute(_ signal: ShockSignal, _ last: Finding?, into finding: inout Finding) {
        let sameOnset = last.map {
            $0.measure.onsetFrom == signal.measure.onsetFrom && $0.measure.onsetUntil == signal.measure.onsetUntil
        }
        if let last, last.measure.complete, last.hasAttribution, sameOnset == true {
            finding.attribution = last.attribution
            finding.missing += last.missing.filter { $0.hasPrefix("attribution") }
            return
        }
        guard signal.measure.onsetUntil > 0 else {
            finding.missing.append("attribution: when the move began is not known")
            return
        }
        let until = signal.measure.onsetUntil
        let onset = min(signal.measure.onsetFrom, until)..<until
        let others = OtherCandidates(
            subject: signal.subject, scope: signal.scope, onset: onset, measure: signal.measure,
            decomposition: finding.hasDecomposition ? finding.decomposition : nil, facts: facts, shocks: shocks,
            settings: settings,
            turnover: turnover(of: signal))
        // What a market is made of matters to the market alone, and counting takes a look at every name.
        let shares =
            signal.scope == .market
            ? instruments.instruments.count { $0.kind == InstrumentKind.equity.rawValue } : 0
        let search = TriggerSearch(
            subject: signal.subject, scope: signal.scope, onset: onset, settings: settings, shares: shares,
            theses: theses(behind: signal), others: others.run())
        let result = search.run(in: news)
        if let attribution = result.attribution { finding.attribution = attribution }
        finding.missing += result.missing
    }

    /// The theses that a name in no group may have moved by: to the side that its exposure says.
    private func theses(behind signal: ShockSignal) -> [Thesis] {
        guard signal.scope == .instrument, let session = CivilTime.parseDate(signal.measure.session) else { return [] }
        let theses = ThesisTies.theses(of: signal.subject, settings)
        guard !theses.isEmpty else { return [] }
        let decomposer = ShockDecomposer(
            instruments: instruments, prices: prices, facts: facts, clock: clock, settings: settings)
        let reader = PriceReader(decomposer: decomposer, session: Int64(session), time: signal.eventTime)
        return theses.filter {
            ThesisTies.agrees(signal.subject, moved: signal.measure.simpleReturn, $0) { symbol in
                reader.prices(of: symbol).flatMap { prices in
                    prices.event.flatMap { event in prices.prices.last.map { event / $0 - 1 } }
                }
            }
        }
    }

    /// Money traded in the subject in a usual session before the shock's.
    private func turnover(of signal: ShockSignal) -> Double? {
        guard let session = CivilTime.parseDate(signal.measure.session),
            let slot = instruments.slot(symbol: signal.subject)
        else { return nil }
        return prices.turnover(slot: slot, before: Int64(session))
    }

    private func name(of signal: ShockSignal) -> String {
        if signal.scope == .group { return settings.groups.first { $0.id == signal.subject }?.name ?? "" }
        return instruments.slot(symbol: signal.subject).map { instruments.instruments[$0].name } ?? ""
    }

    /// What the instruments and groups are called that a finding speaks of by id, each once.
    private func names(in finding: Finding) -> [NamedSubject] {
        var ids = [finding.subject, settings.benchmark, finding.decomposition.groupID]
        ids += finding.partOf.compactMap { $0.split(separator: "/").first.map(String.init) }
        ids += finding.attribution.candidates.filter { $0.kind != .story }.map(\.subject)
        ids += finding.attribution.rejected.map(\.subject)
        var names: [NamedSubject] = []
        for id in ids where !names.contains(where: { $0.id == id }) {
            if let named = named(id) { names.append(named) }
        }
        return names
    }

    private func named(_ id: String) -> NamedSubject? {
        var named = NamedSubject()
        named.id = id
        if let group = settings.groups.first(where: { $0.id == id }) {
            named.name = group.name
            named.translations = group.translations
        } else if let slot = instruments.slot(symbol: id) {
            named.name = instruments.instruments[slot].name
            named.translations = instruments.instruments[slot].translations.map {
                var translation = Translation()
                translation.language = $0.language
                translation.text = $0.names.first ?? ""
                return translation
            }
        }
        return named.name.isEmpty || (named.name == id && named.translations.isEmpty) ? nil : named
    }

    /// Whom a shock concerns: a group's members in the configuration's order, or every share and fund.
    private func members(scope: ShockScope, subject: String) -> [Member] {
        switch scope {
        case .group:
            (settings.groups.first { $0.id == subject }?.members ?? []).map { member(symbol: $0.symbol) }
        case .market:
            instruments.instruments
                .filter { [InstrumentKind.equity, .etf].map(\.rawValue).contains($0.kind) }
                .map { member(symbol: $0.symbol) }
        case .instrument, .unspecified, .UNRECOGNIZED: []
        }
    }

    private func member(symbol: String) -> Member {
        var member = Member()
        member.symbol = symbol
        member.name = instruments.slot(symbol: symbol).map { instruments.instruments[$0].name } ?? ""
        return member
    }
}
