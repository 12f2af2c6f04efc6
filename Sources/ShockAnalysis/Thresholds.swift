import Schema

/// When a move is a shock, by scope.
struct Thresholds: Equatable, Sendable {
    /// As a fraction.
    let minimumReturn: Double
    /// In stock-years.
    let years: Double

    init(_ scope: ShockScope, settings: AnalysisSettings) {
        years = settings.returnPeriodYears
        switch scope {
        case .market: minimumReturn = settings.minimumMarketReturn
        case .group: minimumReturn = settings.minimumGroupReturn
        default: minimumReturn = settings.minimumReturn
        }
    }

    /// Whether a return and its rarity reach a share of the thresholds.
    func areReached(by simpleReturn: Double, years: Double, share: Double = 1) -> Bool {
        abs(simpleReturn) >= share * minimumReturn && years >= share * self.years
    }
}

extension AnalyzeStage {
    /// Sets from which move on each instrument is judged. Every rule needs at least this move of some
    /// instrument: its own minimum, the market's of the benchmark, or the group's of a member of its
    /// basket (a mean is never larger than the largest of what it is the mean of).
    mutating func refreshScreens() {
        for number in 0..<table.count {
            table.states[number].screen = opensOwnShocks(number) ? settings.minimumReturn : .infinity
        }
        for case let number? in groups.flatMap(\.members).map(\.number) {
            table.states[number].screen = min(table.states[number].screen, settings.minimumGroupReturn)
        }
        if let benchmark {
            table.states[benchmark].screen = min(table.states[benchmark].screen, settings.minimumMarketReturn)
        }
        refreshWatch()
    }

    /// Whether a name has shocks of its own: not an index, and not a fund, which is a basket or a
    /// derivative of others; the benchmark's moves are the market's.
    func opensOwnShocks(_ number: Int) -> Bool {
        guard number != benchmark else { return false }
        switch table.kind(number) {
        case .index, .etf: return false
        default: return true
        }
    }

    /// Marks whose prices are judged whatever their size: the subjects of live shocks and the members
    /// of groups that have one.
    mutating func refreshWatch() {
        for number in 0..<table.count {
            table.states[number].isWatched = false
            table.states[number].isFollowed = false
        }
        for shock in shocks.all {
            for number in instruments(of: shock.subject) {
                if shock.lifecycle.state == .pending { table.states[number].isWatched = true }
                table.states[number].isFollowed = true
            }
        }
    }

    private func instruments(of subject: ShockSubject) -> [Int] {
        switch subject.scope {
        case .market: benchmark.map { [$0] } ?? []
        case .group: groups[subject.index].members.compactMap(\.number)
        default: [subject.index]
        }
    }
}
