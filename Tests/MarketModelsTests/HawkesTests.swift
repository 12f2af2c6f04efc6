import Foundation
import MarketModels
import TestKit
import Testing

@Suite("Hawkes process")
struct HawkesTests {
    private static func few() throws -> HawkesProcess.Events {
        try .init(times: [0.5, 1, 1.2, 1.25, 2.7, 3, 3.05, 3.1, 4.9, 6], duration: 8)
    }

    /// Ogata's thinning over a draw in (0, 1).
    private static func simulate(
        _ baseline: Double, _ jump: Double, _ decay: Double, duration: Double, _ draw: () -> Double
    ) -> [Double] {
        var (times, time, excited): ([Double], Double, Double) = ([], 0, 0)
        while true {
            let bound = baseline + excited
            let wait = -log(draw()) / bound
            time += wait
            guard time <= duration else { return times }
            excited *= exp(-decay * wait)
            if draw() * bound <= baseline + excited {
                times.append(time)
                excited += jump
            }
        }
    }

    /// Golden data F. Source: `golden/g5.py`, seed 90210.
    private static let dataF: [Double] = {
        var noise = NoiseGenerator(seed: 90_210)
        return simulate(0.5, 0.9, 1.5, duration: 2_000) { noise.uniform() }
    }()

    /// Source: `golden/g5.json`, `Hawkes_ll` (hawkesbook 0.1.0 gives the same) and `Hawkes_int`.
    @Test("likelihood and intensity match the golden values")
    func likelihood() throws {
        let process = try HawkesProcess(baseline: 0.6, jump: 0.8, decay: 1.6)
        let events = try Self.few()
        #expect(process.logLikelihood(events).isClose(to: -8.143556601170534))
        #expect(process.intensity(at: 3.06, after: events).isClose(to: 2.6917152332062337))
        #expect(process.intensity(at: 8, after: events).isClose(to: 0.6393074348284873))
        #expect(process.intensity(at: 0.5, after: events) == 0.6)
        #expect(process.branchingRatio == 0.5 && process.exogenousShare == 0.5 && process.amplification == 2)
        let explosive = try HawkesProcess(baseline: 1, jump: 2, decay: 2)
        #expect(explosive.exogenousShare == nil && explosive.amplification == nil)
    }

    /// Source: `golden/g5.json`, `Hawkes_sim`, `Hawkes_mle` (scipy's Nelder–Mead; hawkesbook 0.1.0 to 1e-4),
    /// `Hawkes_KS`. The error of n: exact Hessian in 40 digits, mpmath 1.4.1 (`docs/golden/findings.py`).
    @Test("the fit matches the golden values on data F")
    func fit() throws {
        #expect(Self.dataF.count == 2_422)
        #expect(Self.dataF[0].isClose(to: 7.170148556826797))
        #expect(Self.dataF[2421].isClose(to: 1994.736302276866))
        let events = try HawkesProcess.Events(times: Self.dataF, duration: 2_000)
        let found = try HawkesFit.fit(events)
        #expect(found.process.baseline.isClose(to: 0.48473290592292745, within: 1e-4))
        #expect(found.process.jump.isClose(to: 0.8890072863638323, within: 1e-4))
        #expect(found.process.decay.isClose(to: 1.4823569272008146, within: 1e-4))
        #expect(found.process.branchingRatio.isClose(to: 0.5997255249736481, within: 1e-4))
        #expect(found.logLikelihood.isClose(to: -1439.5114204559954, within: 1e-9))
        #expect(found.poissonLogLikelihood.isClose(to: -1958.3166628091462))
        #expect(try #require(found.branchingError).isClose(to: 0.024210133957150423, within: 1e-4))
        let residuals = try found.process.residuals(events)
        #expect(residuals.distance.isClose(to: 0.012192869036452447, within: 1e-3))
        #expect(residuals.mean.isClose(to: 0.9981586500533229, within: 1e-5))
        #expect(!residuals.isRejected)
        // Events that do not excite each other are not what this is.
        let poisson = try HawkesProcess(baseline: 2_422.0 / 2_000, jump: 0, decay: 1)
        #expect(try poisson.residuals(events).isRejected)
    }

