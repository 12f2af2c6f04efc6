import EventLog
import Foundation
import Schema
import ServiceKit
import Streaming
import SwiftProtobuf
import ZeroMQ

/// Bars per second through the four real processes under a real epicenterd.
struct PipelineBenchmark {
    let bars: Int
    let symbols: Int
    let rounds: Int

    func run() throws {
        let scratch = try Scratch()
        let directory = try scratch.fresh("pipeline")
        _ = try scratch.fresh("pipeline/run")
        say("\n\(bars) daily bars over \(symbols) symbols, columns of \(StreamMessage.maximumRows)")
        let head = try SyntheticStream(bars: bars, symbols: symbols, tails: .thin).write(to: directory + "/source")

        let messages = (bars + StreamMessage.maximumRows - 1) / StreamMessage.maximumRows
        let bytes = try averageMessage(directory + "/source", messages)
        var (raw, ours): ([Double], [Double]) = ([], [])
        for round in 1...rounds {
            say("round \(round) of \(rounds)")
            raw.append(try RawHops.run(in: directory, count: messages, bytes: bytes))
            _ = try scratch.fresh("pipeline/data")
            let result = try Self.pipeline(directory, head: head)
            ours.append(result.seconds)
            let ratio = raw[raw.count - 1] / result.seconds
            report("epicenter, four processes, \(result.alerts) alerts", result.seconds, ratio)
            for usage in result.usage { say("    " + usage.text) }
        }
        let rates = Sample(ours.map { Double(bars) / $0 })
        let ratio = Sample(zip(raw, ours).map { $0 / $1 })
        let rawRates = Sample(raw.map { Double(bars) / $0 })
        line("", "median", "range")
        line("raw libzmq, three hops, \(bytes) bytes a message", million(rawRates), range(rawRates))
        line("epicenter, from the start of playing", million(rates), range(rates))
        line("ratio", String(format: "%.2f", ratio.median), range(ratio, 1))
    }

    private func report(_ name: String, _ seconds: Double, _ ratio: Double) {
        let rate = Double(bars) / seconds / 1e6
        say("\(name): \(String(format: "%.2f s, %.2f M bars/s, ratio %.2f", seconds, rate, ratio))")
    }

    private func averageMessage(_ source: String, _ messages: Int) throws -> Int {
        var total = 0
        var count = 0
        try LogIndex(reading: source).forEachMessage(types: [.bars]) { message in
            total += message.serialized().count
            count += 1
            return count < 64
        }
        return count == 0 ? 0 : total / count
    }

    struct Result {
        var seconds = 0.0
        var alerts: UInt64 = 0
        var usage: [Usage] = []
    }

    struct Usage {
        let process: String
        var peakKilobytes: UInt64 = 0
        /// User and system time since the process began.
        var cpuSeconds = 0.0
        /// How long its main thread could have run and was not let: others were busy.
        var waitedSeconds = 0.0

        var text: String {
            let times = String(format: "CPU %.2f s, waited for one %.2f s", cpuSeconds, waitedSeconds)
            return "\(process): peak RSS \(peakKilobytes >> 10) MB, \(times)"
        }
    }

    /// Plays the recording `directory`/source through the processes, until all of it has been judged.
    static func pipeline(_ directory: String, head: UInt64) throws -> Result {
        let path = directory + "/epicenter.yaml"
        // Beside other work a machine may hold up any of them for more than two seconds: that is not measured here.
        try """
        run: {directory: \(directory)/run}
        data: {directory: \(directory)/data}
        log: {level: warning}
        ingest: {recording: \(directory)/source, rate: max, ticks: false}
        service: {silentSeconds: 30}

        """.write(toFile: path, atomically: true, encoding: .utf8)
        let configuration = try ServiceConfiguration.load(path: path, environment: [:])
        let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let service = Process()
        service.executableURL = folder.appendingPathComponent("epicenterd")
        service.arguments = ["--config", path]
        try service.run()
        defer {
            service.terminate()
            service.waitUntilExit()
        }
        return try follow(configuration, head: head)
    }

