import Glibc
import Synchronization

/// Answers libzmq's question who may come in (ZAP), for all sockets of a context, on a thread of its own.
///
/// libzmq lets everybody in who knows a server's public key when nobody answers. So the authenticator is there
/// before the first socket that asks for it, sockets keep it alive (``SocketGuard``), and if its thread should
/// fail, `failed` must end the process.
public final class Authenticator: Sendable {
    /// How long a change of the list may go unseen when nobody comes; it is also looked for at each request.
    public static let listInterval: Duration = .milliseconds(250)

    /// What the list's source says when it is asked.
    public enum Source: Equatable, Sendable {
        case unchanged
        /// nil: there is none, or it cannot be read.
        case changed(AllowList?)
    }

    private let core: Core

    /// Starts the thread, and returns when it can answer.
    ///
    /// - Parameters:
    ///   - context: Whose sockets it decides for.
    ///   - list: Called often, on the thread; must be quick when nothing changed.
    ///   - failed: Called on the thread if it cannot go on.
    public init(
        in context: Context, list: @escaping @Sendable () -> Source,
        failed: @escaping @Sendable (any Error) -> Never
    ) throws {
        core = Core(list, failed, waker: try Waker())
        try core.start(in: context)
    }

    deinit { core.stop() }

    public var counts: AccessCounts { core.state.withLock { $0.judge.counts } }

    /// Grows when somebody who was let in at `domain` would not be any more.
    public func revocations(at domain: AccessDomain) -> UInt64 {
        core.state.withLock { $0.revocations[domain] ?? 0 }
    }

    func noteHandshakeFailure(at domain: AccessDomain, _ what: String) {
        core.state.withLock { $0.judge.noteHandshakeFailure(at: domain, what) }
    }
}

/// What the thread and the others share.
private final class Core: Sendable {
    struct State {
        var judge = AccessJudge()
        var revocations: [AccessDomain: UInt64] = [:]
        /// nil until the thread has bound or failed to.
        var started: Result<Void, any Error>?
        var isStopping = false
    }

    let state = Mutex(State())
    private let list: @Sendable () -> Authenticator.Source
    private let failed: @Sendable (any Error) -> Never
    /// To the thread: stop. From the thread, at first: started.
    private let waker: Waker

    init(
        _ list: @escaping @Sendable () -> Authenticator.Source, _ failed: @escaping @Sendable (any Error) -> Never,
        waker: Waker
    ) {
        self.list = list
        self.failed = failed
        self.waker = waker
    }

    /// Hands context and core to the thread.
    private final class Start {
        let core: Core
        let context: Context
        init(_ core: Core, _ context: Context) {
            self.core = core
            self.context = context
        }
    }

    func start(in context: Context) throws {
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(self, context)).toOpaque()
        let status = pthread_create(&thread, nil, { Core.threadMain($0) }, start)
        guard status == 0 else {
            Unmanaged<Start>.fromOpaque(start).release()
            throw ZeroMQError(code: .init(rawValue: status), during: .bind(try Endpoint(ZapRequest.endpoint)))
        }
        pthread_detach(thread)
        var poller = Poller()
        _ = poller.add(waker)
        while true {
            if let started = state.withLock({ $0.started }) {
                waker.clear()
                return try started.get()
            }
            _ = try poller.wait(timeout: .seconds(1))
        }
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        waker.wake()
    }

    private static func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        // Signals are for the process's own thread.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        start.core.run(in: start.context)
        return nil
    }

    private func run(in context: Context) {
        do {
            var socket = try Socket(Reply.self, in: context)
            try socket.bind(to: Endpoint(ZapRequest.endpoint))
            refresh()
            announce(.success(()))
            try serve(&socket)
        } catch let error as ZeroMQError where error.code == .terminated {
            // The context was shut down: its sockets let nobody in either.
            announce(.failure(error))
        } catch {
            if state.withLock({ $0.started == nil }) { announce(.failure(error)) } else { failed(error) }
        }
    }

    private func announce(_ result: Result<Void, any Error>) {
        state.withLock { if $0.started == nil { $0.started = result } }
        waker.wake()
    }

    private func serve(_ socket: inout Socket<Reply>) throws {
        var poller = Poller()
        let requests = poller.add(socket, for: .readable)
        // Edge and level alike: while a wake-up is pending, waiting ends at once and the state is looked at.
        _ = poller.add(waker)
        while !state.withLock({ $0.isStopping }) {
            _ = try poller.wait(timeout: Authenticator.listInterval)
            refresh()
            guard poller.isReady(requests) else { continue }
            let frames: [[UInt8]]
            switch try socket.receiveParts(wait: false, limit: ZapRequest.maximumFrames) {
            case .nothing: continue
            case .tooManyFrames: frames = []
            case .message(let parts): frames = parts
            }
            let reply = state.withLock { $0.judge.answer(frames) }
            // A peer that went away while it was judged needs no answer.
            _ = try socket.sendMultipart(reply.frames)
        }
    }

    private func refresh() {
        guard case .changed(let list) = list() else { return }
        state.withLock { state in
            for domain in state.judge.replace(with: list) { state.revocations[domain, default: 0] += 1 }
        }
    }
}