    @Test("the unit of time changes rates and nothing else", arguments: [1e-3, 1e9])
    func unit(factor: Double) throws {
        let times = Array(Self.dataF.prefix(600))
        let plain = try HawkesFit.fit(.init(times: times, duration: times[599]))
        let scaled = try HawkesFit.fit(.init(times: times.map { $0 * factor }, duration: times[599] * factor))
        #expect(scaled.process.branchingRatio.isClose(to: plain.process.branchingRatio, within: 1e-5))
        #expect((scaled.process.decay * factor).isClose(to: plain.process.decay, within: 1e-4))
        #expect(try #require(scaled.branchingError).isClose(to: #require(plain.branchingError), within: 1e-3))
    }

    @Test("the error of n covers the truth about as often as it says")
    func coverage() throws {
        var noise = SeededGenerator(for: "Hawkes coverage", default: 12)
        var (covered, fits) = (0, 0)
        for _ in 0..<40 {
            let times = Self.simulate(0.5, 1, 2, duration: 500) { Double.random(in: 1e-12..<1, using: &noise) }
            let found = try HawkesFit.fit(.init(times: times, duration: 500))
            guard let error = found.branchingError else { continue }
            fits += 1
            if abs(found.process.branchingRatio - 0.5) <= 2 * error { covered += 1 }
        }
        // 95 % of 40 is 38; fewer than 33 has a chance of 1 in 500.
        #expect(fits >= 38 && covered >= 33, "\(covered) of \(fits)")
    }

    @Test("events that do not excite each other show no significant excitation")
    func poisson() throws {
        var noise = SeededGenerator(for: "Poisson events", default: 9)
        for _ in 0..<10 {
            let times = Self.simulate(1, 0, 1, duration: 400) { Double.random(in: 1e-12..<1, using: &noise) }
            let found = try HawkesFit.fit(.init(times: times, duration: 400))
            let gain = found.logLikelihood - found.poissonLogLikelihood
            // Twice the gain is at most about χ² with two degrees of freedom: above 7 once in 1,100.
            #expect(gain >= -1e-9 && gain < 7)
            #expect(found.process.branchingRatio.isFinite)
        }
        let even = try HawkesFit.fit(.init(times: (1...200).map(Double.init), duration: 200.5))
        #expect(even.process.jump < 1e-3 && even.branchingError == nil)
        #expect(even.change(from: even) == nil)
    }

