import AsyncHTTPClient
import Dispatch
import Metrics
import NIOCore
import NIOHTTP1
import NIOPosix
import Notifying
import Schema
import ServiceKit
import Synchronization

/// Carries deliveries out of the process, each sink's on its own: HTTP on a thread of its own, files and programs on
/// a queue for each sink. One that hangs holds up nobody else, nor the main loop.
final class SinkSender: Sendable {
    struct Result: Sendable {
        var sink: String
        var outcome: SinkQueue.Outcome
    }

    private let group: MultiThreadedEventLoopGroup
    private let client: HTTPClient
    private let queues: [String: DispatchQueue]
    /// By sink.
    private let timers: [String: Timer]
    private let results = Mutex<[Result]>([])
    private let directory: String
    private let wake: @Sendable () -> Void

    /// - Parameters:
    ///   - directory: For messages that programs read.
    ///   - wake: Called on another thread when there is a result.
    init(_ sinks: [NotifySettings.Sink], directory: String, wake: @escaping @Sendable () -> Void) {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(connect: .seconds(10))
        configuration.connectionPool = .init(idleTimeout: .seconds(10))
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
        queues = Dictionary(uniqueKeysWithValues: sinks.map { ($0.name, DispatchQueue(label: "sink \($0.name)")) })
        timers = Dictionary(
            uniqueKeysWithValues: sinks.map {
                ($0.name, Timer(label: "sink_delivery_duration", dimensions: [("sink", $0.name)]))
            })
        self.directory = directory
        self.wake = wake
    }

    /// Ends what is under way. Blocks for a moment.
    func shutDown() {
        try? client.syncShutdown()
        try? group.syncShutdownGracefully()
    }

    func take() -> [Result] {
        results.withLock { results in
            defer { results = [] }
            return results
        }
    }

    private func put(_ outcome: SinkQueue.Outcome, of sink: String, since began: Duration) {
        timers[sink]?.record(duration: ServiceClock.monotonic - began)
        results.withLock { $0.append(Result(sink: sink, outcome: outcome)) }
        wake()
    }

    /// Begins to send; ``take()`` has what comes of it.
    func send(_ delivery: Delivery, to sink: NotifySettings.Sink) {
        switch sink.kind {
        case .alertmanager, .webhook:
            Task {
                let began = ServiceClock.monotonic
                let outcome: SinkQueue.Outcome
                do {
                    outcome = try await post(request(delivery, sink), timeout: sink.timeout)
                } catch {
                    outcome = .failed("\("\(error)".prefix(200))")
                }
                put(outcome, of: sink.name, since: began)
            }
        case .file(let path):
            onQueue(of: sink) {
                try LineFile.append(SinkMessages.document(delivery) + [UInt8(ascii: "\n")], to: path)
                return .delivered
            }
        case .mail(let to, let from, let program):
            onQueue(of: sink) { [directory] in
                try MailProgram(program, timeout: sink.timeout, directory: directory).send(
                    SinkMessages.mail(delivery, from: from, to: to), from: from, to: to)
            }
        }
    }

    private func onQueue(of sink: NotifySettings.Sink, _ work: @escaping @Sendable () throws -> SinkQueue.Outcome) {
        queues[sink.name]?.async { [self] in
            let began = ServiceClock.monotonic
            do {
                put(try work(), of: sink.name, since: began)
            } catch {
                put(.failed("\(error)"), of: sink.name, since: began)
            }
        }
    }

    // MARK: HTTP

    private func request(_ delivery: Delivery, _ sink: NotifySettings.Sink) throws -> HTTPClientRequest {
        let now = ServiceClock.wall
        var message: HTTPClientRequest
        let body: [UInt8]
        switch sink.kind {
        case .alertmanager(let url):
            message = HTTPClientRequest(url: url + "/api/v2/alerts")
            body = try SinkMessages.alertmanager(delivery, resend: sink.resend, now: now)
        case .webhook(let url, let secretFile):
            message = HTTPClientRequest(url: url)
            body = try SinkMessages.document(delivery)
            let timestamp = now / CivilTime.second
            message.headers.add(name: "webhook-id", value: delivery.key)
            message.headers.add(name: "webhook-timestamp", value: "\(timestamp)")
            if let secretFile {
                let secret = try SecretFile.read(secretFile)
                message.headers.add(
                    name: "webhook-signature",
                    value: SinkMessages.signature(
                        id: delivery.key, timestamp: timestamp, body: body, secret: secret))
            }
        case .file, .mail: preconditionFailure("\(sink.name) is not reached by HTTP")
        }
        message.method = .POST
        message.headers.add(name: "content-type", value: "application/json")
        message.headers.add(name: "user-agent", value: "epicenter/\(ServiceVersion.text)")
        message.body = .bytes(body)
        return message
    }

    private func post(_ message: HTTPClientRequest, timeout: Int) async -> SinkQueue.Outcome {
        let response: HTTPClientResponse
        do {
            response = try await client.execute(message, timeout: .seconds(Int64(timeout)))
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout {
            return .failed("no answer within \(timeout) s")
        } catch {
            return .failed("no answer: \("\(error)".prefix(200))")
        }
        let code = response.status.code
        switch code {
        case 200...299: return .delivered
        case 408, 425, 429, 500...599:
            let seconds = response.headers.first(name: "retry-after").flatMap { UInt64($0) } ?? 0
            return .failed("status \(code)", after: min(seconds, 86_400) * CivilTime.second)
        default: return .refused("status \(code)")
        }
    }
}
