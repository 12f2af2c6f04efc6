import Glibc
import Testing
import ZeroMQ

@Suite("Receiving")
struct ReceivingTests {
    let context: Context
    init() throws { context = try Context() }

    @Test("a frame is read in place, twice the same memory, without a copy")
    func inPlace() throws {
        var pair = try PairOfSockets(in: context)
        let bytes: [UInt8] = [1, 2, 0, 0, 0xEF, 0xBE, 0xAD, 0xDE]
        #expect(try pair.near.send(bytes, more: true) == .sent)
        #expect(try pair.near.send("tail") == .sent)

        guard let frame = try pair.far.receive() else {
            Issue.record("nothing arrived")
            return
        }
        let (count, hasMore) = (frame.count, frame.hasMore)
        #expect(count == 8 && hasMore)
        let word = frame.withBytes { $0.unsafeLoad(fromByteOffset: 4, as: UInt32.self) }
        #expect(word == 0xDEAD_BEEF)
        let byPointer = frame.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        let bySpan = frame.withBytes { span in span.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } }
        #expect(byPointer == bySpan && byPointer != 0)
        let copy = frame.copyBytes()
        #expect(copy == bytes)

        guard let last = try pair.far.receive() else {
            Issue.record("the tail did not arrive")
            return
        }
        let (text, lastHasMore) = (last.copyText(), last.hasMore)
        #expect(text == "tail" && !lastHasMore)
    }

    @Test("bytes that are no UTF-8 are no text")
    func invalidText() throws {
        var pair = try PairOfSockets(in: context)
        #expect(try pair.near.send([0xC3, 0x28]) == .sent)
        guard let frame = try pair.far.receive() else {
            Issue.record("nothing arrived")
            return
        }
        let text = frame.copyText()
        #expect(text == nil)
    }

    @Test("a reused frame shows the last message only")
    func reusedFrame() throws {
        var pair = try PairOfSockets(in: context)
        var frame = Frame()
        for text in ["long first message, beyond what fits in a header", "second"] {
            #expect(try pair.near.send(text) == .sent)
            #expect(try pair.far.receive(into: &frame))
            let found = frame.copyText()
            #expect(found == text)
        }
        #expect(try !pair.far.receive(into: &frame, wait: false))
    }

    @Test("a frame outlives its socket and its context's last socket, and may go to another thread")
    func frameOutlives() throws {
        let copied = try frameFromClosedSocket()
        #expect(copied == Array(repeating: 7, count: 10_000))
    }

    @Test("nothing in time is a result, after receiveTimeout and not before")
    func receiveTimeout() throws {
        var pull = try Socket(Pull.self, in: context, options: patientOptions { $0.receiveTimeout = .milliseconds(30) })
        let start = ContinuousClock.now
        let reception = try pull.receiveParts()
        #expect(reception == .nothing)
        #expect(ContinuousClock.now - start >= .milliseconds(30))
        let unwaited = try pull.receiveParts(wait: false)
        #expect(unwaited == .nothing)
    }

    @Test("a message of too many frames is reported with their number and taken off to its end")
    func tooManyFrames() throws {
        var pair = try PairOfSockets(in: context)
        #expect(try pair.near.sendMultipart((0..<100).map { [$0] }) == .sent)
        #expect(try pair.near.sendMultipart(utf8("a", "b", "c")) == .sent)
        #expect(try pair.far.receiveParts(limit: 3) == .tooManyFrames(found: 100))
        #expect(try pair.far.receiveParts(limit: 3) == .message(utf8("a", "b", "c")))
    }

    @Test("the caller's body is never given more frames than it allows")
    func bodyIsBounded() throws {
        var pair = try PairOfSockets(in: context)
        #expect(try pair.near.sendMultipart((0..<9).map { [$0] }) == .sent)
        var seen: [Int] = []
        let reception = try pair.far.receiveMessage(limit: 4) { frame, index in
            seen.append(index)
            frame.withBytes { #expect($0.unsafeLoad(as: UInt8.self) == UInt8(index)) }
        }
        #expect(reception == .tooManyFrames(found: 9))
        #expect(seen == [0, 1, 2, 3])
    }

    @Test("a signal ends the wait with nothing, though the timeout is for ever")
    func interrupted() throws {
        try handleQuietly(SIGUSR1)
        let context = context
        let waiting = Background<Result<Bool, ZeroMQError>> {
            Result { () throws(ZeroMQError) in
                var pull = try Socket(Pull.self, in: context)
                return try pull.receive() == nil
            }
        }
        #expect(waiting.resultAfterSignals(SIGUSR1) == .success(true))
    }

    @Test("a frame over maxMessageSize costs its sender the connection, and only that")
    func maxMessageSize() throws {
        var pull = try Socket(Pull.self, in: context, options: patientOptions { $0.maxMessageSize = 1000 })
        var monitor = try pull.monitor(receiveTimeout: patience)
        var push = try Socket(Push.self, in: context, options: patientOptions { $0.immediate = true })
        try push.connect(to: pull.bind(to: Place.tcp.endpoint))

        #expect(try push.send(Array(repeating: 1, count: 1000), wait: true) == .sent)
        #expect(try pull.receiveParts() == .message([Array(repeating: 1, count: 1000)]))
        #expect(try push.send(Array(repeating: 2, count: 1001), wait: true) == .sent)
        let cut = try firstEvent(of: &monitor) { $0 == .disconnected }
        #expect(cut != nil)
        let again = try firstEvent(of: &monitor) { $0 == .handshakeSucceeded }
        #expect(again != nil)
        #expect(try push.send("small", wait: true) == .sent)
        #expect(try pull.receiveParts() == .message(utf8("small")))
    }

    private func frameFromClosedSocket() throws -> [UInt8]? {
        let waiting = Background<[UInt8]?> {
            guard let frame = try? Self.receivedFrame() else { return nil }
            return frame.copyBytes()
        }
        return waiting.result() ?? nil
    }

    private static func receivedFrame() throws -> Frame? {
        var pair = try PairOfSockets(in: Context())
        _ = try pair.near.send(Array(repeating: 7, count: 10_000))
        return try pair.far.receive()
    }
}

/// Installs a handler that does nothing, so that the signal interrupts calls instead of the process.
func handleQuietly(_ signal: Int32) throws {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    try #require(sigaction(signal, &action, nil) == 0)
}

/// Two sockets that talk to each other within one thread.
struct PairOfSockets: ~Copyable {
    var near: Socket<Pair>
    var far: Socket<Pair>

    init(in context: Context) throws {
        var near = try Socket(Pair.self, in: context, options: patientOptions())
        var far = try Socket(Pair.self, in: context, options: patientOptions())
        try far.connect(to: near.bind(to: Endpoint("inproc://pair-of-sockets")))
        self.near = near
        self.far = far
    }
}
