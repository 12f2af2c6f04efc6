import Foundation

/// Everything that outlives the process, written whole: where it has come to in `alerts`, what was told, what waits.
///
/// Because place and queues are one file, no alert is between them: it is either read again or waits.
public struct NotifyState: Codable, Equatable, Sendable {
    public var version = 1
    /// The history of `alerts` that ``next`` is a sequence of; 0: none yet.
    public var epoch: UInt64 = 0
    /// The first sequence that is not dealt with.
    public var next: UInt64 = 1
    public var router: NotifyRouter.State
    public var queues: [String: SinkQueue] = [:]

    /// - Parameter liveFrom: Alerts whose record time is before are history.
    public init(liveFrom: UInt64) { router = .init(liveFrom: liveFrom) }

    public func encoded() throws -> [UInt8] { Array(try JSONEncoder().encode(self)) }

    public init(json: Data) throws {
        self = try JSONDecoder().decode(NotifyState.self, from: json)
        guard version == 1 else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "version \(version)"))
        }
    }
}
