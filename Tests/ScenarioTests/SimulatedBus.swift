import Schema
import Streaming
import TestKit
import ZeroMQ

/// The lines between processes: each message comes after a delay of its own, in order within a connection and in no
/// order between them. Connections break, and what was under way on them is gone or comes late; some messages come
/// twice; for a while nothing comes at all.
final class SimulatedBus {
    struct Faults {
        var delay: ClosedRange<Int> = 0...2
        /// Share of messages that come twice.
        var repeats = 0.0
        /// No more messages than this wait in one direction of a connection.
        var capacity = 1_000
    }

    /// What was sent, and when it is there.
    struct Message {
        var due: Duration
        var bytes: [UInt8]
        var records: [UInt8]?
    }

    final class Connection {
        let id: UInt64
        let client: String
        let server: String
        /// The life of the server it leads to.
        let life: Int
        var isOpen = true
        var toServer: [Message] = []
        var toClient: [Message] = []

        init(id: UInt64, client: String, server: String, life: Int) {
            self.id = id
            self.client = client
            self.server = server
            self.life = life
        }
    }

    var now: Duration = .zero
    var faults = Faults()
    private(set) var connections: [Connection] = []
    /// Servers that are there, and which life of theirs it is.
    private var lives: [String: Int] = [:]
    private var lastLife = 0
    /// Until when nothing comes through between a client and a server.
    private var partitions: [String: Duration] = [:]
    private var lastConnection: UInt64 = 0
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    // MARK: who is there

    func bind(_ server: String) -> Int {
        lastLife += 1
        lives[server] = lastLife
        return lastLife
    }

    /// A server died: what it had sent may still come, some of it, and late.
    func unbind(_ server: String) {
        lives[server] = nil
        for connection in connections where connection.server == server { breakOff(connection) }
    }

    /// A client died: what it had sent may still come.
    func leave(_ client: String) {
        for connection in connections where connection.client == client {
            connection.isOpen = false
            connection.toClient = []
        }
    }

    /// Everything is gone.
    func reset() {
        for connection in connections { connection.isOpen = false }
        connections = []
        lives = [:]
        partitions = [:]
    }

    private func breakOff(_ connection: Connection) {
        guard connection.isOpen else { return }
        connection.isOpen = false
        connection.toServer = []
        let kept = Int.random(in: 0...connection.toClient.count, using: &random)
        connection.toClient.removeLast(connection.toClient.count - kept)
        let late = Duration.milliseconds(Int.random(in: 0...400, using: &random))
        for index in connection.toClient.indices { connection.toClient[index].due += late }
    }

    /// Breaks one connection, if there is one.
    func breakSome() -> String? {
        guard let connection = connections.filter(\.isOpen).randomElement(using: &random) else { return nil }
        breakOff(connection)
        return "\(connection.client)-\(connection.server)"
    }

    /// Keeps a client and a server apart for a while.
    func part(for time: Duration) -> String? {
        guard let connection = connections.filter(\.isOpen).randomElement(using: &random) else { return nil }
        let name = "\(connection.client)-\(connection.server)"
        partitions[name] = now + time
        return name
    }

    func isParted(_ connection: Connection) -> Bool {
        partitions["\(connection.client)-\(connection.server)"].map { now < $0 } ?? false
    }

    func healAll() { partitions = [:] }

    // MARK: messages

    func connect(_ client: String, to server: String) -> Connection? {
        guard let life = lives[server] else { return nil }
        lastConnection += 1
        let made = Connection(id: lastConnection, client: client, server: server, life: life)
        connections.removeAll { !$0.isOpen && $0.toServer.isEmpty && $0.toClient.isEmpty }
        connections.append(made)
        return made
    }

    func put(_ bytes: [UInt8], _ records: [UInt8]?, behind last: Duration?) -> Message {
        let due = now + .milliseconds(Int.random(in: faults.delay, using: &random))
        return Message(due: max(due, last ?? due), bytes: bytes, records: records)
    }

    /// Takes the next message that is due from one of several queues.
    func take(
        from candidates: [Connection], _ queue: ReferenceWritableKeyPath<Connection, [Message]>
    ) -> (Connection, Message)? {
        let ready = candidates.filter { connection in
            connection[keyPath: queue].first.map { $0.due <= now } ?? false && !isParted(connection)
        }
        guard let connection = ready.randomElement(using: &random) else { return nil }
        let message = connection[keyPath: queue][0]
        if !random.chance(faults.repeats) { connection[keyPath: queue].removeFirst() }
        return (connection, message)
    }

    func connections(of server: String, life: Int) -> [Connection] {
        connections.filter { $0.server == server && $0.life == life }
    }
}

/// A client's end: of a stage's reader, of a subscriber, of a producer.
final class SimulatedReaderLink: ReaderLink {
    private let bus: SimulatedBus
    private let client: String
    private let server: String
    private let disk: ProcessDisk
    private var connections: [SimulatedBus.Connection] = []

    init(_ bus: SimulatedBus, from client: String, to server: String, _ disk: ProcessDisk) {
        self.bus = bus
        self.client = client
        self.server = server
        self.disk = disk
    }

    func send(_ request: [UInt8]) throws -> Bool {
        guard disk.lives() else { return false }
        if connections.last.map({ !$0.isOpen }) ?? true {
            guard let made = bus.connect(client, to: server) else { return false }
            connections.append(made)
        }
        guard let connection = connections.last, connection.toServer.count < bus.faults.capacity else { return false }
        connection.toServer.append(bus.put(request, nil, behind: connection.toServer.last?.due))
        return true
    }

    func receive<Result>(
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) throws -> Result
    ) throws -> Result? {
        connections.removeAll { !$0.isOpen && $0.toClient.isEmpty }
        guard let (_, message) = bus.take(from: connections, \.toClient) else { return nil }
        return try message.bytes.withUnsafeBytes { bytes in
            guard let records = message.records else { return try body(bytes, nil) }
            return try records.withUnsafeBytes { try body(bytes, $0) }
        }
    }
}

/// An owner's end. Checks each thing it is given to send.
final class SimulatedOwnerLink: OwnerLink {
    private let bus: SimulatedBus
    private let server: String
    private let life: Int
    private let disk: ProcessDisk
    /// Looks at what is about to be sent.
    var check: ([UInt8]) throws -> Void = { _ in }

    init(_ bus: SimulatedBus, at server: String, _ disk: ProcessDisk) {
        self.bus = bus
        self.server = server
        self.disk = disk
        life = bus.bind(server)
    }

    func receive() throws -> Reception<[[UInt8]]> {
        guard !disk.isDead,
            let (connection, message) = bus.take(from: bus.connections(of: server, life: life), \.toServer)
        else { return .nothing }
        return .message([withUnsafeBytes(of: connection.id, Array.init), message.bytes])
    }

    func send(_ identity: [UInt8], _ reply: [UInt8], _ records: UnsafeRawBufferPointer?) throws -> SendResult {
        guard disk.lives() else { return .wouldBlock }
        let id = identity.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        guard let connection = bus.connections(of: server, life: life).first(where: { $0.id == id && $0.isOpen })
        else { return .unreachable }
        try check(reply)
        guard connection.toClient.count < bus.faults.capacity else { return .wouldBlock }
        connection.toClient.append(bus.put(reply, records.map(Array.init), behind: connection.toClient.last?.due))
        return .sent
    }
}
