import Dashboard
import EventLog
import Logging
import Schema
import ServiceKit
import Streaming
import SwiftProtobuf
import ZeroMQ

/// Reads alerts, news and status, and puts them on the board; the board is served by threads of its own.
final class DashboardProcess {
    private let context: ServiceContext
    private let control: ControlLink
    private let board: Board
    private let server: DashboardServer
    private let alertsLink: DealerLink
    private var alerts: StreamReader
    private let marketLink: DealerLink
    private var market: StreamReader
    private var desk = NewsDesk()
    private var status: Socket<Dealer>
    private var player: Socket<Dealer>
    private var statusHeard: Duration?
    private var playerHeard: Duration?
    private var askedAt: Duration?
    private var beatAt: Duration?
    private var toldAt: Duration?
    /// How long making the stories took: they are made again after twenty times that.
    private var telling: Duration = .zero

    private static let interval: Duration = .seconds(1)
    /// A status that is older is not shown.
    private static let patience: Duration = .seconds(5)
    private static let heartbeat: Duration = .seconds(10)
    private static let types: [MessageType] = [.instrumentDefinition, .configurationChanged, .newsItem, .fact]

    enum Failure: Error, CustomStringConvertible {
        case refused(StreamName, RefusalCode, String)
        case server(String)

        var description: String {
            switch self {
            case .refused(let stream, let code, let reason): "\(stream.rawValue) is refused (\(code)): \(reason)"
            case .server(let problem): "the pages are not served any more: \(problem)"
            }
        }
    }

    init(_ context: ServiceContext) throws {
        self.context = context
        control = try ControlLink(context)
        let configuration = context.configuration
        guard let address = configuration.dashboard else {
            throw ConfigurationError(["dashboard.listen: missing, expected ADDRESS:PORT"])
        }
        guard !configuration.needsCurve(configuration.replayEndpoint) else {
            throw ConfigurationError([
                "publish.replay: guarded by CURVE, allowed beside dashboard.listen is one that is not"
            ])
        }
        let token = try configuration.dashboardTokenFile.map {
            try AccessToken.read($0, key: "dashboard.tokenFile")
        }
        alertsLink = try DealerLink(in: context.zeroMQ, to: Endpoint(configuration.replayEndpoint))
        alerts = Self.alertsReader(alertsLink, context)
        marketLink = try DealerLink(in: context.zeroMQ, to: Endpoint(configuration.endpoint(of: "market")))
        market = Self.marketReader(marketLink, context)
        status = try Self.dealer(to: configuration.controlEndpoint, in: context)
        player = try Self.dealer(to: configuration.playerEndpoint, in: context)
        var model = DashboardModel()
        if let recording = configuration.recording {
            model.recordingHead = (try? LogIndex(reading: recording).head) ?? 0
        }
        var isToken: (@Sendable (Substring) -> Bool)?
        if let token { isToken = { token.matches($0) } }
        let gate = Gate(isLoopback: address.isLoopback, isToken: isToken)
        board = Board(
            Site(gate), data: configuration.dataDirectory, model: model)
        server = try DashboardServer(board, at: address, context.logger)
        context.logger.info(
            "serving the dashboard",
            metadata: ["at": "http://\(address.host):\(server.port)/"])
    }

    private static func dealer(to endpoint: String, in context: ServiceContext) throws -> Socket<Dealer> {
        var options = SocketOptions()
        options.reconnectInterval = .milliseconds(50)
        options.immediate = true
        var socket = try Socket(Dealer.self, in: context.zeroMQ, options: options)
        try socket.connect(to: Endpoint(endpoint))
        return socket
    }

    private static func alertsReader(_ link: DealerLink, _ context: ServiceContext) -> StreamReader {
        StreamReader(.alerts, over: link, types: [.alertRecord], credit: 4_096, name: context.name)
    }

    private static func marketReader(_ link: DealerLink, _ context: ServiceContext) -> StreamReader {
        StreamReader(.market, over: link, types: types, credit: 32_768, name: context.name)
    }

    func run() throws {
        defer {
            board.close()
            server.shutDown()
        }
        var poller = Poller()
        _ = alertsLink.add(to: &poller)
        _ = marketLink.add(to: &poller)
        _ = poller.add(status, for: .readable)
        _ = poller.add(player, for: .readable)
        let stopItem = poller.add(context.stop.waker)
        control.heartbeat.state = .ready
        var isBusy = false
        while context.stop.count == 0 {
            _ = try poller.wait(timeout: isBusy ? .zero : .milliseconds(100))
            if poller.isReady(stopItem) { context.stop.waker.clear() }
            if let problem = server.problem { throw Failure.server(problem) }
            let now = ServiceClock.monotonic
            let hasAlerts = try readAlerts(now)
            let hasNews = try readMarket(now)
            isBusy = hasAlerts || hasNews
            tellStories(now, isBusy: hasNews)
            try askStatus(now)
            try hearStatus(now)
            if beatAt.map({ now - $0 >= Self.heartbeat }) ?? true {
                beatAt = now
                board.hub.send(ServerEvent.alive.text)
            }
            try beat(now)
        }
        try alerts.close()
        try market.close()
    }

