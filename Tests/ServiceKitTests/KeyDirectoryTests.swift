import Foundation
import Glibc
import TestKit
import Testing
import ZeroMQ

@testable import ServiceKit

@Suite("Directory of keys")
struct KeyDirectoryTests {
    let temporary = TemporaryDirectory()
    var keys: KeyDirectory { KeyDirectory(temporary.path + "/keys") }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    private func put(_ text: String, mode: mode_t = 0o644) throws {
        try ServiceMain.makePrivateDirectory(keys.path)
        try text.write(toFile: keys.allowListPath, atomically: true, encoding: .utf8)
        chmod(keys.allowListPath, mode)
    }

    @Test("a new key is two files, of which others may read one")
    func make() throws {
        let key = try keys.make("desk-7")
        #expect(mode(keys.secretPath("desk-7")) == 0o600)
        #expect(mode(keys.publicPath("desk-7")) == 0o644)
        #expect(mode(keys.path) == 0o700)
        let secret = try keys.secretKey(named: "desk-7")
        #expect(try CurveKeyPair(secretKey: secret).publicKey == key)
        let read = try KeyDirectory.publicKey(keys.publicPath("desk-7"))
        #expect(read.key == key && read.name == "desk-7")
        #expect(try KeyDirectory.publicKey(key.z85).key == key)
        #expect(try keys.ownKeys() == ["desk-7"])
        // What exists is not written over.
        #expect(throws: KeyError.self) { try keys.make("desk-7") }
        #expect(try keys.secretKey(named: "desk-7") == secret)
    }

    @Test("a file whose path has 40 characters that a key may have is a file")
    func pathLikeKey() throws {
        let path = temporary.path + "/keys/desk.pub"
        #expect(path.utf8.count == 40)
        #expect(throws: Never.self) { try CurvePublicKey(z85: path) }
        let key = try keys.make("desk")
        #expect(try KeyDirectory.publicKey(path).key == key)
    }

    @Test("names that lead elsewhere are refused", arguments: ["", "../x", "a/b", ".hidden", "-x", "a b", "é"])
    func names(name: String) {
        #expect(throws: KeyError.self) { try keys.make(name) }
        #expect(!FileManager.default.fileExists(atPath: keys.path))
    }

    @Test("a secret key that others may read, or that is none, is refused")
    func secrets() throws {
        _ = try keys.make("server")
        chmod(keys.secretPath("server"), 0o640)
        let open = #expect(throws: KeyError.self) { try keys.secretKey(named: "server") }
        #expect(open?.description.contains("mode 0640") ?? false)
        chmod(keys.secretPath("server"), 0o600)
        try "too short".write(toFile: keys.secretPath("server"), atomically: false, encoding: .utf8)
        #expect(throws: KeyError.self) { try keys.secretKey(named: "server") }
        let missing = #expect(throws: KeyError.self) { try keys.secretKey(named: "other") }
        #expect(missing?.description.contains("epicenter keys new other") ?? false)
    }

    @Test("allowing and revoking keeps what a person wrote")
    func edits() throws {
        let (first, second) = (try CurveKeyPair.generate().publicKey, try CurveKeyPair.generate().publicKey)
        try put("# Desks\n\nnonsense\n\(first.z85) a\n")
        try keys.allow(.init(key: second, name: "b", domains: [.subscribe]))
        try keys.allow(.init(key: second, name: "b2"))
        #expect(
            try String(contentsOfFile: keys.allowListPath, encoding: .utf8)
                == "# Desks\n\nnonsense\n\(first.z85) a\n\(second.z85) b2\n")
        #expect(try keys.revoke("nobody").isEmpty)
        #expect(try keys.revoke("a").map(\.key) == [first])
        #expect(try keys.revoke(second.z85).map(\.name) == ["b2"])
        #expect(try String(contentsOfFile: keys.allowListPath, encoding: .utf8) == "# Desks\n\nnonsense\n")
    }

    @Test("the watch reads a list that changed, once, and reports its problems with their lines")
    func watch() throws {
        let said = Said()
        let watch = AllowListWatch(keys.allowListPath) { said.add($0) }
        #expect(watch.look() == .changed(nil))
        #expect(watch.look() == .unchanged)
        #expect(said.take().first?.contains("nobody is let in") ?? false)
        let key = try CurveKeyPair.generate().publicKey
        try put("\(key.z85) a\nrubbish b\n")
        guard case .changed(let list?) = watch.look() else {
            Issue.record("the change was not seen")
            return
        }
        #expect(list.entries.map(\.name) == ["a"])
        #expect(said.take() == ["\(keys.allowListPath): line 2: \"rubbish\" is no key of 40 characters"])
        #expect(watch.look() == .unchanged)
        _ = try keys.revoke("a")
        #expect(watch.look() != .unchanged)
        #expect(said.take().contains { $0.contains("names no key") })
    }

    @Test("a list that is missing, unreadable, others may write, too long, or no file lets nobody in")
    func failsClosed() throws {
        let key = try CurveKeyPair.generate().publicKey
        func list() -> Authenticator.Source { AllowListWatch(keys.allowListPath) { _ in }.look() }
        #expect(list() == .changed(nil))
        try put("\(key.z85) a\n", mode: 0o666)
        #expect(list() == .changed(nil))
        try put("\(key.z85) a\n")
        #expect(list() == .changed(AllowList("\(key.z85) a\n")))
        try put(String(repeating: "#\n", count: 3 << 20))
        #expect(list() == .changed(nil))
        unlink(keys.allowListPath)
        mkdir(keys.allowListPath, 0o700)
        #expect(list() == .changed(nil))
    }

    private final class Said: @unchecked Sendable {
        private let lock = NSLock()
        private var lines: [String] = []
        func add(_ more: [String]) { lock.withLock { lines += more } }
        func take() -> [String] {
            lock.withLock {
                defer { lines = [] }
                return lines
            }
        }
    }
}
