import EventLog
import Foundation
import Glibc
import MCAP
import Schema
import Streaming

/// A stage as it was after certain records, so that a restart need not begin at the stream's start.
///
/// It is only ever a shortcut: from a checkpoint, from none and from a damaged one a stage says the same.
struct Checkpoint<S: Stage>: Codable {
    var judgementVersion: String
    /// The version of the product and the deployment settings it was made with, for whoever looks at it.
    var build: String
    var configuration: String
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

/// Where a stage's checkpoints lie: the latest, and the one before it, which is the start that retention may
/// cut behind.
///
/// A file is `EPCK`, a version (u32), the CRC-32C of the rest (u32), and a binary property list.
struct CheckpointFile: Sendable {
    let path: String
    let calls: any FileCalls

    init(_ path: String, calls: any FileCalls = SystemFileCalls()) {
        self.path = path
        self.calls = calls
    }

    /// Latest first.
    var generations: [String] { [path, path + ".start"] }
    private static let magic = Array("EPCK".utf8)
    private static let version: UInt32 = 1
    private static let frontLength = 12

    /// Reads a checkpoint; nil with a reason where there is none that can be used.
    static func read<S: Stage>(_ path: String, as: S.Type) -> (Checkpoint<S>?, reason: String) {
        guard let data = FileManager.default.contents(atPath: path) else { return (nil, "none") }
        guard let payload = payload(of: data) else { return (nil, "damaged") }
        do {
            let checkpoint = try PropertyListDecoder().decode(Checkpoint<S>.self, from: payload)
            guard checkpoint.judgementVersion == S.judgementVersion else {
                return (nil, "made by judgement \(checkpoint.judgementVersion), this is \(S.judgementVersion)")
            }
            return (checkpoint, "restored")
        } catch {
            return (nil, "damaged")
        }
    }

    /// What lies behind the front, if the checksum is right.
    private static func payload(of data: Data) -> Data? {
        guard data.count > frontLength, Array(data.prefix(4)) == magic else { return nil }
        func word(_ offset: Int) -> UInt32 {
            data.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
        }
        let payload = data.dropFirst(frontLength)
        guard word(4) == version, word(8) == CRC32C.checksum(payload) else { return nil }
        return payload
    }

    /// Writes a checkpoint so that a crash leaves one that can be used, reads it back, and keeps the one before.
    func write<S: Stage>(_ checkpoint: Checkpoint<S>) throws {
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        let payload = try encoder.encode(checkpoint)
        var bytes = Self.magic
        for word in [Self.version, CRC32C.checksum(payload)] {
            withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
        }
        bytes += payload
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        let temporary = path + ".written"
        try replaceFile(temporary, with: bytes, calls)
        guard FileManager.default.contents(atPath: temporary).flatMap(Self.payload) != nil else {
            throw SystemError(call: "read back", path: temporary, errno: EIO)
        }
        guard calls.rename(path, generations[1]) == 0 || errno == ENOENT else {
            throw SystemError(call: "rename", path: path, errno: errno)
        }
        guard calls.rename(temporary, path) == 0 else { throw SystemError(call: "rename", path: path, errno: errno) }
    }

    /// Removes a latest checkpoint that is of no use, before it takes the place of the older one, which is.
    func removeLatest() { _ = calls.unlink(path) }

    /// Removes checkpoints that hold results of records which were taken back.
    ///
    /// - Parameters:
    ///   - first: Records of `input` from here on were.
    ///   - cause: So was what market records from here on had caused.
    func removeThose<S: Stage>(of: S.Type, holding input: StreamName, from first: UInt64, cause: UInt64) {
        for generation in generations {
            guard let found = Self.read(generation, as: S.self).0 else { continue }
            let isHolding = (found.applied[input.rawValue] ?? 0) >= first
            if isHolding || (found.applied[StreamName.market.rawValue] ?? 0) >= cause { _ = calls.unlink(generation) }
        }
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
