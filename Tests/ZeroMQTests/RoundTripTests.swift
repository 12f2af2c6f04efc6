import Testing
import ZeroMQ

@Suite("A message arrives")
struct RoundTripTests {
    let context: Context
    init() throws { context = try Context() }

    /// Binds `Sender`, connects `Receiver`, and expects one message to arrive whole.
    private func oneWay<Sender: SendingRole, Receiver: ReceivingRole>(
        _ sender: Sender.Type,
        _ receiver: Receiver.Type,
        at place: Place
    ) throws {
        var sending = try Socket(sender, in: context, options: patientOptions())
        var receiving = try Socket(receiver, in: context, options: patientOptions())
        try receiving.connect(to: sending.bind(to: place.endpoint))
        let message = utf8("first", "", "third")
        let sent = try sending.sendMultipart(message, wait: true)
        #expect(sent == .sent)
        let received = try receiving.receiveParts()
        #expect(received == .message(message))
    }

    @Test("from push to pull", arguments: Place.allCases)
    func pushPull(place: Place) throws { try oneWay(Push.self, Pull.self, at: place) }

    @Test("from dealer to dealer", arguments: Place.allCases)
    func dealers(place: Place) throws { try oneWay(Dealer.self, Dealer.self, at: place) }

    @Test("between a pair", arguments: Place.allCases)
    func pair(place: Place) throws { try oneWay(Pair.self, Pair.self, at: place) }

    @Test("from request to reply and back", arguments: Place.allCases)
    func requestReply(place: Place) throws {
        var server = try Socket(Reply.self, in: context, options: patientOptions())
        var client = try Socket(Request.self, in: context, options: patientOptions())
        try client.connect(to: server.bind(to: place.endpoint))
        let asked = try client.send("question", wait: true)
        #expect(asked == .sent)
        let question = try server.receiveParts()
        #expect(question == .message(utf8("question")))
        let answered = try server.send("answer")
        #expect(answered == .sent)
        let answer = try client.receiveParts()
        #expect(answer == .message(utf8("answer")))
    }

    @Test("from dealer to router and back, by routing id", arguments: Place.allCases)
    func dealerRouter(place: Place) throws {
        var router = try Socket(Router.self, in: context, options: patientOptions())
        var dealer = try Socket(
            Dealer.self,
            in: context,
            options: patientOptions { $0.routingID = Array("reader-7".utf8) }
        )
        try dealer.connect(to: router.bind(to: place.endpoint))
        let opened = try dealer.sendMultipart(utf8("OPEN", "market"))
        #expect(opened == .sent)
        let request = try router.receiveParts()
        #expect(request == .message(utf8("reader-7", "OPEN", "market")))
        let replied = try router.sendMultipart(utf8("reader-7", "BATCH"))
        #expect(replied == .sent)
        let reply = try dealer.receiveParts()
        #expect(reply == .message(utf8("BATCH")))
    }

    @Test("from a publisher to the subscriber of its prefix only", arguments: Place.allCases)
    func xpublishSubscribe(place: Place) throws {
        var publisher = try Socket(XPublish.self, in: context, options: patientOptions())
        var subscriber = try Socket(Subscribe.self, in: context, options: patientOptions())
        try subscriber.subscribe(toPrefix: "alert/shock/AAPL/")
        try subscriber.connect(to: publisher.bind(to: place.endpoint))
        let change = try subscriptionChange(at: &publisher)
        #expect(change == .began(prefix: Array("alert/shock/AAPL/".utf8)))

        let other = try publisher.sendMultipart(utf8("alert/shock/AAPLX/", "not for us"))
        let ours = try publisher.sendMultipart(utf8("alert/shock/AAPL/", "for us"))
        #expect(other == .sent && ours == .sent)
        let received = try subscriber.receiveParts()
        #expect(received == .message(utf8("alert/shock/AAPL/", "for us")))
    }

    @Test("no more once the subscriber has unsubscribed", arguments: Place.allCases)
    func unsubscribe(place: Place) throws {
        var publisher = try Socket(XPublish.self, in: context, options: patientOptions())
        var subscriber = try Socket(Subscribe.self, in: context, options: patientOptions())
        try subscriber.subscribe(toPrefix: "a")
        try subscriber.subscribe(toPrefix: "b")
        try subscriber.connect(to: publisher.bind(to: place.endpoint))
        for _ in 0..<2 { #expect(try subscriptionChange(at: &publisher) != nil) }
        try subscriber.unsubscribe(fromPrefix: "a")
        let change = try subscriptionChange(at: &publisher)
        #expect(change == .ended(prefix: utf8("a")[0]))

        for text in ["a", "b"] { #expect(try publisher.send(text) == .sent) }
        let received = try subscriber.receiveParts()
        #expect(received == .message(utf8("b")))
    }

    @Test("from a plain publisher to a forwarding subscriber", arguments: Place.allCases)
    func publishXSubscribe(place: Place) throws {
        var publisher = try Socket(Publish.self, in: context, options: patientOptions())
        var subscriber = try Socket(
            XSubscribe.self,
            in: context,
            options: patientOptions { $0.receiveTimeout = .milliseconds(10) }
        )
        try subscriber.connect(to: publisher.bind(to: place.endpoint))
        let subscribed = try subscriber.send(SubscriptionChange.began(prefix: utf8("t")[0]).encoded, wait: true)
        #expect(subscribed == .sent)
        // A plain publisher cannot tell when the subscription has reached it.
        let deadline = ContinuousClock.now + patience
        var received = Reception<[[UInt8]]>.nothing
        while received == .nothing && ContinuousClock.now < deadline {
            _ = try publisher.sendMultipart(utf8("topic", "body"))
            received = try subscriber.receiveParts()
        }
        #expect(received == .message(utf8("topic", "body")))
    }
}
