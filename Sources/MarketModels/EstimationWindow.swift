/// Which bars a model is estimated from: `length` bars that end `gap` bars before the event.
///
/// The gap keeps the run-in to an event, where news may already leak, out of the estimate.
///
/// Source: MacKinlay, A. C. (1997), "Event Studies in Economics and Finance",
/// *Journal of Economic Literature* 35(1), 13–39, §4.
public enum EstimationWindow {
    /// T, the bars a window holds when enough are known: about a year of sessions.
    public static let length = 250
    /// G, the bars left out between the window and the event.
    public static let gap = 10
    /// A shorter window is usable but should be said aloud.
    public static let advisedMinimum = 120
    /// A shorter window is refused: its prediction error is itself hardly known.
    public static let minimum = 60

    /// The bars to estimate from, as half-open indices into a series in time order.
    ///
    /// For an event at index `e` the window is the last `length` bars before `e - gap`, or
    /// fewer where the series begins later.
    ///
    /// - Parameters:
    ///   - event: Index of the event's bar, 0 for the first bar of the series.
    ///   - length: L, in bars.
    ///   - gap: G, bars left out before the event.
    /// - Throws: ``EstimationError/tooFewObservations(_:minimum:)`` under ``minimum`` bars.
    public static func range(
        beforeEvent event: Int, length: Int = length, gap: Int = gap
    ) throws(EstimationError) -> Range<Int> {
        let end = max(0, event - gap)
        let start = max(0, end - length)
        guard end - start >= minimum else { throw .tooFewObservations(end - start, minimum: minimum) }
        return start..<end
    }
}
