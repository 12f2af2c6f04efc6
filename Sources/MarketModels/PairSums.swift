/// Σx, Σy, Σx², Σxy and Σy² of a series of pairs, each in four sums side by side.
///
/// In one sum each addition waits for the one before; four take little longer than one. The last digits are not those of
/// sums in order, so they are for what is counted, not for what is said.
struct PairSums {
    private typealias Lanes = SIMD4<Double>

    private(set) var x = 0.0
    private(set) var y = 0.0
    private(set) var xx = 0.0
    private(set) var xy = 0.0
    private(set) var yy = 0.0

    /// - Parameters: Of one length.
    init(x: UnsafeBufferPointer<Double>, y: UnsafeBufferPointer<Double>) {
        precondition(x.count == y.count, "x and y are pairs")
        var (sumX, sumY, sumXX, sumXY, sumYY) = (Lanes(), Lanes(), Lanes(), Lanes(), Lanes())
        let whole = x.count - x.count % Lanes.scalarCount
        for index in stride(from: 0, to: whole, by: Lanes.scalarCount) {
            let (left, right) = (Self.lanes(of: x, at: index), Self.lanes(of: y, at: index))
            sumX += left
            sumY += right
            sumXX += left * left
            sumXY += left * right
            sumYY += right * right
        }
        (self.x, self.y, xx, xy, yy) = (sumX.sum(), sumY.sum(), sumXX.sum(), sumXY.sum(), sumYY.sum())
        for index in whole..<x.count {
            self.x += x[index]
            self.y += y[index]
            xx += x[index] * x[index]
            xy += x[index] * y[index]
            yy += y[index] * y[index]
        }
    }

    @inline(__always)
    private static func lanes(of values: UnsafeBufferPointer<Double>, at index: Int) -> Lanes {
        UnsafeRawBufferPointer(values)
            .loadUnaligned(fromByteOffset: index * MemoryLayout<Double>.stride, as: Lanes.self)
    }
}
