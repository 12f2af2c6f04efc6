import Alerting
import ServiceKit

/// `epicenter-publish`: tells the world. Its card is what `--help` prints; `docs/ARCHITECTURE.md` collects them.
@main
struct Main {
    static func main() {
        ServiceMain.run(
            "epicenter-publish",
            card: """
                Turns findings into alerts (identity, state, wording), fans them out, answers snapshots and replays.

                reads   findings
                writes  alerts: XPUB at publish.alerts, stream protocol at publish.replay
                keeps   checkpoints/epicenter-publish; without it, it reads findings again from the start
                loses   nothing from alerts; a slow subscriber of the XPUB socket sees a gap and asks again
                """
        ) { context in
            let process = try StageProcess(
                PublishStage.self, context, attachment: AlertPublisher(),
                configuration: "source=\(context.configuration.source)"
            ) {
                $0.source = context.configuration.source
            }
            try process.run()
        }
    }
}
