import ServiceKit

/// `epicenter-dashboard`: shows it to people. Its card is what `--help` prints; `docs/ARCHITECTURE.md` collects them.
@main
struct Main {
    static func main() {
        ServiceMain.run(
            "epicenter-dashboard",
            card: """
                Optional, started where dashboard.listen is set: pages for a browser there, which change by themselves: the
                shocks, each one's explanation, the news, the processes. It can change nothing. Off the loopback only
                with a token.

                reads   alerts and the news of market; DATA/alerts for older ones; the status that epicenterd gives at
                        RUN/control.sock, and the player's
                writes  nothing
                keeps   nothing: it reads its streams again when it starts
                loses   nothing: while it is away pages say that they are not connected, and go on when it is back
                """
        ) { context in
            try DashboardProcess(context).run()
        }
    }
}
