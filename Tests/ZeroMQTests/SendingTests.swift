import Testing
import ZeroMQ

@Suite("Sending")
struct SendingTests {
    let context: Context
    init() throws { context = try Context() }

    @Test("accepts spans, arrays, pointers and text, byte for byte")
    func overloads() throws {
        var line = try Line(in: context)
        let bytes: [UInt8] = [0, 255, 10, 0]
        let fromSpan = try line.push.send(bytes.span.bytes)
        let fromArray = try line.push.send(bytes)
        let fromPointer = try bytes.withUnsafeBytes { try line.push.send($0) }
        let fromText = try line.push.send("Erdbeben 地震")
        let empty = try line.push.send([])
        #expect([fromSpan, fromArray, fromPointer, fromText, empty] == Array(repeating: .sent, count: 5))
        for expected in [bytes, bytes, bytes, Array("Erdbeben 地震".utf8), []] {
            let received = try line.pull.receiveParts()
            #expect(received == .message([expected]))
        }
    }

    @Test("a full queue is a result, and room is room again once it is read")
    func highWater() throws {
        // Over inproc the two limits add up.
        var line = try Line(in: context) { options in
            options.sendHighWater = 2
            options.receiveHighWater = 1
        }
        for number in 0..<3 { #expect(try line.push.send("\(number)") == .sent) }
        let full = try line.push.send("3")
        #expect(full == .wouldBlock)
        for number in 0..<3 { #expect(try line.pull.receiveParts() == .message(utf8("\(number)"))) }
        let again = try line.push.send("3", wait: true)
        #expect(again == .sent)
        #expect(try line.pull.receiveParts() == .message(utf8("3")))
    }

    @Test("a wait for room ends after sendTimeout, not before")
    func sendTimeout() throws {
        var push = try Socket(Push.self, in: context, options: patientOptions { $0.sendTimeout = .milliseconds(30) })
        let start = ContinuousClock.now
        let result = try push.send("nobody is there", wait: true)
        #expect(result == .wouldBlock)
        #expect(ContinuousClock.now - start >= .milliseconds(30))
    }

    @Test("a router says that it does not know a peer, and still reaches the others")
    func unreachable() throws {
        var router = try Socket(Router.self, in: context, options: patientOptions())
        var dealer = try Socket(Dealer.self, in: context, options: patientOptions { $0.routingID = [1] })
        try dealer.connect(to: router.bind(to: Endpoint("inproc://router")))
        #expect(try router.sendMultipart([[9], [1, 2]]) == .unreachable)
        #expect(try router.sendMultipart([[1], [3, 4]]) == .sent)
        #expect(try dealer.receiveParts() == .message([[3, 4]]))
    }

    @Test("a router that is not mandatory drops for a peer it does not know")
    func notMandatory() throws {
        var router = try Socket(Router.self, in: context, options: patientOptions { $0.routerMandatory = false })
        #expect(try router.sendMultipart([[9], [1, 2]]) == .sent)
    }

    @Test("a full peer of a router would block, it is not unreachable")
    func routerFull() throws {
        let options = patientOptions { options in
            options.sendHighWater = 1
            options.receiveHighWater = 1
            options.routingID = [1]
        }
        var router = try Socket(Router.self, in: context, options: options)
        var dealer = try Socket(Dealer.self, in: context, options: options)
        try dealer.connect(to: router.bind(to: Endpoint("inproc://router")))
        #expect(try router.sendMultipart([[1], [1]]) == .sent)
        #expect(try router.sendMultipart([[1], [2]]) == .sent)
        #expect(try router.sendMultipart([[1], [3]]) == .wouldBlock)
        #expect(try dealer.receiveParts() == .message([[1]]))
    }

    @Test("a publisher that must not drop would block, and loses nothing")
    func noDrop() throws {
        let options = patientOptions { options in
            options.sendHighWater = 1
            options.receiveHighWater = 1
            options.publishNoDrop = true
        }
        var publisher = try Socket(XPublish.self, in: context, options: options)
        var subscriber = try Socket(Subscribe.self, in: context, options: options)
        try subscriber.subscribe(toPrefix: "")
        try subscriber.connect(to: publisher.bind(to: Endpoint("inproc://publisher")))
        #expect(try subscriptionChange(at: &publisher) == .began(prefix: []))
        var accepted = 0
        while try publisher.sendMultipart([[UInt8(accepted)], [0]]) == .sent { accepted += 1 }
        #expect(accepted == 2)
        for number in 0..<accepted {
            #expect(try subscriber.receiveParts() == .message([[UInt8(number)], [0]]))
        }
    }

    /// libzmq learns of the loss in two steps, between which it behaves
    /// differently; the number of frames sent meanwhile moves from round to round.
    @Test("a peer that goes away amid a message takes only that one with it")
    func peerGoesAwayMidMessage() throws {
        var push = try Socket(Push.self, in: context, options: patientOptions())
        let endpoint = try push.bind(to: Endpoint("inproc://push"))
        var poller = Poller()
        _ = poller.add(push, for: .writable)
        for round in 0..<300 {
            var result = try sendFirstFrame(from: &push, toPeerThatLeavesAt: endpoint)
            for _ in 0..<(round * 20) where result == .sent { result = try push.send("middle", more: true) }
            if result == .sent { _ = try push.send("last") }
            let deadline = ContinuousClock.now + patience
            while try poller.wait(timeout: .zero) > 0 && ContinuousClock.now < deadline {}

            var pull = try Socket(Pull.self, in: context, options: patientOptions())
            try pull.connect(to: endpoint)
            #expect(try push.sendMultipart(utf8("a", "b"), wait: true) == .sent)
            #expect(try pull.receiveParts() == .message(utf8("a", "b")), "round \(round)")
        }
    }

    @Test("a request that is sent twice without a reply is an error that names itself")
    func wrongState() throws {
        var request = try Socket(Request.self, in: context)
        try request.connect(to: Endpoint("inproc://nowhere"))
        #expect(try request.send("once") == .sent)
        let error = #expect(throws: ZeroMQError.self) { try request.send("twice") }
        #expect(error?.code == .wrongState)
        #expect(error?.operation == .send(byteCount: 5))
    }

    private func sendFirstFrame(
        from push: inout Socket<Push>,
        toPeerThatLeavesAt endpoint: Endpoint
    ) throws -> SendResult {
        var pull = try Socket(Pull.self, in: context)
        try pull.connect(to: endpoint)
        return try push.send("first", more: true, wait: true)
    }
}

/// Two ends of one queue.
private struct Line: ~Copyable {
    var push: Socket<Push>
    var pull: Socket<Pull>

    init(in context: Context, _ change: (inout SocketOptions) -> Void = { _ in }) throws {
        var push = try Socket(Push.self, in: context, options: patientOptions(change))
        var pull = try Socket(Pull.self, in: context, options: patientOptions(change))
        try pull.connect(to: push.bind(to: Endpoint("inproc://line")))
        self.push = push
        self.pull = pull
    }
}
