import Testing
import ZeroMQ

@Suite("Socket options")
struct SocketOptionsTests {
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (inout SocketOptions) -> Void

        init(_ name: String, _ make: @escaping @Sendable (inout SocketOptions) -> Void) {
            testDescription = name
            self.make = make
        }
    }

    @Test(
        "what libzmq would misread is refused, with the name and what is allowed",
        arguments: [
            Change("linger") { $0.linger = .milliseconds(-1) },
            Change("linger") { $0.linger = .seconds(3_000_000) },
            Change("receiveTimeout") { $0.receiveTimeout = .seconds(Int64.max) },
            Change("sendTimeout") { $0.sendTimeout = .seconds(Int64.min) },
            Change("maxMessageSize") { $0.maxMessageSize = -1 },
            Change("sendHighWater") { $0.sendHighWater = 0 },
            Change("receiveHighWater") { $0.receiveHighWater = -1 },
            Change("reconnectInterval") { $0.reconnectInterval = .zero },
            Change("heartbeatTTL") { $0.heartbeatTTL = .seconds(6554) },
            Change("routingID") { $0.routingID = [] },
            Change("routingID") { $0.routingID = [0, 1] },
            Change("routingID") { $0.routingID = Array(repeating: 1, count: 256) },
            Change("zapDomain") { $0.zapDomain = "" },
            Change("tcpKeepalive.idle") {
                $0.tcpKeepalive = .init(idle: .milliseconds(1500), interval: .seconds(1), count: 1)
            },
            Change("tcpKeepalive.interval") {
                $0.tcpKeepalive = .init(idle: .seconds(1), interval: .zero, count: 1)
            },
            Change("tcpKeepalive.count") {
                $0.tcpKeepalive = .init(idle: .seconds(1), interval: .seconds(1), count: 0)
            },
        ]
    )
    func refuses(change: Change) throws {
        var options = SocketOptions()
        change.make(&options)
        let context = try Context()
        let error = #expect(throws: ZeroMQError.self) { _ = try Socket(Dealer.self, in: context, options: options) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.allowed != nil)
        guard case .setOption(let name, _) = error?.operation else {
            Issue.record("\(String(describing: error)) is about no option")
            return
        }
        #expect(name == change.testDescription)
    }

    @Test("every option can be set at once, on every role")
    func all() throws {
        let context = try Context()
        let options = everyOption()
        _ = try Socket(Push.self, in: context, options: options)
        _ = try Socket(Pull.self, in: context, options: options)
        _ = try Socket(Publish.self, in: context, options: options)
        _ = try Socket(Subscribe.self, in: context, options: options)
        _ = try Socket(XPublish.self, in: context, options: options)
        _ = try Socket(XSubscribe.self, in: context, options: options)
        _ = try Socket(Dealer.self, in: context, options: options)
        _ = try Socket(Router.self, in: context, options: options)
        _ = try Socket(Pair.self, in: context, options: options)
        _ = try Socket(Request.self, in: context, options: options)
        _ = try Socket(Reply.self, in: context, options: options)
    }

    @Test(
        "a second peer of the same routing id is turned away, or takes over if that is allowed",
        arguments: [false, true]
    )
    func handover(isAllowed: Bool) throws {
        let context = try Context()
        var router = try Socket(Router.self, in: context, options: patientOptions { $0.routerHandover = isAllowed })
        let endpoint = try router.bind(to: Place.tcp.endpoint)
        let named = patientOptions { $0.routingID = [1] }
        var old = try Socket(Dealer.self, in: context, options: named)
        try old.connect(to: endpoint)
        #expect(try old.send("old") == .sent)
        #expect(try router.receiveParts() == .message([[1], Array("old".utf8)]))

        var new = try Socket(Dealer.self, in: context, options: named)
        try new.connect(to: endpoint)
        #expect(try new.send("new") == .sent)
        // Who answers to the name now? One that is turned away is never heard.
        if isAllowed { #expect(try router.receiveParts() == .message([[1], Array("new".utf8)])) }
        #expect(try router.sendMultipart([[1], [2]]) == .sent)
        let reply = isAllowed ? try new.receiveParts() : try old.receiveParts()
        #expect(reply == .message([[2]]))
    }

    @Test("an error is one line with operands, system text and what is allowed")
    func errorDescription() throws {
        let unknown = ZeroMQError(code: .addressInUse, during: .bind(try Endpoint("tcp://127.0.0.1:5555")))
        #expect(unknown.description == "bind to tcp://127.0.0.1:5555: Address already in use (errno 98)")
        let bounded = ZeroMQError(
            code: .invalidArgument,
            during: .setOption(name: "sendHighWater", value: "0"),
            allowed: "1 or more"
        )
        #expect(
            bounded.description
                == "set socket option sendHighWater to 0: Invalid argument (errno 22); allowed: 1 or more"
        )
    }

    @Test("an address in use is an error with the endpoint")
    func addressInUse() throws {
        let context = try Context()
        var first = try Socket(Pull.self, in: context)
        let endpoint = try first.bind(to: Place.tcp.endpoint)
        var second = try Socket(Pull.self, in: context)
        #expect(throws: ZeroMQError(code: .addressInUse, during: .bind(endpoint))) { try second.bind(to: endpoint) }
    }

    private func everyOption() -> SocketOptions {
        var options = SocketOptions()
        options.linger = nil
        options.receiveTimeout = .seconds(1)
        options.sendTimeout = .seconds(1)
        options.maxMessageSize = nil
        options.sendHighWater = 16
        options.receiveHighWater = 16
        options.handshakeInterval = nil
        options.heartbeatInterval = .seconds(1)
        options.heartbeatTimeout = .seconds(3)
        options.heartbeatTTL = .seconds(5)
        options.reconnectInterval = .nanoseconds(1)
        options.reconnectIntervalMaximum = .seconds(5)
        options.immediate = true
        options.ipv6 = true
        options.tcpKeepalive = .init(idle: .seconds(60), interval: .seconds(10), count: 3)
        options.routingID = [1]
        options.routerMandatory = false
        options.routerHandover = true
        options.publishVerbose = true
        options.publishNoDrop = true
        options.zapDomain = "domain"
        return options
    }
}
