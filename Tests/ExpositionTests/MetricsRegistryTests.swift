import CoreMetrics
import Dispatch
import Exposition
import Foundation
import Schema
import TestKit
import Testing

@Suite("Metrics registry")
struct MetricsRegistryTests {
    /// Name, kind and value of every series, as `name{label=value,…} value`.
    static func lines(_ registry: MetricsRegistry) -> [String] {
        ExpositionFormat.prometheus.text(registry.snapshot()).split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map(String.init)
    }

    static func family(_ registry: MetricsRegistry, _ name: String) -> MetricFamily? {
        registry.snapshot().first { $0.name == name }
    }

    @Test("each kind of swift-metrics, by its conventions")
    func kinds() {
        let registry = MetricsRegistry(namespace: "t") { $0 == "hits" ? MetricDescription("How often.") : nil }
        let counter = CoreMetrics.Counter(label: "hits", factory: registry)
        counter.increment()
        counter.increment(by: 4)
        // The same one, whatever it is called by and with.
        CoreMetrics.Counter(label: "hits_total", factory: registry).increment(by: Int64(-7))
        FloatingPointCounter(label: "hits", factory: registry).increment(by: 0.5)
        FloatingPointCounter(label: "hits", factory: registry).increment(by: Double.nan)
        let meter = Meter(label: "level", dimensions: [("b", "2"), ("a", "1")], factory: registry)
        meter.set(5)
        meter.increment(by: 2.5)
        meter.decrement(by: 10)
        Gauge(label: "gauge", factory: registry).record(-3)
        Timer(label: "wait", factory: registry).recordMilliseconds(20)
        Timer(label: "wait_seconds", factory: registry).recordNanoseconds(-1)
        let recorder = Recorder(label: "sizes_bytes", factory: registry)
        for value in [64, 65, -1] { recorder.record(value) }
        for value in [Double.nan, .infinity] { recorder.record(value) }
        let lines = Self.lines(registry)
        for line in [
            "t_hits_total 5.5", "t_level{a=\"1\",b=\"2\"} -2.5", "t_gauge -3", "t_wait_seconds_count 2",
            "t_wait_seconds_sum 0.02", "t_wait_seconds_bucket{le=\"1e-05\"} 1", "t_wait_seconds_bucket{le=\"0.01\"} 1",
            "t_wait_seconds_bucket{le=\"0.025\"} 2", "t_sizes_bytes_bucket{le=\"64.0\"} 1",
            "t_sizes_bytes_bucket{le=\"256.0\"} 2", "t_sizes_bytes_count 2", "t_sizes_bytes_sum 129",
        ] {
            #expect(lines.contains(line), "\(line) in \(lines)")
        }
        #expect(Self.family(registry, "t_hits")?.help == "How often.")
        #expect(Self.family(registry, "t_gauge")?.help == "Recorded by a library as gauge.")
        counter.reset()
        #expect(Self.lines(registry).contains("t_hits_total 0"))
        #expect(registry.refused == 0)
    }

