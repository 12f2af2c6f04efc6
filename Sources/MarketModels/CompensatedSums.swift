/// Sums of products, one per lane, carried to twice the precision of `Double`.
///
/// What was added can be taken away again: the sum that stays is off by no more than about 2⁻¹⁰⁴ of the
/// largest it has been, for each operation. That is what lets a window slide for years without its
/// co-moments going bad, whatever their mean.
///
/// Magnitudes of factors must be under 1e100; products under 1e-290 lose their second half.
///
/// Source: Ogita, T., Rump, S. M. and Oishi, S. (2005), "Accurate Sum and Dot Product", *SIAM Journal on
/// Scientific Computing* 26(6), 1955–1988; error-free product after Dekker and Veltkamp.
struct CompensatedSums<Lanes: SIMD & Sendable>: Equatable, Sendable where Lanes.Scalar == Double {
    private(set) var high = Lanes()
    private(set) var low = Lanes()

    /// Adds `left · right` in each lane. Subtract by negating one of them.
    @inline(__always)
    mutating func add(_ left: Lanes, times right: Lanes) {
        let product = left * right
        let (leftHigh, leftLow) = Self.halves(left)
        let (rightHigh, rightLow) = Self.halves(right)
        let missing = product - leftHigh * rightHigh - leftLow * rightHigh - leftHigh * rightLow
        let error = leftLow * rightLow - missing
        let (sum, lost) = Self.twoSum(high, product)
        (high, low) = Self.twoSum(sum, low + (lost + error))
    }

    /// One lane, as the unevaluated sum of two doubles.
    subscript(lane: Int) -> DoubleDouble { DoubleDouble(high[lane], low[lane]) }

    /// Two halves of 26 bits that sum to the value exactly.
    @inline(__always)
    private static func halves(_ value: Lanes) -> (high: Lanes, low: Lanes) {
        let scaled = value * Lanes(repeating: 134_217_729)  // 2²⁷ + 1
        let high = scaled - (scaled - value)
        return (high, value - high)
    }

    /// The rounded sum and what the rounding took.
    @inline(__always)
    private static func twoSum(_ left: Lanes, _ right: Lanes) -> (sum: Lanes, error: Lanes) {
        let sum = left + right
        let back = sum - left
        return (sum, (left - (sum - back)) + (right - back))
    }
}

extension CompensatedSums: BitwiseCopyable where Lanes: BitwiseCopyable {}
extension CompensatedSums: Codable where Lanes: Codable {}

/// A number of about 31 digits, the unevaluated sum of two doubles.
///
/// Source: Dekker, T. J. (1971), "A floating-point technique for extending the available precision",
/// *Numerische Mathematik* 18, 224–242.
struct DoubleDouble: BitwiseCopyable, Sendable {
    let high: Double
    let low: Double

    /// The exact sum of two doubles.
    init(_ left: Double, _ right: Double) {
        let sum = left + right
        let back = sum - left
        high = sum
        low = (left - (sum - back)) + (right - back)
    }

    init(product left: Double, _ right: Double) {
        // Not by `addingProduct`, which is a call of the library where the processor is not known to have it.
        let (leftHigh, leftLow) = Self.halves(left)
        let (rightHigh, rightLow) = Self.halves(right)
        high = left * right
        low = leftLow * rightLow - (high - leftHigh * rightHigh - leftLow * rightHigh - leftHigh * rightLow)
    }

    private static func halves(_ value: Double) -> (high: Double, low: Double) {
        let scaled = value * 134_217_729  // 2²⁷ + 1
        let high = scaled - (scaled - value)
        return (high, value - high)
    }

    static prefix func - (value: Self) -> Self { Self(-value.high, -value.low) }

    static func + (left: Self, right: Self) -> Self {
        let (sum, rest) = (Self(left.high, right.high), Self(left.low, right.low))
        let middle = Self(sum.high, sum.low + rest.high)
        return Self(middle.high, middle.low + rest.low)
    }

    static func - (left: Self, right: Self) -> Self { left + -right }

    static func * (left: Self, right: Self) -> Self {
        let product = Self(product: left.high, right.high)
        return Self(product.high, product.low + (left.high * right.low + left.low * right.high))
    }

    static func / (left: Self, right: Self) -> Self {
        let first = left.high / right.high
        let rest = left - Self(first, 0) * right
        let second = rest.high / right.high
        let last = (rest - Self(second, 0) * right).high / right.high
        return Self(first, second) + Self(last, 0)
    }

    /// To about 2⁻¹⁰⁴.
    static func / (left: Self, right: Double) -> Self {
        let first = left.high / right
        let product = Self(product: first, right)
        return Self(first, ((left.high - product.high) - product.low + left.low) / right)
    }
}
