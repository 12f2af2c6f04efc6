import Schema

/// Something that browsers are told of, as server-sent events are written.
public struct ServerEvent: Equatable, Sendable {
    /// Its place in `alerts`; nil: it is told once, and nobody who missed it needs it.
    public var id: UInt64?
    public var name: String
    /// JSON, in one line.
    public var data: String

    public init(id: UInt64? = nil, name: String, data: String) {
        self.id = id
        self.name = name
        self.data = data
    }

    public var text: String { (id.map { "id: \($0)\n" } ?? "") + "event: \(name)\ndata: \(data)\n\n" }

    /// What was shown may not stand any more, or there is more than is remembered: read anew.
    public static func reset(_ id: UInt64?) -> ServerEvent { ServerEvent(id: id, name: "reset", data: "{}") }
    /// Prices and news around a shock have been read.
    public static func around(_ shock: String) -> ServerEvent {
        ServerEvent(name: "around", data: JSONText.quoted(shock))
    }
    /// Says that the line is alive.
    public static let alive = ServerEvent(name: "alive", data: "{}")
}

/// The latest events, for browsers that come back.
public struct EventRing: Sendable {
    private var events: [ServerEvent] = []
    private let capacity: Int
    /// Events up to this one are not remembered.
    private var forgotten: UInt64 = 0

    public init(capacity: Int = 512) { self.capacity = max(1, capacity) }

    /// Of the last event; 0 before the first.
    public var last: UInt64 { events.last?.id ?? forgotten }

    public mutating func add(_ event: ServerEvent) {
        guard let id = event.id, id > last else { return }
        events.append(event)
        guard events.count > 2 * capacity else { return }
        forgotten = events[events.count - capacity - 1].id ?? forgotten
        events.removeFirst(events.count - capacity)
    }

    /// What somebody has missed who has had all up to `id`; a reset where that is not known any more.
    public func since(_ id: UInt64?) -> [ServerEvent] {
        guard let id else { return [] }
        guard id >= forgotten, id <= last else { return [.reset(last == 0 ? nil : last)] }
        return Array(events[events.partitioningIndex { ($0.id ?? 0) > id }...])
    }
}
