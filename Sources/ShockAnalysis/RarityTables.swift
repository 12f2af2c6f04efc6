import Glibc
import MarketModels
import Schema

/// How often moves of a size happen, counted by what a name trades a day in this stream.
///
/// The statistic is the one that rarity is read at: the larger of |SAR| and |z|, and |SAR| alone on days of a market
/// shock. A session is counted when its name's next one completes, so that no day is compared with itself. Its SAR is
/// by a market model made anew every ``refitSessions``; the residual deviation stands for the prediction error, which
/// is 1 % larger.
///
/// Memory: 80 bytes an instrument and 1,000 bytes a bucket, whatever the history. O(1) a session besides the refit.
struct RarityTables: Codable, Sendable {
    /// By USD traded a day, on exponential average; of names whose volume is not known or not in USD, `unknown`.
    enum Bucket: Int, CaseIterable, Sendable {
        case unknown, under1M, under10M, under100M, under1B, over1B

        init(dollars: Double) {
            switch dollars {
            case ...0: self = .unknown
            case ..<1e6: self = .under1M
            case ..<1e7: self = .under10M
            case ..<1e8: self = .under100M
            case ..<1e9: self = .under1B
            default: self = .over1B
            }
        }

        var text: String {
            switch self {
            case .unknown: "volume not known in USD"
            case .under1M: "up to 1 M USD a day"
            case .under10M: "1 to 10 M USD a day"
            case .under100M: "10 to 100 M USD a day"
            case .under1B: "100 M to 1 bn USD a day"
            case .over1B: "1 bn USD a day and more"
            }
        }
    }

    /// Until then the shipped table is used.
    static let neededYears = 200.0
    static let sessionsPerYear = 252.0
    static let refitSessions: Int32 = 20
    /// The sizes counted: from 1 on in sixteenths of a doubling, up to 64.
    static let binsPerDoubling = 16.0
    static let bins = 97
    /// Beyond the last size that was reached this often the rate falls with the shipped table's power law.
    static let tailCount: UInt64 = 10

    /// A market model, and the session that is to be counted when the next one is there.
    private struct Instrument {
        var model = ApproximateModel()
        var isPending = false
        var day: Int32 = 0
        var before: Int32 = 0
        var value = 0.0
        var deviation = 0.0
        var dollars = 0.0
    }

    /// A session to be counted.
    struct Session {
        let day: Int32
        let before: Int32
        let value: Double
        /// σ of daily returns before it; 0 while not known.
        let deviation: Double
    }

    struct ApproximateModel {
        var alpha = 0.0
        var beta = 0.0
        /// 0: none yet.
        var deviation = 0.0
        /// Sessions of the name when it was made.
        var sessions: Int32 = 0
    }

    private var instruments = PackedArray<Instrument>()
    /// Sessions of at least a size, by bucket, ``bins`` to a bucket.
    private var reached = PackedArray<UInt64>(Array(repeating: 0, count: bins * Bucket.allCases.count))
    private var sessions = PackedArray<UInt64>(Array(repeating: 0, count: Bucket.allCases.count))
    private(set) var calibration = RarityCalibration()
}

extension RarityTables {
    mutating func grow(to count: Int) {
        guard count > instruments.values.count else { return }
        instruments.values += Array(repeating: Instrument(), count: count - instruments.values.count)
    }

    /// Notes what a name traded in a session, in USD; 0: not known.
    mutating func trade(_ number: Int, dollars: Double) {
        grow(to: number + 1)
        guard dollars > 0, dollars.isFinite else { return }
        let before = instruments.values[number].dollars
        let decay = EWMAVolatility.dailyDecay
        instruments.values[number].dollars = before == 0 ? dollars : decay * before + (1 - decay) * dollars
    }

    func bucket(of number: Int) -> Bucket {
        instruments.values.indices.contains(number) ? Bucket(dollars: instruments.values[number].dollars) : .unknown
    }

    /// Whether a name's market model is to be made anew from the sessions before.
    func wantsModel(_ number: Int, sessions: Int) -> Bool {
        guard instruments.values.indices.contains(number) else { return true }
        let model = instruments.values[number].model
        return model.deviation == 0 || Int32(truncatingIfNeeded: sessions) - model.sessions >= Self.refitSessions
    }

