import ArgumentParser
import Foundation
import Glibc
import ServiceKit

/// A file that is made beside its place and moved there when it is whole and synced, so that a failure leaves
/// what was there before and nothing else.
struct OutputFile {
    let path: String
    /// Where it is made.
    let temporary: String

    /// - Parameters:
    ///   - inputs: Files that must not be overwritten.
    ///   - suffix: What tells the file being made from the one it becomes.
    /// - Throws: `ValidationError` where either is one of the inputs, or no place for a file.
    init(_ path: String, notOver inputs: [String] = [], suffix: String = ".new") throws {
        self.path = path
        temporary = path + suffix
        for place in [path, temporary] {
            guard let found = Self.status(place) else { continue }
            for input in inputs {
                guard let other = Self.status(input), other.st_dev == found.st_dev, other.st_ino == found.st_ino
                else { continue }
                throw ValidationError("\(place) would be overwritten and is an input; name another file")
            }
        }
        if let found = Self.status(path), found.st_mode & S_IFMT != S_IFREG {
            throw ValidationError("\(path) is no regular file; name a file that is to be made")
        }
    }

    /// Whether a file is being made, or was when its maker died.
    var isBegun: Bool { Self.status(temporary) != nil }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    /// Opens the file that is being made, empty.
    func open() throws -> Int32 {
        let descriptor = Glibc.open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw SystemError(call: "open", path: temporary, errno: errno) }
        return descriptor
    }

    /// Makes sure that it can be made, before the work that is to go into it.
    func probe() throws {
        close(try open())
        discard()
    }

    /// Makes it of a text.
    func make(of text: String) throws {
        try make {
            let descriptor = try open()
            defer { close(descriptor) }
            let output = LineOutput(descriptor, path)
            try output.put(text)
            try output.flush()
            guard fsync(descriptor) == 0 else { throw SystemError(call: "fsync", path: path, errno: errno) }
        }
    }

    /// Moves it to its place; its contents must be synced.
    func commit() throws {
        guard rename(temporary, path) == 0 else { throw SystemError(call: "rename", path: path, errno: errno) }
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = Glibc.open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        close(descriptor)
    }

    func discard() { unlink(temporary) }

    /// Makes it: `body` writes and syncs ``temporary``. What is not whole does not stay.
    func make<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            let result = try body()
            try commit()
            return result
        } catch {
            discard()
            throw error
        }
    }
}

/// Lines on their way to standard output or a file, in blocks.
final class LineOutput {
    private let descriptor: Int32
    private let name: String
    private var bytes: [UInt8] = []

    /// - Parameter descriptor: 1, or a file that stays the caller's.
    init(_ descriptor: Int32, _ name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    func put(_ line: String) throws {
        bytes.append(contentsOf: line.utf8)
        bytes.append(UInt8(ascii: "\n"))
        if bytes.count >= 1 << 16 { try flush() }
    }

    func flush() throws {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + done, $0.count - done) }
            if count < 0, errno == EINTR { continue }
            // Nobody reads on: that is the reader's good right.
            if count < 0, errno == EPIPE, descriptor == 1 { exit(0) }
            guard count > 0 else { throw SystemError(call: "write", path: name, errno: errno) }
            done += count
        }
        bytes.removeAll(keepingCapacity: true)
    }
}
