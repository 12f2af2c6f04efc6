/// What a mechanical flow can at most have added to a move, and whether it had the move's direction.
///
/// An upper bound: the impact of the whole flow as if it were one order (``SquareRootImpact``). It is no
/// evidence that the flow took place, nor that it moved anything, and bounds of several flows must not be
/// added, for the law is concave.
public struct CapacityBound: Codable, Equatable, Sendable {
    /// A flow's sign beside the move's.
    public enum Direction: String, Codable, Equatable, Sendable {
        /// It can have amplified the move, by at most the bound.
        case with
        /// It can only have dampened the move.
        case against
        /// There was no flow or no move.
        case none
    }

    public let direction: Direction
    /// The impact in percentage points, without sign.
    public let points: Double
    /// The flow over the turnover it is compared with.
    public let turnoverShare: Double
    /// The bound over the size of the move, which may be above 1; 0 for a flow ``Direction/against`` it;
    /// `nil` without a move.
    public let shareOfMove: Double?

    /// O(1).
    ///
    /// - Parameters:
    ///   - flow: Money or shares bought (positive) or sold, in the unit of the law's volume.
    ///   - move: The return it is compared with, as a fraction.
    ///   - law: Impact of the name. Its volume should have been known before the flow.
    /// - Throws: ``ParameterError`` for a flow or move that is not finite, or an impact that is not.
    public init(flow: Double, move: Double, law: SquareRootImpact) throws(ParameterError) {
        try require("flow", flow, "finite")
        try require("move", move, "finite")
        let impact = abs(law.impact(of: flow))
        points = try finite("bound", 100 * impact)
        turnoverShare = try finite("share of turnover", abs(flow) / law.dailyVolume)
        if flow == 0 || move == 0 {
            direction = .none
        } else {
            direction = (flow > 0) == (move > 0) ? .with : .against
        }
        if move == 0 {
            shareOfMove = nil
        } else {
            shareOfMove = direction == .with ? try finite("share of the move", impact / abs(move)) : 0
        }
    }
}
