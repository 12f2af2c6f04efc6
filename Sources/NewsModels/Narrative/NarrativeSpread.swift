import Glibc
import MarketModels

/// How fast a story is spreading, from counts of equal steps of time while it still grows.
///
/// The slope of ln(count) by least squares. It says nothing about where the growth ends: before the peak
/// that is not in the data (``BassCurve``), so only the doubling time is shown to people.
public struct NarrativeGrowth: Codable, Equatable, Sendable {
    /// Growth of ln(count) a step.
    public let rate: Double
    /// Standard error of ``rate``; 0 if the counts lie on an exponential.
    public let standardError: Double

    /// Steps in which the count doubles: ln 2/rate; `nil` if it does not grow.
    public var doublingTime: Double? { rate > 0 ? log(2) / rate : nil }

    /// - Returns: `nil` for fewer than three counts or a count below 1: ln is not defined there.
    public init?(counts: [Int]) {
        guard counts.count >= 3, counts.allSatisfy({ $0 >= 1 }) else { return nil }
        let logs = counts.map { log(Double($0)) }
        let size = Double(counts.count)
        let (meanTime, meanLog) = ((size - 1) / 2, logs.reduce(0, +) / size)
        var (square, product) = (0.0, 0.0)
        for (step, value) in logs.enumerated() {
            square += (Double(step) - meanTime) * (Double(step) - meanTime)
            product += (Double(step) - meanTime) * (value - meanLog)
        }
        let rate = product / square
        var residuals = 0.0
        for (step, value) in logs.enumerated() {
            let residual = value - meanLog - rate * (Double(step) - meanTime)
            residuals += residual * residual
        }
        self.rate = rate
        standardError = (residuals / (size - 2) / square).squareRoot()
    }
}

/// Adoption driven by innovators and imitators. A what-if for given parameters, not a forecast: before its peak
/// the data do not tell `market` and `imitation` apart.
///
/// Source: Bass, F. M. (1969), *Management Science* 15, 215–227.
public struct BassCurve: Codable, Equatable, Sendable {
    /// m: all who will ever adopt.
    public let market: Double
    /// p, a step: adoption without contact.
    public let innovation: Double
    /// q, a step: adoption by contact.
    public let imitation: Double

    /// - Throws: ``MarketModels/ParameterError`` unless all are positive.
    public init(market: Double, innovation: Double, imitation: Double) throws(ParameterError) {
        for (name, value) in [("market", market), ("innovation", innovation), ("imitation", imitation)] {
            guard value.isFinite, value > 0 else { throw .outOfDomain(name, value: value, domain: "positive") }
        }
        self.market = market
        self.innovation = innovation
        self.imitation = imitation
    }

    /// Those who have adopted by a time, in steps from the beginning.
    public func adopted(by time: Double) -> Double {
        let decay = exp(-(innovation + imitation) * time)
        return market * (1 - decay) / (1 + imitation / innovation * decay)
    }

    /// When adoption is fastest, in steps; negative if it only slows down.
    public var peak: Double { log(imitation / innovation) / (innovation + imitation) }
}

/// A rumour as an epidemic: those who tell it infect, and grow tired of it. A what-if, like ``BassCurve``.
///
/// Source: Kermack, W. O. and McKendrick, A. G. (1927), *Proceedings of the Royal Society A* 115, 700–721.
public struct RumourCurve: Codable, Equatable, Sendable {
    /// β, a unit of time.
    public let contact: Double
    /// γ, a unit of time.
    public let recovery: Double

    /// - Throws: ``MarketModels/ParameterError`` unless both are positive.
    public init(contact: Double, recovery: Double) throws(ParameterError) {
        for (name, value) in [("contact", contact), ("recovery", recovery)] {
            guard value.isFinite, value > 0 else { throw .outOfDomain(name, value: value, domain: "positive") }
        }
        self.contact = contact
        self.recovery = recovery
    }

    /// R₀ = β/γ: how many the first one tells.
    public var reproduction: Double { contact / recovery }

    /// Share of people telling it at a time; Runge–Kutta of fourth order in steps of 0.01. O(time).
    ///
    /// - Parameters:
    ///   - time: From 0, in the unit that β and γ are rates of.
    ///   - initial: Share telling it at time 0; the others have not heard it.
    public func telling(at time: Double, initial: Double) -> Double {
        let steps = max(1, Int((time / 0.01).rounded(.up)))
        let step = time / Double(steps)
        var (susceptible, infected) = (1 - initial, initial)
        func slope(_ s: Double, _ i: Double) -> (Double, Double) {
            (-contact * s * i, contact * s * i - recovery * i)
        }
        for _ in 0..<steps {
            let a = slope(susceptible, infected)
            let b = slope(susceptible + step / 2 * a.0, infected + step / 2 * a.1)
            let c = slope(susceptible + step / 2 * b.0, infected + step / 2 * b.1)
            let d = slope(susceptible + step * c.0, infected + step * c.1)
            susceptible += step / 6 * (a.0 + 2 * b.0 + 2 * c.0 + d.0)
            infected += step / 6 * (a.1 + 2 * b.1 + 2 * c.1 + d.1)
        }
        return infected
    }

    /// Share of people who will have heard it in the end: z = 1 − e^(−R₀·z); 0 if R₀ ≤ 1.
    public var finalSize: Double {
        guard reproduction > 1 else { return 0 }
        // 1 − e^(−R₀·z) − z is positive left of the root and negative right of it.
        var (low, high) = (1e-12, 1.0)
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if 1 - exp(-reproduction * middle) > middle { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
