/// The downhill simplex for a handful of parameters.
///
/// Source: Nelder, J. A. and Mead, R. (1965), *Computer Journal* 7(4), 308–313.
enum Simplex {
    private static let maximumSteps = 2_000
    private static let restarts = 3

    /// Where a function is smallest near `start`, or `nil` if the search did not settle.
    ///
    /// It begins anew from where it settled, with the first simplex again, so that a simplex that had
    /// collapsed on the way does not stop early.
    static func minimum(from start: [Double], steps: [Double], of function: ([Double]) -> Double) -> [Double]? {
        var best: [Double]? = start
        for _ in 0..<restarts {
            guard let origin = best else { return nil }
            best = search(from: origin, steps: steps, function)
        }
        return best
    }

    private static func search(
        from start: [Double], steps: [Double], _ function: ([Double]) -> Double
    ) -> [Double]? {
        var points = [(at: start, value: function(start))]
        for (index, step) in steps.enumerated() {
            var point = start
            point[index] += step
            points.append((point, function(point)))
        }
        for _ in 0..<maximumSteps {
            points.sort { $0.value < $1.value }
            let (best, worst) = (points[0], points[points.count - 1])
            if isSettled(points) { return best.value.isFinite ? best.at : nil }
            let others = points.dropLast()
            let centre = start.indices.map { index in
                others.reduce(0) { $0 + $1.at[index] } / Double(others.count)
            }
            func along(_ factor: Double) -> (at: [Double], value: Double) {
                let point = zip(centre, worst.at).map { $0 + factor * ($0 - $1) }
                return (point, function(point))
            }
            let reflected = along(1)
            if reflected.value < best.value {
                let expanded = along(2)
                points[points.count - 1] = expanded.value < reflected.value ? expanded : reflected
            } else if reflected.value < points[points.count - 2].value {
                points[points.count - 1] = reflected
            } else {
                let contracted = reflected.value < worst.value ? along(0.5) : along(-0.5)
                if contracted.value < min(reflected.value, worst.value) {
                    points[points.count - 1] = contracted
                } else {
                    for index in 1..<points.count {
                        let shrunk = zip(points[index].at, best.at).map { ($0 + $1) / 2 }
                        points[index] = (shrunk, function(shrunk))
                    }
                }
            }
        }
        return nil
    }

    private static func isSettled(_ points: [(at: [Double], value: Double)]) -> Bool {
        let best = points[0]
        return points.allSatisfy { point in
            abs(point.value - best.value) <= 1e-10 * max(1, abs(best.value))
                && zip(point.at, best.at).allSatisfy { abs($0 - $1) <= 1e-7 }
        }
    }
}
