import ServiceKit
import ShockAttribution

/// `epicenter-attribute`: explains. Its card is what `--help` prints; `docs/ARCHITECTURE.md` collects them.
@main
struct Main {
    static func main() {
        ServiceMain.run(
            "epicenter-attribute",
            card: """
                Explains: decomposes the move, ranks what may have set it off against an explicit unknown.

                reads   signals, and market up to the watermark of signals
                writes  findings, served at RUN/findings.sock
                keeps   checkpoints/epicenter-attribute; without it, it reads both again from the start
                loses   nothing: what it says follows from what it reads
                """
        ) { context in
            try StageProcess(AttributeStage.self, context).run()
        }
    }
}
