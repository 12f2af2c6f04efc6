import Doctor
import ServiceKit
import Testing
import ZeroMQ

@Suite("What a machine lacks")
struct DiagnosisTests {
    private static func healthy() -> MachineFacts {
        var facts = MachineFacts()
        facts.configuration = "e.yaml"
        facts.programs = [.init(name: "epicenterd", canRun: true)]
        facts.zeroMQ = Library.Version(major: 4, minor: 3, patch: 4)
        facts.hasCurve = true
        for path in [\MachineFacts.run, \.data] {
            facts[keyPath: path].path = "/srv/e"
            facts[keyPath: path].exists = true
            facts[keyPath: path].isDirectory = true
            facts[keyPath: path].isWritable = true
            facts[keyPath: path].isOwn = true
            facts[keyPath: path].mode = 0o700
            facts[keyPath: path].freeBytes = 50 << 30
            facts[keyPath: path].freeFiles = 1_000
        }
        facts.longestSocket = "/srv/e/producers.sock"
        facts.wall = 1_800_000_000_000_000_000
        facts.clock = .synchronized
        facts.openFiles = 1_024
        facts.memoryBytes = 8 << 30
        facts.availableBytes = 4 << 30
        facts.processors = 2
        return facts
    }

    private static func bad(_ change: (inout MachineFacts) -> Void) -> [String] {
        var facts = healthy()
        change(&facts)
        return Diagnosis.all(facts).filter { $0.verdict != .ok }.map { "\($0.verdict) \($0.check)" }
    }

    @Test("a machine that lacks nothing has nothing to mend")
    func healthy() {
        #expect(Self.bad { _ in } == [])
        #expect(Diagnosis.all(Self.healthy()).allSatisfy { $0.remedy.isEmpty && !$0.found.isEmpty })
    }

    private typealias Change = @Sendable (inout MachineFacts) -> Void

    private static let changes: [(String, Change)] = [
        ("failure configuration", { $0.problems = ["e.yaml:3: data.sync is \"often\""] }),
        ("failure programs", { $0.programs.append(.init(name: "epicenter-ingest", canRun: false)) }),
        ("failure libraries", { $0.zeroMQ = Library.Version(major: 4, minor: 2, patch: 9) }),
        ("warning libraries", { $0.hasCurve = false }),
        (
            "failure libraries",
            {
                $0.hasCurve = false
                $0.needsCurve = true
            }
        ),
        ("failure run directory", { $0.run.isDirectory = false }),
        ("failure run directory", { $0.run.isWritable = false }),
        ("failure run directory", { $0.run.mode = 0o770 }),
        ("warning run directory", { $0.run.isOwn = false }),
        ("failure socket paths", { $0.longestSocket = String(repeating: "a", count: 108) }),
        ("failure data directory", { $0.data.isDirectory = false }),
        ("failure data directory", { $0.data.isWritable = false }),
        ("warning data directory", { $0.data.kind = .memory }),
        ("warning data directory", { $0.data.kind = .network }),
        ("warning disk", { $0.data.freeBytes = (2 << 30) - 1 }),
        ("failure disk", { $0.data.freeBytes = (100 << 20) - 1 }),
        ("failure disk", { $0.data.freeFiles = 0 }),
        (
            "failure publish.alerts",
            { $0.ports = [.init(key: "publish.alerts", address: "127.0.0.1:1", error: "in use")] }
        ),
        ("warning clock", { $0.clock = .unsynchronized }),
        ("failure clock", { $0.wall = 0 }),
        ("warning open files", { $0.openFiles = 1_023 }),
        ("warning memory", { $0.availableBytes = (512 << 20) - 1 }),
        (
            "failure service",
            {
                $0.isRunning = true
                $0.unready = ["epicenter-publish"]
            }
        ),
    ]

    @Test("each lack is told, once, with a remedy", arguments: changes)
    private func lacks(_ expected: String, _ change: Change) {
        #expect(Self.bad(change) == [expected])
        var facts = Self.healthy()
        change(&facts)
        #expect(Diagnosis.all(facts).filter { $0.verdict != .ok }.allSatisfy { !$0.remedy.isEmpty })
    }

    @Test("what has limits is well at them")
    func limits() {
        #expect(
            Self.bad {
                $0.longestSocket = String(repeating: "a", count: 107)
                $0.data.freeBytes = 2 << 30
                $0.openFiles = 1_024
                $0.availableBytes = 512 << 20
            } == [])
    }

    @Test("a port that is taken is the service's own while it runs")
    func ownPort() {
        #expect(
            Self.bad {
                $0.isRunning = true
                $0.ports = [.init(key: "publish.alerts", address: "127.0.0.1:1", error: "in use")]
            } == [])
    }
}
