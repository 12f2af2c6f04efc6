import Dashboard
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceKit
import Synchronization

/// The HTTP server, on threads of its own.
final class DashboardServer: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    private let outcome = Outcome()
    private let task: Task<Void, Never>
    /// More wait until one of these is closed.
    static let maximumConnections = 256
    /// Who takes nothing of what is sent to it for so long is disconnected; so is a connection without a request.
    static let patience = TimeAmount.seconds(20)

    init(_ board: Board, at address: ListenAddress, _ logger: Logger) throws {
        var logger = logger
        // Of each connection that a browser drops it would say so.
        logger.logLevel = .critical
        let outcome = outcome
        let application = Application(
            responder: BoardResponder(board: board),
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [SlowReaderHandler(patience: Self.patience)], idleTimeout: Self.patience,
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 16 << 10, maxHeaderFieldCount: 100))),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: nil, backlog: 128,
                reuseAddress: true,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections, logger: logger)),
            onServerRunning: { channel in outcome.succeed(channel.localAddress?.port ?? address.port) },
            eventLoopGroupProvider: .shared(group), logger: logger)
        task = Task.detached {
            do {
                try await application.run()
                outcome.fail("the server has ended")
            } catch {
                outcome.fail("\(error)")
            }
        }
        if let problem = outcome.wait() {
            throw ListenFailure(description: "dashboard.listen: \(address): \(problem)")
        }
    }

    var port: Int { outcome.port }
    /// Why it does not serve any more; nil: it does.
    var problem: String? { outcome.problem }

    func shutDown() { task.cancel() }

    struct ListenFailure: Error, CustomStringConvertible { let description: String }

    /// Whether the server came up.
    private final class Outcome: Sendable {
        private let state = Mutex((port: 0, problem: String?.none))
        private let semaphore = DispatchSemaphore(value: 0)

        var port: Int { state.withLock(\.port) }
        var problem: String? { state.withLock(\.problem) }

        func succeed(_ port: Int) {
            state.withLock { $0.port = port }
            semaphore.signal()
        }

        func fail(_ problem: String) {
            state.withLock { $0.problem = problem }
            semaphore.signal()
        }

        func wait() -> String? {
            semaphore.wait()
            return problem
        }
    }
}

/// What Hummingbird asks for each request: hands it to the board, and writes what it says.
private struct BoardResponder: HTTPResponder {
    typealias Context = BasicRequestContext
    private let board: Board
    private let metrics = MetricsMiddleware<Context>()

    init(board: Board) { self.board = board }

    func respond(to request: Request, context: Context) async throws -> Response {
        let page = PageRequest(request)
        // It remembers each method and route that it sees, so it sees those that there are.
        guard [.get, .head].contains(request.method) else { return answer(page, request) }
        context.coreContext.endpointPath.value = Site.route(of: page.path)
        return try await metrics.handle(request, context: context) { request, _ in answer(page, request) }
    }

    private func answer(_ page: PageRequest, _ request: Request) -> Response {
        switch board.answer(page) {
        case .page(let page): return Self.response(page, request)
        case .events(let missed): return events(missed, request)
        case .shock: return Response(status: .internalServerError)
        }
    }

    private static func response(_ page: PageResponse, _ request: Request) -> Response {
        var fields = fields(page.headers)
        let body = ByteBuffer(string: page.body)
        guard request.method != .head else {
            fields[.contentLength] = "\(body.readableBytes)"
            return Response(status: .init(code: page.status), headers: fields, body: .init())
        }
        return Response(status: .init(code: page.status), headers: fields, body: .init(byteBuffer: body))
    }

    private static func fields(_ headers: [String: String]) -> HTTPFields {
        var fields = HTTPFields()
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return fields
    }

    private func events(_ missed: [ServerEvent], _ request: Request) -> Response {
        var headers = PageResponse.common
        headers["content-type"] = "text/event-stream; charset=utf-8"
        // For proxies that would gather.
        headers["x-accel-buffering"] = "no"
        guard request.method != .head else {
            return Response(status: .ok, headers: Self.fields(headers), body: .init())
        }
        guard let stream = board.hub.listen() else {
            return Response(
                status: .serviceUnavailable,
                headers: Self.fields(PageResponse.common.merging(["retry-after": "10"]) { $1 }))
        }
        let first = "retry: 1000\n\n" + (missed + [.alive]).map(\.text).joined()
        return Response(
            status: .ok, headers: Self.fields(headers),
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: first))
                for await text in stream { try await writer.write(ByteBuffer(string: text)) }
                try await writer.finish(nil)
            })
    }
}

extension PageRequest {
    init(_ request: Request) {
        let parts = (request.head.path ?? "/").split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(
            request.method.rawValue, String(parts.first ?? "/"), query: parts.count > 1 ? String(parts[1]) : "",
            host: request.head.authority)
        let headers = request.headers
        authorization = headers[.authorization]
        cookie = headers[values: .cookie].joined(separator: "; ")
        acceptLanguage = headers[.acceptLanguage]
        lastEventID = HTTPField.Name("last-event-id").flatMap { headers[$0] }
        hasBody =
            (headers[.contentLength].map { $0 != "0" } ?? false) || headers[.transferEncoding] != nil
    }
}

/// Disconnects who does not take what is sent to it: its queue is full, and nothing has gone out for long.
private final class SlowReaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let patience: TimeAmount
    private var deadline: Scheduled<Void>?

    init(patience: TimeAmount) { self.patience = patience }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = nil
        if !context.channel.isWritable {
            let channel = context.channel
            deadline = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }
}
