import Synchronization
import Testing

@testable import ZeroMQ

/// Real sockets, a real handshake, a real authenticator.
@Suite("Authenticator", .timeLimit(.minutes(2)))
struct AuthenticatorTests {
    /// A list that a test changes.
    private final class Desk: Sendable {
        let list: Mutex<AllowList?>
        private let changed = Mutex(true)

        init(_ list: AllowList?) { self.list = Mutex(list) }

        func put(_ list: AllowList?) {
            self.list.withLock { $0 = list }
            changed.withLock { $0 = true }
        }

        func look() -> Authenticator.Source {
            changed.withLock { changed in
                defer { changed = false }
                return changed ? .changed(list.withLock { $0 }) : .unchanged
            }
        }
    }

    private let context: Context
    private let server: CurveKeyPair
    private let desk: Desk
    private let guardian: SocketGuard

    init() throws {
        context = try Context()
        server = try CurveKeyPair.generate()
        let desk = Desk(AllowList())
        self.desk = desk
        let authenticator = try Authenticator(in: context, list: { desk.look() }) { fatalError("\($0)") }
        guardian = SocketGuard(secretKey: server.secretKey, domain: .subscribe, authenticator: authenticator)
    }

    private func list(_ keys: CurveKeyPair...) -> AllowList {
        AllowList(keys.map { "\($0.publicKey.z85) peer\n" }.joined())
    }

    private final class Publisher {
        private var socket: Socket<XPublish>
        private var binding: GuardedBinding
        var endpoint: Endpoint { binding.endpoint }

        init(_ context: Context, _ guardian: SocketGuard) throws {
            var options = SocketOptions()
            options.receiveTimeout = .milliseconds(20)
            options.guardBy(guardian)
            var socket = try Socket(XPublish.self, in: context, options: options)
            binding = try GuardedBinding(&socket, to: Place.tcp.endpoint, guardedBy: guardian)
            self.socket = socket
        }

        /// Publishes and services until `isDone`; at most so many rounds of 20 ms.
        func publish(rounds: Int = 1_000, until isDone: () throws -> Bool) throws -> Bool {
            for _ in 0..<rounds {
                _ = try socket.receiveParts()
                try binding.service(&socket)
                _ = try socket.send("x")
                if try isDone() { return true }
            }
            return false
        }
    }

    private func subscriber(_ security: SocketOptions.Security, at endpoint: Endpoint) throws -> Socket<Subscribe> {
        var options = SocketOptions()
        options.security = security
        options.receiveTimeout = .milliseconds(20)
        options.reconnectInterval = .milliseconds(20)
        // A context of its own, as another process has.
        var socket = try Socket(Subscribe.self, in: Context(), options: options)
        try socket.subscribe(toPrefix: "")
        try socket.connect(to: endpoint)
        return socket
    }

    private func curve(_ keys: CurveKeyPair) -> SocketOptions.Security {
        .curveClient(keys: keys, serverKey: server.publicKey)
    }

