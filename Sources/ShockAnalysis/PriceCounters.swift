extension AnalyzeStage {
    /// Records that were not used, by reason.
    public struct Counters: Codable, Equatable, Sendable {
        /// Prices of a number that has no definition.
        public internal(set) var unknownInstrument: UInt64 = 0
        /// Prices that are zero, negative or beyond what a price can be; bars that end before they start.
        public internal(set) var malformedPrice: UInt64 = 0
        /// Prices made more than a day after the record they came in.
        public internal(set) var futurePrice: UInt64 = 0
        /// Prices and bars of a session that is already complete, or older than the last price.
        public internal(set) var latePrice: UInt64 = 0
        /// The same price at the same time again, or the same close of the same session.
        public internal(set) var duplicatePrice: UInt64 = 0
        /// Bars without volume that say the last price again.
        public internal(set) var stalePrice: UInt64 = 0
        /// Prices made while their name was halted, or after it was delisted.
        public internal(set) var haltedPrice: UInt64 = 0
        /// Prices tenfold or a tenth of the last, which were not believed when they came.
        public internal(set) var absurdPrice: UInt64 = 0
        /// Such levels that were believed in the end, with the jump to them left out.
        public internal(set) var newLevel: UInt64 = 0
        /// Splits and dividends told of after their ex-day's session had begun.
        public internal(set) var lateAction: UInt64 = 0
        /// Sessions loaded to estimate from, and those that were not taken.
        public internal(set) var historyTaken: UInt64 = 0
        public internal(set) var historyRefused: UInt64 = 0
        /// Definitions whose number is far beyond those known.
        public internal(set) var refusedDefinition: UInt64 = 0
        /// Facts with a value that makes no sense.
        public internal(set) var unusableFact: UInt64 = 0

        mutating func note(_ outcome: InstrumentState.Outcome) {
            switch outcome {
            case .taken, .candidate, .exDay: break
            case .late: latePrice += 1
            case .duplicate: duplicatePrice += 1
            case .halted: haltedPrice += 1
            case .held: absurdPrice += 1
            case .relevelled: newLevel += 1
            }
        }
    }

    public var figures: KeyValuePairs<String, UInt64> {
        let defined = table.states.indices.filter { table.states[$0].isDefined && !table.states[$0].isDelisted }
        let needed = settings.minimumHistory + settings.gap
        let (threshold, delivered) =
            settings.alertBudget == nil ? (nil, nil) : (budget.threshold, budget.deliveredSoFar)
        let warming = defined.count { table.rings.sessions(of: $0) < needed }
        return [
            "instruments": UInt64(defined.count), "instruments_warming": UInt64(warming),
            "prices_waiting": UInt64(waitingPrices.count), "new_levels": counters.newLevel,
            "actions_late": counters.lateAction, "history_taken": counters.historyTaken,
            "budget_threshold_milli": Self.milli(threshold),
            "budget_weeks": threshold == nil ? 0 : UInt64(budget.ownWeeks),
            "budget_average_milli": Self.milli(delivered?.average),
            "budget_announced_weeks": delivered.map { UInt64($0.weeks) } ?? 0,
            "budget_worst_week_shocks": delivered.map { UInt64($0.worstWeekShocks) } ?? 0,
            "budget_worst_week_day": delivered?.worstWeek.map { UInt64(clamping: $0) } ?? 0,
        ]
    }

    /// Thousandths; 0: there is none.
    private static func milli(_ value: Double?) -> UInt64 {
        guard let value, value.isFinite, value > 0 else { return 0 }
        return UInt64(min(value * 1_000, 1e15).rounded())
    }
}
