import Foundation
import Glibc
import TestKit
import Testing

/// A server of `Tests/Interop`: it prints `port N` once it listens, then a line for whatever happens to it.
final class PythonServer {
    let directory: TemporaryDirectory
    let port: Int
    private let process = Process()
    private let output: String

    /// - Parameter directory: Its first argument.
    init(_ script: String, _ arguments: [String] = [], in directory: TemporaryDirectory) throws {
        self.directory = directory
        output = directory.path + "/told"
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        process.executableURL = URL(fileURLWithPath: Python.path)
        process.arguments = ["\(Binaries.root)/Tests/Interop/\(script)", directory.path] + arguments
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        try process.run()
        var found: Int?
        let end = Date().addingTimeInterval(20)
        while found == nil, Date() < end {
            usleep(10_000)
            found = Self.lines(output).first { $0.hasPrefix("port ") }.flatMap { Int($0.dropFirst(5)) }
        }
        port = try #require(found)
    }

    var lines: [Substring] { Self.lines(output) }

    private static func lines(_ path: String) -> [Substring] {
        ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n")
    }

    deinit { if process.isRunning { _ = Glibc.kill(process.processIdentifier, SIGKILL) } }
}
