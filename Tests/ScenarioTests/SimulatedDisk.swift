import Foundation
import Glibc
import MCAP
import TestKit

/// A disk that remembers what of its files would survive power loss. The files are real ones in a directory of
/// their own; what was synced of each, and which changes of directories were, is kept beside them.
///
/// Strict where POSIX is: a file that was synced is still gone if its directory was not, a failed sync drops what it
/// should have written, and a later one that succeeds does not bring it back.
///
/// One thread uses it.
final class SimulatedDisk: @unchecked Sendable {
    private struct File {
        /// Bytes from the start that are on the medium as they are.
        var synced: UInt64
        /// What is on the medium where that is not a beginning of what is in the file now.
        var onMedium: [UInt8]?
        /// A sync failed: what was not on the medium then never gets there.
        var isForsaken = false
    }

    /// A change of a directory that is not on the medium yet.
    private struct Change {
        enum Kind {
            case made
            case renamed(from: String)
            case removed
        }
        var kind: Kind
        var path: String
        /// What was at `path` before.
        var former: String?

        var directory: String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
    }

    let root: String
    var isFull = false
    /// Share of writes that fail with `EIO`.
    var writeErrors = 0.0
    /// Syncs that are to fail.
    var failingSyncs = 0
    private(set) var failedSyncs = 0
    private let formerFiles: String
    private var formerCount = 0
    private var files: [UInt64: File] = [:]
    private var changes: [Change] = []
    private var directories: [UInt64: String] = [:]
    private var random: SeededGenerator

    init(seed: UInt64) {
        var template = Array("/dev/shm/epicenter-scenario-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { preconditionFailure("no directory in /dev/shm") }
        let path = String(cString: made)
        root = path + "/disk"
        formerFiles = path + "/former"
        mkdir(root, 0o750)
        mkdir(formerFiles, 0o750)
        random = SeededGenerator(seed: seed)
    }

    deinit { try? FileManager.default.removeItem(atPath: (root as NSString).deletingLastPathComponent) }

    // MARK: calls

    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> Int {
        // What is written over what is there needs no room.
        let isTight = isFull && offset + UInt64(bytes.count) > identity(descriptor).size
        if isTight, random.chance(0.7) { return fail(ENOSPC) }
        if writeErrors > 0, random.chance(writeErrors) { return fail(EIO) }
        prepare(descriptor, toChangeFrom: offset)
        // What is left of the room, or a short write for no reason.
        let count = isTight || random.chance(0.02) ? max(1, bytes.count / 3) : bytes.count
        return pwrite(descriptor, bytes.baseAddress, count, off_t(offset))
    }

    func truncate(_ descriptor: Int32, to length: UInt64) -> Int32 {
        prepare(descriptor, toChangeFrom: length)
        return ftruncate(descriptor, off_t(length))
    }

    /// Bytes from `offset` on will not be those on the medium.
    private func prepare(_ descriptor: Int32, toChangeFrom offset: UInt64) {
        let (inode, size) = identity(descriptor)
        var file = files[inode] ?? File(synced: size)
        if offset < file.synced {
            if file.onMedium == nil { file.onMedium = contents(descriptor, file.synced) }
            file.synced = offset
        }
        // What a failed sync dropped is written again.
        if offset <= file.synced { file.isForsaken = false }
        files[inode] = file
    }

    func sync(_ descriptor: Int32) -> Int32 {
        let (inode, size) = identity(descriptor)
        if let directory = directories[inode] {
            for change in changes where change.directory == directory { forget(change) }
            changes.removeAll { $0.directory == directory }
            return 0
        }
        var file = files[inode] ?? File(synced: size)
        defer { files[inode] = file }
        if failingSyncs > 0 {
            failingSyncs -= 1
            failedSyncs += 1
            file.isForsaken = true
            return Int32(fail(EIO))
        }
        if !file.isForsaken { file = File(synced: size) }
        return 0
    }

    func open(_ path: String, _ flags: Int32) -> Int32 {
        let isNew = flags & O_CREAT != 0 && access(path, F_OK) != 0
        if isNew, isFull { return Int32(fail(ENOSPC)) }
        if !isNew, flags & O_TRUNC != 0 {
            let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
            if descriptor >= 0 {
                prepare(descriptor, toChangeFrom: 0)
                close(descriptor)
            }
        }
        let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return descriptor }
        let (inode, _) = identity(descriptor)
        if flags & O_DIRECTORY != 0 { directories[inode] = path.hasSuffix("/") ? String(path.dropLast()) : path }
        if isNew {
            files[inode] = File(synced: 0)
            changes.append(Change(kind: .made, path: path))
        }
        return descriptor
    }

    func rename(_ from: String, _ to: String) -> Int32 {
        guard access(from, F_OK) == 0 else { return Int32(fail(ENOENT)) }
        changes.append(Change(kind: .renamed(from: from), path: to, former: keep(to)))
        return Glibc.rename(from, to)
    }

    func unlink(_ path: String) -> Int32 {
        guard let former = keep(path) else { return Int32(fail(ENOENT)) }
        changes.append(Change(kind: .removed, path: path, former: former))
        return Glibc.unlink(path)
    }

