import ArgumentParser
import Doctor
import Foundation
import Schema
import ServiceKit
import ZeroMQ

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check whether the service can run here, and say what to do where it cannot.",
        discussion: """
            EXAMPLE
              epicenter doctor
              epicenter doctor --config /etc/epicenter/epicenter.yaml --json

            Looks at the configuration, the programs, libzmq, directories and their rights, the disk, ports, the clock, \
            limits and memory, as the user who runs it: run it as the service's user (sudo -u epicenter). Nothing is \
            changed. Exit status: 0 it can, 1 it cannot, 78 the configuration is wrong.
            """)

    @Option(
        name: .long, help: "The configuration file, instead of that in its usual places.",
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let choice = ConfigurationChoice(named: config)
        var problems: [String] = []
        if let path = choice.path {
            do { try Config.check(path) } catch let error as ConfigurationError { problems = error.problems }
        }
        let configuration = problems.isEmpty ? try choice.load() : ServiceConfiguration()
        var facts = Probe.look(
            configuration, file: choice.path, problems: problems,
            programs: (["epicenterd"] + ServiceProcesses.names).map(Executables.path))
        if problems.isEmpty, let status = try ControlClient(configuration, Context()).status() {
            facts.isRunning = true
            facts.unready = status.children.filter { $0.state != .ready }.map(\.process)
        }
        // Without a configuration its directories are not known.
        let found = Diagnosis.all(facts).filter {
            problems.isEmpty || ["configuration", "programs", "libraries"].contains($0.check)
        }
        say(try json ? Self.json(found) : Self.text(found))
        if !problems.isEmpty { throw ExitCode(ExitStatus.configuration.rawValue) }
        if found.contains(where: { $0.verdict == .failure }) { throw ExitCode(ExitStatus.tryAgain.rawValue) }
    }

    private static func json(_ found: [Diagnosis]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(found), as: UTF8.self)
    }

    static func text(_ found: [Diagnosis]) -> String {
        let width = found.map(\.check.count).max() ?? 0
        var lines = found.flatMap { one in
            let mark =
                switch one.verdict {
                case .ok: "ok     "
                case .warning: "warning"
                case .failure: "FAILURE"
                }
            let indent = String(repeating: " ", count: width + 11)
            let check = one.check.padding(toLength: width, withPad: " ", startingAt: 0)
            return ["\(mark)  \(check)  \(one.found.replacing("\n", with: "\n" + indent))"]
                + (one.remedy.isEmpty ? [] : [indent + "→ " + one.remedy])
        }
        let failures = found.count { $0.verdict == .failure }
        let warnings = found.count { $0.verdict == .warning }
        lines.append(
            failures > 0
                ? "\(failures) of \(found.count) checks failed"
                : warnings > 0 ? "It can run; \(warnings) \(warnings == 1 ? "warning" : "warnings")" : "All is well")
        return lines.joined(separator: "\n")
    }
}
