import Foundation
import Glibc
import MCAP
import Schema

/// What a stream's history has been: its epochs, the histories of the inputs it was made from, what damage took.
///
/// Kept in `lineage.json` beside the segments, replaced whole. See `docs/design/streams.md`.
public struct Lineage: Codable, Equatable, Sendable {
    /// Why an epoch began.
    public enum Kind: String, Codable, Sendable {
        /// The stream is new.
        case begin
        /// What an earlier epoch had from `first` on is gone, or may be.
        case cut
        /// Nothing is gone; what follows is judged otherwise.
        case judgement
        /// Records in the middle are gone; those behind them are as they were.
        case lost
    }

    public struct Entry: Codable, Equatable, Sendable {
        public var epoch: UInt64
        public var kind: Kind
        /// From this sequence on.
        public var first: UInt64
        /// What an earlier epoch had from `first` on was caused by market records from this one on.
        public var cause: UInt64
        public var reason: String
    }

    /// A range of sequences, both ends included.
    public struct Span: Codable, Equatable, Sendable {
        public var first: UInt64
        public var last: UInt64

        public init(_ first: UInt64, _ last: UInt64) {
            self.first = first
            self.last = last
        }
    }

    /// Oldest first, never empty.
    public private(set) var entries: [Entry]
    /// The epoch of each input that the newest records were made from.
    public var inputs: [String: UInt64] = [:]
    /// The judgement that made the newest records; empty for a stream that no stage writes.
    public var judgement = ""
    /// Ranges that damage took, in order.
    public internal(set) var lost: [Span] = []
    /// A cut was decided and perhaps not finished.
    var isCutting = false

    public init(epoch: UInt64) {
        entries = [Entry(epoch: epoch, kind: .begin, first: 1, cause: 0, reason: "new stream")]
    }

    /// The epoch now.
    public var current: Entry { entries[entries.count - 1] }
    public var epoch: UInt64 { current.epoch }

    mutating func begin(_ epoch: UInt64, _ kind: Kind, first: UInt64, cause: UInt64, reason: String) {
        entries.append(Entry(epoch: epoch, kind: kind, first: first, cause: cause, reason: reason))
    }

    /// What somebody's knowledge of an epoch is worth now.
    public enum Standing: Equatable, Sendable {
        /// All they hold is still so.
        case good
        /// No such epoch was ever here.
        case unknown
        /// What they hold from `first` on was taken back; it had come of market records from `cause` on.
        case withdrawn(first: UInt64, cause: UInt64)
    }

    /// - Parameters:
    ///   - epoch: Which history they know it by.
    ///   - sequence: The last of that epoch's records somebody holds results of.
    public func standing(epoch: UInt64, upTo sequence: UInt64) -> Standing {
        guard let place = entries.lastIndex(where: { $0.epoch == epoch }) else { return .unknown }
        let later = entries[(place + 1)...].filter { $0.kind != .lost }
        guard let first = later.map(\.first).min(), sequence >= first else { return .good }
        return .withdrawn(first: first, cause: later.map(\.cause).min() ?? 0)
    }

    /// The lost range that holds a sequence.
    public func lostRange(containing sequence: UInt64) -> Span? {
        lost.first { ($0.first...$0.last).contains(sequence) }
    }
}

extension Lineage {
    static let fileName = "lineage.json"

    /// Of the stream in a directory; nil where there is none, as beside a recording.
    public static func read(_ directory: String) throws(LogError) -> Lineage? {
        let path = directory + "/" + fileName
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        guard let lineage = try? JSONDecoder().decode(Lineage.self, from: data), !lineage.entries.isEmpty else {
            throw LogError(.foreign("is not the lineage of a stream; put back a copy, or move the stream away"), path)
        }
        return lineage
    }

    /// Replaces the file; what it says then survives power loss.
    func write(_ directory: String, _ calls: any FileCalls) throws(LogError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let data = try? encoder.encode(self) else { return }
        try SegmentFile.replace(directory + "/" + Self.fileName, with: Array(data), calls)
    }
}
