import Foundation
import Schema

/// Alerts that nobody is told of for a while.
public struct Silence: Codable, Equatable, Sendable {
    public var id: String
    public var match: LabelMatch
    /// ns since the Unix epoch.
    public var createdAt: UInt64
    public var expiresAt: UInt64
    public var comment: String
    public var author: String

    public init(
        id: String, match: LabelMatch, createdAt: UInt64, expiresAt: UInt64, comment: String = "", author: String = ""
    ) {
        self.id = id
        self.match = match
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.comment = comment
        self.author = author
    }

    public func isActive(at now: UInt64) -> Bool { now < expiresAt }
}

/// The silences there are. As a file: `DATA/notify/silences.json`.
public struct SilenceBook: Codable, Equatable, Sendable {
    public private(set) var silences: [Silence] = []
    public static let maximum = 10_000
    /// Expired ones are kept for this long, so that it can be seen what was silent.
    public static let remembered = 7 * CivilTime.day

    public init() {}

    public static func path(in dataDirectory: String) -> String { dataDirectory + "/notify/silences.json" }

    /// - Returns: Whether there was room.
    public mutating func add(_ silence: Silence, now: UInt64) -> Bool {
        silences.removeAll { $0.expiresAt + Self.remembered < now }
        guard silences.count < Self.maximum else { return false }
        silences.append(silence)
        return true
    }

    /// Ends one now.
    ///
    /// - Returns: Whether there is one of that id that was active.
    public mutating func expire(_ id: String, now: UInt64) -> Bool {
        guard let place = silences.firstIndex(where: { $0.id == id && $0.isActive(at: now) }) else { return false }
        silences[place].expiresAt = now
        return true
    }

    public mutating func keepActive(at now: UInt64) { silences.removeAll { !$0.isActive(at: now) } }

    /// When the last silence of these labels ends; nil: there is none.
    public func silent(_ labels: [String: String], at now: UInt64) -> UInt64? {
        silences.lazy.filter { $0.isActive(at: now) && $0.match.matches(labels) }.map(\.expiresAt).max()
    }

    public func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    public init(json: [UInt8]) throws { self = try JSONDecoder().decode(SilenceBook.self, from: Data(json)) }
}
