import Foundation
import Schema
import ServiceKit
import Streaming
import SwiftProtobuf
import ZeroMQ

/// From a producer's events to the alert they cause at a subscriber, through the real processes under a real
/// epicenterd.
///
/// Twenty names have two hundred quiet sessions behind them. A producer (DEALER) sends a batch each millisecond; in every
/// twentieth one trade is a fifth or a quarter below its name's last close, by turns, which the stages must answer
/// with an alert each time: a shock is pending from the first on, and said again when it moves by two points.
///
/// `settle_ms` is 1, the least: the cross-section of an instant is judged when record time has moved a millisecond
/// past it, so that the batch behind the shock's causes the alert. Latencies are counted from the shock's own
/// acknowledgement, that wait included, and from the acknowledgement of the batch that ended the wait.
struct AlertLatencyBenchmark {
    /// Events a second.
    let rate: Int
    let alerts: Int

    private static let names = 20
    private static let close: Int64 = 100_000_000_000
    private static let warmUp = 40

    private struct Sent {
        var sent: UInt64
        var acknowledged: UInt64 = 0
        /// The name that is shocked, if one is.
        var name: Int?
        var alerted: UInt64 = 0
    }

    func run() throws {
        print("\nlatency to the alert, \(rate) events a second in \(rate / 1_000) a batch, \(alerts) alerts wanted")
        let scratch = try Scratch()
        let directory = try scratch.fresh("latency")
        let configuration = try configure(directory)
        let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let service = Process()
        service.executableURL = folder.appendingPathComponent("epicenterd")
        service.arguments = ["--config", directory + "/epicenter.yaml"]
        try service.run()
        defer {
            service.terminate()
            service.waitUntilExit()
        }
        var client = try Client(configuration)
        try client.waitForService()
        try produce(&client)
        report(client.batches)
    }

    private func report(_ batches: [Sent]) {
        let shocks = batches.filter { $0.name != nil }.dropFirst(Self.warmUp)
        let answered = shocks.filter { $0.alerted > 0 }
        func seconds(_ from: UInt64, _ to: UInt64) -> Double { Double(Int64(to) - Int64(from)) / 1e9 }
        let acknowledgements = batches.map(\.acknowledged)
        let own = answered.map { seconds($0.acknowledged, $0.alerted) }
        let ended = answered.map { shock -> Double in
            // The first acknowledgement a millisecond behind the shock's: no earlier batch can have ended the wait,
            // so that this one's latency is not flattered.
            let place = acknowledgements.firstIndex { $0 >= shock.sent + 1_000_000 } ?? 0
            return seconds(acknowledgements[place], shock.alerted)
        }
        print("\(answered.count) of \(shocks.count) shocks answered")
        line("", "p50", "p99", "p99.9", "worst")
        let rows = [
            (
                "sent to acknowledged, all batches",
                batches.filter { $0.acknowledged > 0 }.map { seconds($0.sent, $0.acknowledged) }
            ),
            ("acknowledged to alert", own), ("... from the batch that ended the wait", ended),
            ("sent to alert", answered.map { seconds($0.sent, $0.alerted) }),
        ]
        for (name, values) in rows {
            let cells = [0.5, 0.99, 0.999, 1].map { microseconds(Sample(values).quantile($0)) }
            line(name, cells[0], cells[1], cells[2], cells[3])
        }
    }

    private func produce(_ client: inout Client) throws {
        let wanted = (alerts + Self.warmUp) * Self.names
        var due = ServiceClock.monotonic
        for number in 0..<wanted {
            while ServiceClock.monotonic < due { try client.take(timeout: .milliseconds(1)) }
            let shock = number % Self.names == 0 ? number / Self.names : nil
            try client.send(events: rate / 1_000, shock: shock)
            due += .milliseconds(1)
        }
        let deadline = ServiceClock.monotonic + .seconds(2)
        while ServiceClock.monotonic < deadline { try client.take(timeout: .milliseconds(10)) }
    }

    /// The producer and the subscriber.
    private struct Client: ~Copyable {
        private var producer: Socket<Dealer>
        private var subscriber: Socket<Subscribe>
        private var poller = Poller()
        private var sequence: UInt64 = 1
        private var acknowledged = 0
        private(set) var batches: [Sent] = []
        /// The last sequence of each batch.
        private var ends: [UInt64] = []
        private var isHeard = false

        init(_ configuration: ServiceConfiguration) throws {
            let context = try Context()
            var producer = try Socket(Dealer.self, in: context, options: SocketOptions())
            try producer.connect(to: Endpoint(configuration.producersEndpoint))
            var subscriber = try Socket(Subscribe.self, in: context, options: SocketOptions())
            try subscriber.subscribe(toPrefix: "")
            try subscriber.connect(to: Endpoint(configuration.alertsEndpoint))
            _ = poller.add(producer, for: .readable)
            _ = poller.add(subscriber, for: .readable)
            self.producer = producer
            self.subscriber = subscriber
        }

