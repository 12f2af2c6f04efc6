public import CoreMetrics
public import Schema
import Synchronization

/// A backend of swift-metrics that keeps what is measured in memory: counters, gauges and histograms, to be read as a value.
///
/// | swift-metrics | becomes | name |
/// |---|---|---|
/// | `Counter`, `FloatingPointCounter` | a counter | ends in `_total` |
/// | `Meter`, `Gauge` (`Recorder` that does not aggregate) | a gauge | as it is |
/// | `Recorder` | a histogram | as it is |
/// | `Timer` | a histogram of seconds | ends in `_seconds` |
///
/// Every name gets the namespace in front, and names and labels are made valid. The same label and
/// dimensions, in whatever order, are the same metric. A name that another kind has already, or that would be told by the
/// same words, and what is beyond the limits is refused: what was asked for can be used and leads nowhere, and is counted.
///
/// Any thread may use it. Recording takes a lock that only the same metric has, and allocates nothing.
public final class MetricsRegistry: MetricsFactory, Sendable {
    /// How much is held: what nobody has bounded, such as what strangers ask a server for, must not fill memory.
    public struct Limits: Sendable {
        public var series: Int
        public var seriesPerFamily: Int

        /// The defaults keep what a process says of itself within a heartbeat.
        public init(series: Int = 256, seriesPerFamily: Int = 64) {
            self.series = series
            self.seriesPerFamily = seriesPerFamily
        }
    }

    private struct Family {
        var kind: MetricKind
        var description: MetricDescription
        var bounds: [Double]
        /// By labels: name, value, name, value.
        var series: [[String]: any Series] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        /// What samples of the families are called, in either format.
        var taken: Set<String> = []
        var count = 0
        var refused: UInt64 = 0
    }

    private let state = Mutex(State())
    private let names: MetricNames
    private let describe: @Sendable (String) -> MetricDescription?
    private let limits: Limits

    /// - Parameters:
    ///   - namespace: What every name begins with, without the underscore; empty: nothing.
    ///   - limits: How much is held.
    ///   - describe: Says what is measured under a name, which has no namespace and no `_total`.
    public init(
        namespace: String = "epicenter", limits: Limits = Limits(),
        describe: @escaping @Sendable (String) -> MetricDescription? = { MetricDescription.ofService[$0] }
    ) {
        names = MetricNames(namespace: namespace)
        self.limits = limits
        self.describe = describe
    }

    /// How often a metric was refused since the beginning.
    public var refused: UInt64 { state.withLock(\.refused) }

    /// All there is, families by name and their series by labels. A histogram's count and sum belong together; what is
    /// recorded meanwhile by others may be in one metric and not in another.
    public func snapshot() -> [MetricFamily] {
        let families = state.withLock(\.families)
        return families.sorted { $0.key < $1.key }.map { name, family in
            var message = MetricFamily()
            message.name = name
            message.kind = family.kind
            message.help = family.description.help
            message.bounds = family.bounds
            message.series = family.series.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { labels, series in
                var message = series.value
                message.labels = stride(from: 0, to: labels.count, by: 2).map {
                    MetricLabel(labels[$0], labels[$0 + 1])
                }
                return message
            }
            return message
        }
    }

    /// nil: refused.
    private func series<Kind: Series>(
        _ label: String, _ dimensions: [(String, String)], _ kind: MetricKind, unit: String? = nil,
        _ make: (SeriesPlace, [Double]) -> Kind
    ) -> Kind? {
        let name = names.family(label, kind, unit: unit)
        let place = SeriesPlace(family: name, labels: MetricNames.labels(dimensions))
        return state.withLock { state in
            if let found = state.families[name]?.series[place.labels] as? Kind { return found }
            guard state.count < limits.series, let family = family(name, kind, label, &state),
                family.series.count < limits.seriesPerFamily, family.series[place.labels] == nil
            else {
                state.refused += 1
                return nil
            }
            let made = make(place, family.bounds)
            state.families[name] = family
            state.families[name]?.series[place.labels] = made
            state.taken.formUnion(MetricNames.samples(of: name, kind))
            state.count += 1
            return made
        }
    }

    /// The family of a name, or a new one; nil: the name is something else's.
    private func family(_ name: String, _ kind: MetricKind, _ label: String, _ state: inout State) -> Family? {
        if let family = state.families[name] { return family.kind == kind ? family : nil }
        guard state.taken.isDisjoint(with: MetricNames.samples(of: name, kind)) else { return nil }
        let description = describe(names.local(name)) ?? MetricDescription("Recorded by a library as \(label).")
        let bounds = kind == .histogram ? description.bounds ?? Buckets.bounds(of: name) : []
        return Family(kind: kind, description: description, bounds: bounds)
    }

    private func remove(_ handler: AnyObject) {
        guard let series = handler as? any Series else { return }
        let place = series.place
        state.withLock { state in
            guard let family = state.families[place.family], family.series[place.labels] === series else { return }
            state.count -= 1
            state.families[place.family]?.series[place.labels] = nil
            guard family.series.count == 1 else { return }
            state.families[place.family] = nil
            state.taken.subtract(MetricNames.samples(of: place.family, family.kind))
        }
    }
}

extension MetricsRegistry {
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if !aggregate { return gauge(label, dimensions) ?? NOOPMetricsHandler.instance }
        return series(label, dimensions, .histogram) { HistogramSeries($0, bounds: $1) } ?? NOOPMetricsHandler.instance
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram, unit: "seconds") { HistogramSeries($0, bounds: $1) }
            ?? NOOPMetricsHandler.instance
    }

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterSeries? {
        series(label, dimensions, .counter) { place, _ in CounterSeries(place) }
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries? {
        series(label, dimensions, .gauge) { place, _ in GaugeSeries(place) }
    }

    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }
}
