import Glibc

/// Events that make further events likelier for a while: λ(t) = μ + Σ α·e^(−β(t − tᵢ)) over tᵢ < t.
///
/// n = α/β is how many events an event brings directly, on average. It is no measure of panic: the session's
/// shape, a change of regime and other kernels move it as well (Filimonov and Sornette find it rising from 0.3
/// to above 0.7, Hardiman, Bercot and Bouchaud near 1 always). Compare it with the same name's own baseline
/// only, as ``HawkesFit`` does by `change(from:)`.
///
/// Source: Hawkes, A. G. (1971), *Biometrika* 58(1), 83–90; likelihood after Ozaki, T. (1979), *Annals of the
/// Institute of Statistical Mathematics* 31, 145–155.
public struct HawkesProcess: Codable, Equatable, Sendable {
    /// μ, events per unit of time that come of themselves.
    public let baseline: Double
    /// α, by how much an event raises the intensity.
    public let jump: Double
    /// β, the rate at which that decays.
    public let decay: Double

    /// - Throws: ``ParameterError`` unless μ > 0, α ≥ 0 and β > 0, all finite, and α/β is.
    public init(baseline: Double, jump: Double, decay: Double) throws(ParameterError) {
        try require("baseline μ", baseline, "above 0") { $0 > 0 }
        try require("jump α", jump, "finite and not negative") { $0 >= 0 }
        try require("decay β", decay, "above 0") { $0 > 0 }
        try require("branching ratio", jump / decay, "finite")
        self.baseline = baseline
        self.jump = jump
        self.decay = decay
    }

    /// n = α/β.
    public var branchingRatio: Double { jump / decay }
    /// 1 − n, the share of events that came of themselves; `nil` if n ≥ 1, where the process would never settle.
    public var exogenousShare: Double? { branchingRatio < 1 ? 1 - branchingRatio : nil }
    /// 1/(1 − n), events in all for one that came of itself; `nil` if n ≥ 1.
    public var amplification: Double? { exogenousShare.map { 1 / $0 } }

    /// Times of events in a window [0, duration].
    public struct Events: Equatable, Sendable {
        /// In any unit, from the window's start, increasing.
        public let times: [Double]
        public let duration: Double

        /// Events at one time are refused: stamps rounded to seconds put bursts at distance 0, which the
        /// likelihood takes for self-excitation without end. ``init(rounded:to:duration:seed:)`` spreads them.
        ///
        /// - Throws: ``EstimationError``, by index: a time not finite; not after the one before it, or before
        ///   0; with the number of times as index, a duration not finite or before the last.
        public init(times: [Double], duration: Double) throws(EstimationError) {
            var previous = -Double.leastNonzeroMagnitude
            for (index, time) in times.enumerated() {
                guard time.isFinite else { throw .notFinite(index: index) }
                guard time > previous else { throw .notIncreasing(index: index) }
                previous = time
            }
            guard duration.isFinite else { throw .notFinite(index: times.count) }
            guard duration > 0, duration >= previous else { throw .notIncreasing(index: times.count) }
            self.times = times
            self.duration = duration
        }

        /// Spreads times that were rounded down to a resolution: to each a uniform part of one step is added.
        ///
        /// The same seed gives the same times. Excitation faster than the resolution is lost, not recovered.
        ///
        /// - Parameters:
        ///   - times: Rounded down, from the window's start, in any order.
        ///   - resolution: Length of a step, above 0, in the unit of the times.
        ///   - duration: Of the window, in the unit of the times.
        ///   - seed: Of the uniform parts.
        /// - Throws: ``EstimationError``: as ``init(times:duration:)``; the duration must cover the last step.
        ///   A resolution that is not above 0 counts as 0 and spreads nothing.
        public init(
            rounded times: [Double], to resolution: Double, duration: Double, seed: UInt64
        ) throws(EstimationError) {
            if let bad = times.firstIndex(where: { !$0.isFinite }) { throw .notFinite(index: bad) }
            var random = SplitMix64(seed: seed)
            let step = resolution.isFinite ? max(0, resolution) : 0
            try self.init(times: times.map { $0 + step * random.uniform() }.sorted(), duration: duration)
        }
    }

    /// λ just before a time. O(events).
    public func intensity(at time: Double, after events: Events) -> Double {
        var sum = 0.0
        for event in events.times where event < time { sum += exp(-decay * (time - event)) }
        return baseline + jump * sum
    }

    /// Σ ln λ(tᵢ) − ∫λ. O(events).
    public func logLikelihood(_ events: Events) -> Double {
        Self.logLikelihood(events.times, events.duration, baseline, jump, decay)
    }

    static func logLikelihood(
        _ times: [Double], _ duration: Double, _ baseline: Double, _ jump: Double, _ decay: Double
    ) -> Double {
        var (excited, logs, decayed) = (0.0, 0.0, 0.0)
        var previous = times.first ?? 0
        for (index, time) in times.enumerated() {
            if index > 0 { excited = exp(-decay * (time - previous)) * (excited + 1) }
            logs += log(baseline + jump * excited)
            decayed -= expm1(-decay * (duration - time))
            previous = time
        }
        return logs - baseline * duration - jump / decay * decayed
    }

    /// How well the process fits its events: by the right intensity, the integrals of λ between events are
    /// exponential with mean 1.
    ///
    /// Source: Ogata, Y. (1988), *Journal of the American Statistical Association* 83, 9–27.
    public struct Residuals: Codable, Equatable, Sendable {
        public let count: Int
        /// Near 1 for a fit.
        public let mean: Double
        /// D of Kolmogorov and Smirnov from the exponential distribution.
        public let distance: Double

        /// Whether D is beyond its 5 % bound 1.358/√n. Parameters fitted to the same events make the test lenient.
        public var isRejected: Bool { distance > 1.358 / Double(count).squareRoot() }
    }

    /// Compares. O(n·log n).
    ///
    /// - Throws: ``EstimationError/tooFewObservations(_:minimum:)`` without events.
    public func residuals(_ events: Events) throws(EstimationError) -> Residuals {
        guard !events.times.isEmpty else { throw .tooFewObservations(0, minimum: 1) }
        var (previous, excitation) = (0.0, 0.0)
        var steps: [Double] = []
        for time in events.times {
            let gap = time - previous
            let faded = exp(-decay * gap)
            steps.append(baseline * gap - excitation / decay * expm1(-decay * gap))
            excitation = excitation * faded + jump
            previous = time
        }
        let count = Double(steps.count)
        var distance = 0.0
        for (index, step) in steps.sorted().enumerated() {
            let expected = -expm1(-step)
            distance = max(distance, Double(index + 1) / count - expected, expected - Double(index) / count)
        }
        return Residuals(count: steps.count, mean: steps.reduce(0, +) / count, distance: distance)
    }
}
