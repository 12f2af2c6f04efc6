import Foundation
import Glibc
import TestKit
import Testing

/// What somebody meets who has the programs and nothing else: no configuration, no directories.
@Suite(
    "First contact", .enabled(if: Binaries.areHere, "no EPICENTER_BIN"), .serialized, .timeLimit(.minutes(3)))
struct FirstContactTests {
    /// A home of its own, in which nothing is.
    private struct Home: ~Copyable {
        let directory = TemporaryDirectory()
        var path: String { directory.path }

        init() throws {
            try FileManager.default.createDirectory(
                atPath: directory.path + "/rt", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }

        var environment: [String: String] {
            ["HOME": path, "XDG_RUNTIME_DIR": path + "/rt", "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""]
        }

        func epicenter(_ arguments: String...) throws -> Ended {
            try run(
                "/bin/sh",
                ["-c", "cd \(path) && exec \"$0\" \"$@\"", Binaries.path("epicenter")] + arguments,
                environment: environment)
        }

        func start(_ arguments: String...) throws -> Process {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: Binaries.path("epicenter"))
            process.arguments = arguments
            process.currentDirectoryURL = URL(fileURLWithPath: path)
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            let log = path + "/log"
            _ = FileManager.default.createFile(atPath: log, contents: nil)
            process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
            process.standardInput = FileHandle.nullDevice
            try process.run()
            return process
        }

        var log: String { (try? String(contentsOfFile: path + "/log", encoding: .utf8)) ?? "" }

        func waitUntilReady() throws -> Bool {
            let end = Date().addingTimeInterval(60)
            while Date() < end {
                if try epicenter("status").status == 0 { return true }
                usleep(50_000)
            }
            return false
        }
    }

    @Test("run without a configuration is a service that says what to do next; every command finds it")
    func builtIn() throws {
        let home = try Home()
        #expect(try home.epicenter("doctor").status == 0)
        let service = try home.start("run")
        #expect(try home.waitUntilReady(), "\(home.log)")
        for said in ["epicenter status", "epicenter subscribe", "epicenter backfill", "epicenter init", "/data"] {
            #expect(home.log.contains(said), "\(home.log)")
        }
        let examined = try home.epicenter("doctor", "--json")
        #expect(examined.status == 0, "\(examined.output)")
        #expect(examined.output.contains("running, every process is ready"))
        #expect(try home.epicenter("report", "--list").status == 0)
        #expect(try home.epicenter("report", "SPY").errors.contains("there is no shock under \(home.path)"))
        service.interrupt()
        service.waitUntilExit()
        #expect(service.terminationStatus == 0)
        #expect(FileManager.default.fileExists(atPath: home.path + "/.local/share/epicenter/data/market"))
    }

    @Test("init writes what runs; it is found, and never overwritten unasked")
    func written() throws {
        let home = try Home()
        let bars = "date,symbol,open,high,low,close,volume\n2025-01-02,SPY,1,1,1,1,1\n2025-01-02,ZZZ,1,1,1,1,1\n"
        try bars.write(toFile: home.path + "/bars.csv", atomically: true, encoding: .utf8)
        #expect(try home.epicenter("init", "--csv", "bars.csv").status == 0)
        #expect(try home.epicenter("init").status == 1)
        #expect(try home.epicenter("config", "check", "epicenter.yaml").status == 0)
        let service = try home.start("run")
        #expect(try home.waitUntilReady(), "\(home.log)")
        #expect(home.log.contains("configuration epicenter.yaml"))
        let loaded = try home.epicenter("backfill", "bars.csv")
        #expect(loaded.status == 0, "\(loaded.output)\(loaded.errors)")
        service.interrupt()
        service.waitUntilExit()
        #expect(service.terminationStatus == 0)
    }

    @Test("a directory that another could write in is not used, and doctor says what to do")
    func hostileDirectory() throws {
        let home = try Home()
        try FileManager.default.createDirectory(
            atPath: home.path + "/rt/epicenter", withIntermediateDirectories: true)
        try #require(chmod(home.path + "/rt/epicenter", 0o777) == 0)
        let refused = try home.epicenter("run")
        #expect(refused.status == 78)
        #expect(refused.errors.contains("must be a directory of this user's, with mode 0700"))
        let examined = try home.epicenter("doctor")
        #expect(examined.status == 1)
        #expect(examined.output.contains("chmod 700 \(home.path)/rt/epicenter"))
    }

    @Test("a port that another program has, and a wrong configuration, are named with a remedy")
    func doctorFinds() throws {
        let home = try Home()
        let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(other) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                guard bind(other, raw, size) == 0, listen(other, 1) == 0 else { return 0 }
                return getsockname(other, raw, &size) == 0 ? Int(UInt16(bigEndian: pointer.pointee.sin_port)) : 0
            }
        }
        try #require(port > 0)
        #expect(try home.epicenter("init").status == 0)
        let path = home.path + "/epicenter.yaml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try (text + "publish: {alerts: \"tcp://127.0.0.1:\(port)\"}\n").write(
            toFile: path, atomically: true, encoding: .utf8)
        let examined = try home.epicenter("doctor")
        #expect(examined.status == 1)
        #expect(examined.output.contains("FAILURE  publish.alerts"), "\(examined.output)")
        try "data: {sync: often}\n".write(toFile: path, atomically: true, encoding: .utf8)
        let wrong = try home.epicenter("doctor")
        #expect(wrong.status == 78)
        #expect(wrong.output.contains("data.sync is \"often\""))
    }
}
