import ArgumentParser
import EventLog
import Feeds
import Foundation
import Glibc
import Schema
import ServiceKit
import SwiftProtobuf
import ZeroMQ

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
