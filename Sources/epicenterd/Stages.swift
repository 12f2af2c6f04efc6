import Foundation
import ServiceKit
import Supervision

/// The stages in the order in which data flow. Each is started when the one before is ready.
enum Stages {
    static let names = stages + [embed, notify, metrics, dashboard]
    private static let stages = ["epicenter-ingest", "epicenter-analyze", "epicenter-attribute", "epicenter-publish"]
    /// Optional: computes embeddings. Nothing depends on it. A recording that is replayed has its own.
    private static let embed = "epicenter-embed"
    /// Optional: tells people. Nothing depends on it.
    private static let notify = "epicenter-notify"
    /// Optional: tells Prometheus.
    private static let metrics = "epicenter-metrics"
    /// Optional: shows it to people. Nothing depends on it.
    private static let dashboard = "epicenter-dashboard"

    /// The processes that a configuration asks for.
    private static func names(_ configuration: ServiceConfiguration) -> [String] {
        var made = stages
        if configuration.embedDirectory != nil, configuration.recording == nil { made.append(embed) }
        if configuration.runsNotify { made.append(notify) }
        if configuration.metrics != nil { made.append(metrics) }
        if configuration.dashboard != nil { made.append(dashboard) }
        return made
    }

    /// Who must be ready first.
    private static func dependencies(of name: String, after former: String?) -> [String] {
        switch name {
        case embed: [stages[0]]
        case notify: [stages[3]]
        case metrics, dashboard: []
        default: former.map { [$0] } ?? []
        }
    }

    /// - Parameter path: Of the configuration that was accepted.
    static func specs(_ configuration: ServiceConfiguration, path: String) -> [ChildSpec] {
        let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
        let settings = configuration.supervision
        let names = names(configuration)
        return names.indices.map { index in
            var spec = ChildSpec(
                name: names[index], executable: folder + "/" + names[index], arguments: ["--config", path],
                dependencies: dependencies(of: names[index], after: index == 0 ? nil : names[index - 1]),
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
