import ServiceKit

/// `epicenter-notify`: tells people. Its card is what `--help` prints; `docs/ARCHITECTURE.md` collects them.
@main
struct Main {
    static func main() {
        ServiceMain.run(
            "epicenter-notify",
            card: """
                Optional, started where the configuration has a section notify: tells people of alerts, by routes, with
                grouping, inhibition, silences, quiet hours and limits.

                reads   alerts; DATA/notify/silences.json
                writes  to sinks: Alertmanager, webhooks, files, mail; what is given up to DATA/notify/SINK.dead.jsonl
                keeps   DATA/notify/state.json: its place in alerts, what was told, what waits for each sink
                loses   nothing: each delivery at least once, under the same key, whatever dies when
                """
        ) { context in
            try NotifyProcess(context).run()
        }
    }
}
