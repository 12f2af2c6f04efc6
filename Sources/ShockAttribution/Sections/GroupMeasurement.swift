import Foundation
import MarketModels
import Schema

/// Whether a group moved beyond what its members do anyway, and who of them moved first.
struct GroupMeasurement {
    let view: PointInTimeView
    let session: Int64
    let members: [MeasuredMember]

    /// Sessions with prices within them that lead and lag are measured over.
    static let leadSessions = 20
    /// Parts of a session to each side that prices are moved by.
    private static let lags: ClosedRange<Int64> = -4...4
    /// Chances below it are said to be this or less.
    static let leastChance = 1e-6

    init(_ view: PointInTimeView, _ session: Int64) {
        self.view = view
        self.session = session
        members = MeasuredMember.all(view, session)
    }

    func add(to draft: inout SectionDraft) {
        addTests(to: &draft)
        addLeads(to: &draft)
    }

    private func addTests(to draft: inout SectionDraft) {
        guard members.count >= 2, let test = try? GroupEventTest.compute(members.map(\.tested)) else {
            return draft.lack("members-tested", of: view.subject)
        }
        let window = members[0].tested.window.count
        let evidence = Set(members.flatMap(\.evidence)).sorted()
        let note = test.isSmallGroup ? "small-group" : ""
        draft.add(
            "names", Double(test.names), .count, .measured, method: "market-model", observations: window, text: note,
            evidence: evidence)
        draft.add(
            "residual-correlation", test.meanCorrelation, .plain, .measured, method: "market-model",
            observations: window, evidence: evidence)
        let statistics: [(name: String, value: Double?)] = [
            ("patell", test.patell), ("patell-adjusted", test.adjustedPatell), ("bmp", test.bmp),
            ("bmp-adjusted", test.adjustedBMP), ("corrado", test.corrado),
        ]
        for (name, value) in statistics {
            guard let value else { continue }
            draft.add(
                "statistic", of: name, value, .deviations, .measured, observations: test.names, evidence: evidence)
        }
        for (name, value) in statistics {
            guard let value else { continue }
            // Of a tail so far out nobody knows the law.
            let chance = erfc(abs(value) / 2.0.squareRoot())
            draft.add(
                "p-value", of: name, max(chance, Self.leastChance), .probability, .measured, method: "normal-law",
                observations: test.names, text: chance < Self.leastChance ? "or-less" : "",
                evidence: evidence)
        }
    }

    /// For the two largest members, whether their prices move before or after those of the others.
    private func addLeads(to draft: inout SectionDraft) {
        let weighed = view.groups.first?.members.filter { $0.weight > 0 } ?? []
        // Of the same weight those that the settings name first.
        let largest = weighed.enumerated().sorted { (-$0.element.weight, $0.offset) < (-$1.element.weight, $1.offset) }
            .prefix(2).map(\.element.symbol)
        let returns = weighed.reduce(into: [String: [Int64: [Double]]]()) { all, member in
            let kept = view.intradayReturns(of: member.symbol, through: session)
            all[member.symbol] = Dictionary(kept.map { ($0.day, $0.returns) }) { first, _ in first }
        }
        for symbol in largest {
            guard let own = returns[symbol] else { continue }
            let others = weighed.map(\.symbol).filter { $0 != symbol }
            let days = own.keys.filter { day in others.contains { returns[$0]?[day] != nil } }.sorted()
            guard days.count >= Self.leadSessions else {
                draft.lack("lead-sessions=\(days.count)", of: symbol)
                continue
            }
            let kept = days.suffix(Self.leadSessions)
            let basket = kept.map { day -> [Double] in
                let theirs = others.compactMap { returns[$0]?[day] }
                return theirs[0].indices.map { part in theirs.reduce(0) { $0 + $1[part] } / Double(theirs.count) }
            }
            guard let x = Self.ticks(kept.compactMap { own[$0] }), let y = Self.ticks(basket),
                let profile = try? LeadLag.profile(x, y, lags: Array(Self.lags)), let ratio = profile.ratio
            else {
                draft.lack("intraday-movement", of: symbol)
                continue
            }
            draft.add(
                "lead-lag", of: symbol, ratio, .ratio, .measured, method: "hayashi-yoshida",
                observations: x.times.count, text: ratio > 1 ? "leads" : ratio < 1 ? "lags" : "",
                evidence: members.first { $0.symbol == symbol }?.evidence ?? [])
            draft.add(
                "best-lag", of: symbol, Double(profile.bestLag), .count, .measured, method: "hayashi-yoshida",
                evidence: members.first { $0.symbol == symbol }?.evidence ?? [])
        }
    }

    /// Sessions one after the other, the nights between them left out.
    private static func ticks(_ sessions: [[Double]]) -> LeadLag.Ticks? {
        var (values, level) = ([0.0], 0.0)
        for session in sessions {
            // Between two sessions nothing moves.
            if values.count > 1 { values.append(level) }
            for value in session {
                level += log1p(max(value, -0.99))
                values.append(level)
            }
        }
        return try? LeadLag.Ticks(times: values.indices.map(Int64.init), values: values)
    }
}

/// A member of a group with what the market does not explain of it.
struct MeasuredMember {
    let symbol: String
    let tested: GroupEventTest.Member
    /// Of its closes before the session and in it.
    let evidence: [UInt64]

    /// Those with a weight, a price in the session and all returns of the window, over the same sessions.
    static func all(_ view: PointInTimeView, _ session: Int64) -> [MeasuredMember] {
        guard let benchmark = view.prices(of: view.settings.benchmark, around: session),
            let market = benchmark.returns(over: benchmark.days).last ?? nil
        else { return [] }
        let all = benchmark.returns(over: benchmark.days).dropLast()
        let rows = view.estimation.window(before: all.count)
        guard rows.count >= view.estimation.minimum else { return [] }
        var seen: Set<String> = []
        return (view.groups.first?.members ?? []).compactMap { member in
            guard member.weight > 0, seen.insert(member.symbol).inserted,
                let prices = view.prices(of: member.symbol, around: session)
            else { return nil }
            let returns = prices.returns(over: benchmark.days)
            guard let event = returns.last ?? nil
            else { return nil }
            let (own, index) = (rows.compactMap { returns[$0] }, rows.compactMap { all[$0] })
            guard own.count == rows.count, index.count == rows.count,
                let model = try? MarketModel.fit(asset: own, market: index)
            else { return nil }
            return MeasuredMember(
                symbol: member.symbol,
                tested: .init(
                    window: zip(own, index).map { $0 - model.expectedReturn(market: $1) },
                    event: model.abnormalReturn(asset: event, market: market)),
                evidence: [prices.sequenceBefore, prices.eventSequence])
        }
    }
}
