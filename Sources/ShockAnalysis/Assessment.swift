import MarketModels
import Schema

/// How unusual one session's return is: the numbers before any threshold.
///
/// A pure function of a return, the returns before it and the market's; the same for a name, a basket
/// and the benchmark itself.
struct Assessment: Sendable {
    /// What is judged.
    struct Event: Sendable {
        /// Of the session so far or complete, as a fraction.
        let simpleReturn: Double
        /// Of the benchmark over the same span; nil where it has no price.
        let marketReturn: Double?
        /// By how many minutes the benchmark's price is too old to go by; nil: it is not, or there is none.
        var marketMinutesTooOld: Int?
        /// σ of daily returns before the session; nil or 0 while not known.
        let deviation: Double?
        /// Whether ``deviation`` may serve as a measure of rarity. On a day of a market shock it may
        /// not for single names and groups: what the market did would be counted as theirs.
        let countsVolatility: Bool
        /// Sessions of the market the return is over: more than one where the name had no prices in some.
        var sessions = 1
    }

    /// How rare it is, and by which statistic.
    struct Rarity: Equatable, Sendable {
        let years: Double
        let deviations: Double
        let statistic: String
    }

    /// The market model of the window with what it leaves of the event.
    struct Abnormal: Sendable {
        let model: MarketModel
        let marketReturn: Double
        let residual: AbnormalReturn
        let windowFrom: Int32
        let windowUntil: Int32
    }

    let simpleReturn: Double
    let basis: RarityBasis
    private(set) var abnormal: Abnormal?
    let deviation: Double?
    private(set) var rarity: Rarity?
    /// Too little history to say anything.
    private(set) var isWarming = false
    /// √ of the sessions the return is over: a sum of as many is so many times as wide.
    private let width: Double
    /// What could not be measured and why.
    private(set) var missing: [String] = []

    /// z: the return over the volatility before it.
    var volatilityZ: Double? { deviation.map { simpleReturn / (width * $0) } }
    var years: Double { rarity?.years ?? 0 }
    /// |SAR|, or |z| where there is no market model; 0 where nothing was measured.
    var deviations: Double { abnormal.map { abs($0.residual.standardized) } ?? abs(volatilityZ ?? 0) }

    static let statisticOfModel = "market model"
    static let statisticOfVolatility = "EWMA volatility"

    /// Pairs the sessions before the event with the market's, by their places, 0 being the oldest.
    typealias Pairing = (_ window: Range<Int>, _ market: MarketCloses) -> PairedReturns

    /// - Parameters:
    ///   - history: Sessions before the event, oldest first.
    ///   - market: The benchmark's closes; nil if there is no benchmark, or if the benchmark is what
    ///     is judged.
    init(_ event: Event, history: DatedReturns, market: MarketCloses?, settings: AnalysisSettings) {
        self.init(event, known: history.count, market: market, settings: settings) {
            PairedReturns(history, in: $0, market: $1)
        }
    }

    /// - Parameters:
    ///   - known: How many sessions before the event there are.
    ///   - basis: Where the return period is read.
    ///   - isRough: The last digits do not matter: see ``MarketModel/fitUnordered(asset:market:)``.
    init(
        _ event: Event, known: Int, market: MarketCloses?, settings: AnalysisSettings, basis: RarityBasis = .shipped,
        isRough: Bool = false, pairing: Pairing
    ) {
        self.basis = basis
        simpleReturn = event.simpleReturn
        width = Double(max(1, event.sessions)).squareRoot()
        deviation = event.deviation.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
        if deviation == nil { missing.append("volatility") }
        if event.sessions > 1 { missing.append("\(event.sessions - 1) sessions before without prices") }
        fitMarketModel(event, known: known, market: market, settings: settings, isRough: isRough, pairing: pairing)
        guard !isWarming, simpleReturn.isFinite else { return }
        rarity = rarest(countsVolatility: event.countsVolatility)
    }

    /// Of a move so small that nothing depends on how rare it is.
    init(unmeasured simpleReturn: Double) {
        self.simpleReturn = simpleReturn
        basis = .shipped
        deviation = nil
        width = 1
    }

