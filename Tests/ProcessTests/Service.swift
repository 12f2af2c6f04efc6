import EventLog
import Foundation
import Glibc
import Schema
import SwiftProtobuf
import TestKit

/// The real binaries, for tests that run them: `EPICENTER_BIN`, where `make test` puts the release build.
enum Binaries {
    static let folder = ProcessInfo.processInfo.environment["EPICENTER_BIN"] ?? ""
    static var areHere: Bool { FileManager.default.isExecutableFile(atPath: folder + "/epicenterd") }
    static func path(_ name: String) -> String { folder + "/" + name }
    /// The repository's root.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    static var recording: String { root + "/docs/examples/deepseek-2025-01.mcap" }
}

struct Ended: Sendable {
    var status: Int32
    var output: String
    var errors: String
}

/// Runs a program to its end.
func run(_ executable: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Ended {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let directory = TemporaryDirectory()
    let out = directory.path + "/out"
    let err = directory.path + "/err"
    for path in [out, err] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: out))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: err))
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Ended(
        status: process.terminationStatus, output: try String(contentsOfFile: out, encoding: .utf8),
        errors: try String(contentsOfFile: err, encoding: .utf8))
}

func epicenter(_ arguments: String...) throws -> Ended { try run(Binaries.path("epicenter"), arguments) }

/// A service of a test's own.
final class Service {
    let directory = TemporaryDirectory()
    private(set) var process = Process()
    let dataDirectory: String
    var runDirectory: String { directory.path + "/run" }
    var configurationPath: String { directory.path + "/epicenter.yaml" }
    var log: String { (try? String(contentsOfFile: directory.path + "/log", encoding: .utf8)) ?? "" }

    /// - Parameters:
    ///   - yaml: Sections besides `run` and `data`.
    ///   - data: Keys of `data` besides the directory, as `key: value`.
    ///   - dataDirectory: Where the streams are; nil: beside everything else.
    ///   - input: What it reads, if a feed is standard input.
    init(
        _ yaml: String, data: [String] = [], dataDirectory: String? = nil, environment: [String: String] = [:],
        input: Pipe? = nil
    ) throws {
        self.dataDirectory = dataDirectory ?? directory.path + "/data"
        _ = FileManager.default.createFile(atPath: directory.path + "/log", contents: nil)
        try configure(yaml, data: data)
        try start(environment: environment, input: input)
    }

    /// Replaces the configuration, for the next start.
    func configure(_ yaml: String, data: [String] = []) throws {
        try """
        run: {directory: \(directory.path)/run}
        data: {\((["directory: \(dataDirectory)"] + data).joined(separator: ", "))}
        \(yaml)
        """.write(toFile: configurationPath, atomically: true, encoding: .utf8)
    }

    /// Starts it, also again after it has ended.
    func start(environment: [String: String] = [:], input: Pipe? = nil) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: Binaries.path("epicenterd"))
        process.arguments = ["--config", configurationPath]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let log = try FileHandle(forWritingTo: URL(fileURLWithPath: directory.path + "/log"))
        try log.seekToEnd()
        process.standardError = log
        if let input { process.standardInput = input } else { process.standardInput = FileHandle.nullDevice }
        try process.run()
    }

    deinit {
        if process.isRunning { _ = Glibc.kill(process.processIdentifier, SIGKILL) }
    }

    func status() throws -> ServiceStatus? {
        let ended = try epicenter("status", "--run", runDirectory, "--json")
        return ended.output.isEmpty ? nil : try ServiceStatus(jsonString: ended.output)
    }

    /// Asks for the status until `isReached`; nil after so many seconds.
    func wait(_ seconds: Double = 60, until isReached: (ServiceStatus) -> Bool) throws -> ServiceStatus? {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            if let status = try status(), isReached(status) { return status }
            usleep(20_000)
        }
        return nil
    }

    func pid(of name: String) throws -> Int32? {
        try status()?.children.first { $0.process == name }.map(\.pid)
    }

    /// Ends all its processes as a crash does, and waits until they are gone.
    func crash() {
        let children = Self.children(of: process.processIdentifier)
        _ = Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let end = Date().addingTimeInterval(5)
        while Date() < end, children.values.contains(where: isAlive) { usleep(2_000) }
    }

    /// The processes a process has started that are alive, by their binaries' names.
    static func children(of parent: Int32) -> [String: Int32] {
        var found: [String: Int32] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = Int32(name), let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
                let fields = stat.split(separator: ")").last?.split(separator: " "), fields.count > 1,
                fields[1] == "\(parent)", fields[0] != "Z",
                let line = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8),
                let binary = line.split(separator: "\0").first?.split(separator: "/").last
            else { continue }
            found[String(binary)] = pid
        }
        return found
    }

    /// Stops it drained.
    ///
    /// - Returns: Its exit status.
    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    func digest(_ stream: String = "alerts") throws -> String {
        try StreamDigest.of(LogIndex(reading: dataDirectory + "/" + stream)).hexadecimal
    }
}

extension ServiceStatus {
    func watermark(of process: String) -> UInt64 {
        children.first { $0.process == process }?.heartbeat.streams.first?.watermark ?? 0
    }

    func counter(_ process: String, _ name: String) -> UInt64 {
        children.first { $0.process == process }?.heartbeat.counters.first { $0.name == name }?.value ?? 0
    }
}
