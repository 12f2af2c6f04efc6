import Glibc
import Testing
import ZeroMQ

@Suite("Poller")
struct PollerTests {
    let context: Context
    init() throws { context = try Context() }

    @Test("tells which of two sockets, a descriptor and a waker is ready")
    func tellsApart() throws {
        var first = try PairOfSockets(in: context)
        var second = try PairOfSockets(in: Context())
        let pipe = try Pipe()
        let waker = try Waker()
        var poller = Poller()
        let items = [
            poller.add(first.far),
            poller.add(second.far),
            poller.add(fileDescriptor: pipe.readEnd),
            poller.add(waker),
        ]
        #expect(try poller.wait(timeout: .zero) == 0)
        #expect(ready(items, in: poller) == [false, false, false, false])

        #expect(try second.near.send("x") == .sent)
        #expect(try poller.wait(timeout: patience) == 1)
        #expect(ready(items, in: poller) == [false, true, false, false])
        #expect(try second.far.receiveParts() == .message(utf8("x")))

        pipe.write()
        #expect(try poller.wait(timeout: patience) == 1)
        #expect(ready(items, in: poller) == [false, false, true, false])
        pipe.read()

        waker.wake()
        waker.wake()
        #expect(try poller.wait(timeout: patience) == 1)
        #expect(ready(items, in: poller) == [false, false, false, true])
        waker.clear()

        #expect(try first.near.send("y") == .sent)
        pipe.write()
        // Each may be ready a moment before the other.
        let deadline = ContinuousClock.now + patience
        while try poller.wait(timeout: patience) < 2 && ContinuousClock.now < deadline {}
        #expect(ready(items, in: poller) == [true, false, true, false])
    }

    @Test("tells writable from readable, and a full socket from one with room")
    func writable() throws {
        var push = try Socket(Push.self, in: context, options: patientOptions())
        var poller = Poller()
        let item = poller.add(push, for: [.readable, .writable])
        #expect(try poller.wait(timeout: .zero) == 0)
        var pull = try Socket(Pull.self, in: context)
        try pull.connect(to: push.bind(to: Endpoint("inproc://writable")))
        #expect(try poller.wait(timeout: patience) == 1)
        let events = poller.readiness(of: item)
        #expect(events == .writable)
        poller.setEvents(.readable, for: item)
        #expect(try poller.wait(timeout: .zero) == 0)
    }

    @Test("forgets what is removed and reuses its place for another")
    func remove() throws {
        var pair = try PairOfSockets(in: context)
        let waker = try Waker()
        var poller = Poller()
        let socketItem = poller.add(pair.far)
        let wakerItem = poller.add(waker)
        #expect(try pair.near.send("x") == .sent)
        waker.wake()
        #expect(try poller.wait(timeout: patience) == 2)
        poller.remove(socketItem)
        #expect(try poller.wait(timeout: patience) == 1)
        let next = poller.add(pair.near)
        #expect(next != socketItem)
        #expect(try poller.wait(timeout: patience) == 1)
        let wakerIsReady = poller.isReady(wakerItem)
        let nextIsReady = poller.isReady(next)
        #expect(wakerIsReady && !nextIsReady)
        let count = poller.count
        #expect(count == 2)
    }

    @Test("an item that was removed is a bug, not another's answer")
    func staleItem() async {
        await #expect(processExitsWith: .failure) {
            let waker = try Waker()
            var poller = Poller()
            let old = poller.add(waker)
            poller.remove(old)
            _ = poller.add(waker)
            _ = poller.isReady(old)
        }
    }

    @Test("says that a socket was let go without being removed")
    func closedSocket() throws {
        var poller = Poller()
        let waker = try Waker()
        let wakerItem = poller.add(waker)
        waker.wake()
        #expect(try poller.wait(timeout: patience) == 1)
        let item = try addShortLived(to: &poller)
        #expect(throws: ZeroMQError(code: .notASocket, during: .poll(itemCount: 2))) {
            try poller.wait(timeout: .zero)
        }
        let isReady = poller.isReady(wakerItem)
        #expect(!isReady, "an answer from before the error")
        poller.remove(item)
        #expect(try poller.wait(timeout: .zero) == 1)
    }

    @Test("a timeout is a result, not before its time")
    func timeout() throws {
        let waker = try Waker()
        var poller = Poller()
        _ = poller.add(waker)
        let start = ContinuousClock.now
        #expect(try poller.wait(timeout: .milliseconds(30)) == 0)
        #expect(ContinuousClock.now - start >= .milliseconds(30))
    }

    @Test("a broken descriptor is reported as failed")
    func failed() throws {
        let pipe = try Pipe()
        var poller = Poller()
        let item = poller.add(fileDescriptor: pipe.writeEnd, for: [])
        #expect(try poller.wait(timeout: .zero) == 0)
        pipe.closeReadEnd()
        #expect(try poller.wait(timeout: patience) == 1)
        let events = poller.readiness(of: item)
        #expect(events == .failed)
    }

    @Test("a wake-up from another thread ends a wait without a timeout")
    func wakeFromAnotherThread() throws {
        let waker = try Waker()
        let waiting = Background<Int?> {
            var poller = Poller()
            _ = poller.add(waker)
            return try? poller.wait()
        }
        waker.wake()
        #expect(waiting.result() == .some(1))
    }

    @Test("a signal ends a wait without a timeout, with nothing ready")
    func interrupted() throws {
        try handleQuietly(SIGUSR1)
        let waker = try Waker()
        let waiting = Background<Int?> {
            var poller = Poller()
            _ = poller.add(waker)
            return try? poller.wait()
        }
        #expect(waiting.resultAfterSignals(SIGUSR1) == .some(0))
    }

    private func addShortLived(to poller: inout Poller) throws -> Poller.Item {
        let socket = try Socket(Pull.self, in: context)
        return poller.add(socket)
    }

    private func ready(_ items: [Poller.Item], in poller: borrowing Poller) -> [Bool] {
        var answers: [Bool] = []
        for item in items { answers.append(poller.isReady(item)) }
        return answers
    }
}

/// A pipe(2) that closes itself.
private final class Pipe {
    let readEnd: Int32
    let writeEnd: Int32
    private var isReadEndOpen = true

    init() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    deinit {
        closeReadEnd()
        close(writeEnd)
    }

    func write() { #expect(Glibc.write(writeEnd, "x", 1) == 1) }

    func read() {
        var byte: UInt8 = 0
        #expect(Glibc.read(readEnd, &byte, 1) == 1)
    }

    func closeReadEnd() {
        if isReadEndOpen { close(readEnd) }
        isReadEndOpen = false
    }
}