    private mutating func fitMarketModel(
        _ event: Event, known: Int, market: MarketCloses?, settings: AnalysisSettings, isRough: Bool, pairing: Pairing
    ) {
        guard
            let window = try? EstimationWindow.range(
                beforeEvent: known, length: settings.window, gap: settings.gap),
            window.count >= settings.minimumHistory
        else {
            isWarming = true
            let found = max(0, known - settings.gap)
            missing.append("history: \(found) sessions, \(settings.minimumHistory) needed")
            return
        }
        guard let market else { return }
        let pairs = pairing(window, market)
        guard pairs.count >= settings.minimumHistory else {
            isWarming = true
            missing.append("market model: \(pairs.count) paired sessions, \(settings.minimumHistory) needed")
            return
        }
        guard let marketReturn = event.marketReturn else {
            let age = event.marketMinutesTooOld.map { ": " + BenchmarkAge.reason(minutes: $0) }
            missing.append("benchmark price" + (age ?? ""))
            return
        }
        let fit = isRough ? MarketModel.fitUnordered : MarketModel.fit(asset:market:)
        guard let model = try? fit(pairs.asset, pairs.market) else {
            missing.append("market model: not identified")
            return
        }
        let residual = model.abnormalReturn(asset: simpleReturn, market: marketReturn)
        guard residual.standardized.isFinite else {
            missing.append("market model: fits without error")
            return
        }
        abnormal = Abnormal(
            model: model, marketReturn: marketReturn, residual: residual, windowFrom: pairs.firstDay,
            windowUntil: pairs.lastDay)
    }

    /// The return period at the larger of |SAR| and |z|.
    private func rarest(countsVolatility: Bool) -> Rarity? {
        var deviations = -1.0
        var statistic = ""
        if let standardized = abnormal?.residual.standardized {
            (deviations, statistic) = (abs(standardized) / width, Self.statisticOfModel)
        }
        if countsVolatility, let z = volatilityZ, z.isFinite, abs(z) > deviations {
            (deviations, statistic) = (abs(z), Self.statisticOfVolatility)
        }
        guard deviations >= 0 else { return nil }
        return Rarity(years: basis.years(deviations), deviations: deviations, statistic: statistic)
    }
}

extension Assessment {
    /// Writes what was found into a measure.
    func describe(in measure: inout Measure) {
        measure.simpleReturn = simpleReturn
        if let abnormal { measure.marketModel = abnormal.estimate }
        if let deviation, let volatilityZ {
            measure.volatility = deviation
            measure.volatilityZ = volatilityZ
        }
        if let rarity {
            var period = ReturnPeriodEstimate()
            period.years = rarity.years
            period.deviations = rarity.deviations
            period.statistic = rarity.statistic
            period.basis = basis.text
            measure.returnPeriod = period
        }
        measure.missing += missing
    }
}

extension Assessment.Abnormal {
    var estimate: MarketModelEstimate {
        var estimate = MarketModelEstimate()
        estimate.alpha = model.alpha
        estimate.beta = model.beta
        if model.betaStandardError.isFinite { estimate.betaStandardError = model.betaStandardError }
        estimate.residualDeviation = model.residualDeviation
        estimate.marketReturn = marketReturn
        estimate.abnormalReturn = residual.value
        estimate.standardError = residual.standardError
        estimate.standardized = residual.standardized
        estimate.observations = UInt32(model.windowLength)
        estimate.windowFrom = CivilTime.date(day: Int(windowFrom))
        estimate.windowUntil = CivilTime.date(day: Int(windowUntil))
        return estimate
    }
}

/// Returns over a window paired with the market's over the same spans, by day.
struct PairedReturns {
    private(set) var asset: [Double] = []
    private(set) var market: [Double] = []
    private(set) var firstDay: Int32 = 0
    private(set) var lastDay: Int32 = 0

    var count: Int { asset.count }

    /// - Parameters: As they were found; `asset` and `market` of one length.
    init(asset: [Double], market: [Double], firstDay: Int32, lastDay: Int32) {
        (self.asset, self.market) = (asset, market)
        (self.firstDay, self.lastDay) = (firstDay, lastDay)
    }

    /// Leaves out sessions on whose day, or on the day of the session before, the market had none.
    init(_ history: DatedReturns, in window: Range<Int>, market closes: MarketCloses) {
        self = history.days.withUnsafeBufferPointer { days in
            history.values.withUnsafeBufferPointer { values in
                PairedReturns(in: window, market: closes) { (days[$0], values[$0]) }
            }
        }
    }

    /// - Parameter session: A session's day and return, by its place among those known, oldest first.
    @inline(__always)
    init(
        in window: Range<Int>, market closes: MarketCloses, _ session: (Int) -> (day: Int32, value: Double)
    ) {
        var (firstDay, lastDay) = (Int32(0), Int32(0))
        var market: [Double] = []
        asset = Array(unsafeUninitializedCapacity: window.count) { assets, count in
            market = Array(unsafeUninitializedCapacity: window.count) { markets, marketCount in
                closes.withCloses { closes in
                    // 0: the market had no session, or there is none before.
                    var before = window.lowerBound > 0 ? closes(session(window.lowerBound - 1).day) : 0
                    for index in window {
                        let (day, value) = session(index)
                        let after = closes(day)
                        defer { before = after }
                        guard before > 0, after > 0 else { continue }
                        if count == 0 { firstDay = day }
                        lastDay = day
                        assets[count] = value
                        markets[count] = after / before - 1
                        count += 1
                    }
                }
                marketCount = count
            }
        }
        self.market = market
        (self.firstDay, self.lastDay) = (firstDay, lastDay)
    }
}
