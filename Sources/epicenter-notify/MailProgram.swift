import Foundation
import Glibc
import Notifying
import ServiceKit

/// A file with a secret in it, that nobody else may read.
enum SecretFile {
    static func read(_ path: String) throws -> [UInt8] {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemError(call: "stat", path: path, errno: errno) }
        guard status.st_mode & 0o077 == 0 else {
            throw SystemError(call: "read (others may, allowed is mode 0600)", path: path, errno: EPERM)
        }
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8),
            let secret = SinkMessages.secret(text)
        else { throw SystemError(call: "read (no secret in it)", path: path, errno: EINVAL) }
        return secret
    }
}

/// `sendmail`, run with a message as its input and a bound on its time.
struct MailProgram {
    private let program: String
    private let timeout: Int
    private let directory: String

    init(_ program: String, timeout: Int, directory: String) {
        self.program = program
        self.timeout = timeout
        self.directory = directory
    }

    /// Runs it to its end; blocks. It reads a file, not a pipe: should we be killed it still has the whole message.
    func send(_ message: [UInt8], from: String, to: [String]) throws -> SinkQueue.Outcome {
        var template = Array((directory + "/mail-XXXXXX").utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw SystemError(call: "mkstemp", path: directory, errno: errno) }
        defer { close(file) }
        _ = unlink(template)
        let written = message.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        guard written == message.count, lseek(file, 0, SEEK_SET) == 0 else {
            throw SystemError(call: "write", path: directory, errno: written < 0 ? errno : ENOSPC)
        }
        let pid = try start(["-i", "-f", from, "--"] + to, input: file)
        return outcome(pid)
    }

    private func start(_ arguments: [String], input: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        for number: Int32 in [1, 2] { posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_WRONLY, 0) }
        // Our lifeline and log are not its own: it may go on after us.
        for number: Int32 in [3, 4] { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // A group of its own, which can be killed whole; and what we ignore is not ignored there.
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { word in strdup(word) } + [nil]
        // Without the supervisor's mark: what it leaves running in the background is its own affair.
        let variables = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"]
        let environment: [UnsafeMutablePointer<CChar>?] = variables.map { variable in strdup(variable) } + [nil]
        defer { for word in words + environment { free(word) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, program, &actions, &attributes, words, environment)
        guard failure == 0 else { throw SystemError(call: "posix_spawn", path: program, errno: failure) }
        return pid
    }

    private func outcome(_ pid: pid_t) -> SinkQueue.Outcome {
        let end = ServiceClock.monotonic + .seconds(timeout)
        var status: Int32 = 0
        while waitpid(pid, &status, WNOHANG) == 0 {
            guard ServiceClock.monotonic < end else {
                kill(-pid, SIGKILL)
                waitpid(pid, &status, 0)
                return .failed("\(program) took longer than \(timeout) s and was killed")
            }
            usleep(10_000)
        }
        guard status & 0x7F == 0 else { return .failed("\(program): signal \(status & 0x7F)") }
        let code = status >> 8 & 0xFF
        switch code {
        case 0: return .delivered
        // sysexits.h: usage, data, no such user, no such host. Trying again does not help.
        case 64, 65, 67, 68: return .refused("\(program): exit status \(code)")
        default: return .failed("\(program): exit status \(code)")
        }
    }
}
