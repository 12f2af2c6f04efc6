import Feeds
import Logging
import Schema

/// Counts refusals by reason, keeps the last few for status, and logs them without flooding the log.
final class RefusalCounter {
    private(set) var total: UInt64 = 0
    private(set) var byReason: [String: UInt64] = [:]
    private(set) var recent: [String] = []
    private let logger: Logger
    static let kept = 20
    /// Lines logged before only every thousandth is.
    static let loggedAtFirst: UInt64 = 100

    init(_ logger: Logger) { self.logger = logger }

    func note(_ refusal: Refusal) {
        note(reason: refusal.reason.rawValue, "\(refusal)")
    }

    func note(reason: String, _ text: String) {
        total += 1
        byReason[reason, default: 0] += 1
        recent.append(text)
        if recent.count > Self.kept { recent.removeFirst() }
        if total <= Self.loggedAtFirst || total % 1_000 == 0 {
            logger.warning("refused", metadata: ["what": "\(text)", "total": "\(total)"])
        }
    }
}
