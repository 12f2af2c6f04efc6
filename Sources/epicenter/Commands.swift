import ArgumentParser
import EventLog
import Feeds
import Foundation
import Glibc
import Schema
import ServiceKit
import SwiftProtobuf
import ZeroMQ

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the service in the foreground until interrupted.",
        discussion: """
            EXAMPLE
              epicenter run --config /etc/epicenter/epicenter.yaml

            The configuration is checked whole before anything starts. Interrupt once to stop drained, twice \
            to stop at once.
            """)

    @Option(name: .long, help: "The configuration file.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String

    func run() throws {
        try Config.check(config)
        let path = Executables.path(of: "epicenterd")
        let words: [String] = [path, "--config", config]
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        // The supervisor takes this process's place: a signal to one is a signal to the other.
        execv(path, arguments)
        throw SystemError(call: "execv", path: path, errno: errno)
    }
}

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the state of a running service.",
        discussion: """
            EXAMPLE
              epicenter status --config /etc/epicenter/epicenter.yaml
              epicenter status --run /run/epicenter --json

            Exit status: 0 all processes are ready, 1 not all, or nobody answers.
            """)

    @OptionGroup var service: ServiceOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let configuration = try service.configuration()
        let context = try Context()
        guard let status = try StatusClient(configuration, context).status() else {
            throw Failure("nobody answers at \(configuration.controlEndpoint): is the service running?")
        }
        say(json ? try status.jsonString() : StatusText.table(status))
        if !status.ready { throw ExitCode(1) }
    }
}

enum StatusText {
    static func table(_ status: ServiceStatus) -> String {
        var lines = ["epicenterd \(status.version)  pid \(status.pid)  \(status.ready ? "ready" : "not ready")", ""]
        lines.append(row("PROCESS", "STATE", "PID", "UP", "RESTARTS", "RSS", "STREAM", "HEAD", "WATERMARK"))
        for child in status.children {
            let stream = child.heartbeat.streams.first ?? StreamStatus()
            lines.append(
                row(
                    child.process, "\(child.state)", "\(child.pid)", "\(Int(child.uptimeSeconds)) s",
                    "\(child.restarts)" + (child.lastExit.isEmpty ? "" : " (\(child.lastExit))"),
                    "\(child.heartbeat.residentBytes >> 20) MB", stream.stream, "\(stream.head)", "\(stream.watermark)")
            )
        }
        for child in status.children {
            let counters = child.heartbeat.counters.filter { $0.value > 0 }.map { "\($0.name) \($0.value)" }
            if !counters.isEmpty { lines.append("\n\(child.process): " + counters.joined(separator: ", ")) }
            lines += child.heartbeat.recentErrors.map { "  refused: \($0)" }
        }
        return lines.joined(separator: "\n")
    }

    private static func row(_ cells: String...) -> String {
        let widths = [20, 9, 8, 7, 10, 8, 9, 10, 10]
        return zip(cells, widths).map { $0.padding(toLength: max($1, $0.count), withPad: " ", startingAt: 0) }
            .joined(separator: " ")
    }
}

struct Digest: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the canonical digest of the streams under a directory.",
        discussion: """
            EXAMPLE
              epicenter digest /tmp/demo

            SHA-256 over topic, sequence, event time and payload of each record. Equal digests of alerts mean \
            that two runs said the same, message for message.
            """)

    @Argument(help: "A data directory with streams, or one stream or recording.", completion: .directory)
    var path: String
    @Option(help: "Only this stream.") var stream: StreamName?
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let streams: [(name: String, digest: StreamDigest)]
        if FileManager.default.fileExists(atPath: path + "/alerts") {
            let wanted = stream.map { [$0] } ?? [.signals, .findings, .alerts]
            streams = try wanted.map { ($0.rawValue, try StreamDigest.of(orNothing: "\(path)/\($0.rawValue)")) }
        } else {
            let index = try LogIndex(reading: path)
            streams = [(index.stream.rawValue, try StreamDigest.of(index))]
        }
        for (name, digest) in streams {
            if json {
                say(#"{"stream":"\#(name)","records":\#(digest.records),"digest":"\#(digest.hexadecimal)"}"#)
            } else {
                let padded = name.padding(toLength: 9, withPad: " ", startingAt: 0)
                say("\(digest.hexadecimal)  \(padded) \(digest.records) records")
            }
        }
    }
}

extension StreamName: ExpressibleByArgument {}

struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a configuration.", subcommands: [Check.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a configuration file whole, and say everything that is wrong with it.",
            discussion: """
                EXAMPLE
                  epicenter config check /etc/epicenter/epicenter.yaml

                Exit status: 0 usable, 78 not.
                """)

        @Argument(help: "The configuration file.", completion: .file(extensions: ["yaml", "yml"])) var path: String

        func run() throws {
            try Config.check(path)
            say("\(path): usable")
        }
    }

    /// Deployment and model settings, every problem at once.
    static func check(_ path: String) throws {
        var problems: [String] = []
        do {
            let configuration = try ServiceConfiguration.load(path: path)
            problems += configuration.keyProblems()
        } catch {
            problems += error.problems
        }
        do {
            _ = try SettingsFile.load(path: path, ignoring: ServiceConfiguration.deploymentSections)
        } catch {
            problems.append("\(error)")
        }
        if !problems.isEmpty { throw ConfigurationError(problems) }
    }
}

/// Where the service's other programs are: beside this one.
enum Executables {
    static func path(of name: String) -> String {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return own.deletingLastPathComponent().appendingPathComponent(name).path
    }
}
