import Alerting
import Dashboard
import EventLog
import Schema
import ServiceKit
import Synchronization

/// What the thread that reads and the tasks that serve have in common.
final class Board: Sendable {
    let site: Site
    let hub = EventHub()
    private let model: Mutex<DashboardModel>
    private let archive: AlertArchive
    private let desk: SurroundingsDesk
    private let counts = Mutex(Counts())

    struct Counts {
        var served: UInt64 = 0
        var refused: UInt64 = 0
    }

    /// - Parameter data: The data directory.
    init(_ site: Site, data: String, model: DashboardModel) {
        self.site = site
        archive = AlertArchive(data + "/alerts")
        desk = SurroundingsDesk(data + "/market") { [hub] shock in hub.send(ServerEvent.around(shock).text) }
        self.model = Mutex(model)
    }

    func change<Result: Sendable>(_ body: (inout DashboardModel) -> Result) -> Result {
        model.withLock { body(&$0) }
    }

    func close() {
        hub.close()
        desk.close()
    }

    var tally: Counts { counts.withLock { $0 } }

    /// The answer to a request. A shock whose alert is not at hand is read from the log, outside of the lock.
    func answer(_ request: PageRequest) -> Site.Answer {
        let now = model.withLock { $0 }
        var answer = site.answer(request, now)
        if case .shock(let entry, let form, _) = answer {
            let document = now.body(entry.sequence) ?? archive.document(entry.sequence, of: entry.fingerprint)
            let finding = document.flatMap { site.finding(entry, $0, now) }
            let around = finding.flatMap { desk.surroundings(of: $0, now: ServiceClock.monotonic) }
            answer = .page(
                form == .page ? site.shockPage(entry, finding, around, request, now) : site.shockJSON(document))
        }
        counts.withLock { counts in
            if case .page(let page) = answer, page.status >= 400 { counts.refused += 1 } else { counts.served += 1 }
        }
        return answer
    }
}

/// Alerts on disk, by sequence. Opened when first asked, and again when one is not found in what was there then.
final class AlertArchive: Sendable {
    private struct Opened {
        var index: LogIndex?
    }
    private let path: String
    private let opened = Mutex(Opened())

    init(_ path: String) { self.path = path }

    /// The document of an alert; nil: it is not there, or cannot be read now.
    func document(_ sequence: UInt64, of fingerprint: String) -> [UInt8]? {
        opened.withLock { opened in
            for _ in 0..<2 {
                if let index = opened.index, let found = Self.read(sequence, index), found.fingerprint == fingerprint {
                    return Array(found.body)
                }
                opened.index = try? LogIndex(reading: path)
            }
            guard let index = opened.index, let found = Self.read(sequence, index) else { return nil }
            return found.fingerprint == fingerprint ? Array(found.body) : nil
        }
    }

    private static func read(_ sequence: UInt64, _ index: LogIndex) -> AlertRecord? {
        var cursor = LogCursor(at: sequence)
        let buffer = RawBuffer()
        guard (try? cursor.next(in: index, limit: 1, into: buffer)) != nil else { return nil }
        var decoder = BatchDecoder()
        while let message = try? decoder.next(in: buffer.bytes) {
            if case .alertRecord(let record) = message {
                if record.sequence == sequence { return record }
                if record.sequence > sequence { return nil }
            }
        }
        return nil
    }
}

/// The browsers that listen. Each has a queue of its own; one that does not take what is sent is let go, comes back by
/// itself, and is given what it missed.
final class EventHub: Sendable {
    private struct State {
        var listeners: [UInt64: AsyncStream<String>.Continuation] = [:]
        var next: UInt64 = 0
        var dropped: UInt64 = 0
        var isClosed = false
    }
    private let state = Mutex(State())
    static let maximumListeners = 200
    static let queue = 256

    var listeners: Int { state.withLock { $0.listeners.count } }
    var dropped: UInt64 { state.withLock { $0.dropped } }

    /// nil: there are too many.
    func listen() -> AsyncStream<String>? {
        let (stream, continuation) = AsyncStream.makeStream(
            of: String.self, bufferingPolicy: .bufferingOldest(Self.queue))
        let id: UInt64? = state.withLock { state in
            guard state.listeners.count < Self.maximumListeners, !state.isClosed else { return nil }
            state.next += 1
            state.listeners[state.next] = continuation
            return state.next
        }
        guard let id else { return nil }
        continuation.onTermination = { [weak self] _ in self?.leave(id) }
        return stream
    }

    private func leave(_ id: UInt64) { state.withLock { $0.listeners[id] = nil } }

    func send(_ text: String) {
        // Ended outside of the lock: ending one calls back.
        var slow: [AsyncStream<String>.Continuation] = []
        state.withLock { state in
            for (id, listener) in state.listeners {
                guard case .enqueued = listener.yield(text) else {
                    slow.append(listener)
                    state.listeners[id] = nil
                    state.dropped += 1
                    continue
                }
            }
        }
        for listener in slow { listener.finish() }
    }

    /// No more is sent, and nobody is let in.
    func close() {
        let all = state.withLock { state in
            state.isClosed = true
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in all { listener.finish() }
    }
}