        mutating func waitForService() throws {
            let deadline = ServiceClock.monotonic + .seconds(60)
            try send(events: 1, shock: nil)
            while !isHeard || acknowledged == 0 {
                try take(timeout: .milliseconds(10))
                if ServiceClock.monotonic > deadline { throw BenchmarkFailure("the service did not answer") }
            }
        }

        mutating func send(events: Int, shock: Int?) throws {
            var batch = ProducerBatch()
            batch.producer = "bench"
            batch.producerSequence = sequence
            let now = ServiceClock.wall
            for place in 0..<max(1, events) {
                var trade = InputTrade()
                trade.time = now
                trade.symbol = "M"
                trade.price = AlertLatencyBenchmark.close
                if place == 0, let shock {
                    trade.symbol = "N\(shock % AlertLatencyBenchmark.names)"
                    let isDeep = shock / AlertLatencyBenchmark.names % 2 == 1
                    trade.price = AlertLatencyBenchmark.close / 100 * (isDeep ? 75 : 80)
                }
                var event = InputEvent()
                event.trade = trade
                batch.events.append(event)
            }
            sequence += UInt64(max(1, events))
            let bytes: [UInt8] = try batch.serializedBytes()
            batches.append(Sent(sent: ServiceClock.wall, name: shock.map { $0 % AlertLatencyBenchmark.names }))
            ends.append(sequence - 1)
            guard try producer.send(bytes, wait: true) == .sent else { throw BenchmarkFailure("ingest takes nothing") }
        }

        mutating func take(timeout: Duration) throws {
            _ = try poller.wait(timeout: timeout)
            let now = ServiceClock.wall
            while case .message(let frames) = try producer.receiveParts(wait: false) {
                let reply = try ProducerReply(jsonUTF8Bytes: frames.last ?? [])
                guard reply.error.isEmpty, reply.refusals.isEmpty else { throw BenchmarkFailure("\(reply)") }
                while acknowledged < ends.count, ends[acknowledged] <= reply.acknowledged {
                    batches[acknowledged].acknowledged = now
                    acknowledged += 1
                }
            }
            while case .message(let frames) = try subscriber.receiveParts(wait: false) {
                isHeard = true
                guard frames.count == 3, let header = AlertHeader(decoding: frames[1]) else { continue }
                note(topic: String(decoding: frames[0], as: UTF8.self), header, at: now)
            }
        }

        /// An alert's event time is the end of the settle window: its shock's record time and a millisecond.
        private mutating func note(topic: String, _ header: AlertHeader, at now: UInt64) {
            guard topic.hasPrefix("alert/shock/N"), let name = Int(topic.dropFirst(13).dropLast()) else { return }
            let recorded = header.eventTime - 1_000_000
            guard let place = batches.lastIndex(where: { $0.name == name && $0.sent <= recorded }) else { return }
            if batches[place].alerted == 0 { batches[place].alerted = now }
        }
    }

    private func configure(_ directory: String) throws -> ServiceConfiguration {
        try FileManager.default.createDirectory(
            atPath: directory + "/run", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let symbols = ["M"] + (0..<Self.names).map { "N\($0)" }
        var csv = "date,symbol,open,high,low,close,volume\n"
        let today = CivilTime.sessionDay(end: ServiceClock.wall)
        for back in (1...200).reversed() {
            for (number, symbol) in symbols.enumerated() {
                // A quiet walk around 100 that ends there, different for each name.
                let step = back == 1 ? 0 : Double((back * 7_919 + number * 104_729) % 200 - 100) / 100
                let price = String(format: "%.2f", 100 + step)
                csv += "\(CivilTime.date(day: today - back)),\(symbol),\(price),\(price),\(price),\(price),1000\n"
            }
        }
        try csv.write(toFile: directory + "/bars.csv", atomically: true, encoding: .utf8)
        let instruments = symbols.map { "  - {symbol: \($0), kind: \($0 == "M" ? "etf" : "equity"), currency: USD}\n" }
        let path = directory + "/epicenter.yaml"
        try """
        run: {directory: \(directory)/run}
        data: {directory: \(directory)/data}
        log: {level: warning}
        ingest: {csv: [\(directory)/bars.csv], rate: max}
        settings:
          benchmark: M
          calendar: {zone: America/New_York, open: "09:30", close: "16:00"}
          detection: {settle_ms: 1}
        instruments:
        \(instruments.joined())
        """.write(toFile: path, atomically: true, encoding: .utf8)
        return try ServiceConfiguration.load(path: path, environment: [:])
    }
}
