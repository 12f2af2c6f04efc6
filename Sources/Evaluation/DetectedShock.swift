public import Schema
public import ShockAnalysis

/// One shock that the analyze stage opened, put together from all it said of it.
public struct DetectedShock: Sendable, Equatable {
    public let id: String
    public let subject: String
    public let scope: ShockScope
    /// The session it began in.
    public let day: Int32
    /// The shocks it belongs to; empty: it stands for itself.
    public var partOf: [String]
    /// Of a group's: the members that went its way.
    public var members: [String]
    public var simpleReturn: Double
    /// Stock-years.
    public var years: Double
    /// End of the onset interval, ns.
    public var onset: UInt64
    /// When it was first said, pending or open, ns.
    public var said: UInt64
    /// Later sessions in which the same shock went on.
    public var aftershocks: [Int32] = []

    /// Announced alone, not as a part of another.
    public var isGrouped: Bool { partOf.isEmpty }

    /// Whether it says of a day that there was a shock.
    func covers(_ day: Int32) -> Bool { self.day == day || aftershocks.contains(day) }
}

/// A run of the analyze stage over a market.
public struct DetectionRun: Sendable {
    /// In the order in which they opened.
    public let shocks: [DetectedShock]
    /// How often all sessions had the return periods that were said of them.
    public let calibration: RarityCalibration

    init(shocks: [DetectedShock], calibration: RarityCalibration) {
        self.shocks = shocks
        self.calibration = calibration
    }

    /// Runs a fresh stage with the market's settings changed by `change`.
    public init(_ market: EvaluationMarket, changing change: (inout DetectionSettings) -> Void = { _ in }) {
        var settings = market.settings
        change(&settings.detection)
        var stage = AnalyzeStage()
        var outbox = Outbox()
        var shocks = ShockCollector()
        for message in market.messages {
            var message = message
            if case .configurationChanged(var changed) = message {
                changed.settings = settings
                message = .configurationChanged(changed)
            }
            stage.apply(message, rows: 0..<message.count, to: &outbox)
            for case .shockSignal(let signal) in outbox.drain() { shocks.take(signal) }
        }
        self.shocks = shocks.opened
        calibration = stage.rarityCalibration
    }
}

/// Puts signals together into shocks.
struct ShockCollector {
    private var byID: [String: DetectedShock] = [:]
    private var order: [String] = []
    private var firstSaid: [String: UInt64] = [:]

    var opened: [DetectedShock] { order.compactMap { byID[$0] } }

    mutating func take(_ signal: ShockSignal) {
        if firstSaid[signal.shock] == nil { firstSaid[signal.shock] = signal.eventTime }
        guard signal.phase == .open || signal.phase == .closed else { return }
        if byID[signal.shock] == nil {
            guard signal.phase == .open, let day = CivilTime.parseDate(signal.measure.session) else { return }
            order.append(signal.shock)
            byID[signal.shock] = DetectedShock(
                id: signal.shock, subject: signal.subject, scope: signal.scope, day: Int32(day), partOf: signal.partOf,
                members: Self.members(of: signal.measure),
                simpleReturn: signal.measure.simpleReturn, years: signal.measure.returnPeriod.years,
                onset: signal.measure.onsetUntil, said: firstSaid[signal.shock] ?? signal.eventTime)
        } else if signal.reason == "aftershock", let last = signal.measure.followUp.last,
            let day = CivilTime.parseDate(last.session)
        {
            byID[signal.shock]?.aftershocks.append(Int32(day))
        }
    }

    private static func members(of measure: Measure) -> [String] {
        let isFall = measure.simpleReturn < 0
        return measure.members.filter { $0.hasSimpleReturn && ($0.simpleReturn < 0) == isFall }.map(\.symbol)
    }
}
