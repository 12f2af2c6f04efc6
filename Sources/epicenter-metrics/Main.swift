import ServiceKit

/// `epicenter-metrics`: tells Prometheus. Its card is what `--help` prints; `docs/ARCHITECTURE.md` collects them.
@main
struct Main {
    static func main() {
        ServiceMain.run(
            "epicenter-metrics",
            card: """
                Optional, started where metrics.listen is set: GET /metrics there answers with the condition of all
                processes, streams, feeds and sinks, and with what processes measure themselves, in Prometheus's text
                format or as OpenMetrics. Off the loopback only with a token.

                reads   the status that epicenterd gives at RUN/control.sock, each second, heartbeats included
                writes  nothing
                keeps   nothing
                loses   nothing: while it is away Prometheus sees that it is
                """
        ) { context in
            try MetricsProcess(context).run()
        }
    }
}
