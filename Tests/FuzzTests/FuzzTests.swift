import Foundation
import FuzzKit
import Glibc
import Testing

/// Damaged input for everything that reads bytes from outside, the same cases in each build.
///
/// `EPICENTER_SEED` gives other cases, `EPICENTER_FUZZ_CASE=TARGET/NUMBER` one alone. Memory is bounded by
/// `epicenter-fuzz`, which runs the same targets in processes of their own: here other tests allocate at the same time.
@Suite("Damaged input", .serialized)
struct FuzzTests {
    private static let environment = ProcessInfo.processInfo.environment
    fileprivate static let seed = environment["EPICENTER_SEED"].flatMap(UInt64.init) ?? 20_250_127
    private static let single = environment["EPICENTER_FUZZ_CASE"]

    @Test("all targets together have a hundred thousand cases")
    func size() {
        #expect(FuzzTargets.all.reduce(0) { $0 + $1.thousands } >= 100)
        #expect(Set(FuzzTargets.all.map(\.name)).count == FuzzTargets.all.count)
    }

    @Test("a target takes or refuses each input", arguments: FuzzTargets.all.map(\.name))
    func target(_ name: String) throws {
        let entry = try #require(FuzzTargets.entry(name))
        guard let target = try entry.make() else {
            print("\(name): the data it needs are not here, left out")
            return
        }
        if let single = Self.single {
            let parts = single.split(separator: "/")
            if parts.first.map(String.init) == name, let number = parts.last.flatMap({ UInt64($0) }) {
                try Self.run(target, number)
            }
            return
        }
        print("fuzz \(name): EPICENTER_SEED=\(Self.seed)")
        var accepted = 0
        for number in 0..<UInt64(entry.thousands * 1_000) where try Self.run(target, number) { accepted += 1 }
        // A target that takes nothing, or all, tests nothing.
        #expect(accepted > 0 && accepted < entry.thousands * 1_000, "\(accepted) cases were accepted")
    }

    @discardableResult
    private static func run(_ target: FuzzTarget, _ number: UInt64) throws -> Bool {
        let input = target.input(seed: seed, number: number)
        LastCase.note(target.name, number)
        do {
            return try target.run(input) == .accepted
        } catch {
            let file = FileManager.default.temporaryDirectory.appending(path: "\(target.name)-\(seed)-\(number).bin")
            try Data(input).write(to: file)
            Issue.record(
                """
                \(error)
                EPICENTER_SEED=\(seed) EPICENTER_FUZZ_CASE=\(target.name)/\(number) swift test --filter FuzzTests
                input of \(input.count) bytes in \(file.path); it begins \(hex(input.prefix(64)))
                """)
            return false
        }
    }

    private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(separator: " ")
    }

    @Test("the same number gives the same input, another number another")
    func repeatable() throws {
        for name in ["container", "csv", "producer-protobuf"] {
            let first = try #require(try FuzzTargets.entry(name)?.make())
            let second = try #require(try FuzzTargets.entry(name)?.make())
            let inputs = (0..<200).map { first.input(seed: 7, number: $0) }
            #expect(inputs == (0..<200).map { second.input(seed: 7, number: $0) })
            #expect(Set(inputs).count > 100, "inputs repeat themselves")
        }
    }
}

/// The case in hand, where a handler of fatal signals finds it: a trap ends the process before anything is reported.
private enum LastCase {
    private nonisolated(unsafe) static let text = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    private nonisolated(unsafe) static var length = 0
    private nonisolated(unsafe) static let former = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
    private static let isInstalled: Bool = {
        for signal in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { signal in
                // Only what is safe in a handler: one write. On return the fault comes again, to the former handler.
                _ = write(2, LastCase.text, LastCase.length)
                sigaction(signal, LastCase.former + Int(signal), nil)
            }
            sigaction(signal, &action, former + Int(signal))
        }
        return true
    }()

    static func note(_ target: String, _ number: UInt64) {
        _ = isInstalled
        let line = "\nfuzz: died in EPICENTER_SEED=\(FuzzTests.seed) EPICENTER_FUZZ_CASE=\(target)/\(number)\n"
        length = 0
        for byte in line.utf8.prefix(256) {
            text[length] = byte
            length += 1
        }
    }
}
