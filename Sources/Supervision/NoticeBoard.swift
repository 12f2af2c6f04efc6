import Foundation
import Schema
import SwiftProtobuf

/// One thing about the service's own condition.
public struct Notice: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case stage, service, feed, disk, clock
    }

    public enum Severity: String, Sendable, CaseIterable {
        case info, warning, critical
    }

    public var kind: Kind
    /// Which stage, feed …
    public var subject: String
    /// What holds from now on.
    public var condition: String
    public var severity: Severity
    public var message: String
    public var facts: [String: String]

    public init(
        _ kind: Kind, _ subject: String, _ condition: String, _ severity: Severity, _ message: String,
        facts: [String: String] = [:]
    ) {
        self.kind = kind
        self.subject = subject
        self.condition = condition
        self.severity = severity
        self.message = message
        self.facts = facts
    }

    /// `health/<kind>/<subject>/`, percent-encoded like an alert's topic.
    public var topic: String {
        let plain = subject.utf8.map { byte -> String in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default:
                "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return "health/\(kind.rawValue)/\(plain.joined())/"
    }
}

/// Numbers notices, keeps the last of them for whoever comes late, and says nothing twice.
///
/// A sequence is good for one life of the supervisor, which its epoch names: what was before is in the log.
public struct NoticeBoard: Sendable {
    public let epoch: UInt64
    public let capacity: Int
    private let source: String
    private var ring: [NoticeRecord] = []
    private var last: [String: (notice: Notice, mark: NoticeMark)] = [:]
    public private(set) var head: UInt64 = 0

    public init(epoch: UInt64, source: String, capacity: Int = 1_024) {
        self.epoch = epoch
        self.source = source
        self.capacity = capacity
    }

    /// First sequence held; one beyond the head when there is none.
    public var first: UInt64 { head + 1 - UInt64(ring.count) }

    /// - Parameters:
    ///   - notice: What to say on its topic.
    ///   - time: ns since the Unix epoch.
    /// - Returns: What is to be published; nil where the same was said last.
    public mutating func post(_ notice: Notice, at time: UInt64) -> NoticeRecord? {
        let topic = notice.topic
        guard last[topic]?.notice != notice else { return nil }
        head += 1
        var mark = NoticeMark()
        mark.topic = topic
        mark.sequence = head
        mark.topicSequence = (last[topic]?.mark.topicSequence ?? 0) + 1
        last[topic] = (notice, mark)
        var record = NoticeRecord()
        record.topic = topic
        record.sequence = head
        record.topicSequence = mark.topicSequence
        record.eventTime = time
        record.body = event(notice, at: time).encoded
        ring.append(record)
        if ring.count > capacity { ring.removeFirst() }
        return record
    }

    private func event(_ notice: Notice, at time: UInt64) -> NoticeEvent {
        var event = NoticeEvent()
        event.specversion = "1.0"
        event.id = "\(String(epoch, radix: 16))/\(head)"
        event.source = source
        event.type = "org.epicenter.notice.v1"
        event.subject = notice.subject
        event.time = CivilTime.rfc3339(time)
        event.datacontenttype = "application/json"
        event.data.kind = notice.kind.rawValue
        event.data.condition = notice.condition
        event.data.severity = notice.severity.rawValue
        event.data.message = notice.message
        event.data.facts = notice.facts
        return event
    }

    /// The last of each topic, by topic.
    public func marks(prefix: String = "") -> [NoticeMark] {
        last.values.map(\.mark).filter { $0.topic.hasPrefix(prefix) }.sorted { $0.topic < $1.topic }
    }

    /// - Parameters:
    ///   - sequence: 0: none, the marks alone.
    ///   - prefix: Of the topics wanted; empty: all.
    ///   - limit: So many records at most.
    public func replay(from sequence: UInt64, prefix: String, limit: Int = 256) -> Notices {
        var notices = Notices()
        notices.epoch = epoch
        notices.first = first
        notices.head = head
        notices.marks = marks(prefix: prefix)
        if sequence > 0 {
            notices.records = Array(
                ring.lazy.filter { $0.sequence >= sequence && $0.topic.hasPrefix(prefix) }.prefix(limit))
        }
        return notices
    }
}

extension NoticeEvent {
    /// The document's bytes.
    fileprivate var encoded: Data {
        do {
            return Data(try jsonUTF8Bytes() as [UInt8])
        } catch {
            preconditionFailure("a notice of texts alone that cannot be written as JSON: \(error)")
        }
    }
}
