import Testing

@testable import ZeroMQ

@Suite("Monitor")
struct MonitorTests {
    let context: Context
    init() throws { context = try Context() }

    @Test("sees a peer come and go", arguments: [Place.tcp, .ipc])
    func comesAndGoes(place: Place) throws {
        var pull = try Socket(Pull.self, in: context, options: patientOptions())
        var monitor = try pull.monitor(receiveTimeout: patience)
        let endpoint = try pull.bind(to: place.endpoint)
        let listening = try monitor.next()
        #expect(listening == SocketEvent(kind: .listening, endpoint: endpoint.description))

        try connectBriefly(to: endpoint)
        var kinds: [SocketEvent.Kind] = []
        while kinds.last != .disconnected, let event = try monitor.next() { kinds.append(event.kind) }
        #expect(kinds == [.accepted, .handshakeSucceeded, .disconnected])
    }

    @Test("is polled like a socket, from the connecting side")
    func polled() throws {
        var pull = try Socket(Pull.self, in: context)
        var push = try Socket(Push.self, in: context)
        var monitor = try push.monitor([.connected, .handshakeSucceeded])
        var poller = Poller()
        let item = poller.add(monitor)
        #expect(try poller.wait(timeout: .zero) == 0)
        try push.connect(to: pull.bind(to: Place.tcp.endpoint))
        #expect(try poller.wait(timeout: patience) == 1)
        let isReady = poller.isReady(item)
        #expect(isReady)
        let kind = try monitor.next(wait: false)?.kind
        #expect(kind == .connected)
    }

    @Test("says when a peer is not there, and how long until the next attempt")
    func retried() throws {
        let vacated = try vacatedEndpoint()
        var push = try Socket(
            Push.self,
            in: context,
            options: patientOptions { $0.reconnectInterval = .milliseconds(20) }
        )
        var monitor = try push.monitor(.all, receiveTimeout: patience)
        try push.connect(to: vacated)
        let event = try firstEvent(of: &monitor) { kind in
            if case .connectRetried(let pause) = kind { return pause >= .milliseconds(20) }
            return false
        }
        #expect(event?.endpoint == vacated.description)
    }

    @Test("ends when its socket is let go, and when another takes over")
    func ends() throws {
        var first = try monitorOfClosedSocket()
        #expect(try first.next()?.kind == .monitorStopped)

        var pull = try Socket(Pull.self, in: context)
        var old = try pull.monitor(receiveTimeout: patience)
        var new = try pull.monitor(receiveTimeout: patience)
        #expect(try old.next()?.kind == .monitorStopped)
        _ = consume old
        // The old monitor's end must not have stopped the new one.
        try pull.bind(to: Place.tcp.endpoint)
        #expect(try new.next()?.kind == .listening)
    }

    @Test("can be let go while its socket works on")
    func letGo() throws {
        var pull = try Socket(Pull.self, in: context, options: patientOptions())
        _ = try pull.monitor(.all)
        var push = try Socket(Push.self, in: context, options: patientOptions())
        try push.connect(to: pull.bind(to: Place.tcp.endpoint))
        #expect(try push.send("x", wait: true) == .sent)
        #expect(try pull.receiveParts() == .message(utf8("x")))
    }

    @Test("nothing happened is a result")
    func nothing() throws {
        var pull = try Socket(Pull.self, in: context)
        var monitor = try pull.monitor()
        #expect(try monitor.next(wait: false) == nil)
    }

    @Test(
        "events are decoded as zmq_socket_monitor(3) numbers them",
        arguments: [
            (0x0001, 9, SocketEvent.Kind.connected),
            (0x0002, 0, .connectDelayed),
            (0x0004, 250, .connectRetried(after: .milliseconds(250))),
            (0x0008, 9, .listening),
            (0x0010, 98, .bindFailed(.addressInUse)),
            (0x0020, 9, .accepted),
            (0x0040, 24, .acceptFailed(.tooManySockets)),
            (0x0080, 9, .closed),
            (0x0100, 22, .closeFailed(.invalidArgument)),
            (0x0200, 9, .disconnected),
            (0x0400, 0, .monitorStopped),
            (0x0800, 113, .handshakeFailed(.system(.unreachable))),
            (0x1000, 0, .handshakeSucceeded),
            (0x2000, 0x1100_0001, .handshakeFailed(.protocolViolation(.cryptographic))),
            (0x2000, 0x1100_0002, .handshakeFailed(.protocolViolation(.mechanismMismatch))),
            (0x4000, 400, .handshakeFailed(.refused(status: 400))),
            (0x8000, 0xFFFF_FFFF, .unknown(event: 0x8000, value: 0xFFFF_FFFF)),
        ] as [(UInt16, UInt32, SocketEvent.Kind)]
    )
    func decodes(event: UInt16, value: UInt32, kind: SocketEvent.Kind) {
        let frame = withUnsafeBytes(of: event) { Array($0) } + withUnsafeBytes(of: value) { Array($0) }
        #expect(SocketEvent(frame: frame, endpoint: Array("tcp://x".utf8)) == .init(kind: kind, endpoint: "tcp://x"))
        #expect(SocketEvent(frame: Array(frame.dropLast()), endpoint: []) == nil)
    }

    private func connectBriefly(to endpoint: Endpoint) throws {
        var push = try Socket(Push.self, in: context)
        var monitor = try push.monitor(receiveTimeout: patience)
        try push.connect(to: endpoint)
        _ = try firstEvent(of: &monitor) { $0 == .handshakeSucceeded }
    }

    private func vacatedEndpoint() throws -> Endpoint {
        var pull = try Socket(Pull.self, in: context)
        return try pull.bind(to: Place.tcp.endpoint)
    }

    private func monitorOfClosedSocket() throws -> Monitor {
        var pull = try Socket(Pull.self, in: context)
        return try pull.monitor(receiveTimeout: patience)
    }
}
