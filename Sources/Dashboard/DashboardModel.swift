public import Schema
import ShockAttribution
import SwiftProtobuf

/// What the dashboard knows: records and status in, pages and events out. It does nothing by itself.
public struct DashboardModel: Sendable {
    public private(set) var shocks: ShockIndex
    public private(set) var events: EventRing
    /// What is shown of the news.
    public internal(set) var news: [NewsLine] = []
    public internal(set) var stories: [NewsStory] = []
    /// nil: epicenterd does not answer.
    public private(set) var status: ServiceStatus?
    /// nil: nothing is played.
    public private(set) var player: PlayerStatus?
    /// Bodies of the alerts that came last, by sequence.
    private var bodies = RecentBodies()
    /// Of the recording that is played; 0: none, or not known.
    public var recordingHead: UInt64 = 0
    /// Alerts that could not be read.
    public private(set) var malformed: UInt64 = 0
    /// Whether everything that was in `alerts` when it was opened has been read.
    public var isCaughtUp = false

    public init(capacity: Int = 20_000, events: Int = 512) {
        shocks = ShockIndex(capacity: capacity)
        self.events = EventRing(capacity: events)
    }

    /// Takes the next alert.
    ///
    /// - Returns: What browsers are to be told of it.
    public mutating func take(_ record: AlertRecord) -> ServerEvent? {
        guard let entry = ShockEntry(record) else {
            if CloudEventKind.isUnreadable(record) { malformed += 1 }
            return nil
        }
        guard shocks.take(entry) else { return nil }
        bodies.add(record.sequence, Array(record.body))
        let event = ServerEvent(id: record.sequence, name: "shock", data: JSONText.event(entry))
        events.add(event)
        return event
    }

    /// Forgets all alerts: they are read again, because some were taken back.
    public mutating func forgetAlerts() -> ServerEvent {
        self = DashboardModel(keeping: self)
        return .reset(nil)
    }

    private init(keeping other: DashboardModel) {
        self.init()
        (news, stories, status, player) = (other.news, other.stories, other.status, other.player)
    }

    public mutating func show(_ desk: NewsDesk) {
        news = desk.latest
        stories = desk.stories
    }

    public mutating func show(_ status: ServiceStatus?) { self.status = status }
    public mutating func show(_ player: PlayerStatus?) { self.player = player }

    /// The document of an alert, if it came lately.
    public func body(_ sequence: UInt64) -> [UInt8]? { bodies[sequence] }
}

/// The latest documents, up to a number of bytes.
struct RecentBodies: Sendable {
    private var held: [UInt64: [UInt8]] = [:]
    private var order: [UInt64] = []
    private var bytes = 0
    private static let limit = 16 << 20

    subscript(sequence: UInt64) -> [UInt8]? { held[sequence] }

    mutating func add(_ sequence: UInt64, _ body: [UInt8]) {
        guard body.count <= Self.limit / 4, held[sequence] == nil else { return }
        held[sequence] = body
        order.append(sequence)
        bytes += body.count
        guard bytes > Self.limit else { return }
        // Half of it at once, so that the order is not moved for each.
        var gone = 0
        while bytes > Self.limit / 2, gone < order.count {
            bytes -= held.removeValue(forKey: order[gone])?.count ?? 0
            gone += 1
        }
        order.removeFirst(gone)
    }
}

/// Whether an alert that is not listed is none of the kinds that are left out on purpose.
enum CloudEventKind {
    static func isUnreadable(_ record: AlertRecord) -> Bool {
        !record.body.starts(with: Array("{\"specversion\":\"1.0\"".utf8))
    }
}
