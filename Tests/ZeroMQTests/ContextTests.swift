import Dispatch
import Testing
import ZeroMQ

@Suite("Context")
struct ContextTests {
    @Test("shutting down ends another thread's wait with an error that says so")
    func shutdown() throws {
        let context = try Context()
        let isBound = DispatchSemaphore(value: 0)
        let waiting = Background<ZeroMQError?> {
            do throws(ZeroMQError) {
                var pull = try Socket(Pull.self, in: context)
                isBound.signal()
                _ = try pull.receive()
                return nil
            } catch {
                return error
            }
        }
        isBound.wait()
        context.shutdown()
        context.shutdown()
        #expect(waiting.result() == .some(ZeroMQError(code: .terminated, during: .receive)))
        let error = #expect(throws: ZeroMQError.self) { _ = try Socket(Pull.self, in: context) }
        #expect(error?.code == .terminated)
    }

    @Test("the socket limit is an error that names the role")
    func maxSockets() throws {
        var options = Context.Options()
        options.maxSockets = 1
        let context = try Context(options: options)
        let first = try Socket(Pull.self, in: context)
        let error = #expect(throws: ZeroMQError.self) { _ = try Socket(Dealer.self, in: context) }
        #expect(error?.code == .tooManySockets)
        #expect(error?.operation == .createSocket(role: "Dealer"))
        _ = consume first
    }

    @Test("options out of range are refused", arguments: [(0, 1), (1, 0), (-1, 1), (1, 1 << 20), (1 << 40, 1)])
    func refuses(ioThreads: Int, maxSockets: Int) {
        var options = Context.Options()
        options.ioThreads = ioThreads
        options.maxSockets = maxSockets
        let error = #expect(throws: ZeroMQError.self) { try Context(options: options) }
        #expect(error?.code == .invalidArgument)
    }

    @Test("without linger it ends at once, though a message was never taken")
    func endsAtOnce() throws {
        let ending = Background<Bool> {
            guard let context = try? Context(), var push = try? Socket(Push.self, in: context) else { return false }
            // Nobody listens at the discard port.
            guard let endpoint = try? Endpoint("tcp://127.0.0.1:9") else { return false }
            try? push.connect(to: endpoint)
            return (try? push.send("never taken")) == .sent
        }
        #expect(ending.result() == .some(true))
    }
}
