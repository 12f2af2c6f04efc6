import Subprocess
import SystemPackage

#if canImport(Glibc)
import Glibc
#endif

/// The power of the supervisor: starts processes and signals them. It contains no rule about when.
///
/// Children are spawned by swift-subprocess from one persistent thread, as the parent-death signal that
/// each child asks for follows the thread that started it.
public struct Spawner: Sendable {
    /// What happened to a child.
    public enum Report: Sendable {
        case spawned(child: Int, pid: Int32)
        case exited(child: Int, ChildExit)
    }

    private let report: @Sendable (Report) -> Void

    /// - Parameter report: Called from any thread.
    public init(report: @escaping @Sendable (Report) -> Void) {
        self.report = report
    }

    /// Starts a child. Its standard output and error are ours' standard error.
    ///
    /// - Parameter environment: Added to the environment we have.
    public func spawn(_ spec: ChildSpec, child: Int, environment: [(String, String)]) {
        let report = report
        Task {
            let exit = await Self.run(spec, environment: environment) { pid in
                report(.spawned(child: child, pid: pid))
            }
            report(.exited(child: child, exit))
        }
    }

    private static func run(
        _ spec: ChildSpec, environment: [(String, String)], started: @Sendable (Int32) -> Void
    ) async -> ChildExit {
        var updates: [Environment.Key: String?] = [:]
        for (key, value) in environment {
            guard let key = Environment.Key(rawValue: key) else { continue }
            updates[key] = value
        }
        // A group of its own: what a terminal sends to its foreground group comes to the supervisor alone,
        // which stops its children in order.
        var platform = PlatformOptions()
        platform.processGroupID = 0
        do {
            return try await spec.readsInput
                ? run(
                    spec, updates, platform, .fileDescriptor(.standardInput, closeAfterSpawningProcess: false), started)
                : run(spec, updates, platform, .none, started)
        } catch {
            return .notStarted("\(error)")
        }
    }

    private static func run(
        _ spec: ChildSpec, _ updates: [Environment.Key: String?], _ platform: PlatformOptions,
        _ input: some InputProtocol, _ started: @Sendable (Int32) -> Void
    ) async throws -> ChildExit {
        let result = try await Subprocess.run(
            .path(FilePath(spec.executable)), arguments: Arguments(spec.arguments),
            environment: .inherit.updating(updates), platformOptions: platform, input: input,
            output: .currentStandardError, error: .currentStandardError
        ) { execution in
            started(execution.processIdentifier.value)
        }
        switch result.terminationStatus {
        case .exited(let status): return .status(status)
        case .signaled(let signal): return .signal(signal)
        }
    }

    /// Sends a signal; a process that is gone already is no error.
    public func signal(_ pid: Int32, _ signal: Int32) {
        _ = kill(pid, signal)
    }
}
