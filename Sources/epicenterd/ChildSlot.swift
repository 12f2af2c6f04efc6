import Glibc
import Schema
import ServiceKit
import Supervision
import ZeroMQ

/// What epicenterd has of one child besides its life-cycle: the process, its pipes, what it said last.
struct ChildSlot {
    let name: String
    var process: ChildProcess?
    var startedAt: Duration = .zero
    var diedAt: Duration?
    var heartbeat: Heartbeat?
    var heartbeatAt: Duration = .zero
    var memory: UInt64 = 0
    private(set) var ending: Poller.Item?
    private var output: Poller.Item?
    private var log: Poller.Item?
    private var outputLines = LineAssembler()
    private var logLines = LineAssembler()
    private var gate = LineGate()
    private var heads: [(at: Duration, head: UInt64)] = []

    init(_ name: String) { self.name = name }

    /// A pipe's worth, once a turn: a child that writes without end gets its share of us and no more.
    private static let bytesPerTurn = 64 << 10

    mutating func attach(_ process: ChildProcess, to poller: inout Poller, at now: Duration) {
        self.process = process
        startedAt = now
        outputLines = LineAssembler()
        logLines = LineAssembler()
        ending = poller.add(fileDescriptor: process.ending)
        output = poller.add(fileDescriptor: process.output)
        log = poller.add(fileDescriptor: process.log)
    }

    /// How it ended; all its lines have been read.
    mutating func detach(from poller: inout Poller, at now: Duration, _ take: (Line) -> Void) -> ChildExit? {
        guard let process else { return nil }
        // Up to what two pipes can hold.
        for _ in 0..<32 { if !readLines(&poller, at: now, take) { break } }
        if let rest = logLines.finish() { take(.log(rest)) }
        if let rest = outputLines.finish() { admit(rest, at: now, take) }
        let dropped = gate.dropped(at: now, isOver: true)
        if dropped > 0 { take(.dropped(dropped)) }
        let exit = process.finish()
        for item in [ending, output, log] { if let item { poller.remove(item) } }
        ending = nil
        output = nil
        log = nil
        self.process = nil
        heartbeat = nil
        memory = 0
        heads = []
        diedAt = now
        return exit
    }

    enum Line {
        case log(String)
        case stray(String)
        /// So many stray lines were not let through.
        case dropped(Int)
    }

    /// - Returns: Whether anything was read.
    mutating func readLines(_ poller: inout Poller, at now: Duration, _ take: (Line) -> Void) -> Bool {
        guard let process else { return false }
        var any = false
        if let bytes = Self.read(process.log, &log, &poller) {
            any = true
            for line in logLines.push(bytes) { take(.log(line)) }
        }
        if let bytes = Self.read(process.output, &output, &poller) {
            any = true
            for line in outputLines.push(bytes) { admit(line, at: now, take) }
        }
        let dropped = gate.dropped(at: now)
        if dropped > 0 { take(.dropped(dropped)) }
        return any
    }

    private mutating func admit(_ line: String, at now: Duration, _ take: (Line) -> Void) {
        if gate.admit(at: now) { take(.stray(line)) }
    }

    /// nil: nothing now, or never again, and then it is not waited for any more.
    private static func read(_ descriptor: Int32, _ item: inout Poller.Item?, _ poller: inout Poller) -> [UInt8]? {
        guard let waited = item else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: bytesPerTurn) { buffer, count in
            count = max(-1, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
            if count < 0 {
                // Nothing now.
                count = 0
            } else if count == 0 {
                item = nil
            }
        }
        if item == nil { poller.remove(waited) }
        return bytes.isEmpty ? nil : bytes
    }

    mutating func take(_ heartbeat: Heartbeat, at now: Duration) {
        self.heartbeat = heartbeat
        heartbeatAt = now
        guard let head = heartbeat.streams.first?.head else { return }
        heads.removeAll { now - $0.at > .seconds(5) }
        heads.append((now, head))
    }

    /// Records of its stream a second, over the last five seconds.
    var rate: Double {
        guard let first = heads.first, let last = heads.last, last.at > first.at, last.head >= first.head else {
            return 0
        }
        return Double(last.head - first.head) / (last.at - first.at).inSeconds
    }
}
