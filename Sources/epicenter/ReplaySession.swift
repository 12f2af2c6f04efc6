import EventLog
import Foundation
import Glibc
import Schema
import ServiceKit
import Streaming
import ZeroMQ

/// How a playing ended.
enum ReplayEnd: Equatable {
    case finished
    /// By key, or by a signal.
    case quit, interrupted
}

/// One replay through the real processes: a private service that plays one recording and is stopped when
/// everything the recording caused has come out as alerts.
final class ReplaySession {
    private let plan: ReplayPlan
    private let directory: String
    private let printer: AlertPrinter
    private let progress: Progress
    private let keyboard: ReplayKeyboard?
    private let stop: StopSignal
    private var view: ReplayView
    /// Whether the player still waits for the stages to have dealt with what came before.
    private var isHeld: Bool
    private var wantsPause: Bool
    /// Steps asked for while it waits; the player keeps no more than ``maximumHeldSteps``.
    private var heldSteps = 0
    private static let maximumHeldSteps = 64
    /// A section `notify`, where alerts are told to sinks; empty: they are not.
    private let sinks: String
    /// Deliveries that still waited when the replay ended.
    private(set) var undelivered: UInt64 = 0
    /// Sinks get so long for what waits for them when all alerts have come out.
    private static let sinkPatience: Duration = .seconds(60)

    init(
        _ plan: ReplayPlan, directory: String, printer: AlertPrinter, progress: Progress, keyboard: ReplayKeyboard?,
        sinks: String = "", stop: StopSignal
    ) {
        self.sinks = sinks
        self.plan = plan
        self.directory = directory
        self.printer = printer
        self.progress = progress
        self.keyboard = keyboard
        self.stop = stop
        view = ReplayView(plan)
        wantsPause = plan.startPaused
        isHeld = plan.beginsPaused && plan.before > 0
    }

    func run() throws -> ReplayEnd {
        // Sockets have short names only: they are not under the user's directory.
        let runDirectory = try Replay.temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: runDirectory) }
        let configurationPath = directory + "/epicenter.yaml"
        try configurationText(runDirectory).write(toFile: configurationPath, atomically: true, encoding: .utf8)
        let configuration = try ServiceConfiguration.load(path: configurationPath, environment: [:])
        let service = try launch(configurationPath)
        let end: ReplayEnd
        do {
            end = try follow(configuration, service)
        } catch {
            progress.clear()
            service.terminate()
            service.waitUntilExit()
            throw error
        }
        progress.clear()
        service.terminate()
        service.waitUntilExit()
        // Interrupted at its very start, it ends by our signal: it has nothing to put in order yet.
        let wasCutOff = service.terminationReason == .uncaughtSignal && service.terminationStatus == SIGTERM
        guard service.terminationStatus == 0 || (end != .finished && wasCutOff) else {
            throw Failure("the service ended with status \(service.terminationStatus); see \(directory)/epicenterd.log")
        }
        return end
    }

    private func configurationText(_ runDirectory: String) -> String {
        func quoted(_ text: String) -> String {
            "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
        }
        var keys = ["recording: \(quoted(plan.path))", "rate: \(plan.rate)", "ticks: false"]
        if plan.span.from > 0 { keys.append("from: \(quoted(CivilTime.rfc3339(plan.span.from)))") }
        if plan.span.until < .max { keys.append("until: \(quoted(CivilTime.rfc3339(plan.span.until)))") }
        if plan.beginsPaused { keys.append("startPaused: true") }
        return """
            # Made by epicenter replay.
            run: {directory: \(quoted(runDirectory))}
            data: {directory: \(quoted(directory))}
            ingest: {\(keys.joined(separator: ", "))}
            \(sinks)
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

    /// Reads alerts until everything is through: the recording played, and the watermark of alerts at its end.
    private func follow(_ configuration: ServiceConfiguration, _ service: Process) throws -> ReplayEnd {
        let context = try Context()
        let alerts = try StreamReader(
            .alerts, in: context, at: Endpoint(configuration.replayEndpoint), credit: 1_024, name: "replay")
        let player = try PlayerClient(configuration, context)
        var poller = Poller()
        _ = alerts.add(to: &poller)
        _ = poller.add(stop.waker)
        player.add(to: &poller)
        if keyboard != nil { _ = poller.add(fileDescriptor: 0) }
        let client = try ControlClient(configuration, context)
        var lastAsked = ServiceClock.monotonic
        var end = ReplayEnd.finished
        while alerts.watermark < plan.sequences.upperBound, end == .finished {
            _ = try poller.wait(timeout: .milliseconds(100))
            guard stop.count == 0 else { return .interrupted }
            let now = ServiceClock.monotonic
            try checkHealth(service, client, now, &lastAsked)
            try player.keepUp(now: now)
            if try act(on: player, through: alerts.watermark, now: now) { end = .quit }
            try alerts.keepOpen(now: now)
            while try receive(alerts, now: now) {}
            try alerts.acknowledge(alerts.next - 1, idle: true)
            let line = view.line(player.status, through: alerts.watermark, now: now)
            progress.show(line: line, isNews: alerts.watermark >= plan.sequences.upperBound)
        }
        if !sinks.isEmpty, end == .finished { try waitForSinks(client, head: alerts.next - 1) }
        try alerts.close()
        return end
    }

    private func waitForSinks(_ client: ControlClient, head: UInt64) throws {
        let end = ServiceClock.monotonic + Self.sinkPatience
        repeat {
            // A heartbeat is half a second old at the most, and what it counts may have come since.
            usleep(600_000)
            guard let heartbeat = try client.status()?.heartbeat(of: "epicenter-notify") else { continue }
            func count(_ name: String) -> UInt64 { heartbeat.counters.first { $0.name == name }?.value ?? 0 }
            undelivered = count("deliveries_waiting") + count("groups_due")
            progress.show(line: "telling sinks: \(undelivered) waiting", isNews: false)
            if undelivered == 0, heartbeat.inputs.first?.head ?? 0 >= head { return }
        } while ServiceClock.monotonic < end && stop.count == 0
    }

    private func checkHealth(
        _ service: Process, _ client: ControlClient, _ now: Duration, _ lastAsked: inout Duration
    ) throws {
        guard service.isRunning else {
            throw Failure(
                "the service ended with status \(service.terminationStatus); see \(directory)/epicenterd.log")
        }
        guard now - lastAsked > .seconds(1) else { return }
        lastAsked = now
        if let failed = try client.status()?.children.first(where: { $0.state == .failed }) {
            throw Failure("\(failed.process) was given up (\(failed.lastExit)); see \(directory)/epicenterd.log")
        }
    }

    /// Does what keys say, and lets paced playing begin when what came before is dealt with.
    ///
    /// - Returns: Whether to quit.
    private func act(on player: PlayerClient, through: UInt64, now: Duration) throws -> Bool {
        for key in keyboard?.pressed() ?? [] {
            if key == .quit { return true }
            guard let status = player.status else { continue }
            switch key {
            case .pause:
                wantsPause.toggle()
                if !isHeld { try player.pause(wantsPause) }
            case .step:
                wantsPause = true
                if isHeld { heldSteps = min(heldSteps + 1, Self.maximumHeldSteps) } else { try player.step() }
            case .faster, .slower:
                try player.set(view.rate(after: status, faster: key == .faster, now: now))
            default: break
            }
        }
        if isHeld, player.status != nil, through + 1 >= plan.sequences.lowerBound {
            isHeld = false
            if wantsPause {
                for _ in 0..<heldSteps { try player.step() }
            } else {
                try player.pause(false)
            }
        }
        return false
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
