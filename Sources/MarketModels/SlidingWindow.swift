/// One bar of a window of returns.
protocol WindowBar: BitwiseCopyable, Equatable, Sendable {
    /// Whether its sums can be kept: finite, and no return beyond ``largestReturn``.
    var isUsable: Bool { get }
    /// Market and factor; 0 for a factor there is not.
    var regressors: SIMD2<Double> { get }
    /// As numbers, for a checkpoint.
    var values: [Double] { get }
    static var width: Int { get }
    init(values: some Collection<Double>)
}

/// Returns beyond this are refused: a later sum of their squares would overflow.
let largestReturn = 1e50

/// Sums over the bars of a window that can be taken back.
protocol WindowMoments: BitwiseCopyable, Codable, Equatable, Sendable {
    associatedtype Bar: WindowBar
    init()
    var count: Int { get }
    /// Whether so little is left of a sum that the rounding of what went may show.
    var isWorn: Bool { get }
    mutating func add(_ bar: Bar)
    mutating func remove(_ bar: Bar)
}

/// The moments of the `length` bars that end `gap` bars before the next one, kept up to date bar by bar.
///
/// O(1) a bar, nothing allocated after `init`. The sums are made again from the bars themselves every
/// 1,024 bars, and when one is worn, which can happen some forty times in a window at most.
struct SlidingWindow<Moments: WindowMoments>: Equatable, Sendable {
    let length: Int
    let gap: Int
    private(set) var count = 0
    private(set) var moments = Moments()

    /// The last T + G bars; the oldest is overwritten next.
    private var ring: [Moments.Bar]
    /// Place of the next bar in the ring.
    private var slot = 0
    /// Bars of the window, up to its newest, over which each regressor was the same.
    private var constant = SIMD2<Int64>()

    private static var refreshInterval: Int { 1024 }

    init(length: Int, gap: Int) {
        precondition(
            length >= EstimationWindow.minimum && gap >= 0,
            "a window has at least \(EstimationWindow.minimum) bars, and its gap is not negative"
        )
        self.length = length
        self.gap = gap
        let empty = Moments.Bar(values: repeatElement(0, count: Moments.Bar.width))
        ring = [Moments.Bar](repeating: empty, count: length + gap)
    }

    private var capacity: Int { length + gap }

    /// Adds the next bar; `false` and no change if it is not usable.
    mutating func add(_ bar: Moments.Bar) -> Bool {
        guard bar.isUsable else { return false }
        if count >= capacity { moments.remove(ring[slot]) }
        ring[slot] = bar
        if count >= gap { enter(slot >= gap ? slot - gap : slot - gap + capacity) }
        slot = slot + 1 == capacity ? 0 : slot + 1
        count += 1
        if moments.isWorn || count % Self.refreshInterval == 0 { refresh() }
        return true
    }

    private mutating func enter(_ place: Int) {
        let bar = ring[place]
        let before = ring[place == 0 ? capacity - 1 : place - 1]
        let isSame = bar.regressors .== before.regressors
        let longer = pointwiseMin(constant &+ 1, SIMD2(repeating: Int64(length)))
        constant = moments.count == 0 ? SIMD2(1, 1) : SIMD2(1, 1).replacing(with: longer, where: isSame)
        moments.add(bar)
    }

    /// Makes the sums again from the bars of the window, oldest first.
    private mutating func refresh() {
        var place = slot - gap - moments.count
        if place < 0 { place += capacity }
        var fresh = Moments()
        for _ in 0..<moments.count {
            fresh.add(ring[place])
            place = place + 1 == capacity ? 0 : place + 1
        }
        moments = fresh
    }

    /// Refuses a window too short, or one in which one of the first `regressors` did not move.
    func requireUsable(regressors: Int) throws(EstimationError) {
        guard moments.count >= EstimationWindow.minimum else {
            throw .tooFewObservations(moments.count, minimum: EstimationWindow.minimum)
        }
        for regressor in 0..<regressors where constant[regressor] >= Int64(moments.count) {
            throw .collinear(regressor: regressor)
        }
    }
}

extension SlidingWindow: Codable {
    private enum CodingKeys: String, CodingKey {
        case length, gap, count, moments, ring, slot, constant
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(length, forKey: .length)
        try container.encode(gap, forKey: .gap)
        try container.encode(count, forKey: .count)
        try container.encode(moments, forKey: .moments)
        try container.encode(ring.flatMap(\.values), forKey: .ring)
        try container.encode(slot, forKey: .slot)
        try container.encode(constant, forKey: .constant)
    }

    /// - Throws: `DecodingError` for a state that no sequence of bars could have left.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        length = try container.decode(Int.self, forKey: .length)
        gap = try container.decode(Int.self, forKey: .gap)
        count = try container.decode(Int.self, forKey: .count)
        moments = try container.decode(Moments.self, forKey: .moments)
        let values = try container.decode([Double].self, forKey: .ring)
        slot = try container.decode(Int.self, forKey: .slot)
        constant = try container.decode(SIMD2<Int64>.self, forKey: .constant)
        let (sizes, width) = (0...1_000_000, Moments.Bar.width)
        ring = stride(from: 0, to: values.count - values.count % width, by: width).map {
            Moments.Bar(values: values[$0..<$0 + width])
        }
        guard length >= EstimationWindow.minimum, sizes.contains(length), sizes.contains(gap), count >= 0,
            values.count == width * (length + gap), ring.allSatisfy(\.isUsable), slot == count % (length + gap),
            moments.count == min(length, max(0, count - gap)), all(constant .>= 0), all(constant .<= Int64(length))
        else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: container.codingPath, debugDescription: "not the state of a sliding window"))
        }
    }
}