    private func fail(_ code: Int32) -> Int {
        errno = code
        return -1
    }

    /// Another name for a file, so that it can be had back.
    private func keep(_ path: String) -> String? {
        formerCount += 1
        let former = "\(formerFiles)/\(formerCount)"
        return link(path, former) == 0 ? former : nil
    }

    private func forget(_ change: Change) {
        if let former = change.former { Glibc.unlink(former) }
    }

    private func identity(_ descriptor: Int32) -> (inode: UInt64, size: UInt64) {
        var status = stat()
        fstat(descriptor, &status)
        return (UInt64(status.st_ino), UInt64(status.st_size))
    }

    private func contents(_ descriptor: Int32, _ length: UInt64) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, Int(length), 0))
        }
    }

    // MARK: power loss

    /// Loses what is not on the medium: of each directory's changes the last ones, of each file's bytes some, others
    /// are there with bits flipped. Nobody may have a file open.
    func losePower(flips: Bool) {
        isFull = false
        failingSyncs = 0
        loseChanges()
        if let tree = FileManager.default.enumerator(atPath: root) {
            // In an order that does not depend on the file system.
            for name in tree.allObjects.compactMap({ $0 as? String }).sorted() {
                loseBytes(of: root + "/" + name, flips: flips)
            }
        }
        files = [:]
        changes.forEach(forget)
        changes = []
    }

    private func loseChanges() {
        var kept: [String: Int] = [:]
        for change in changes { kept[change.directory, default: 0] += 1 }
        for directory in kept.keys.sorted() {
            kept[directory] = Int.random(in: 0...kept[directory, default: 0], using: &random)
        }
        var undone: [Change] = []
        for change in changes {
            kept[change.directory, default: 0] -= 1
            if kept[change.directory, default: 0] < 0 { undone.append(change) }
        }
        for change in undone.reversed() {
            switch change.kind {
            case .made: Glibc.unlink(change.path)
            case .renamed(let from): Glibc.rename(change.path, from)
            case .removed: break
            }
            if let former = change.former { Glibc.rename(former, change.path) }
        }
    }

    private func loseBytes(of path: String, flips: Bool) {
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let (inode, size) = identity(descriptor)
        guard let file = files[inode] else { return }
        if let onMedium = file.onMedium {
            // The old contents or the new: what is overwritten is smaller than a sector.
            guard file.isForsaken || random.chance(0.5) else { return }
            ftruncate(descriptor, 0)
            _ = onMedium.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
            return
        }
        guard size > file.synced else { return }
        let left: UInt64
        switch Int.random(in: 0..<4, using: &random) {
        case 0: left = file.synced
        case 1: left = size
        default: left = UInt64.random(in: file.synced...size, using: &random)
        }
        ftruncate(descriptor, off_t(left))
        guard left > file.synced, file.isForsaken || (flips && random.chance(0.4)) else { return }
        for _ in 0..<(file.isForsaken ? 1 : Int.random(in: 1...3, using: &random)) {
            flip(descriptor, at: file.isForsaken ? file.synced : .random(in: file.synced..<left, using: &random))
        }
    }

    private func flip(_ descriptor: Int32, at offset: UInt64) {
        var byte: UInt8 = 0
        pread(descriptor, &byte, 1, off_t(offset))
        byte ^= 1 << UInt8.random(in: 0..<8, using: &random)
        pwrite(descriptor, &byte, 1, off_t(offset))
    }
}

/// A process's own view of the disk, and what ends it in the middle of a call: from then on nothing it does has any
/// effect.
final class ProcessDisk: FileCalls, @unchecked Sendable {
    private let disk: SimulatedDisk
    /// Calls until death; nil: it lives on.
    var fuse: Int?
    private(set) var isDead = false

    init(_ disk: SimulatedDisk) { self.disk = disk }

    /// Whether the process is there to make a call; it may be its last.
    func lives() -> Bool {
        if isDead { return false }
        if let left = fuse {
            fuse = left - 1
            isDead = left <= 1
        }
        return !isDead
    }

    private func gone() -> Int32 {
        errno = EIO
        return -1
    }

    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> Int {
        guard !isDead else { return Int(gone()) }
        guard lives() else {
            // Died in it: a part may have been written, or all.
            let count = bytes.count * (Int(offset) % 5) / 4
            _ = disk.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes[..<count]), at: offset)
            return Int(gone())
        }
        return disk.write(descriptor, bytes, at: offset)
    }

    func sync(_ descriptor: Int32) -> Int32 { lives() ? disk.sync(descriptor) : gone() }
    func truncate(_ descriptor: Int32, to length: UInt64) -> Int32 {
        lives() ? disk.truncate(descriptor, to: length) : gone()
    }
    func open(_ path: String, _ flags: Int32) -> Int32 { lives() ? disk.open(path, flags) : gone() }
    func rename(_ from: String, _ to: String) -> Int32 { lives() ? disk.rename(from, to) : gone() }
    func unlink(_ path: String) -> Int32 { lives() ? disk.unlink(path) : gone() }
}

extension SeededGenerator {
    mutating func chance(_ share: Double) -> Bool {
        share > 0 && Double(next() >> 11) / Double(1 << 53) < share
    }
}