    /// Counts a name's session before, and keeps this one to be counted next.
    ///
    /// - Parameters:
    ///   - model: A market model of the sessions before; nil: the last one stays.
    ///   - stressed: A day of a market shock.
    ///   - isCounted: Enough sessions are known; else this one is not counted.
    mutating func take(
        _ number: Int, _ session: Session, model: ApproximateModel?, market: MarketCloses, stressed: Int32?,
        isCounted: Bool
    ) {
        grow(to: number + 1)
        var instrument = instruments.values[number]
        let wasPending = instrument.isPending
        if wasPending { count(instrument, market: market, stressed: stressed) }
        instrument.isPending = isCounted && session.value.isFinite
        if instrument.isPending {
            if let model { instrument.model = model }
            instrument.day = session.day
            instrument.before = session.before
            instrument.value = session.value
            instrument.deviation = session.deviation
        }
        if wasPending || instrument.isPending { instruments.values[number] = instrument }
    }

    private mutating func count(_ pending: Instrument, market: MarketCloses, stressed: Int32?) {
        var size = 0.0
        if pending.model.deviation > 0, let before = market.close(day: pending.before),
            let after = market.close(day: pending.day)
        {
            let expected = pending.model.alpha + pending.model.beta * (after / before - 1)
            size = abs(pending.value - expected) / pending.model.deviation
        } else if !market.isEmpty {
            return
        }
        if stressed != pending.day, pending.deviation > 0 { size = max(size, abs(pending.value) / pending.deviation) }
        let bucket = Bucket(dollars: pending.dollars)
        let isOwn = years(bucket) >= Self.neededYears
        defer { sessions.values[bucket.rawValue] += 1 }
        // What is under one deviation is not rare by any table; most sessions are.
        guard size >= 1 else { return calibration.take(years: 0, isOwn: isOwn) }
        let bin = Self.bin(size)
        let rarity = isCommon(bin, in: bucket, isOwn: isOwn) ? 0 : basis(bucket).years(size)
        calibration.take(years: rarity, isOwn: isOwn)
        let first = bucket.rawValue * Self.bins
        reached.values.withUnsafeMutableBufferPointer { reached in
            for place in first...first + bin { reached[place] &+= 1 }
        }
    }

    /// Whether all sizes of a bin are more frequent than the least of ``RarityCalibration/thresholds``, so that their
    /// return period need not be known exactly.
    private func isCommon(_ bin: Int, in bucket: Bucket, isOwn: Bool) -> Bool {
        guard bin + 1 < Self.bins else { return false }
        guard isOwn else { return Self.shippedYears[bin + 1] < Self.commonYears }
        let beyond = reached.values[bucket.rawValue * Self.bins + bin + 1]
        return beyond >= Self.tailCount && years(bucket) < Self.commonYears * Double(beyond)
    }

    /// Less than the least of the thresholds, by more than a rounding of what is compared with it.
    private static let commonYears = 0.999 * (RarityCalibration.thresholds.min() ?? 0)
    /// By the shipped table, at the edges of the bins.
    private static let shippedYears = (0..<bins).map { ReturnPeriodTable.largeShares.period(edge($0)) }

    static func edge(_ bin: Int) -> Double { exp2(Double(bin) / binsPerDoubling) }

    private static func bin(_ size: Double) -> Int { min(bins - 1, Int(binsPerDoubling * log2(size))) }

    /// Stock-years counted in a bucket.
    func years(_ bucket: Bucket) -> Double { Double(sessions.values[bucket.rawValue]) / Self.sessionsPerYear }

    /// What rarity is read from for a bucket: the shipped table until enough was counted.
    func basis(_ bucket: Bucket) -> RarityBasis {
        let years = years(bucket)
        guard years >= Self.neededYears else { return .shipped }
        let first = bucket.rawValue * Self.bins
        return RarityBasis(reached: reached.values[first..<first + Self.bins], years: years, bucket: bucket)
    }
}

/// Where a return period is read.
struct RarityBasis: Sendable {
    /// From a size of ``RarityTables/bins`` on, so many sessions were at least as large; empty: the shipped table.
    private let reached: ArraySlice<UInt64>
    private let stockYears: Double
    private let bucket: RarityTables.Bucket?

    static let shipped = RarityBasis(reached: [], years: 0, bucket: nil)

    /// O(1): nothing is copied, for every session is looked up. Let go of it before more is counted.
    fileprivate init(reached: ArraySlice<UInt64>, years: Double, bucket: RarityTables.Bucket?) {
        self.reached = reached
        stockYears = years
        self.bucket = bucket
    }

