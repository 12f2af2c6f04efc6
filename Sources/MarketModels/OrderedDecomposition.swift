/// One return split into parts, each what a factor adds to the prediction made without it.
///
/// With v(S) the least-squares prediction for the event from the regressors S, and v(∅) the
/// window's mean, part k is v(S₁…Sₖ) − v(S₁…Sₖ₋₁) and the own part is what remains. The order is
/// part of the answer: what two factors share goes to the first. Factors need not be made
/// orthogonal beforehand; the parts are the same either way.
///
/// Peers also react to the stock, so a part says *moved with*, never *moved by*.
public struct OrderedDecomposition: Codable, Equatable, Sendable {
    /// What a part stands for. Steps usually come in this order.
    public enum Role: String, Codable, CaseIterable, Sendable {
        case market, sector, theme, peer
    }

    /// A factor in the estimation window and at the event.
    public struct Step: Codable, Equatable, Sendable {
        public let role: Role
        /// T returns of the factor, one per bar of the window, oldest first. Leave the stock out of it.
        public let window: [Double]
        /// The factor's return over the event's bar.
        public let event: Double

        public init(_ role: Role, window: [Double], event: Double) {
            self.role = role
            self.window = window
            self.event = event
        }
    }

    /// What one step adds to the prediction.
    public struct Part: Codable, Equatable, Sendable {
        public let role: Role
        /// As a fraction of the price before.
        public let value: Double
        /// Standard error of ``value`` from the estimation alone, given what the factors did:
        /// s·|w|, w the factor's move beyond the factors before it in units of its own window.
        public let standardError: Double
    }

    /// The return explained, as a fraction.
    public let total: Double
    /// v(∅), the mean return over the window.
    public let drift: Double
    /// Standard error of ``drift``.
    public let driftStandardError: Double
    /// One part per step, in the order of the steps.
    public let parts: [Part]
    /// What no step explains, with the prediction error of the full model.
    public let own: AbnormalReturn
    /// T, the number of bars in the estimation window.
    public let windowLength: Int

    /// The sum of the parts with this role, or `nil` if no step had it.
    public func value(of role: Role) -> Double? {
        let matching = parts.filter { $0.role == role }
        return matching.isEmpty ? nil : matching.reduce(0) { $0 + $1.value }
    }
}

extension OrderedDecomposition {
    /// Splits one return.
    ///
    /// Drift, parts and own part sum to the return (to the last place of the largest of them).
    ///
    /// - Parameters:
    ///   - asset: T returns of the asset over the window, one per bar, oldest first.
    ///   - event: The asset's return over the event's bar.
    ///   - steps: At most ``FactorModel/maximumRegressors`` factors, first explained first.
    /// - Returns: The parts with their errors. O(T·k²) time.
    /// - Throws: ``EstimationError``; an event value that is not finite has index T.
    public static func compute(
        asset: [Double], event: Double, steps: [Step]
    ) throws(EstimationError) -> OrderedDecomposition {
        let regressors = steps.map(\.window)
        try requireUsable(target: asset, regressors: regressors, minimum: EstimationWindow.minimum)
        guard event.isFinite, steps.allSatisfy(\.event.isFinite) else { throw .notFinite(index: asset.count) }

        let decomposition = try CentredQR(target: asset, regressors: regressors)
        let model = FactorModel(decomposition, windowLength: asset.count)
        // In the coordinates of Q the prediction is a sum of one independent term per step.
        let coordinates = decomposition.orthogonalCoordinates(
            of: zip(steps, decomposition.means).map { $0.event - $1 }
        )
        let deviation = model.residualDeviation
        var parts: [Part] = []
        var explained = decomposition.targetMean
        for (index, step) in steps.enumerated() {
            let value = decomposition.projection[index] * coordinates[index]
            parts.append(Part(role: step.role, value: value, standardError: deviation * abs(coordinates[index])))
            explained += value
        }
        let leverage = coordinates.reduce(1 / Double(asset.count)) { $0 + $1 * $1 }
        return OrderedDecomposition(
            total: event, drift: decomposition.targetMean,
            driftStandardError: deviation / Double(asset.count).squareRoot(), parts: parts,
            own: AbnormalReturn(
                value: event - explained, standardError: deviation * (1 + leverage).squareRoot(),
                degreesOfFreedom: model.degreesOfFreedom
            ),
            windowLength: asset.count
        )
    }
}
