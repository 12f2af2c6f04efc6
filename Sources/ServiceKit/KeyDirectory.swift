import Foundation
import Glibc
import Synchronization
import ZeroMQ

/// What is wrong with a key, its file or the list, in one line.
public struct KeyError: Error, Equatable, ExitStatusProviding, CustomStringConvertible {
    public let description: String
    public var exitStatus: ExitStatus { .configuration }

    public init(_ description: String) { self.description = description }
}

/// A directory of CURVE keys: `NAME.secret` (mode 0600), `NAME.pub`, and `allow`, the list of those let in.
///
/// A secret file holds the secret key's 40 characters; the public key follows from it. A `.pub` file holds a
/// line as it stands in the list: `KEY NAME`.
public struct KeyDirectory: Sendable {
    public let path: String
    public var allowListPath: String { path + "/allow" }
    /// A longer list is not read: it lets nobody in.
    static let maximumListBytes = 4 << 20

    public init(_ path: String) { self.path = path }

    public func secretPath(_ name: String) -> String { "\(path)/\(name).secret" }
    public func publicPath(_ name: String) -> String { "\(path)/\(name).pub" }

    /// Makes a pair of keys. A key that exists is never written over.
    public func make(_ name: String) throws -> CurvePublicKey {
        guard AllowList.isName(name) else {
            throw KeyError("\"\(name)\" is no name: allowed are 1 to 64 letters, digits, dots, hyphens, underscores")
        }
        try ServiceMain.makePrivateDirectory(path)
        var pair = try CurveKeyPair.generate()
        // Easy on shells, and never taken for an option.
        while !AllowList.isName(pair.publicKey.z85.prefix(1)) { pair = try CurveKeyPair.generate() }
        try write(pair.secretKey.z85 + "\n", to: secretPath(name), mode: 0o600)
        let entry = AllowList.Entry(key: pair.publicKey, name: name)
        try write(entry.line + "\n", to: publicPath(name), mode: 0o644)
        return pair.publicKey
    }

    /// Names of the keys whose secret half is here.
    public func ownKeys() throws -> [String] {
        let files = try FileManager.default.contentsOfDirectory(atPath: path)
        return files.filter { $0.hasSuffix(".secret") }.map { String($0.dropLast(".secret".count)) }.sorted()
    }

    public func secretKey(named name: String) throws(KeyError) -> CurveSecretKey {
        do {
            return try Self.secretKey(at: secretPath(name))
        } catch {
            let make = "make it with `epicenter keys new \(name) --directory \(path)`"
            throw KeyError("\(error); \(make), or name one of \(path) that exists")
        }
    }

    /// Reads a secret key's file, which others may not.
    public static func secretKey(at path: String) throws(KeyError) -> CurveSecretKey {
        var status = stat()
        guard stat(path, &status) == 0 else { throw KeyError("\(path): \(String(cString: strerror(errno)))") }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw KeyError("\(path): others may read it (mode 0\(mode)), allowed is 0600")
        }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw KeyError("\(path): cannot be read as text")
        }
        do {
            return try CurveSecretKey(z85: text.trimmingCharacters(in: .whitespacesAndNewlines))
        } catch {
            throw KeyError("\(path): \(error)")
        }
    }

    /// The public key that `text` is or names: a `.pub` file, or the 40 characters.
    ///
    /// - Returns: The key and, from a file, its name.
    public static func publicKey(_ text: String) throws(KeyError) -> (key: CurvePublicKey, name: String?) {
        // A file first: a path of 40 characters can pass for a key.
        if access(text, F_OK) != 0, let key = try? CurvePublicKey(z85: text) { return (key, nil) }
        guard let content = try? String(contentsOfFile: text, encoding: .utf8) else {
            throw KeyError("\"\(text)\" is neither a key of 40 characters nor a file that can be read")
        }
        let list = AllowList(content)
        if let entry = list.entries.first, list.entries.count == 1 { return (entry.key, entry.name) }
        if let key = try? CurvePublicKey(z85: content.trimmingCharacters(in: .whitespacesAndNewlines)) {
            return (key, nil)
        }
        throw KeyError("\(text): holds no public key; allowed is one line, KEY NAME")
    }
}

// MARK: the list

extension KeyDirectory {
    /// The list as it stands.
    ///
    /// - Throws: ``KeyError`` when it is missing, cannot be read, is too long, or others may write it.
    public func allowList() throws(KeyError) -> AllowList { AllowList(try Self.listText(allowListPath)) }

