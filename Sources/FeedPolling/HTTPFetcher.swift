import AsyncHTTPClient
public import Feeds
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix

/// One request to make.
public struct FeedRequest: Sendable {
    public var feed: PolledFeed
    public var url: String
    public var validators: PollOutcome.Validators

    public init(_ schedule: PollSchedule) {
        feed = schedule.feed
        url = schedule.url
        validators = schedule.validators
    }
}

/// What a request came to.
public struct FeedAnswer: Sendable {
    public var outcome: PollOutcome
    public var body: [UInt8] = []
    public var contentType: String?
    /// Where the body was found.
    public var url: String
    public var retryAfter: Duration?
    /// Where all redirects were for good.
    public var movedTo: String?

    public init(_ outcome: PollOutcome, url: String) {
        self.outcome = outcome
        self.url = url
    }
}

/// Asks servers, on threads of its own.
public final class HTTPFetcher: Sendable {
    /// For the whole of a poll, redirects included.
    public static let timeout: Duration = .seconds(30)
    static let connectTimeout = TimeAmount.seconds(10)

    private let group: MultiThreadedEventLoopGroup
    private let client: HTTPClient
    private let agent: String
    private let timeout: Duration
    private let wall: @Sendable () -> UInt64

    /// - Parameters:
    ///   - agent: Who we say we are.
    ///   - timeout: For the whole of a poll, redirects included.
    ///   - wall: ns since the Unix epoch.
    public init(agent: String, timeout: Duration = HTTPFetcher.timeout, wall: @escaping @Sendable () -> UInt64) {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(connect: Self.connectTimeout, read: .seconds(20))
        configuration.connectionPool = .init(idleTimeout: .seconds(10))
        configuration.decompression = .enabled(limit: .size(FeedDocument.maximumBytes))
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
        self.agent = agent
        self.timeout = timeout
        self.wall = wall
    }

    /// Ends all that is under way. Blocks for a moment.
    public func shutDown() {
        try? client.syncShutdown()
        try? group.syncShutdownGracefully()
    }

    /// Asks, and follows redirects. Never throws: whatever happens is an outcome.
    public func fetch(_ request: FeedRequest) async -> FeedAnswer {
        let deadline = NIODeadline.now() + .nanoseconds(Int64(timeout / .nanoseconds(1)))
        var visited = [request.url]
        var isPermanent = true
        while true {
            let url = visited[visited.count - 1]
            do {
                let response = try await client.execute(message(request, url), deadline: deadline)
                let status = Int(response.status.code)
                if [301, 302, 303, 307, 308].contains(status) {
                    switch HTTPFacts.redirect(
                        status: status, location: response.headers.first(name: "Location"), from: url, visited: visited)
                    {
                    case .refused(let why): return FeedAnswer(.failed(why), url: url)
                    case .follow(let target, let permanent):
                        isPermanent = isPermanent && permanent
                        visited.append(target)
                        continue
                    }
                }
                var answer = try await answer(response, status: status, url: url, deadline: deadline)
                if visited.count > 1, isPermanent { answer.movedTo = url }
                return answer
            } catch {
                return FeedAnswer(.failed(Self.words(for: error)), url: url)
            }
        }
    }

    private func message(_ request: FeedRequest, _ url: String) -> HTTPClientRequest {
        var message = HTTPClientRequest(url: url)
        message.headers.add(name: "User-Agent", value: agent)
        message.headers.add(
            name: "Accept",
            value: "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5")
        if let etag = request.validators.etag { message.headers.add(name: "If-None-Match", value: etag) }
        if let time = request.validators.lastModified { message.headers.add(name: "If-Modified-Since", value: time) }
        // What is configured may be a secret between us and the host.
        if PolledFeed.host(of: url) == PolledFeed.host(of: request.feed.url) {
            for (name, value) in request.feed.headers { message.headers.replaceOrAdd(name: name, value: value) }
        }
        return message
    }

    private func answer(
        _ response: HTTPClientResponse, status: Int, url: String, deadline: NIODeadline
    ) async throws -> FeedAnswer {
        var answer = FeedAnswer(status == 304 ? .notModified : .status(status), url: url)
        if let value = response.headers.first(name: "Retry-After") {
            answer.retryAfter = HTTPFacts.retryAfter(value, wall: wall())
        }
        guard status == 200 else { return answer }
        for try await part in response.body {
            // The client's own deadline ends with the headers.
            guard NIODeadline.now() < deadline else { throw HTTPClientError.deadlineExceeded }
            answer.body.append(contentsOf: part.readableBytesView)
            guard answer.body.count <= FeedDocument.maximumBytes else { throw BodyTooLarge() }
        }
        answer.contentType = response.headers.first(name: "Content-Type")
        // What would not fit into a request is not said again.
        func short(_ name: String) -> String? {
            response.headers.first(name: name).flatMap { $0.utf8.count <= 1_024 ? $0 : nil }
        }
        answer.outcome = .document(.init(etag: short("ETag"), lastModified: short("Last-Modified")))
        return answer
    }

    private struct BodyTooLarge: Error {}

    private static func words(for error: any Error) -> String {
        let tooLarge = "the body has more than \(FeedDocument.maximumBytes) bytes, allowed are so many"
        switch error {
        case is BodyTooLarge: return tooLarge
        case is NIOHTTPDecompression.DecompressionError:
            return "\(tooLarge), also once unpacked; or it cannot be unpacked"
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            return "no whole answer in time"
        case let error as HTTPClientError where error == .connectTimeout: return "no connection in time"
        case let error as HTTPClientError where error == .remoteConnectionClosed: return "the connection ended early"
        default: return "the answer cannot be read: \("\(error)".prefix(200))"
        }
    }
}
