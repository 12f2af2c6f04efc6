import Glibc
import MCAP

/// What the lock file says of the stream's last owner: whether the disk can be trusted to hold what it wrote.
///
/// Written in place over the same bytes, so that a full disk does not keep it from being written.
struct OwnerMark: Equatable {
    enum State: String {
        /// An owner has the stream open, or died having it open.
        case open
        /// The last owner closed it.
        case closed
        /// The last owner saw a sync fail: what it wrote last may not be on the disk.
        case syncFailed = "sync-failed"
    }

    var state: State
    /// The kernel's identity of the boot it was written in.
    var boot: String
    /// The last sequence of a stream that was closed; nil for one that is open.
    var head: UInt64?

    private static let length = 128

    /// nil for a new file, or one that cannot be understood.
    static func read(_ descriptor: Int32) -> OwnerMark? {
        withUnsafeTemporaryAllocation(byteCount: length, alignment: 1) { bytes in
            let count = pread(descriptor, bytes.baseAddress, length, 0)
            guard count > 0 else { return nil }
            let words = String(decoding: bytes[..<count], as: UTF8.self).split(whereSeparator: \.isWhitespace)
            guard words.count >= 2, let state = State(rawValue: String(words[0])) else { return nil }
            return OwnerMark(
                state: state, boot: String(words[1]), head: words.dropFirst(2).first.flatMap { UInt64($0) })
        }
    }

    /// - Returns: Whether it was written and synced.
    @discardableResult
    func write(_ descriptor: Int32, _ calls: any FileCalls) -> Bool {
        let words = "\(state.rawValue) \(boot)" + (head.map { " \($0)" } ?? "")
        var text = Array(words.utf8.prefix(Self.length - 1))
        text += Array(repeating: UInt8(ascii: " "), count: Self.length - 1 - text.count) + [UInt8(ascii: "\n")]
        let count = text.withUnsafeBytes { calls.write(descriptor, $0, at: 0) }
        return count == Self.length && calls.sync(descriptor) == 0
    }

    /// Whether what the last owner wrote may be missing, when the stream is opened in this boot.
    ///
    /// - Parameter found: The last sequence that is there.
    func isInDoubt(boot: String, found: UInt64) -> Bool {
        switch state {
        case .closed: head.map { found < $0 } ?? false
        case .open: self.boot != boot
        case .syncFailed: true
        }
    }
}