    @Test("a name is compared with its own baseline")
    func change() throws {
        var noise = SeededGenerator(for: "Hawkes change", default: 21)
        func fit(_ jump: Double) throws -> HawkesFit {
            let times = Self.simulate(0.5, jump, 2, duration: 1_500) { Double.random(in: 1e-12..<1, using: &noise) }
            return try HawkesFit.fit(.init(times: times, duration: 1_500))
        }
        let (calm, wild) = (try fit(0.6), try fit(1.5))
        let change = try #require(wild.change(from: calm))
        let (error, other) = (try #require(wild.branchingError), try #require(calm.branchingError))
        #expect(change.standardError.isClose(to: (error * error + other * other).squareRoot()))
        #expect(abs(change.difference - 0.45) < 3 * change.standardError)
        #expect(change.isDifferent)
        #expect(try #require(calm.change(from: wild)).difference == -change.difference)
        #expect(try #require(calm.change(from: calm)).isDifferent == false)
    }

    @Test("a baseline of several windows: mean, its error, and what they differ beyond their errors")
    func baseline() throws {
        func fit(_ ratio: Double, _ error: Double?) throws -> HawkesFit {
            // As stored: fits are made by fitting alone.
            let error = error.map { ",\"branchingError\":\($0)" } ?? ""
            let json =
                "{\"process\":{\"baseline\":1,\"jump\":\(ratio),\"decay\":1},\"events\":100,\"logLikelihood\":0,\"poissonLogLikelihood\":0\(error)}"
            return try JSONDecoder().decode(HawkesFit.self, from: Data(json.utf8))
        }
        #expect(HawkesBaseline([]) == nil)
        // numpy: mean 0.4, var(ddof=1) 0.0266667; less the mean squared error 0.01 that is 0.0166667.
        let fits = try [fit(0.2, 0.1), fit(0.4, 0.1), fit(0.4, 0.1), fit(0.6, 0.1)]
        let baseline = try #require(HawkesBaseline(fits))
        #expect(baseline.windows == 4 && baseline.mean.isClose(to: 0.4))
        #expect(baseline.variance.isClose(to: 0.08 / 3 - 0.01))
        #expect(try #require(baseline.standardError).isClose(to: (0.08 / 12).squareRoot()))
        let change = try #require(fit(0.8, 0.1).change(from: baseline))
        #expect(change.difference.isClose(to: 0.4))
        #expect(change.standardError.isClose(to: (1.0 / 30).squareRoot()))
        // As alike as their errors allow: only the errors count.
        let alike = try #require(HawkesBaseline([fit(0.4, 0.1), fit(0.5, 0.2)]))
        #expect(alike.variance == 0 && alike.standardError?.isClose(to: (0.025 / 2).squareRoot()) == true)
        #expect(try HawkesBaseline([fit(0, nil), fit(0.1, nil)])?.standardError == nil)
    }

    @Test("rounded times are refused, and spread by a seed give the ratio back")
    func rounded() throws {
        let rounded = Self.dataF.map { ($0 * 10).rounded(.down) / 10 }
        #expect(throws: EstimationError.self) { try HawkesProcess.Events(times: rounded, duration: 2_000) }
        let spread = try HawkesProcess.Events(rounded: rounded, to: 0.1, duration: 2_000, seed: 3)
        #expect(try spread == HawkesProcess.Events(rounded: rounded, to: 0.1, duration: 2_000, seed: 3))
        #expect(spread.times.allSatisfy { $0 >= 0 && $0 <= 2_000 } && spread.times.count == rounded.count)
        let found = try HawkesFit.fit(spread)
        #expect(abs(found.process.branchingRatio - 0.5997) < 0.0242)
        #expect(throws: EstimationError.self) {
            try HawkesProcess.Events(rounded: [1, 1, 2], to: .nan, duration: 3, seed: 3)
        }
        #expect(throws: EstimationError.notFinite(index: 1)) {
            try HawkesProcess.Events(rounded: [1, .nan, 2], to: 1, duration: 4, seed: 3)
        }
    }

    @Test("refuses what is not a window of events")
    func refuses() throws {
        func events(_ times: [Double], _ duration: Double) throws(EstimationError) -> HawkesProcess.Events {
            try .init(times: times, duration: duration)
        }
        #expect(throws: EstimationError.notIncreasing(index: 1)) { try events([1, 1], 3) }
        #expect(throws: EstimationError.notIncreasing(index: 0)) { try events([-1], 3) }
        #expect(throws: EstimationError.notFinite(index: 1)) { try events([0, .nan], 3) }
        #expect(throws: EstimationError.notIncreasing(index: 2)) { try events([0, 4], 3) }
        #expect(throws: EstimationError.notIncreasing(index: 0)) { try events([], 0) }
        #expect(throws: EstimationError.tooFewObservations(10, minimum: 100)) { try HawkesFit.fit(Self.few()) }
        #expect(throws: EstimationError.tooFewObservations(0, minimum: 1)) {
            try HawkesProcess(baseline: 1, jump: 0, decay: 1).residuals(events([], 1))
        }
        for bad in [(0, 1, 1), (1, -1, 1), (1, 1, 0), (.nan, 1, 1), (1, 1e300, 1e-300)] as [(Double, Double, Double)] {
            #expect(throws: ParameterError.self) { try HawkesProcess(baseline: bad.0, jump: bad.1, decay: bad.2) }
        }
        // One burst in a long silence, near the limits of what doubles hold.
        let burst = (0..<150).map { 1e6 + Double($0) * 1e-9 }
        if let found = try? HawkesFit.fit(events(burst, 1e9)) {
            #expect(found.process.branchingRatio.isFinite && found.logLikelihood.isFinite)
        }
    }
}
