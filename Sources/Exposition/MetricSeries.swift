import CoreMetrics
import Schema
import Synchronization

/// Where a series stands.
struct SeriesPlace: Sendable {
    var family: String
    /// Name, value, name, value.
    var labels: [String]
}

/// What is measured under one name and set of labels.
protocol Series: AnyObject, Sendable {
    var place: SeriesPlace { get }
    /// Without labels.
    var value: MetricSeries { get }
}

/// What only becomes more; exact up to 2^53. What is negative or no number is ignored.
final class CounterSeries: Series, CounterHandler, FloatingPointCounterHandler {
    let place: SeriesPlace
    private let total = Mutex(0.0)

    init(_ place: SeriesPlace) { self.place = place }

    var value: MetricSeries {
        var series = MetricSeries()
        series.value = total.withLock { $0 }
        return series
    }

    func increment(by amount: Int64) { increment(by: Double(amount)) }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        total.withLock { $0 += amount }
    }

    func reset() { total.withLock { $0 = 0 } }
}

/// What goes up and down.
final class GaugeSeries: Series, MeterHandler, RecorderHandler {
    let place: SeriesPlace
    private let level = Mutex(0.0)

    init(_ place: SeriesPlace) { self.place = place }

    var value: MetricSeries {
        var series = MetricSeries()
        series.value = level.withLock { $0 }
        return series
    }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { level.withLock { $0 = value } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func increment(by amount: Double) { level.withLock { $0 += amount } }
    func decrement(by amount: Double) { level.withLock { $0 -= amount } }
}

/// How often what was observed fell between bounds. A duration below zero counts as none; other values below zero, and what is
/// no number, are ignored.
final class HistogramSeries: Series, RecorderHandler, TimerHandler {
    private struct State {
        var sum = 0.0
        var buckets: [UInt64]
    }

    let place: SeriesPlace
    private let bounds: [Double]
    private let state: Mutex<State>

    /// - Parameter bounds: Rising.
    init(_ place: SeriesPlace, bounds: [Double]) {
        self.place = place
        self.bounds = bounds
        state = Mutex(State(buckets: Array(repeating: 0, count: bounds.count + 1)))
    }

    var value: MetricSeries {
        var series = MetricSeries()
        (series.value, series.buckets) = state.withLock { ($0.sum, $0.buckets) }
        return series
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(max(duration, 0)) / 1e9) }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value >= 0, value.isFinite else { return }
        // The first bound that is not below it.
        var (low, high) = (0, bounds.count)
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        state.withLock { state in
            state.sum += value
            state.buckets[low] += 1
        }
    }
}
