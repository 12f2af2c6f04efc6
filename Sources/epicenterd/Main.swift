import ServiceKit

/// `epicenterd`: supervises. Its card is what `--help` prints; `docs/ARCHITECTURE.md` collects them.
@main
struct Main {
    static func main() {
        ServiceMain.run(
            "epicenterd",
            card: """
                Starts, watches, restarts and stops the stages; answers `epicenter status`.

                reads   configuration; heartbeats and requests at RUN/control.sock
                writes  its log, with the stages' lines in it; notices at RUN/health.sock
                keeps   RUN/epicenter.yaml, the configuration that was accepted last
                loses   nothing: its children end with it and go on from their logs when it is back
                """
        ) { context in
            try Daemon(context).run()
        }
    }
}
