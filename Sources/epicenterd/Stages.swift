import Foundation
import ServiceKit
import Supervision

/// The stages in the order in which data flow. Each is started when the one before is ready.
enum Stages {
    static let names = stages + [embed]
    private static let stages = ["epicenter-ingest", "epicenter-analyze", "epicenter-attribute", "epicenter-publish"]
    /// Optional: computes embeddings. Nothing depends on it. A recording that is replayed has its own.
    private static let embed = "epicenter-embed"

    /// The processes that a configuration asks for.
    private static func names(_ configuration: ServiceConfiguration) -> [String] {
        configuration.embedDirectory == nil || configuration.recording != nil ? stages : names
    }

    /// - Parameter path: Of the configuration that was accepted.
    static func specs(_ configuration: ServiceConfiguration, path: String) -> [ChildSpec] {
        let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
        let settings = configuration.supervision
        let names = names(configuration)
        return names.indices.map { index in
            let isEmbed = names[index] == embed
            var spec = ChildSpec(
                name: names[index], executable: folder + "/" + names[index], arguments: ["--config", path],
                dependencies: index == 0 ? [] : [names[isEmbed ? 0 : index - 1]],
                readinessDeadline: settings.readyWithin,
                heartbeatDeadline: settings.silentAfter,
                // The child's own bound comes first: it has a checkpoint and a segment to close.
                stopPatience: configuration.stopWithin + .seconds(5), maximumDeaths: settings.maximumDeaths,
                deathWindow: settings.deathWindow, readsInput: index == 0 && configuration.readsInput)
            spec.environment = ServiceMain.supervisedEnvironment(
                log: ChildProcess.logDescriptor, lifeline: ChildProcess.lifelineDescriptor)
            spec.firstHeartbeatDeadline = max(.seconds(10), settings.silentAfter)
            spec.limits = ChildSpec.Limits(
                openFiles: settings.openFiles, coreBytes: settings.coreBytes, nice: settings.nice,
                memoryBytes: settings.memoryBytes)
            return spec
        }
    }
}