    @Test("a key in the list gets messages, one that is not gets none and is counted with its key")
    func listed() throws {
        let (known, unknown) = (try CurveKeyPair.generate(), try CurveKeyPair.generate())
        desk.put(list(known))
        let publisher = try Publisher(context, guardian)
        var stranger = try subscriber(curve(unknown), at: publisher.endpoint)
        var friend = try subscriber(curve(known), at: publisher.endpoint)
        #expect(try publisher.publish { try friend.receive(wait: false) != nil })
        #expect(
            try publisher.publish {
                guardian.authenticator.counts.byKey[unknown.publicKey] ?? 0 >= 1
            })
        let nothing = try stranger.receive(wait: false) == nil
        #expect(nothing)
        #expect(guardian.authenticator.counts.admitted == 1)
        #expect(guardian.authenticator.counts.byKey[known.publicKey] == nil)
    }

    @Test("who has no key, or a wrong one of the server, gets nothing and is counted")
    func withoutKey() throws {
        let keys = try CurveKeyPair.generate()
        desk.put(list(keys))
        let publisher = try Publisher(context, guardian)
        var open = try subscriber(.none, at: publisher.endpoint)
        // Who of the two sees first that they do not fit hangs up: libzmq reports the one or the other.
        #expect(
            try publisher.publish {
                guardian.authenticator.counts.recent.contains {
                    $0.contains("not CURVE") || $0.contains("hung up before it showed a key")
                }
            }, "\(guardian.authenticator.counts)")
        var wrong = try subscriber(
            .curveClient(keys: keys, serverKey: try CurveKeyPair.generate().publicKey), at: publisher.endpoint)
        #expect(
            try publisher.publish { guardian.authenticator.counts.recent.contains { $0.contains("wrong server key") } },
            "\(guardian.authenticator.counts)")
        let nothing = (try open.receive(wait: false) == nil, try wrong.receive(wait: false) == nil)
        #expect(nothing == (true, true))
        #expect(guardian.authenticator.counts.admitted == 0)
    }

    @Test("a key that is revoked is cut off, and those still in the list come back by themselves")
    func revoked() throws {
        let (stays, goes) = (try CurveKeyPair.generate(), try CurveKeyPair.generate())
        desk.put(list(stays, goes))
        let publisher = try Publisher(context, guardian)
        var staying = try subscriber(curve(stays), at: publisher.endpoint)
        var going = try subscriber(curve(goes), at: publisher.endpoint)
        var both = (false, false)
        #expect(
            try publisher.publish {
                both = (
                    try staying.receive(wait: false) != nil || both.0, try going.receive(wait: false) != nil || both.1
                )
                return both == (true, true)
            })
        desk.put(list(stays))
        // It is refused when it comes back, so it was cut off.
        #expect(
            try publisher.publish {
                while try staying.receive(wait: false) != nil {}
                return guardian.authenticator.counts.byKey[goes.publicKey] ?? 0 > 0
            })
        // What was under way is read; from here on nothing may come.
        while try going.receive(wait: true) != nil {}
        #expect(try publisher.publish { try staying.receive(wait: false) != nil })
        #expect(guardian.authenticator.counts.admitted == 3)
        let nothing = try going.receive(wait: true) == nil
        #expect(nothing)
    }

    @Test("a list that is lost cuts everybody off until it is back")
    func lost() throws {
        let keys = try CurveKeyPair.generate()
        desk.put(list(keys))
        let publisher = try Publisher(context, guardian)
        var peer = try subscriber(curve(keys), at: publisher.endpoint)
        #expect(try publisher.publish { try peer.receive(wait: false) != nil })
        desk.put(nil)
        #expect(
            try publisher.publish { guardian.authenticator.counts.byReason[.noList] ?? 0 > 0 })
        while try peer.receive(wait: true) != nil {}
        desk.put(list(keys))
        #expect(try publisher.publish { try peer.receive(wait: false) != nil })
    }

    @Test("what is no request is answered with a refusal, and the next is judged as ever")
    func malformed() throws {
        var socket = try Socket(Request.self, in: context, options: patientOptions())
        try socket.connect(to: Endpoint(ZapRequest.endpoint))
        #expect(try socket.sendMultipart([[1], [2]]) == .sent)
        guard case .message(let reply) = try socket.receiveParts() else {
            Issue.record("no answer")
            return
        }
        #expect(reply[2] == utf8("400")[0])
        #expect(try socket.sendMultipart(Array(repeating: [7], count: 100)) == .sent)
        guard case .message(let again) = try socket.receiveParts() else {
            Issue.record("no answer")
            return
        }
        #expect(again[2] == utf8("400")[0])
        #expect(guardian.authenticator.counts.byReason == [.malformed: 2])
    }

    @Test("a second authenticator of a context is refused")
    func second() {
        #expect(throws: ZeroMQError.self) {
            _ = try Authenticator(in: context, list: { .unchanged }) { fatalError("\($0)") }
        }
    }
}
