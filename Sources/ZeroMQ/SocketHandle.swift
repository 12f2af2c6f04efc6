import CZeroMQ

/// The libzmq socket behind a ``Socket``, shared with the pollers and monitors that look at it.
///
/// Only its `Socket` closes it. A poller that outlives the socket then finds
/// ``raw`` empty, where a copy of the pointer would lead into freed memory.
/// Not `Sendable`: all who hold it live on the socket's thread.
final class SocketHandle {
    private(set) var raw: UnsafeMutableRawPointer?
    /// Counts the monitors started, so that only the newest stops monitoring.
    var monitorGeneration = 0
    /// Kept until we close: a context cannot end while it has an open socket.
    let context: Context

    init<Role: SocketRole>(_ role: Role.Type, in context: Context) throws(ZeroMQError) {
        guard let raw = zmq_socket(context.raw, Role.rawType) else {
            throw .last(during: .createSocket(role: "\(role)"))
        }
        self.raw = raw
        self.context = context
    }

    deinit {
        close()
    }

    func close() {
        guard let raw else { return }
        zmq_close(raw)
        self.raw = nil
    }
}

extension SocketHandle {
    func set(_ option: Int32, named name: String, to value: Int32) throws(ZeroMQError) {
        try set(option, named: name, toRaw: value, shownAs: "\(value)")
    }

    func set(_ option: Int32, named name: String, to value: Bool) throws(ZeroMQError) {
        try set(option, named: name, toRaw: Int32(value ? 1 : 0), shownAs: "\(value)")
    }

    /// Sets an option of fixed size, `Int32` or `Int64` as libzmq documents for it.
    func set<Value: FixedWidthInteger>(
        _ option: Int32,
        named name: String,
        toRaw value: Value,
        shownAs shown: @autoclosure () -> String
    ) throws(ZeroMQError) {
        var value = value
        guard zmq_setsockopt(raw, option, &value, MemoryLayout<Value>.size) == 0 else {
            throw .last(during: .setOption(name: name, value: shown()))
        }
    }

    /// Sets an option made of bytes. They are not shown: some are secret.
    func set(_ option: Int32, named name: String, to bytes: [UInt8]) throws(ZeroMQError) {
        guard zmq_setsockopt(raw, option, bytes, bytes.count) == 0 else {
            throw .last(during: .setOption(name: name, value: "\(bytes.count) bytes"))
        }
    }

    func string(_ option: Int32, named name: String) throws(ZeroMQError) -> String {
        var length = 1024
        var buffer = [UInt8](repeating: 0, count: length)
        guard zmq_getsockopt(raw, option, &buffer, &length) == 0 else {
            throw .last(during: .getOption(name: name))
        }
        return String(decoding: buffer.prefix(length).prefix { $0 != 0 }, as: UTF8.self)
    }
}
