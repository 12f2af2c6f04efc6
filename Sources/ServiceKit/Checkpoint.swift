import Foundation
import Glibc
import Schema

/// A stage as it was after certain records, so that a restart need not begin at the stream's start.
///
/// It is only ever a shortcut: from a checkpoint, from none and from a damaged one a stage says the same.
struct Checkpoint<S: Stage>: Codable {
    var judgementVersion: String
    /// The last sequence applied of each input.
    var applied: [String: UInt64]
    /// The histories those are sequences of.
    var epochs: [String: UInt64]
    /// Head of the stage's own stream, which must still hold this much.
    var output: UInt64
    var outputEpoch: UInt64
    var position: Outbox.Position
    var stage: S
}

enum CheckpointFile {
    /// Reads a checkpoint; nil with a reason where there is none that can be used.
    static func read<S: Stage>(_ path: String, as: S.Type) -> (Checkpoint<S>?, reason: String) {
        guard let data = FileManager.default.contents(atPath: path) else { return (nil, "none") }
        do {
            let checkpoint = try PropertyListDecoder().decode(Checkpoint<S>.self, from: data)
            guard checkpoint.judgementVersion == S.judgementVersion else {
                return (nil, "made by judgement \(checkpoint.judgementVersion), this is \(S.judgementVersion)")
            }
            return (checkpoint, "restored")
        } catch {
            return (nil, "damaged")
        }
    }

    /// Writes a checkpoint so that a crash leaves the old one or the new one.
    static func write<S: Stage>(_ checkpoint: Checkpoint<S>, to path: String) throws {
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        let data = try encoder.encode(checkpoint)
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw SystemError(call: "open", path: temporary, errno: errno) }
        defer { close(descriptor) }
        try data.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw SystemError(call: "write", path: temporary, errno: errno) }
                done += count
            }
        }
        guard fdatasync(descriptor) == 0 else { throw SystemError(call: "fdatasync", path: temporary, errno: errno) }
        guard rename(temporary, path) == 0 else { throw SystemError(call: "rename", path: path, errno: errno) }
    }
}

/// A system call that failed, for want of anything better to do about it.
public struct SystemError: Error, CustomStringConvertible, Sendable {
    public let call: String
    public let path: String
    public let errno: Int32

    public init(call: String, path: String, errno: Int32) {
        self.call = call
        self.path = path
        self.errno = errno
    }

    public var description: String { "\(path): \(call) failed: \(String(cString: strerror(errno)))" }
}
