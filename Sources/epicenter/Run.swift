import ArgumentParser
import Glibc
import ServiceKit

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the service in the foreground until interrupted.",
        discussion: """
            EXAMPLE
              epicenter run
              epicenter run --config /etc/epicenter/epicenter.yaml

            Without --config: \(ConfigurationChoice.places.files.joined(separator: ", else "))\
            , else the built-in configuration, which watches funds on broad markets for this user alone \
            (epicenter init writes it to a file to change).

            The configuration is checked whole before anything starts. Interrupt once to stop drained, twice \
            to stop at once. Exit status: 0 stopped, 1 failed, 78 wrong configuration.
            """)

    @Option(name: .long, help: "The configuration file.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    func run() throws {
        let choice = ConfigurationChoice(named: config)
        let file = try choice.file()
        try Config.check(file)
        if config == nil { complain(try Self.nextSteps(choice, file)) }
        let path = Executables.path(of: "epicenterd")
        let words: [String] = [path, "--config", file]
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        // The supervisor takes this process's place: a signal to one is a signal to the other.
        execv(path, arguments)
        throw SystemError(call: "execv", path: path, errno: errno)
    }

    /// What somebody who named no configuration may want to know.
    private static func nextSteps(_ choice: ConfigurationChoice, _ file: String) throws -> String {
        guard choice.path == nil else { return "epicenter: configuration \(file)" }
        let configuration = try choice.load()
        return """
            epicenter: no configuration in \(ConfigurationChoice.places.files.joined(separator: ", ")):
              the built-in one watches \(StarterConfiguration.funds.count) funds on broad markets. Streams are in \
            \(configuration.dataDirectory); nothing leaves this machine.
              See it      http://\(StarterConfiguration.dashboard)/ ; epicenter status, epicenter top, epicenter doctor
              Hear it     epicenter subscribe
              Feed it     epicenter backfill bars.csv; programs: \(configuration.producersEndpoint)
              Make it yours   epicenter init, edit epicenter.yaml, epicenter run
              Interrupt to stop it.
            """
    }
}