    /// Which table it is, for people.
    var text: String {
        guard let bucket else { return "large US shares 2009-2026, |SAR|" }
        return "this stream, \(bucket.text), \(Int(stockYears)) stock-years"
    }

    /// Stock-years between moves at least this large.
    func years(_ size: Double) -> Double {
        guard !reached.isEmpty else { return ReturnPeriodTable.largeShares.period(size) }
        let start = reached.startIndex
        func rate(_ bin: Int) -> Double { Double(max(1, reached[start + bin])) / stockYears }
        guard size > 1 else { return 1 / rate(0) }
        let last = lastReached
        guard size < RarityTables.edge(last) else {
            return pow(size / RarityTables.edge(last), ReturnPeriodTable.largeShares.tailIndex ?? 4) / rate(last)
        }
        // Between two edges by size and rate, both on a log scale.
        let bin = min(last - 1, Int(RarityTables.binsPerDoubling * log2(size)))
        let position = RarityTables.binsPerDoubling * log2(size) - Double(bin)
        return exp(-(log(rate(bin)) + position * (log(rate(bin + 1)) - log(rate(bin)))))
    }

    /// The last bin that was reached often enough; 0 if none was. Counts never rise with the size.
    private var lastReached: Int {
        var range = 0..<reached.count
        while !range.isEmpty {
            let middle = (range.lowerBound + range.upperBound) / 2
            let isReached = reached[reached.startIndex + middle] >= RarityTables.tailCount
            range = isReached ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return max(0, range.lowerBound - 1)
    }
}

/// How often sessions had return periods of at least so much, as they were said on their day.
public struct RarityCalibration: Codable, Sendable, Equatable {
    /// In stock-years.
    public static let thresholds = [0.25, 0.5, 1, 2, 5, 10]

    /// Sessions at or beyond each of ``thresholds``.
    public private(set) var reached = Array(repeating: UInt64(0), count: thresholds.count)
    public private(set) var sessions: UInt64 = 0
    /// Those of them read from the stream's own past.
    public private(set) var ownSessions: UInt64 = 0

    mutating func take(years: Double, isOwn: Bool) {
        sessions += 1
        if isOwn { ownSessions += 1 }
        for (index, threshold) in Self.thresholds.enumerated() {
            guard years >= threshold else { break }
            reached[index] += 1
        }
    }
}

extension AnalyzeStage {
    /// What the return periods said of all sessions came to.
    public var rarityCalibration: RarityCalibration { rarity.calibration }

    /// Lets a completed session of a name count for the rarity of later ones.
    ///
    /// - Parameter span: Sessions of the market that the return is over; one over several is not counted.
    mutating func countRarity(_ number: Int, value: Double, volume: UInt64, sessions span: Int) {
        guard opensOwnShocks(number), table.states[number].previousClose.exists else { return }
        let dollars = table.isInDollars(number) ? Double(volume) * table.states[number].close.value : 0
        rarity.trade(number, dollars: dollars)
        guard span == 1 else { return }
        let sessions = table.rings.sessions(of: number)
        let isCounted = sessions >= settings.minimumHistory + settings.gap
        var model: RarityTables.ApproximateModel?
        if isCounted, rarity.wantsModel(number, sessions: sessions) {
            model = approximateModel(number, day: table.states[number].closeDay)
        }
        let session = RarityTables.Session(
            day: table.states[number].closeDay, before: table.states[number].previousDay, value: value,
            deviation: table.states[number].deviationBefore)
        rarity.take(
            number, session, model: model, market: closes, stressed: stressedDay, isCounted: isCounted)
    }

    private func approximateModel(_ number: Int, day: Int32) -> RarityTables.ApproximateModel? {
        guard !closes.isEmpty else { return nil }
        let history = table.rings.kept(of: number, before: day)
        guard
            let window = try? EstimationWindow.range(
                beforeEvent: history.count, length: settings.window, gap: settings.gap)
        else { return nil }
        let pairs = table.rings.paired(history, in: window, market: closes)
        guard pairs.count >= settings.minimumHistory,
            let model = try? MarketModel.fitUnordered(asset: pairs.asset, market: pairs.market)
        else { return nil }
        return .init(
            alpha: model.alpha, beta: model.beta, deviation: model.residualDeviation,
            sessions: Int32(truncatingIfNeeded: table.rings.sessions(of: number)))
    }
}
