import MarketModels
import Schema

/// What a group's shock came to for each member, and which of them recovers first.
extension AnalyzeStage {
    /// Splits a member's return into what goes with the market, with the basket without it, and its own.
    func splitMember(_ place: Int, of group: GroupBasket, in session: GroupSession, into measured: inout MemberMeasure)
    {
        guard let number = group.members[place].number, let view = session.views[place], number != benchmark,
            let marketReturn = benchmarkSession(session.day)?.simpleReturn,
            marketMinutesTooOld(on: session.day, beside: session.lastTime) == nil
        else { return }
        let rest = GroupBasket(group, without: place)
        let peers = rest.history(before: session.day, table: table)
        guard let basket = GroupSession(rest, day: session.day, table: table)?.simpleReturn else { return }
        let rows = AlignedReturns(
            table.rings.dated(of: number, before: session.day), peers: peers, market: closes, settings: settings)
        guard rows.asset.count >= settings.minimumHistory else { return }
        let steps = [
            OrderedDecomposition.Step(.market, window: rows.market, event: marketReturn),
            OrderedDecomposition.Step(.theme, window: rows.peers, event: basket),
        ]
        guard
            let split = try? OrderedDecomposition.compute(asset: rows.asset, event: view.simpleReturn, steps: steps)
        else { return }
        measured.marketPart = split.value(of: .market) ?? 0
        measured.groupPart = split.value(of: .theme) ?? 0
        measured.ownPart = split.own.value
        measured.ownStandardError = split.own.standardError
    }

    /// Which of its basket's names have recovered more than others since a group's shock, as of a session.
    func recoveryVotes(of group: GroupBasket, since first: Int32, until day: Int32) -> [RecoveryVote] {
        let residuals = group.members.filter { $0.weight > 0 }.compactMap { member in
            member.number.flatMap { self.residuals(of: $0, symbol: member.symbol, since: first, until: day) }
        }
        var votes: [(size: Double, vote: RecoveryVote)] = []
        for (index, one) in residuals.enumerated() {
            for other in residuals[(index + 1)...] where one.days == other.days {
                guard
                    let recovery = try? RelativeRecovery.compute(
                        firstBefore: one.before, secondBefore: other.before, firstAfter: one.after,
                        secondAfter: other.after),
                    let last = recovery.days.last, let ahead = last.vote
                else { continue }
                var vote = RecoveryVote()
                vote.ahead = ahead == .first ? one.symbol : other.symbol
                vote.behind = ahead == .first ? other.symbol : one.symbol
                vote.difference = abs(last.difference)
                vote.standardError = last.standardError
                votes.append((abs(last.standardized), vote))
            }
        }
        return votes.sorted { ($1.size, $0.vote.ahead, $0.vote.behind) < ($0.size, $1.vote.ahead, $1.vote.behind) }
            .prefix(10).map(\.vote)
    }

    private struct Residuals {
        let symbol: String
        let days: [Int32]
        let before: [Double]
        let after: [Double]
    }

    /// What the market model of the window before a shock leaves of its window and of the sessions after the shock's.
    private func residuals(of number: Int, symbol: String, since first: Int32, until day: Int32) -> Residuals? {
        let history = table.rings.dated(of: number, before: day + 1)
        guard let event = history.days.firstIndex(of: first),
            let window = try? EstimationWindow.range(beforeEvent: event, length: settings.window, gap: settings.gap)
        else { return nil }
        let before = PairedReturns(history, in: window, market: closes)
        let after = PairedReturns(history, in: (event + 1)..<history.count, market: closes)
        guard before.count >= settings.minimumHistory, after.count == history.count - event - 1, after.count > 0,
            let model = try? MarketModel.fit(asset: before.asset, market: before.market)
        else { return nil }
        func rest(_ pairs: PairedReturns) -> [Double] {
            zip(pairs.asset, pairs.market).map { $0 - model.expectedReturn(market: $1) }
        }
        return Residuals(
            symbol: symbol, days: Array(history.days[window]) + Array(history.days[(event + 1)...]),
            before: rest(before), after: rest(after))
    }
}

/// Returns of a name, of a basket and of the market on the days of the estimation window that all three have.
private struct AlignedReturns {
    private(set) var asset: [Double] = []
    private(set) var peers: [Double] = []
    private(set) var market: [Double] = []

    init(_ history: DatedReturns, peers basket: DatedReturns, market closes: MarketCloses, settings: AnalysisSettings) {
        guard
            let window = try? EstimationWindow.range(
                beforeEvent: history.count, length: settings.window, gap: settings.gap)
        else { return }
        var place = 0
        for index in window where index > 0 {
            let day = history.days[index]
            while place < basket.count, basket.days[place] < day { place += 1 }
            guard place < basket.count, basket.days[place] == day,
                let before = closes.close(day: history.days[index - 1]), let after = closes.close(day: day)
            else { continue }
            asset.append(history.values[index])
            peers.append(basket.values[place])
            market.append(after / before - 1)
        }
    }
}
