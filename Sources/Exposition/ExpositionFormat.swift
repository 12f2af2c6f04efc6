import Schema

/// How metrics are written for whoever scrapes them.
public enum ExpositionFormat: Sendable {
    /// Prometheus's text format, version 0.0.4.
    case prometheus
    /// OpenMetrics 1.0.0 as text.
    case openMetrics

    public var contentType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// OpenMetrics if it is asked for and nothing else is wanted more; Prometheus's own in every other case.
    ///
    /// - Parameter accept: The request's header field of that name; nil: it has none. What cannot be read of it is skipped.
    public init(accept: String?) {
        var (open, plain) = (0.0, 0.0)
        for range in (accept ?? "").split(separator: ",") {
            let (type, parameters) = Self.mediaRange(range)
            let weight = parameters["q"].map { Double($0) ?? 0 } ?? 1
            switch (type, parameters["version"]) {
            case ("application/openmetrics-text", nil), ("application/openmetrics-text", "1.0.0"):
                open = max(open, weight)
            case ("text/plain", nil), ("text/plain", "0.0.4"), ("text/*", _), ("*/*", _): plain = max(plain, weight)
            default: break
            }
        }
        self = open > 0 && open >= plain ? .openMetrics : .prometheus
    }

    private static func mediaRange(_ text: Substring) -> (type: String, parameters: [String: String]) {
        func trimmed(_ text: Substring) -> String {
            String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        }
        let fields = text.split(separator: ";", omittingEmptySubsequences: false)
        var parameters: [String: String] = [:]
        for field in fields.dropFirst() {
            let parts = field.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            parameters[trimmed(parts[0]).lowercased()] = trimmed(parts[1]).filter { $0 != "\"" }
        }
        return (trimmed(fields.first ?? "").lowercased(), parameters)
    }

    /// The page. A function of what is given alone; each family is written once, if it has a series.
    public func text(_ families: [MetricFamily]) -> String {
        var text = ""
        for family in families where !family.series.isEmpty {
            head(of: family, &text)
            for series in family.series {
                if family.kind == .histogram {
                    histogram(series, of: family, &text)
                } else {
                    let suffix = family.kind == .counter ? "_total" : ""
                    sample(family.name + suffix, series.labels, Self.number(series.value), &text)
                }
            }
        }
        return self == .openMetrics ? text + "# EOF\n" : text
    }

    private func head(of family: MetricFamily, _ text: inout String) {
        let kind =
            switch family.kind {
            case .counter: "counter"
            case .histogram: "histogram"
            case .gauge: "gauge"
            case .unspecified, .UNRECOGNIZED: self == .openMetrics ? "unknown" : "untyped"
            }
        let isSuffixed = family.kind == .counter && self == .prometheus
        let name = family.name + (isSuffixed ? "_total" : "")
        if !family.help.isEmpty {
            text += "# HELP \(name) \(Self.escaped(family.help, quotes: self == .openMetrics))\n"
        }
        text += "# TYPE \(name) \(kind)\n"
        if self == .openMetrics, let unit = ["seconds", "bytes"].first(where: { family.name.hasSuffix("_\($0)") }) {
            text += "# UNIT \(name) \(unit)\n"
        }
    }

    private func histogram(_ series: MetricSeries, of family: MetricFamily, _ text: inout String) {
        guard series.buckets.count == family.bounds.count + 1 else { return }
        var count: UInt64 = 0
        for (number, bucket) in series.buckets.enumerated() {
            count &+= bucket
            let bound = number < family.bounds.count ? Self.bound(family.bounds[number]) : "+Inf"
            sample(family.name + "_bucket", series.labels + [MetricLabel("le", bound)], "\(count)", &text)
        }
        sample(family.name + "_sum", series.labels, Self.number(series.value), &text)
        sample(family.name + "_count", series.labels, "\(count)", &text)
    }

    private func sample(_ name: String, _ labels: [MetricLabel], _ value: String, _ text: inout String) {
        text += name
        for (number, label) in labels.enumerated() {
            text += "\(number == 0 ? "{" : ",")\(label.name)=\"\(Self.escaped(label.value, quotes: true))\""
        }
        text += labels.isEmpty ? " \(value)\n" : "} \(value)\n"
    }

    /// By scalars: a line feed behind a carriage return, or a quote with an accent upon it, are characters of their own.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": escaped.append(contentsOf: "\\n".unicodeScalars)
            case "\\": escaped.append(contentsOf: "\\\\".unicodeScalars)
            case "\"" where quotes: escaped.append(contentsOf: "\\\"".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    /// Whole numbers without a fraction.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    /// As OpenMetrics's canonical numbers, in both formats, so that a bucket is the same series in both: with a fraction
    /// (`1.0`), and with an exponent of two digits from a million on (`1e+06`).
    static func bound(_ value: Double) -> String {
        let text = "\(value)"
        guard abs(value) >= 1e6, value.isFinite, !text.contains("e") else { return text }
        let whole = text.prefix { $0 != "." }
        let exponent = whole.count - (value < 0 ? 2 : 1)
        var digits = String(whole + text.dropFirst(whole.count + 1)).filter { $0 != "-" }
        while digits.hasSuffix("0") { digits.removeLast() }
        let rest = digits.dropFirst()
        return
            "\(value < 0 ? "-" : "")\(digits.prefix(1))\(rest.isEmpty ? "" : ".\(rest)")e+\(exponent < 10 ? "0" : "")\(exponent)"
    }
}
