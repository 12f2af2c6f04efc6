import ServiceKit

/// `epicenterd`: supervises. Its card is what `--help` prints; `docs/ARCHITECTURE.md` collects them.
@main
struct Main {
    static func main() {
        ServiceMain.run(
            "epicenterd",
            card: """
                Starts, watches, restarts and stops the stages; answers `epicenter status`.

                reads   configuration, heartbeats at RUN/control.sock
                writes  nothing but its log
                keeps   nothing
                loses   nothing: its children end with it and go on from their logs when it is back
                """
        ) { context in
            try Daemon(context).run()
        }
    }
}
