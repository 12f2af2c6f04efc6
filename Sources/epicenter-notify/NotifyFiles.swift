import EventLog
import Foundation
import Glibc
import Notifying
import ServiceKit

/// The process's files, under `DATA/notify`.
struct NotifyFiles {
    let directory: String
    /// A file of dead letters that is larger is put aside as `.1`, in the place of the one before.
    static let maximumDeadLetters = 64 << 20

    init(_ configuration: ServiceConfiguration) throws {
        directory = configuration.dataDirectory + "/notify"
        try ServiceMain.makePrivateDirectory(directory)
    }

    var statePath: String { directory + "/state.json" }

    /// nil: there is none yet.
    ///
    /// - Throws: When it cannot be read, or is damaged.
    func state() throws -> NotifyState? {
        guard FileManager.default.fileExists(atPath: statePath) else { return nil }
        return try NotifyState(json: Data(contentsOf: URL(fileURLWithPath: statePath)))
    }

    /// Puts a state that cannot be read aside.
    func putAside() { _ = rename(statePath, statePath + ".damaged") }

    func write(_ state: NotifyState) throws { try replaceFile(statePath, with: state.encoded()) }

    func append(_ letters: [SinkQueue.DeadLetter]) throws {
        for (sink, letters) in Dictionary(grouping: letters, by: \.delivery.sink) {
            let path = "\(directory)/\(sink).dead.jsonl"
            var status = stat()
            if stat(path, &status) == 0, status.st_size > Self.maximumDeadLetters { _ = rename(path, path + ".1") }
            let lines = try letters.flatMap { try SinkMessages.deadLetter($0) + [UInt8(ascii: "\n")] }
            try LineFile.append(lines, to: path)
        }
    }
}

/// Appends whole lines to a file.
enum LineFile {
    /// Writes and syncs; what was written of lines that do not fit is taken back. A line that a crash cut is ended first.
    ///
    /// - Throws: ``ServiceKit/SystemError``; also where it is no regular file.
    static func append(_ lines: [UInt8], to path: String) throws(SystemError) {
        // O_NONBLOCK: a FIFO without a reader would hold us up.
        let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o640)
        guard file >= 0 else { throw SystemError(call: "open", path: path, errno: errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw SystemError(call: "open (no regular file)", path: path, errno: EINVAL)
        }
        var bytes = lines
        var last = UInt8(ascii: "\n")
        if status.st_size > 0, pread(file, &last, 1, status.st_size - 1) == 1, last != UInt8(ascii: "\n") {
            bytes.insert(UInt8(ascii: "\n"), at: 0)
        }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + done, $0.count - done) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = SystemError(call: "write", path: path, errno: errno)
                _ = ftruncate(file, status.st_size)
                throw failure
            }
            done += count
        }
        guard fdatasync(file) == 0 else { throw SystemError(call: "fdatasync", path: path, errno: errno) }
    }
}

/// Silences as they stand in their file, read again when it was changed.
struct SilenceWatch {
    private let path: String
    private var seen: (inode: UInt, size: Int, seconds: Int, nanoseconds: Int)?
    private(set) var problem = ""

    init(_ configuration: ServiceConfiguration) { path = SilenceBook.path(in: configuration.dataDirectory) }

    /// nil: nothing has changed. What cannot be read leaves the old ones in force.
    mutating func changed() -> SilenceBook? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard seen != nil else { return nil }
            seen = nil
            return SilenceBook()
        }
        let now = (status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        if let seen, seen == now { return nil }
        seen = now
        guard let data = FileManager.default.contents(atPath: path), let book = try? SilenceBook(json: Array(data))
        else {
            problem = "\(path) cannot be read: the silences before stay in force"
            return nil
        }
        problem = ""
        return book
    }
}