    /// Without a step forward for so long it has failed.
    private static let patience = Duration.seconds(60)

    /// The clock runs from the first sign that ingest has played anything. Says every ten seconds how far it is.
    private static func follow(_ configuration: ServiceConfiguration, head: UInt64) throws -> Result {
        let context = try Context()
        let alerts = try StreamReader(
            .alerts, in: context, at: Endpoint(configuration.replayEndpoint), credit: 1_024, name: "bench")
        let market = try StreamReader(
            .market, in: context, at: Endpoint(configuration.endpoint(of: "market")), types: [.configurationChanged],
            credit: 1, name: "bench")
        var poller = Poller()
        _ = alerts.add(to: &poller)
        _ = market.add(to: &poller)
        var began: Duration?
        var result = Result()
        // A stage that is behind promises nothing about market until it has caught up: alerts are a step forward too.
        var (reached, last, said) = (UInt64(0), ServiceClock.monotonic, ServiceClock.monotonic)
        while alerts.watermark < head {
            let now = ServiceClock.monotonic
            if alerts.watermark + alerts.next > reached { (reached, last) = (alerts.watermark + alerts.next, now) }
            let place = "\(alerts.next - 1) alerts; done with record \(alerts.watermark) of \(head)"
            guard now - last < patience else {
                let processes = usage(configuration).map(\.text).joined(separator: "; ")
                throw BenchmarkFailure("pipeline: no step forward in \(patience): \(place); \(processes)")
            }
            if now - said >= .seconds(10) {
                said = now
                say("    \(Int((now - (began ?? now)).inSeconds)) s: \(place)")
            }
            try alerts.keepOpen(now: now)
            if began == nil {
                try market.keepOpen(now: now)
                while try market.receive(now: now, { _, _ in }) != .nothing {}
                if market.head > 0 {
                    began = now
                    try market.close()
                }
            }
            while try alerts.receive(now: now, { _, _ in }) != .nothing {}
            try alerts.acknowledge(alerts.next - 1, idle: true)
            _ = try poller.wait(timeout: .milliseconds(5))
        }
        result.seconds = (ServiceClock.monotonic - (began ?? .zero)).inSeconds
        result.alerts = alerts.next - 1
        result.usage = usage(configuration)
        return result
    }

    /// What `/proc` says of each stage.
    private static func usage(_ configuration: ServiceConfiguration) -> [Usage] {
        let pids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }) ?? []
        return ["epicenter-ingest", "epicenter-analyze", "epicenter-attribute", "epicenter-publish"].map { name in
            var usage = Usage(process: name)
            let own = pids.first { pid in
                let line = read(pid, "cmdline")
                return line.contains(name) && line.contains(configuration.dataDirectory.dropLast("/data".count))
            }
            guard let own else { return usage }
            let peak = read(own, "status").split(separator: "\n").first { $0.hasPrefix("VmHWM") }
            usage.peakKilobytes = peak.flatMap { UInt64($0.filter(\.isNumber)) } ?? 0
            // proc(5): fields 14 and 15 of the line, the 12th and 13th behind the name.
            let fields = read(own, "stat").split(separator: ")").last?.split(separator: " ") ?? []
            if fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) {
                usage.cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
            }
            // Documentation/scheduler/sched-stats: nanoseconds on a CPU, nanoseconds waiting for one.
            let times = read(own, "schedstat").split(separator: " ")
            if times.count > 1, let waited = Double(times[1]) { usage.waitedSeconds = waited / 1e9 }
            return usage
        }
    }

    private static func read(_ pid: String, _ file: String) -> String {
        (try? String(contentsOfFile: "/proc/\(pid)/\(file)", encoding: .utf8)) ?? ""
    }
}
