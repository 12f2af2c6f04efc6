import MarketModels
import Schema

/// Filling a measure with what is known of a session: prices, overnight split, value, ranks, members.
extension AnalyzeStage {
    /// Describes an instrument's session (the benchmark's too).
    ///
    /// - Returns: The market sequences that the measure rests on.
    func describe(_ nomination: Nomination, assessment: Assessment, in measure: inout Measure) -> [UInt64] {
        let (number, session) = (nomination.number, nomination.session)
        assessment.describe(in: &measure)
        measure.onsetFrom = session.onset.quiet
        measure.onsetUntil = session.onset.loud == 0 ? session.last.time : session.onset.loud
        measure.priceBefore = session.before.value
        measure.priceLast = session.last.value
        if session.open.exists { measure.priceOpen = session.open.value }
        describeOvernight(
            before: session.before.value, open: session.open.exists ? session.open.value : nil,
            last: session.last.value, in: &measure)
        measure.ownRank = table.rings.rank(session.simpleReturn, day: session.day, of: number)
        if session.looksLikeSplit { measure.missing.append("split: the price looks like one, none is known") }
        var evidence = [session.before.sequence, session.open.sequence, session.last.sequence]
        if number != benchmark {
            evidence += describeValue(number, session: session, in: &measure)
            if assessment.abnormal != nil { evidence.append(benchmarkSession(session.day)?.last.sequence ?? 0) }
        }
        return Self.merged(evidence, [])
    }

    private func describeOvernight(before: Double, open: Double?, last: Double, in measure: inout Measure) {
        guard let open, let split = try? OvernightSplit(previousClose: before, open: open, close: last) else {
            measure.missing.append("open")
            return
        }
        var overnight = OvernightEstimate()
        overnight.overnightLog = split.overnight
        overnight.intradayLog = split.intraday
        overnight.share = split.overnightShare ?? 0
        measure.overnight = overnight
    }

    /// - Returns: The share count's sequence, if there is one.
    private func describeValue(_ number: Int, session: SessionView, in measure: inout Measure) -> [UInt64] {
        let symbol = table.symbol(number)
        guard let usd = valueChange(of: number, in: session), let count = shareCounts[symbol] else {
            let isForeign = table.identities[number].currency != "USD" && shareCounts[symbol] != nil
            measure.missing.append(isForeign ? "value: prices not in USD" : "value: no share count")
            return []
        }
        let standing = records.standing(
            usd: usd, day: session.day, instrument: number, isCounted: session.isComplete, symbol: table.symbol)
        var value = ValueChange()
        value.usd = usd
        value.shares = table.states[number].shares
        value.sharesAsOf = count.asOf
        value.rank = standing.rank
        value.compared = standing.compared
        value.comparedSince = standing.since
        if let previous = standing.previous {
            value.previousRecordUsd = previous.usd
            value.previousRecord = previous.name
        }
        measure.value = value
        return [count.sequence]
    }

    /// The change of market value over a session in USD, negative for a loss; nil without a share count.
    private func valueChange(of number: Int, in session: SessionView) -> Double? {
        let shares = table.states[number].shares
        guard shares > 0 else { return nil }
        let lost = try? ValueLoss.amount(shares: shares, before: session.before.value, after: session.last.value)
        return lost.map { -$0 }
    }

    // MARK: Groups

    /// Describes a group's session. Its basket has no price; `price_…` are absent.
    func describe(
        _ index: Int, session: GroupSession, assessment: Assessment, history: DatedReturns, in measure: inout Measure
    ) -> [UInt64] {
        let group = groups[index]
        assessment.describe(in: &measure)
        measure.onsetFrom = session.onset.quiet
        measure.onsetUntil = session.onset.loud
        describeOvernight(
            before: 1, open: session.openReturn.map { 1 + $0 }, last: 1 + session.simpleReturn, in: &measure)
        measure.ownRank = GroupBasket.rank(session.simpleReturn, in: history, day: session.day)
        let members = members(of: group, in: session)
        measure.members = members
        for (member, view) in zip(group.members, session.views) where view == nil {
            measure.missing.append("price of \(member.symbol)")
        }
        describeValue(of: group, members: members, in: &measure)
        var evidence = session.views.compactMap { $0 }.flatMap { [$0.before.sequence, $0.last.sequence] }
        if assessment.abnormal != nil { evidence.append(benchmarkSession(session.day)?.last.sequence ?? 0) }
        for member in members where member.hasValueUsd { evidence.append(shareCounts[member.symbol]?.sequence ?? 0) }
        return Self.merged(evidence, [])
    }

    /// Largest weight first, then by symbol.
    private func members(of group: GroupBasket, in session: GroupSession) -> [MemberMeasure] {
        group.members.indices.map { place in
            let (member, view) = (group.members[place], session.views[place])
            var measured = MemberMeasure()
            measured.symbol = member.symbol
            measured.weight = member.weight
            guard let number = member.number, let view else { return measured }
            measured.simpleReturn = view.simpleReturn
            if let usd = valueChange(of: number, in: view) { measured.valueUsd = usd }
            splitMember(place, of: group, in: session, into: &measured)
            return measured
        }.sorted { ($1.weight, $0.symbol) < ($0.weight, $1.symbol) }
    }

    private func describeValue(of group: GroupBasket, members: [MemberMeasure], in measure: inout Measure) {
        let valued = members.filter(\.hasValueUsd)
        guard !valued.isEmpty else {
            measure.missing.append("value: no share counts")
            return
        }
        var value = ValueChange()
        value.usd = valued.reduce(0) { $0 + $1.valueUsd }
        value.covered = UInt32(valued.count)
        value.members = UInt32(members.count)
        value.withoutShares = members.filter { !$0.hasValueUsd }.map(\.symbol).sorted()
        value.sharesAsOf = valued.compactMap { shareCounts[$0.symbol]?.asOf }.min() ?? ""
        measure.value = value
    }
}