    static func listText(_ path: String) throws(KeyError) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw KeyError("\(path): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw KeyError("\(path): is no file")
        }
        guard status.st_mode & 0o022 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw KeyError("\(path): others may write it (mode 0\(mode)), allowed is 0644")
        }
        guard status.st_size <= maximumListBytes else {
            throw KeyError("\(path): \(status.st_size) bytes, allowed are \(maximumListBytes)")
        }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: false)
        guard let data = try? handle.readToEnd() ?? Data() else {
            throw KeyError("\(path): cannot be read")
        }
        // Bytes that are no UTF-8 make their own lines malformed, and no others.
        return String(decoding: data, as: UTF8.self)
    }

    /// Lets a key in. Says it again, with another name or purpose, if it is there already.
    public func allow(_ entry: AllowList.Entry) throws {
        try ServiceMain.makePrivateDirectory(path)
        try edit { lines in
            lines.removeAll { AllowList.entry(in: $0)?.key == entry.key }
            lines.append(entry.line)
        }
    }

    /// Takes out the lines of a key, or all of a name's.
    ///
    /// - Returns: What was taken out.
    public func revoke(_ nameOrKey: String) throws -> [AllowList.Entry] {
        var revoked: [AllowList.Entry] = []
        try edit { lines in
            lines.removeAll { line in
                guard let entry = AllowList.entry(in: line),
                    entry.name == nameOrKey || entry.key.z85 == nameOrKey
                else { return false }
                revoked.append(entry)
                return true
            }
        }
        return revoked
    }

    /// Changes the list's lines, one writer at a time; readers see the old file or the new.
    private func edit(_ change: (inout [String]) -> Void) throws {
        let lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw SystemError(call: "open", path: path, errno: errno) }
        defer { close(lock) }
        guard flock(lock, LOCK_EX) == 0 else { throw SystemError(call: "flock", path: path, errno: errno) }
        let exists = access(allowListPath, F_OK) == 0
        var lines = exists ? try Self.listText(allowListPath).components(separatedBy: "\n") : []
        if lines.last?.isEmpty ?? false { lines.removeLast() }
        let before = lines
        change(&lines)
        guard lines != before else { return }
        let text = lines.map { $0 + "\n" }.joined()
        let scratch = allowListPath + ".new"
        unlink(scratch)
        try write(text, to: scratch, mode: 0o644)
        guard rename(scratch, allowListPath) == 0 else {
            throw SystemError(call: "rename", path: allowListPath, errno: errno)
        }
        fsync(lock)
    }

    /// Writes a file that must not exist yet, and syncs it.
    private func write(_ text: String, to path: String, mode: mode_t) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else {
            if errno == EEXIST { throw KeyError("\(path): exists already, and is not written over") }
            throw SystemError(call: "open", path: path, errno: errno)
        }
        defer { close(file) }
        // The umask may have taken away more than it should.
        fchmod(file, mode)
        let bytes = Array(text.utf8)
        guard Glibc.write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            let failure = SystemError(call: "write", path: path, errno: errno)
            unlink(path)
            throw failure
        }
    }
}

/// Looks whether the list's file is another than before, and reads it if so.
final class AllowListWatch: Sendable {
    /// What tells one state of a file from the next.
    private struct Signature: Equatable {
        var inode: UInt64 = 0
        var size: Int64 = 0
        var modified: [Int] = []
    }

    private let path: String
    private let report: @Sendable ([String]) -> Void
    private let seen = Mutex<Signature?>(nil)

    /// - Parameter report: Given what is wrong with the list, each time it changes.
    init(_ path: String, report: @escaping @Sendable ([String]) -> Void) {
        self.path = path
        self.report = report
    }

    func look() -> Authenticator.Source {
        var status = stat()
        var now = Signature()
        if stat(path, &status) == 0 {
            now = Signature(
                inode: UInt64(status.st_ino), size: Int64(status.st_size),
                modified: [
                    status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
                ])
        }
        let isNew = seen.withLock { seen in
            defer { seen = now }
            return seen != now
        }
        guard isNew else { return .unchanged }
        do throws(KeyError) {
            let list = AllowList(try KeyDirectory.listText(path))
            var lines = list.problems.prefix(20).map { "\(path): \($0)" }
            if list.problems.count > lines.count { lines.append("\(path): \(list.problems.count) such lines in all") }
            if list.entries.isEmpty { lines.append("\(path): names no key, so nobody is let in") }
            report(lines)
            return .changed(list)
        } catch {
            report(["\(error); nobody is let in"])
            return .changed(nil)
        }
    }
}
