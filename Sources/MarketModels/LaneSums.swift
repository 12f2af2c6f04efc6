/// Sums of pairs of numbers in eight lanes side by side.
///
/// In one sum each addition waits for the one before; eight take little longer than one. The last digits are not those of
/// a sum in order, so it is for what is counted, not for what is said.
struct LaneSums {
    typealias Lanes = SIMD8<Double>

    private let left: UnsafeBufferPointer<Double>
    private let right: UnsafeBufferPointer<Double>

    /// - Parameters: Of one length, valid as long as this is.
    init(_ left: UnsafeBufferPointer<Double>, _ right: UnsafeBufferPointer<Double>) {
        precondition(left.count == right.count)
        self.left = left
        self.right = right
    }

    /// Σ term(left, right).
    @inline(__always)
    func sum(_ term: (Lanes, Lanes) -> Lanes) -> Double {
        var sums = Lanes()
        let whole = left.count - left.count % Lanes.scalarCount
        for index in stride(from: 0, to: whole, by: Lanes.scalarCount) {
            sums += term(Self.lanes(of: left, at: index), Self.lanes(of: right, at: index))
        }
        var (lastLeft, lastRight) = (Lanes(), Lanes())
        for index in whole..<left.count {
            (lastLeft[index - whole], lastRight[index - whole]) = (left[index], right[index])
        }
        let last = term(lastLeft, lastRight)
        for lane in 0..<left.count - whole { sums[lane] += last[lane] }
        return sums.sum()
    }

    @inline(__always)
    private static func lanes(of values: UnsafeBufferPointer<Double>, at index: Int) -> Lanes {
        UnsafeRawBufferPointer(values)
            .loadUnaligned(fromByteOffset: index * MemoryLayout<Double>.stride, as: Lanes.self)
    }
}
