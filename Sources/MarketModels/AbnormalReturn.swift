/// The part of one return that a model does not explain, with its prediction error.
public struct AbnormalReturn: Codable, Equatable, Sendable {
    /// Return less the model's prediction, as a fraction (-0.01 is one percent down).
    public let value: Double
    /// Standard deviation of ``value`` were nothing abnormal: residual noise and the
    /// uncertainty of the estimated coefficients together, as a fraction.
    public let standardError: Double
    /// Degrees of freedom of ``standardError``.
    public let degreesOfFreedom: Int

    /// - Parameters: as the properties of the same names.
    public init(value: Double, standardError: Double, degreesOfFreedom: Int) {
        self.value = value
        self.standardError = standardError
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// SAR, the abnormal return in units of its standard error. 0 if both are zero, infinite if
    /// the model fitted its window without error and the event does not fit.
    ///
    /// Under normal residuals it is Student t, but returns are not normal: on large US shares
    /// |SAR| > 5 comes once a year. Read it through ``ReturnPeriodTable``, never as a p-value.
    public var standardized: Double {
        value == 0 ? 0 : value / standardError
    }
}
