import EventLog
import Foundation
import Schema
import TestKit
import Testing

/// Clients in another language: Python with pyzmq and mcap, as `scripts/python-env` installs them and
/// `EPICENTER_PYTHON` names them.
@Suite(
    "Python clients", .enabled(if: Binaries.areHere && Python.isHere, "no EPICENTER_BIN or EPICENTER_PYTHON"),
    .serialized)
struct InteropTests {
    @Test("a pyzmq subscriber receives every alert, checksums and sequences intact")
    func subscriber() throws {
        let service = try Service(
            "ingest: {recording: \(Binaries.recording), rate: 4000000, ticks: false}")
        let subscriber = Process()
        subscriber.executableURL = URL(fileURLWithPath: Python.path)
        subscriber.arguments = [
            Binaries.root + "/docs/examples/python/subscribe.py", "ipc://\(service.runDirectory)/alerts.sock",
            "ipc://\(service.runDirectory)/replay.sock", "--from-start", "--resume", service.directory.path + "/place",
            "--until-idle", "20",
        ]
        let output = service.directory.path + "/subscriber"
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        subscriber.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        try subscriber.run()
        let head = try LogIndex(reading: Binaries.recording).head
        #expect(try service.wait(120) { $0.watermark(of: "epicenter-publish") == head } != nil, "\(service.log)")
        subscriber.waitUntilExit()
        #expect(subscriber.terminationStatus == 0)
        #expect(service.stop() == 0)
        let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
        let alerts = try LogIndex(reading: service.dataDirectory + "/alerts").head
        #expect(alerts > 100)
        #expect(lines.count == Int(alerts))
        let place = try String(contentsOfFile: service.directory.path + "/place", encoding: .utf8)
        #expect(place.hasSuffix(":\(alerts)"))
        #expect(lines.contains { $0.contains("NVDA") && $0.contains("16.97") })
    }

    @Test("the Python subscriber in scripted scenarios: losses, damage, histories taken back, topics interleaved")
    func scenarios() throws {
        let ended = try run(Python.path, [Binaries.root + "/Tests/Interop/subscriber_scenarios.py"])
        #expect(ended.status == 0, "\(ended.output) \(ended.errors)")
        #expect(ended.output.split(separator: "\n").filter { $0.hasPrefix("ok ") }.count == 11)
    }

    @Test("Python's mcap reads the recording and the alert log, checksums validated and messages decoded")
    func recordings() throws {
        let directory = TemporaryDirectory()
        let out = directory.path + "/r"
        #expect(try epicenter("replay", Binaries.recording, "--quiet", "--in-process", "--out", out).status == 0)
        for (path, kind) in [(Binaries.recording, "Bars"), (out + "/alerts", "AlertRecord")] {
            let ended = try run(Python.path, [Binaries.root + "/docs/examples/read_recording.py", path])
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(ended.output.contains(kind))
        }
        let counts = try run(Python.path, [Binaries.root + "/Tests/Interop/read_mcap.py", Binaries.recording])
        #expect(counts.status == 0, "\(counts.errors)")
    }
}

enum Python {
    static let path = ProcessInfo.processInfo.environment["EPICENTER_PYTHON"] ?? ""
    static var isHere: Bool { FileManager.default.isExecutableFile(atPath: path) }
}
