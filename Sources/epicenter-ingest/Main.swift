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
                keeps   checkpoints/epicenter-ingest: symbols and producers' marks of records that retention removed;
                        all others are read back from market
                loses   what came by PULL while it was down; producers send again what was not acknowledged
                """
        ) { context in
            try IngestProcess(context).run()
        }
    }
}
