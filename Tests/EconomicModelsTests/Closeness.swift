extension Double {
    /// Equal to a relative tolerance, with values under 1e-6 compared absolutely.
    func isClose(to other: Double, within tolerance: Double = 1e-12) -> Bool {
        abs(self - other) <= tolerance * max(1e-6, abs(self), abs(other))
    }
}

/// What no parameter with bounds may be.
let notNumbers: [Double] = [.nan, .infinity, -.infinity]
