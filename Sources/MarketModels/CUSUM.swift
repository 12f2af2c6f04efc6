/// Two-sided cumulative sum of standardized values: `c± ← max(0, c± ± v − k)`, alarm above h.
///
/// With k = 0.5 and h = 5 it raises a false alarm about once in 465 values in control and notices
/// a lasting shift of one deviation after about ten.
///
/// Source: Page, E. S. (1954), *Biometrika* 41(1/2), 100–115.
public struct CUSUM: Codable, Equatable, Sendable {
    /// k, the shift in deviations that is ignored; half of what should be found.
    public let slack: Double
    /// h, the sum at which it alarms, in deviations.
    public let threshold: Double
    /// c₊, evidence that the mean has risen.
    public private(set) var upper: Double = 0
    /// c₋, evidence that the mean has fallen.
    public private(set) var lower: Double = 0

    /// - Parameters:
    ///   - slack: k, not negative.
    ///   - threshold: h, above 0.
    public init(slack: Double = 0.5, threshold: Double = 5) {
        precondition(slack >= 0 && threshold > 0, "k must not be negative and h must be above 0")
        self.slack = slack
        self.threshold = threshold
    }

    /// Adds the next standardized value and says whether either sum is above h. The sums are not
    /// reset by an alarm. A value that is not finite changes nothing.
    @discardableResult
    public mutating func add(_ value: Double) -> Bool {
        if value.isFinite {
            upper = max(0, upper + value - slack)
            lower = max(0, lower - value - slack)
        }
        return isAlarmed
    }

    /// Whether either sum is above h.
    public var isAlarmed: Bool { upper > threshold || lower > threshold }

    /// Forgets the evidence, as one does after acting on an alarm.
    public mutating func reset() {
        upper = 0
        lower = 0
    }
}
