/// The processes that epicenterd may start, by the names of their programs.
public enum ServiceProcesses {
    /// In the order in which data flow, then those that nothing depends on.
    public static let names = stages + [embed, notify, metrics, dashboard]
    public static let stages = ["epicenter-ingest", "epicenter-analyze", "epicenter-attribute", "epicenter-publish"]
    /// Computes embeddings. A recording that is replayed has its own.
    public static let embed = "epicenter-embed"
    /// Tells people.
    public static let notify = "epicenter-notify"
    /// Tells Prometheus.
    public static let metrics = "epicenter-metrics"
    /// Shows it to people.
    public static let dashboard = "epicenter-dashboard"
}
