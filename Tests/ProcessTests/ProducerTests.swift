import EventLog
import Foundation
import Glibc
import Schema
import TestKit
import Testing

/// Producers in numbers, as programs in another language: `Tests/Interop/producers.py`.
@Suite(
    "Producers", .enabled(if: Binaries.areHere && Python.isHere, "no EPICENTER_BIN or EPICENTER_PYTHON"), .serialized)
struct ProducerTests {
    /// The script at work, its output in a file.
    private final class Script {
        let process = Process()
        private let output: String

        init(_ service: Service, _ arguments: String...) throws {
            output = service.directory.path + "/producers"
            _ = FileManager.default.createFile(atPath: output, contents: nil)
            process.executableURL = URL(fileURLWithPath: Python.path)
            process.arguments =
                [Binaries.root + "/Tests/Interop/producers.py", "ipc://\(service.runDirectory)/producers.sock"]
                + arguments
            process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
            try process.run()
        }

        /// The last line it has printed.
        var told: [String: Int] {
            let lines = ((try? String(contentsOfFile: output, encoding: .utf8)) ?? "").split(separator: "\n")
            guard let last = lines.last(where: { $0.hasSuffix("}") }),
                let made = try? JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
            else { return [:] }
            return made.compactMapValues { $0 as? Int }
        }

        deinit { if process.isRunning { process.terminate() } }
    }

    @Test("a thousand producers, ingest killed three times: every event once, and in order for each")
    func thousand() throws {
        let (producers, batches) = (1_000, 50)
        let began = Date()
        let service = try Service("ingest: {ticks: false}\n" + BadInputTests.instruments)
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        let script = try Script(service, "each", "\(producers)", "\(batches)")
        var peak: UInt64 = 0
        var killed = 0
        let end = Date().addingTimeInterval(120)
        while script.process.isRunning, Date() < end {
            usleep(10_000)
            let done = script.told["acknowledged"] ?? 0
            guard let pid = Service.children(of: service.process.processIdentifier)["epicenter-ingest"] else {
                continue
            }
            peak = max(peak, peakMemory(pid))
            guard killed < 3, done > producers * batches * (killed + 1) / 4 else { continue }
            if service.kill(pid) { killed += 1 }
        }
        #expect(killed == 3)
        #expect(!script.process.isRunning)
        let told = script.told
        #expect(told["acknowledged"] == producers * batches, "\(told)")
        let head = try service.wait { $0.ready }?.watermark(of: "epicenter-ingest")
        #expect(head != nil)
        #expect(service.stop() == 0)
        var next = [Int](repeating: 1, count: producers)
        var wrong = 0
        for size in try FullDiskTests.events(service.dataDirectory) {
            if size % 1_000 == next[size / 1_000] { next[size / 1_000] += 1 } else { wrong += 1 }
        }
        #expect(wrong == 0)
        #expect(next.allSatisfy { $0 == 2 * batches + 1 })
        print(
            "Producers: \(producers) with \(batches) batches each, 3 kills, \(told["resent"] ?? 0) sent again,",
            "\(told["errors"] ?? 0) told of a gap, ingest's peak \(peak >> 20) MB, \(seconds(since: began)) s")
    }

    @Test("a flood grows no process's memory, though a stage stands still meanwhile")
    func flood() throws {
        let began = Date()
        let service = try Service("ingest: {ticks: false}\n" + BadInputTests.instruments)
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        let children = Service.children(of: service.process.processIdentifier)
        let ingest = try #require(children["epicenter-ingest"])
        let analyze = try #require(children["epicenter-analyze"])
        let before = (peakMemory(ingest), peakMemory(analyze))
        let script = try Script(service, "flood", "100", "8")
        Glibc.kill(analyze, SIGSTOP)
        script.process.waitUntilExit()
        // Stopped for less than the supervisor's patience with a silent child.
        Glibc.kill(analyze, SIGCONT)
        let head = try LogIndex(reading: service.dataDirectory + "/market").head
        let caughtUp = try service.wait { $0.watermark(of: "epicenter-publish") >= head }
        #expect(caughtUp != nil, "\(service.log)")
        let after = (peakMemory(ingest), peakMemory(analyze))
        #expect(Service.children(of: service.process.processIdentifier) == children, "\(service.log)")
        #expect(service.stop() == 0)
        print(
            "Flood: \(script.told["sent"] ?? 0) batches of 200 sent by 100 producers, \(head) records logged; peak memory:",
            "ingest \(before.0 >> 20) → \(after.0 >> 20) MB, analyze, stopped meanwhile, \(before.1 >> 20) → "
                + "\(after.1 >> 20) MB; \(seconds(since: began)) s")
        #expect(head > 10_000)
        #expect(after.0 < 400 << 20)
        #expect(after.1 < 400 << 20)
    }
}

/// The most memory a process has ever had resident, in bytes.
func peakMemory(_ pid: Int32) -> UInt64 {
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { UInt64($0) } ?? 0) << 10
}
