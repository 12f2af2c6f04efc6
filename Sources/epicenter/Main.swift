import ArgumentParser
import Foundation
import Glibc
import ServiceKit

/// The command line. Each command parses, calls the libraries and prints.
@main
struct Epicenter: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "epicenter",
        abstract: "A seismograph for markets: detects shocks, explains them, publishes alerts.",
        discussion: """
            See it work on the recording that ships with it:
              epicenter replay docs/examples/deepseek-2025-01.mcap --out /tmp/demo
              epicenter report NVDA/2025-01-27 --data /tmp/demo

            Run it, on a built-in configuration or your own:
              epicenter run
              epicenter init; epicenter doctor; epicenter run

            Exit status: 0 done, 1 failed and may work next time, 64 wrong arguments, 78 wrong configuration.
            Shell completion: epicenter --generate-completion-script bash|zsh|fish
            """,
        version: ServiceVersion.text,
        subcommands: [
            Run.self, Init.self, DoctorCommand.self, Replay.self, SubscribeCommand.self, Status.self, Top.self,
            Start.self, Stop.self, Restart.self,
            ReloadCommand.self, Logs.self, Report.self, News.self, Record.self, Inspect.self, Recover.self,
            FilterCommand.self, Merge.self, Export.self, Import.self, BackfillCommand.self, Evaluate.self, Digest.self,
            Config.self, Keys.self, SilenceCommand.self,
        ])

    static func main() async {
        // A reader that goes away is seen when writing, and ends the program in order.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            do {
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            } catch let error as ValidationError {
                // Thrown here, it would be told with the usage of `epicenter` and not of its command.
                complain("Error: \(error.message)\nUsage: \(usageString(for: type(of: command)))")
                Foundation.exit(64)
            }
        } catch let error as any ExitStatusProviding {
            complain("epicenter: \(error)")
            Foundation.exit(error.exitStatus.rawValue)
        } catch {
            exit(withError: error)
        }
    }
}

/// A failure said in one line; exit status 1 unless another is given.
struct Failure: ExitStatusProviding, CustomStringConvertible {
    let description: String
    var exitStatus: ExitStatus = .tryAgain

    init(_ description: String, status: ExitStatus = .tryAgain) {
        self.description = description
        exitStatus = status
    }
}