    // MARK: Streams

    private func readAlerts(_ now: Duration) throws -> Bool {
        try alerts.keepOpen(now: now)
        var told: [ServerEvent] = []
        let event = try alerts.receive(now: now) { _, records in
            var decoder = BatchDecoder()
            while let message = try decoder.next(in: records) {
                try control.pulse()
                guard message.firstSequence >= alerts.next, case .alertRecord(let record) = message else { continue }
                if let event = board.change({ $0.take(record) }) { told.append(event) }
            }
        }
        switch event {
        case .nothing: return false
        case .progress: break
        case .withdrawn(let first, _):
            context.logger.notice("alerts were taken back: they are read anew", metadata: ["from": "\(first)"])
            alerts = Self.alertsReader(alertsLink, context)
            told = [board.change { $0.forgetAlerts() }]
        case .refused(let code, let reason): throw Failure.refused(.alerts, code, reason)
        }
        // One piece, so that no browser's queue is full of a batch.
        if !told.isEmpty { board.hub.send(told.map(\.text).joined()) }
        if alerts.head > 0 || alerts.epoch > 0, alerts.next > alerts.head {
            board.change { $0.isCaughtUp = true }
        }
        try alerts.acknowledge(alerts.next - 1, idle: true)
        return !told.isEmpty
    }

    private func readMarket(_ now: Duration) throws -> Bool {
        try market.keepOpen(now: now)
        let before = desk.itemsRead
        let event = try market.receive(now: now) { _, records in
            var decoder = BatchDecoder()
            while let message = try decoder.next(in: records) {
                try control.pulse()
                guard message.firstSequence >= market.next else { continue }
                desk.take(message)
            }
        }
        switch event {
        case .nothing: return false
        case .progress: break
        case .withdrawn(let first, _):
            context.logger.notice("news were taken back: they are read anew", metadata: ["from": "\(first)"])
            desk = NewsDesk()
            market = Self.marketReader(marketLink, context)
        case .refused(let code, let reason): throw Failure.refused(.market, code, reason)
        }
        try market.acknowledge(market.next - 1, idle: true)
        return desk.itemsRead != before
    }

    /// While many come, seldom; never in more than a twentieth of the time.
    private func tellStories(_ now: Duration, isBusy: Bool) {
        guard desk.isStale else { return }
        let pause = max(isBusy ? .seconds(5) : .seconds(1), telling * 20)
        if let toldAt, now - toldAt < pause { return }
        let began = ServiceClock.monotonic
        desk.tell()
        telling = ServiceClock.monotonic - began
        toldAt = ServiceClock.monotonic
        board.change { [desk] in $0.show(desk) }
        board.hub.send(ServerEvent(name: "news", data: "{}").text)
    }

    // MARK: Status

    private func askStatus(_ now: Duration) throws {
        if let askedAt, now - askedAt < Self.interval { return }
        askedAt = now
        var ask = ControlRequest()
        ask.status = AskStatus()
        let bytes: [UInt8] = try ask.serializedBytes()
        _ = try status.send(bytes)
        var command = PlayerCommand()
        command.status = AskPlayer()
        let question: [UInt8] = try command.serializedBytes()
        _ = try player.send(question)
    }

    private func hearStatus(_ now: Duration) throws {
        var hasChanged = false
        while let frame = try status.receive(wait: false) {
            guard let heard = try? frame.withBytes({ try ServiceStatus(serializedBytes: $0) }) else { continue }
            statusHeard = now
            board.change { $0.show(heard) }
            hasChanged = true
        }
        while let frame = try player.receive(wait: false) {
            guard let heard = try? frame.withBytes({ try PlayerStatus(serializedBytes: $0) }) else { continue }
            playerHeard = now
            board.change { $0.show(heard) }
            hasChanged = true
        }
        if let heard = statusHeard, now - heard > Self.patience {
            statusHeard = nil
            board.change { $0.show(ServiceStatus?.none) }
            hasChanged = true
        }
        if let heard = playerHeard, now - heard > Self.patience {
            playerHeard = nil
            board.change { $0.show(PlayerStatus?.none) }
            hasChanged = true
        }
        if hasChanged { board.hub.send(ServerEvent(name: "system", data: "{}").text) }
    }

    private func beat(_ now: Duration) throws {
        try control.beat(at: now) { heartbeat in
            heartbeat.inputs = [alerts, market].map { reader in
                var input = StreamStatus()
                input.stream = reader.stream.rawValue
                input.epoch = reader.epoch
                input.head = reader.next - 1
                input.watermark = reader.watermark
                return input
            }
            let tally = board.tally
            heartbeat.set("pages_served", tally.served)
            heartbeat.set("requests_refused", tally.refused)
            heartbeat.set("browsers", UInt64(board.hub.listeners))
            heartbeat.set("browsers_dropped", board.hub.dropped)
            heartbeat.set("shocks", board.change { UInt64($0.shocks.count) })
            heartbeat.set("alerts_malformed", board.change { $0.malformed })
            heartbeat.set("news_items", desk.itemsRead)
        }
    }
}
