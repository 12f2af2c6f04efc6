import Exposition
import Foundation
import Schema
import Testing

@Suite("Exposition format")
struct ExpositionFormatTests {
    static func family(
        _ name: String, _ kind: MetricKind, help: String = "", bounds: [Double] = [], _ series: [MetricSeries]
    ) -> MetricFamily {
        var family = MetricFamily()
        family.name = name
        family.kind = kind
        family.help = help
        family.bounds = bounds
        family.series = series
        return family
    }

    static func series(
        _ value: Double, _ labels: KeyValuePairs<String, String> = [:], buckets: [UInt64] = []
    ) -> MetricSeries {
        var series = MetricSeries()
        series.value = value
        series.buckets = buckets
        series.labels = labels.map { name, value in
            var label = MetricLabel()
            label.name = name
            label.value = value
            return label
        }
        return series
    }

    /// https://prometheus.io/docs/instrumenting/exposition_formats/, its example without the timestamps, which are never
    /// written here, and with the last bound as OpenMetrics writes numbers: there it is `1`.
    @Test("the example of Prometheus's specification")
    func prometheus() {
        let families = [
            Self.family(
                "http_requests", .counter, help: "The total number of HTTP requests.",
                [
                    Self.series(1027, ["method": "post", "code": "200"]),
                    Self.series(3, ["method": "post", "code": "400"]),
                ]),
            Self.family(
                "msdos_file_access_time_seconds", .gauge,
                [Self.series(1.458255915e9, ["path": "C:\\DIR\\FILE.TXT", "error": "Cannot find file:\n\"FILE.TXT\""])]),
            Self.family("something_weird", .gauge, [Self.series(.infinity, ["problem": "division by zero"])]),
            Self.family(
                "http_request_duration_seconds", .histogram, help: "A histogram of the request duration.",
                bounds: [0.05, 0.1, 0.2, 0.5, 1],
                [Self.series(53423, buckets: [24054, 9390, 66948, 28997, 4599, 10332])]),
        ]
        let golden = #"""
            # HELP http_requests_total The total number of HTTP requests.
            # TYPE http_requests_total counter
            http_requests_total{method="post",code="200"} 1027
            http_requests_total{method="post",code="400"} 3
            # TYPE msdos_file_access_time_seconds gauge
            msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1458255915
            # TYPE something_weird gauge
            something_weird{problem="division by zero"} +Inf
            # HELP http_request_duration_seconds A histogram of the request duration.
            # TYPE http_request_duration_seconds histogram
            http_request_duration_seconds_bucket{le="0.05"} 24054
            http_request_duration_seconds_bucket{le="0.1"} 33444
            http_request_duration_seconds_bucket{le="0.2"} 100392
            http_request_duration_seconds_bucket{le="0.5"} 129389
            http_request_duration_seconds_bucket{le="1.0"} 133988
            http_request_duration_seconds_bucket{le="+Inf"} 144320
            http_request_duration_seconds_sum 53423
            http_request_duration_seconds_count 144320

            """#
        #expect(ExpositionFormat.prometheus.text(families) == golden)
    }

    /// OpenMetrics 1.0, "Overall Structure" and "Histogram"; creation times, which are optional, and summaries, which do not
    /// exist here, left out. Lines may come in another order.
    @Test("the examples of OpenMetrics's specification")
    func openMetrics() {
        let families = [
            Self.family("go_goroutines", .gauge, help: "Number of goroutines that currently exist.", [Self.series(69)]),
            Self.family(
                "process_cpu_seconds", .counter, help: "Total user and system CPU time spent in seconds.",
                [Self.series(4200722.46)]),
            Self.family(
                "foo", .histogram, bounds: [0, 1e-5, 0.0001, 0.1, 1, 10, 100_000, 1e6, 1e23, 1.1e23],
                [Self.series(324789.3, buckets: [0, 0, 5, 3, 2, 1, 0, 4, 1, 1, 0])]),
        ]
        let golden = """
            # TYPE go_goroutines gauge
            # HELP go_goroutines Number of goroutines that currently exist.
            go_goroutines 69
            # TYPE process_cpu_seconds counter
            # UNIT process_cpu_seconds seconds
            # HELP process_cpu_seconds Total user and system CPU time spent in seconds.
            process_cpu_seconds_total 4200722.46
            # TYPE foo histogram
            foo_bucket{le="0.0"} 0
            foo_bucket{le="1e-05"} 0
            foo_bucket{le="0.0001"} 5
            foo_bucket{le="0.1"} 8
            foo_bucket{le="1.0"} 10
            foo_bucket{le="10.0"} 11
            foo_bucket{le="100000.0"} 11
            foo_bucket{le="1e+06"} 15
            foo_bucket{le="1e+23"} 16
            foo_bucket{le="1.1e+23"} 17
            foo_bucket{le="+Inf"} 17
            foo_count 17
            foo_sum 324789.3
            # EOF
            """
        let text = ExpositionFormat.openMetrics.text(families)
        #expect(Set(text.split(separator: "\n")) == Set(golden.split(separator: "\n")))
        #expect(text.hasSuffix("\n# EOF\n"))
        #expect(ExpositionFormat.openMetrics.text([]) == "# EOF\n")
    }

    /// OpenMetrics 1.0, "Numbers", and Go's %g, by which they are defined.
    @Test(
        "bounds are canonical numbers",
        arguments: [
            (1e-10, "1e-10"), (2.5e-05, "2.5e-05"), (0.00025, "0.00025"), (0.5, "0.5"), (300, "300.0"),
            (999_999, "999999.0"), (1_048_576, "1.048576e+06"), (1_073_741_824, "1.073741824e+09"), (1e10, "1e+10"),
            (-1e6, "-1e+06"),
        ])
    func bounds(bound: Double, text: String) {
        let page = ExpositionFormat.openMetrics.text([
            Self.family("a", .histogram, bounds: [bound], [Self.series(0, buckets: [0, 0])])
        ])
        #expect(page.contains("a_bucket{le=\"\(text)\"} 0\n"))
    }

    @Test("help is escaped as each format wants it; what does not fit together is left out")
    func oddities() {
        let odd = [
            Self.family("a", .gauge, help: "a \"quoted\" \\ and\nbroken line", [Self.series(.nan)]),
            Self.family("b", .histogram, bounds: [1], [Self.series(1, buckets: [1])]), Self.family("c", .gauge, []),
        ]
        #expect(
            ExpositionFormat.prometheus.text(odd)
                == "# HELP a a \"quoted\" \\\\ and\\nbroken line\n# TYPE a gauge\na NaN\n# TYPE b histogram\n")
        #expect(ExpositionFormat.openMetrics.text(odd).hasPrefix(#"# HELP a a \"quoted\" \\ and\nbroken line"#))
    }

    /// The first two are what Prometheus 2.42 and 3.0 send.
    @Test(
        "who asks for OpenMetrics gets it",
        arguments: [
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                true
            ),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                true
            ),
            ("application/openmetrics-text", true), ("Application/OpenMetrics-Text ; Version=\"1.0.0\"", true),
            ("text/plain;version=0.0.4;q=0.5, application/openmetrics-text;version=1.0.0;q=0.4", false),
            ("application/openmetrics-text;version=0.0.1", false), ("application/openmetrics-text;q=0", false),
            ("application/openmetrics-text;q=much", false), ("text/html,*/*;q=0.8", false), ("*/*", false), ("", false),
            (";;=,,;q=1,", false), (nil, false),
        ] as [(String?, Bool)])
    func negotiation(accept: String?, isOpen: Bool) {
        let format = ExpositionFormat(accept: accept)
        #expect((format == .openMetrics) == isOpen)
        #expect(format.contentType.contains(isOpen ? "openmetrics-text; version=1.0.0" : "text/plain; version=0.0.4"))
    }
}
