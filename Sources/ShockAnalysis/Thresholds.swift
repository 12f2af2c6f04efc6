import Schema

/// When a move is a shock, by scope.
struct Thresholds: Equatable, Sendable {
    /// As a fraction.
    let minimumReturn: Double
    /// What besides its size makes it one.
    let rarity: Rarity

    enum Rarity: Equatable, Sendable {
        /// A return period of at least this, in stock-years.
        case years(Double)
        /// A severity of at least this; see ``AlertBudget``.
        case severity(Double)
    }

    /// - Parameter severity: The alert budget's threshold; nil: the return period counts. The market's shocks are no
    ///   matter of a budget.
    init(_ scope: ShockScope, settings: AnalysisSettings, severity: Double? = nil) {
        minimumReturn = settings.minimumReturn(scope)
        rarity =
            scope == .market
            ? .years(settings.returnPeriodYears)
            : severity.map { .severity($0) } ?? .years(settings.returnPeriodYears)
    }

    /// Whether a move reaches a share of the thresholds.
    ///
    /// - Parameters:
    ///   - years: Its return period; not asked of a smaller move.
    ///   - deviations: |SAR|, or what stands in its place.
    func areReached(
        by simpleReturn: Double, years: @autoclosure () -> Double, deviations: Double, share: Double = 1
    ) -> Bool {
        guard abs(simpleReturn) >= share * minimumReturn else { return false }
        return switch rarity {
        case .years(let least): years() >= share * least
        case .severity(let least): severity(of: simpleReturn, deviations: deviations) >= share * least
        }
    }

    /// How much a move asks for attention: how unusual it is, and how large.
    func severity(of simpleReturn: Double, deviations: Double) -> Double {
        deviations * (abs(simpleReturn) / minimumReturn).squareRoot()
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

    /// The same of one instrument, where nothing else has changed.
    func screen(of number: Int) -> Double {
        var screen = opensOwnShocks(number) ? settings.minimumReturn : .infinity
        if groups.contains(where: { $0.contains(number) }) { screen = min(screen, settings.minimumGroupReturn) }
        return number == benchmark ? min(screen, settings.minimumMarketReturn) : screen
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
        for index in shocks.all.indices {
            let (subject, isPending) = (shocks.all[index].subject, shocks.all[index].lifecycle.state == .pending)
            switch subject.scope {
            case .market: if let benchmark { watch(benchmark, isPending) }
            case .group:
                for case let number? in groups[subject.index].members.map(\.number) { watch(number, isPending) }
            default: watch(subject.index, isPending)
            }
        }
    }

    private mutating func watch(_ number: Int, _ isPending: Bool) {
        table.states[number].isFollowed = true
        if isPending { table.states[number].isWatched = true }
    }
}
