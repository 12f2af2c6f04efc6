/// Whether a group of securities moved abnormally on one event.
///
/// Four tests that differ in what they forgive. Patell takes each variance from before the event; BMP
/// (Boehmer, Musumeci and Poulsen) also allows the event to raise it; both assume independent names, and
/// names hit by one event are not: the adjusted forms of Kolari and Pynnönen take the mean correlation of
/// residuals into account. Corrado uses ranks and so no distribution at all.
///
/// Under about ten names none of them means much, and for one name use ``AbnormalReturn/standardized``.
///
/// Source: Patell, J. M. (1976), *Journal of Accounting Research* 14(2), 246–276; Boehmer, E. et al. (1991),
/// *Journal of Financial Economics* 30(2), 253–272; Kolari, J. W. and Pynnönen, S. (2010), *Review of
/// Financial Studies* 23(11), 3996–4025; Corrado, C. J. (1989), *Journal of Financial Economics* 23(2), 385–395.
public struct GroupEventTest: Codable, Equatable, Sendable {
    /// Fewer names are too few to believe.
    public static let advisedMinimum = 10

    /// N.
    public let names: Int
    /// Patell's Z = ΣSAR/√(N·ν/(ν − 2)), ν the degrees of freedom.
    public let patell: Double
    /// mean(SAR)/(sd(SAR)/√N); `nil` if all SAR are equal.
    public let bmp: Double?
    /// ρ̄, the mean correlation of the names' residuals in the estimation window.
    public let meanCorrelation: Double
    /// ``patell``/√(1 + (N − 1)·ρ̄).
    public let adjustedPatell: Double?
    /// ``bmp``·√((1 − ρ̄)/(1 + (N − 1)·ρ̄)).
    public let adjustedBMP: Double?
    /// Rank of each name's event among its own bars, event included: 1 is its lowest. Ties share.
    public let ranks: [Double]
    /// Corrado's Z of the ranks; `nil` if the mean rank was the same on all bars.
    public let corrado: Double?

    /// Whether the group is smaller than advised, which a reader should be told.
    public var isSmallGroup: Bool { names < Self.advisedMinimum }
}

extension GroupEventTest {
    /// One security: its abnormal returns over the estimation window, and the event's.
    public struct Member: Equatable, Sendable {
        /// T abnormal returns, one per bar of the window, over the same bars for all members.
        public let window: [Double]
        /// The event's abnormal return.
        public let event: AbnormalReturn

        public init(window: [Double], event: AbnormalReturn) {
            self.window = window
            self.event = event
        }
    }

    /// Tests a group. O(N²·T + N·T·log T).
    ///
    /// - Parameter members: At least two, with windows of one length and models of one kind.
    /// - Throws: ``EstimationError``: fewer than 2 members, or ``EstimationWindow/minimum`` bars; windows of
    ///   unequal lengths; a value that is not finite, by member; ``EstimationError/noVariation`` if a
    ///   member's residuals are constant or its event has no standard error.
    public static func compute(_ members: [Member]) throws(EstimationError) -> GroupEventTest {
        guard members.count >= 2 else { throw .tooFewObservations(members.count, minimum: 2) }
        try check(members)
        let count = Double(members.count)
        let scores = members.map(\.event.standardized)
        let freedom = Double(members[0].event.degreesOfFreedom)
        let sum = scores.reduce(0, +)
        let patell = sum / (count * freedom / (freedom - 2)).squareRoot()

        let centre = sum / count
        let squares = scores.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
        let spread = (squares / (count - 1)).squareRoot()
        let bmp = spread > 0 ? centre / (spread / count.squareRoot()) : nil

        let correlation = meanCorrelation(members.map(\.window))
        let inflation = 1 + (count - 1) * correlation
        let (ranks, corrado) = corrado(members)
        return GroupEventTest(
            names: members.count, patell: patell, bmp: bmp, meanCorrelation: correlation,
            adjustedPatell: inflation > 0 ? patell / inflation.squareRoot() : nil,
            adjustedBMP: inflation > 0 ? bmp.map { $0 * ((1 - correlation) / inflation).squareRoot() } : nil,
            ranks: ranks, corrado: corrado
        )
    }

    private static func check(_ members: [Member]) throws(EstimationError) {
        let length = members[0].window.count
        guard length >= EstimationWindow.minimum else {
            throw .tooFewObservations(length, minimum: EstimationWindow.minimum)
        }
        for (index, member) in members.enumerated() {
            guard member.window.count == length else { throw .unequalLengths(length, member.window.count) }
            guard member.window.allSatisfy(\.isFinite), member.event.value.isFinite else {
                throw .notFinite(index: index)
            }
            let first = member.window[0]
            guard member.event.standardError > 0, member.event.standardError.isFinite,
                member.event.degreesOfFreedom > 2, member.window.contains(where: { $0 != first })
            else { throw .noVariation }
        }
    }

    /// Mean of the N·(N − 1)/2 correlations between series of equal length that all vary.
    static func meanCorrelation(_ series: [[Double]]) -> Double {
        let standardized = series.map { values -> [Double] in
            let centre = mean(values)
            let length = values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }.squareRoot()
            return values.map { ($0 - centre) / length }
        }
        var sum = 0.0
        for right in standardized.indices {
            for left in 0..<right {
                sum += zip(standardized[left], standardized[right]).reduce(0) { $0 + $1.0 * $1.1 }
            }
        }
        return sum / Double(series.count * (series.count - 1) / 2)
    }

    private static func corrado(_ members: [Member]) -> (ranks: [Double], statistic: Double?) {
        let length = members[0].window.count + 1
        var deviations = [Double](repeating: 0, count: length)
        var atEvent: [Double] = []
        for member in members {
            let ranks = averageRanks(member.window + [member.event.value])
            atEvent.append(ranks[length - 1])
            for (bar, rank) in ranks.enumerated() {
                deviations[bar] += (rank - Double(length + 1) / 2) / Double(members.count)
            }
        }
        let spread = (deviations.reduce(0) { $0 + $1 * $1 } / Double(length)).squareRoot()
        return (atEvent, spread > 0 ? deviations[length - 1] / spread : nil)
    }
}

/// The place of each value among all, 1 for the smallest; ties share the average place.
func averageRanks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
        var end = start
        while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
        for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
        start = end
    }
    return ranks
}
