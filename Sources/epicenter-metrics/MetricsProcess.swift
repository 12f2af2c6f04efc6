import Exposition
import Logging
import Schema
import ServiceKit
import SwiftProtobuf
import ZeroMQ

/// Asks epicenterd for the status each second and puts it on the page; the page is served by threads of its own.
final class MetricsProcess {
    private let context: ServiceContext
    private let control: ControlLink
    private let page = MetricsPage()
    /// The service's condition, apart from what this process measures of itself.
    private let condition = MetricsRegistry(limits: .init(series: 65_536, seriesPerFamily: 16_384))
    private var recorder: ServiceMetrics
    /// Series that were left out of the page, as processes of two versions tell them differently.
    private var leftOut: UInt64 = 0
    private let server: MetricsServer
    private var socket: Socket<Dealer>
    private var askedAt: Duration?
    private var heardAt: Duration = .zero

    private static let interval: Duration = .seconds(1)
    /// A status that is older is not shown: no answer is better than an old one.
    private static let patience: Duration = .seconds(10)

    init(_ context: ServiceContext) throws {
        self.context = context
        recorder = ServiceMetrics(condition)
        control = try ControlLink(context)
        let configuration = context.configuration
        guard let address = configuration.metrics else {
            throw ConfigurationError(["metrics.listen: missing, expected ADDRESS:PORT"])
        }
        let token = try configuration.metricsTokenFile.map { try AccessToken.read($0, key: "metrics.tokenFile") }
        var options = SocketOptions()
        options.reconnectInterval = .milliseconds(20)
        options.immediate = true
        var socket = try Socket(Dealer.self, in: context.zeroMQ, options: options)
        try socket.connect(to: Endpoint(configuration.controlEndpoint))
        self.socket = socket
        server = try MetricsServer(page, token: token, at: address)
        context.logger.info("serving metrics", metadata: ["at": "http://\(address.host):\(server.port)/metrics"])
    }

    func run() throws {
        defer { server.shutDown() }
        var poller = Poller()
        _ = poller.add(socket, for: .readable)
        let stopItem = poller.add(context.stop.waker)
        while context.stop.count == 0 {
            _ = try poller.wait(timeout: .milliseconds(100))
            if poller.isReady(stopItem) { context.stop.waker.clear() }
            let now = ServiceClock.monotonic
            while let frame = try socket.receive(wait: false) {
                guard let status = try? frame.withBytes({ try ServiceStatus(serializedBytes: $0) }) else { continue }
                page.show(families(status))
                heardAt = now
                control.heartbeat.state = .ready
            }
            if askedAt.map({ now - $0 >= Self.interval }) ?? true {
                askedAt = now
                var request = ControlRequest()
                request.status = AskStatus()
                let bytes: [UInt8] = try request.serializedBytes()
                _ = try socket.send(bytes)
            }
            if now - heardAt > Self.patience { page.show(nil) }
            try control.beat(at: now) { [page] heartbeat in
                heartbeat.set("pages_served", page.served)
                heartbeat.set("requests_refused", page.refused)
                heartbeat.set("series_refused", condition.refused + leftOut)
            }
        }
    }

    /// What the status says, and what each process says of itself.
    private func families(_ status: ServiceStatus) -> [MetricFamily] {
        recorder.record(status, wall: ServiceClock.wall)
        var families = condition.snapshot()
        for child in status.children { leftOut += UInt64(families.add(child.heartbeat.metrics, of: child.process)) }
        leftOut += UInt64(families.add(status.metrics, of: "epicenterd"))
        return families
    }
}
