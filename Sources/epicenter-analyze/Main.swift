import ServiceKit
import ShockAnalysis

/// `epicenter-analyze`: measures. Its card is what `--help` prints; `docs/ARCHITECTURE.md` collects them.
@main
struct Main {
    static func main() {
        ServiceMain.run(
            "epicenter-analyze",
            card: """
                Measures: returns, volatility, abnormal returns; opens, updates and closes shocks.

                reads   market
                writes  signals, served at RUN/signals.sock
                keeps   checkpoints/epicenter-analyze; without it, it reads market again from the start
                loses   nothing: what it says follows from market
                """
        ) { context in
            try StageProcess(AnalyzeStage.self, context).run()
        }
    }
}
