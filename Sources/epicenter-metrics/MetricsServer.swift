import Exposition
import Metrics
import NIOCore
import NIOHTTP1
import NIOPosix
import Schema
import ServiceKit
import Synchronization

/// What is served, and how often it was.
final class MetricsPage: Sendable {
    private struct Contents {
        var families: [MetricFamily]?
        var served: UInt64 = 0
        var refused: UInt64 = 0
    }
    private let contents = Mutex(Contents())

    func show(_ families: [MetricFamily]?) { contents.withLock { $0.families = families } }
    var served: UInt64 { contents.withLock(\.served) }
    var refused: UInt64 { contents.withLock(\.refused) }

    /// What is on the page, counted as served; nil: there is none.
    func take() -> [MetricFamily]? {
        contents.withLock { contents in
            if contents.families != nil { contents.served += 1 }
            return contents.families
        }
    }

    func countRefused() { contents.withLock { $0.refused += 1 } }
}

/// An HTTP server of one page, on a thread of its own.
final class MetricsServer: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel
    let port: Int
    /// More are closed at once.
    static let maximumConnections = 64
    /// Who says nothing, or does not read, for so long is disconnected.
    static let patience = TimeAmount.seconds(10)

    /// - Parameter token: What readers must show; nil: nothing.
    init(_ page: MetricsPage, token: AccessToken?, at address: ListenAddress) throws {
        let connections = ConnectionCount()
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                guard connections.enter() else { return channel.close() }
                channel.closeFuture.whenComplete { _ in connections.leave() }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(allTimeout: Self.patience))
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandler(MetricsHandler(page, token: token))
                }
            }
        do {
            channel = try bootstrap.bind(host: address.host, port: address.port).wait()
        } catch {
            try? group.syncShutdownGracefully()
            throw ListenFailure(description: "metrics.listen: \(address): \(error)")
        }
        port = channel.localAddress?.port ?? address.port
    }

    func shutDown() {
        try? channel.close().wait()
        try? group.syncShutdownGracefully()
    }

    struct ListenFailure: Error, CustomStringConvertible { let description: String }

    /// Counts connections.
    private final class ConnectionCount: Sendable {
        private let count = Mutex(0)

        func enter() -> Bool {
            count.withLock { count in
                guard count < maximumConnections else { return false }
                count += 1
                return true
            }
        }

        func leave() { count.withLock { $0 -= 1 } }
    }
}

private final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let page: MetricsPage
    private let token: AccessToken?
    private var head: HTTPRequestHead?
    private var began: Duration = .zero

    init(_ page: MetricsPage, token: AccessToken?) {
        self.page = page
        self.token = token
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            began = ServiceClock.monotonic
        // Nobody has a reason to send a body.
        case .body: context.close(promise: nil)
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        page.countRefused()
        context.close(promise: nil)
    }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard token?.isShown(by: request.headers.first(name: "authorization")) ?? true else {
            page.countRefused()
            return send(.unauthorized, "a token is needed\n", ["www-authenticate": "Bearer"], request, context)
        }
        guard request.uri.split(separator: "?", omittingEmptySubsequences: false).first == "/metrics" else {
            page.countRefused()
            return send(.notFound, "there is /metrics\n", [:], request, context)
        }
        guard request.method == .GET || request.method == .HEAD else {
            page.countRefused()
            return send(.methodNotAllowed, "", ["allow": "GET, HEAD"], request, context)
        }
        guard let families = page.take() else {
            return send(.serviceUnavailable, "epicenterd does not answer\n", [:], request, context)
        }
        let format = ExpositionFormat(accept: request.headers[canonicalForm: "accept"].joined(separator: ","))
        send(.ok, format.text(families), ["content-type": format.contentType, "vary": "accept"], request, context)
    }

    /// Named and labelled as Hummingbird's, which the dashboard has.
    private static func timer(_ request: HTTPRequestHead, _ status: HTTPResponseStatus) -> Timer {
        let isKnown = request.method == .GET || request.method == .HEAD
        return Timer(
            label: "http.server.request.duration",
            dimensions: [
                ("http.route", status == .notFound ? "NotFound" : "/metrics"),
                ("http.request.method", isKnown ? request.method.rawValue : "_OTHER"),
                ("http.response.status_code", "\(status.code)"),
            ])
    }

    private func send(
        _ status: HTTPResponseStatus, _ text: String, _ more: [String: String], _ request: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders([
            ("content-type", "text/plain; charset=utf-8"), ("content-length", "\(text.utf8.count)"),
            ("cache-control", "no-store"), ("x-content-type-options", "nosniff"),
        ])
        for (name, value) in more { headers.replaceOrAdd(name: name, value: value) }
        if !request.isKeepAlive { headers.add(name: "connection", value: "close") }
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: request.version, status: status, headers: headers))),
            promise: nil)
        if request.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        }
        let done = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        let (timer, began) = (Self.timer(request, status), began)
        done.whenComplete { _ in timer.record(duration: ServiceClock.monotonic - began) }
        if !request.isKeepAlive {
            let channel = context.channel
            done.whenComplete { _ in channel.close(promise: nil) }
        }
    }
}
