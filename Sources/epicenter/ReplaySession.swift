import EventLog
import Foundation
import Glibc
import Schema
import ServiceKit
import Streaming
import ZeroMQ

/// One replay through the real processes: a private service that plays one recording and is stopped when
/// everything the recording caused has come out as alerts.
final class ReplaySession {
    private let file: String
    private let rate: ReplayRate
    private let directory: String
    private let head: UInt64
    private let printer: AlertPrinter
    private let progress: Progress

    init(
        file: String, rate: ReplayRate, directory: String, head: UInt64, printer: AlertPrinter
    ) {
        self.file = file
        self.rate = rate
        self.directory = directory
        self.head = head
        self.printer = printer
        progress = Progress("replay")
    }

    func run() throws {
        // Sockets have short names only: they are not under the user's directory.
        let runDirectory = try Replay.temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: runDirectory) }
        let configurationPath = directory + "/epicenter.yaml"
        try configurationText(runDirectory).write(toFile: configurationPath, atomically: true, encoding: .utf8)
        let configuration = try ServiceConfiguration.load(path: configurationPath, environment: [:])
        let stop = try StopSignal()
        let service = try launch(configurationPath)
        do {
            try follow(configuration, service, stop)
        } catch {
            service.terminate()
            service.waitUntilExit()
            throw error
        }
        progress.clear()
        service.terminate()
        service.waitUntilExit()
        guard service.terminationStatus == 0 else {
            throw Failure("the service ended with status \(service.terminationStatus); see \(directory)/epicenterd.log")
        }
    }

    private func configurationText(_ runDirectory: String) -> String {
        func quoted(_ text: String) -> String {
            "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
        }
        let speed =
            switch rate {
            case .maximum: "max"
            case .factor(let factor): "\(factor)"
            }
        return """
            # Made by epicenter replay.
            run: {directory: \(quoted(runDirectory))}
            data: {directory: \(quoted(directory))}
            ingest: {recording: \(quoted(file)), rate: \(speed), ticks: false}

            """
    }

    private func launch(_ configurationPath: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Executables.path(of: "epicenterd"))
        process.arguments = ["--config", configurationPath]
        // Overrides are meant for the service that is installed, not for this one.
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("EPICENTER_") }
        for (key, value) in ServiceMain.supervisedEnvironment() { environment[key] = value }
        process.environment = environment
        let log = directory + "/epicenterd.log"
        guard FileManager.default.createFile(atPath: log, contents: nil) else {
            throw Failure("\(log) cannot be written")
        }
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        process.standardOutput = process.standardError
        try process.run()
        return process
    }

    /// Reads alerts until everything is through: the recording played, and the watermark of alerts at its head.
    private func follow(
        _ configuration: ServiceConfiguration, _ service: Process, _ stop: StopSignal
    ) throws {
        let context = try Context()
        let alerts = try StreamReader(
            .alerts, in: context, at: Endpoint(configuration.replayEndpoint), credit: 1_024, name: "replay")
        var poller = Poller()
        _ = alerts.add(to: &poller)
        _ = poller.add(stop.waker)
        let client = try ControlClient(configuration, context)
        var lastAsked = ServiceClock.monotonic
        while alerts.watermark < head {
            _ = try poller.wait(timeout: .milliseconds(100))
            if stop.count > 0 { throw Failure("interrupted") }
            guard service.isRunning else {
                throw Failure(
                    "the service ended with status \(service.terminationStatus); see \(directory)/epicenterd.log")
            }
            let now = ServiceClock.monotonic
            if now - lastAsked > .seconds(1) {
                lastAsked = now
                if let failed = try client.status()?.children.first(where: { $0.state == .failed }) {
                    throw Failure(
                        "\(failed.process) was given up (\(failed.lastExit)); see \(directory)/epicenterd.log")
                }
            }
            try alerts.keepOpen(now: now)
            while try receive(alerts, now: now) {}
            try alerts.acknowledge(alerts.next - 1, idle: true)
            progress.show(alerts.watermark, of: head)
        }
        try alerts.close()
    }

    private func receive(_ alerts: StreamReader, now: Duration) throws -> Bool {
        let event = try alerts.receive(now: now) { [printer, progress] _, records in
            var decoder = BatchDecoder()
            while let message = try decoder.next(in: records) {
                guard message.firstSequence >= alerts.next, case .alertRecord(let alert) = message else { continue }
                progress.clear()
                printer.show(alert)
            }
        }
        switch event {
        case .nothing: return false
        case .progress: return true
        case .withdrawn(let first, _): throw Failure("alerts from sequence \(first) on were taken back")
        case .refused(let code, let reason): throw Failure("alerts refused: \(code) \(reason)")
        }
    }
}
