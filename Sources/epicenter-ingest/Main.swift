import ServiceKit

/// `epicenter-ingest`: takes in. Its card is what `--help` prints; `docs/ARCHITECTURE.md` collects them.
@main
struct Main {
    static func main() {
        ServiceMain.run(
            "epicenter-ingest",
            card: """
                Turns what feeds and producers send into events, refuses what is malformed, gives time to the stream.

                reads   recordings, CSV and JSON-lines files, producers (ingest.producers, ingest.pull)
                writes  market, served at RUN/market.sock
                keeps   nothing besides market: symbols and producers' marks are read back from it
                loses   what came by PULL while it was down; producers send again what was not acknowledged
                """
        ) { context in
            try IngestProcess(context).run()
        }
    }
}