    @Test("names and labels that Prometheus would not take are made into such as it does")
    func names() {
        let registry = MetricsRegistry(namespace: "t")
        for (label, dimensions) in [
            ("http.server.active", [("http.route", "/a b"), ("", "x")]), ("", [("1st", "1"), ("__name__", "n")]),
            ("größe", [("le", "0.5"), ("a", "1"), ("a", "2"), ("empty", "")]), ("1 {x}\n", []),
            (String(repeating: "n", count: 999), [("v", String(repeating: "v", count: 999))]),
        ] {
            Meter(label: label, dimensions: dimensions, factory: registry).set(1)
        }
        let long = (String(repeating: "n", count: 200), String(repeating: "v", count: 200))
        #expect(
            Set(Self.lines(registry)) == [
                "t_http_server_active{http_route=\"/a b\",unnamed=\"x\"} 1",
                "t_unnamed{_1st=\"1\",_name__=\"n\"} 1", "t_gr__e{a=\"1\",exported_le=\"0.5\"} 1", "t_1__x__ 1",
                "t_\(long.0){v=\"\(long.1)\"} 1",
            ])
        let bare = MetricsRegistry(namespace: "")
        Meter(label: "9lives", factory: bare).set(9)
        #expect(Self.lines(bare) == ["_9lives 9"])
    }

    @Test("a name that is another's, in whichever format, is refused, counted, and can be used all the same")
    func conflicts() {
        let registry = MetricsRegistry(namespace: "t")
        let timer = Timer(label: "a", factory: registry)
        CoreMetrics.Counter(label: "b", factory: registry).increment()
        let refused: [() -> Void] = [
            { CoreMetrics.Counter(label: "a_seconds", factory: registry).increment() },
            { Meter(label: "a_seconds", factory: registry).set(1) },
            { Meter(label: "a_seconds_count", factory: registry).set(1) },
            { CoreMetrics.Counter(label: "a_seconds_count", factory: registry).increment() },
            // OpenMetrics calls the family of `b_total` so.
            { Meter(label: "b", factory: registry).set(1) }, { Meter(label: "b_total", factory: registry).set(1) },
            { Recorder(label: "b", factory: registry).record(1) },
        ]
        for attempt in refused { attempt() }
        #expect(registry.refused == UInt64(refused.count))
        timer.recordSeconds(1)
        // That is b_seconds, which is free.
        Timer(label: "b", factory: registry).recordSeconds(1)
        #expect(Self.family(registry, "t_b")?.kind == .counter)
        #expect(Set(registry.snapshot().map(\.name)) == ["t_a_seconds", "t_b", "t_b_seconds"])
    }

    @Test("beyond the limits series are refused; those that are destroyed make room, for another kind too")
    func limits() {
        let registry = MetricsRegistry(namespace: "t", limits: .init(series: 5, seriesPerFamily: 3))
        let many = (0..<10).map { Meter(label: "a", dimensions: [("n", "\($0)")], factory: registry) }
        for meter in many { meter.set(1) }
        #expect(Self.lines(registry).count == 3 && registry.refused == 7)
        for name in ["b", "c", "d"] { Meter(label: name, factory: registry).set(1) }
        #expect(Self.lines(registry).count == 5 && registry.refused == 8)
        for meter in many { meter.destroy() }
        many[0].destroy()
        #expect(Self.lines(registry) == ["t_b 1", "t_c 1"])
        CoreMetrics.Counter(label: "a", factory: registry).increment()
        #expect(Self.lines(registry) == ["t_a_total 1", "t_b 1", "t_c 1"])
        // One that was destroyed and is still held leads nowhere, and does not take its successor with it.
        let old = Meter(label: "b", factory: registry)
        old.destroy()
        Meter(label: "b", factory: registry).set(2)
        old.set(3)
        old.destroy()
        #expect(Self.lines(registry).contains("t_b 2"))
        #expect(registry.refused == 8)
    }

    @Test("buckets are cumulative and end with the count, the sum is the sum, whatever is observed")
    func histograms() throws {
        var random = SeededGenerator(for: "Histograms", default: 20_260)
        for _ in 0..<50 {
            let bounds = Set(
                (0..<Int.random(in: 0...12, using: &random)).map { _ in Double.random(in: 0...10, using: &random) }
            )
            .sorted()
            let registry = MetricsRegistry(namespace: "t") { _ in MetricDescription("", bounds: bounds) }
            let recorder = Recorder(label: "h", factory: registry)
            // On a bound too: bounds are inclusive.
            let values =
                (0..<Int.random(in: 0...300, using: &random)).map { _ in Double.random(in: 0...12, using: &random) }
                + bounds
            for value in values { recorder.record(value) }
            let family = try #require(Self.family(registry, "t_h"))
            let series = try #require(family.series.first)
            #expect(family.bounds == bounds && series.buckets.count == bounds.count + 1)
            var cumulative: UInt64 = 0
            for (bucket, bound) in zip(series.buckets, bounds + [.infinity]) {
                cumulative += bucket
                #expect(cumulative == UInt64(values.filter { $0 <= bound }.count))
            }
            #expect(cumulative == UInt64(values.count))
            #expect(abs(series.value - values.reduce(0, +)) < 1e-9 * max(1, series.value))
        }
    }

    @Test("threads that count, observe, make and read at once lose nothing")
    func concurrency() throws {
        let registry = MetricsRegistry(namespace: "t")
        let (threads, rounds) = (8, 20_000)
        DispatchQueue.concurrentPerform(iterations: threads + 1) { thread in
            guard thread < threads else {
                var last: UInt64 = 0
                for _ in 0..<200 {
                    let histogram = registry.snapshot().first { $0.name == "t_h_seconds" }?.series.first
                    let count = histogram?.buckets.reduce(0, +) ?? 0
                    // What belongs together is read together: each observation is of half a second.
                    #expect(Double(count) / 2 == histogram?.value ?? 0 && count >= last)
                    last = count
                }
                return
            }
            for round in 0..<rounds {
                CoreMetrics.Counter(label: "c", dimensions: [("k", "\(round % 3)")], factory: registry).increment()
                Timer(label: "h", factory: registry).recordMilliseconds(500)
            }
        }
        let total = UInt64(threads * rounds)
        #expect(try #require(Self.family(registry, "t_c")).series.reduce(0) { $0 + $1.value } == Double(total))
        #expect(Self.family(registry, "t_h_seconds")?.series.first?.buckets.reduce(0, +) == total)
        #expect(registry.refused == 0)
    }

    /// Prometheus, "Text format details", and its data model.
    @Test(
        "whatever names, labels and values are given, every line is one that the format allows, and no series comes twice"
    )
    func anything() throws {
        var random = SeededGenerator(for: "Any metrics", default: 7)
        let alphabet =
            "ab_1.:{}\",=\\\n \u{0}\u{301}é漢🙂".unicodeScalars.map { String($0) } + [
                "le", "__", "_total", "_sum", "process", "\r\n",
            ]
        func text() -> String {
            (0..<Int.random(in: 0...6, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "" }
                .joined()
        }
        let registry = MetricsRegistry(namespace: "t", limits: .init(series: 1_000, seriesPerFamily: 10))
        for _ in 0..<3_000 {
            let dimensions = (0..<Int.random(in: 0...3, using: &random)).map { _ in (text(), text()) }
            let value: Double = [0, -1, 1e300, .nan, .infinity, 0.1][Int.random(in: 0..<6, using: &random)]
            switch Int.random(in: 0..<4, using: &random) {
            case 0: FloatingPointCounter(label: text(), dimensions: dimensions, factory: registry).increment(by: value)
            case 1: Meter(label: text(), dimensions: dimensions, factory: registry).set(value)
            case 2: Recorder(label: text(), dimensions: dimensions, factory: registry).record(value)
            default: Timer(label: text(), dimensions: dimensions, factory: registry).recordNanoseconds(Int64.max)
            }
        }
        #expect(registry.refused > 0)
        let label = #"[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*""#
        let line = try Regex(
            "[a-zA-Z_:][a-zA-Z0-9_:]*(?:\\{\(label)(?:,\(label))*\\})? (?:[-+0-9.e]+|NaN|[-+]Inf)"
                + "|# (?:HELP|TYPE|UNIT) [a-zA-Z_:][a-zA-Z0-9_:]* [^\\n]*|# EOF"
        ).matchingSemantics(.unicodeScalar)
        for format in [ExpositionFormat.prometheus, .openMetrics] {
            var seen: Set<String> = []
            let lines = format.text(registry.snapshot()).unicodeScalars.split(separator: "\n").map { String($0) }
            for text in lines {
                #expect(text.wholeMatch(of: line) != nil, "\(text.debugDescription)")
                let series = text.hasPrefix("#") ? text : String(text[..<(text.lastIndex(of: " ") ?? text.endIndex)])
                #expect(seen.insert(series).inserted, "twice: \(series)")
            }
        }
    }
}
