import ServiceKit

/// `epicenter-embed`: gives texts their embeddings. Its card is what `--help` prints; `docs/ARCHITECTURE.md` collects them.
@main
struct Main {
    static func main() {
        ServiceMain.run(
            "epicenter-embed",
            card: """
                Optional, started where embed.directory is set: computes what headlines mean as vectors and sends them back to
                ingest as events, so that no stage loads a model.

                reads   market; the model in embed.directory (scripts/setup --embed makes it)
                writes  nothing of its own: NewsEmbedding records in market, as a producer of that name
                keeps   nothing: what is embedded stands in market
                loses   nothing: everything goes on without it, and it makes up for the last 72 hours when it is back
                """
        ) { context in
            try EmbedProcess(context).run()
        }
    }
}
