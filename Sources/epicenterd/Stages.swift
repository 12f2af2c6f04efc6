import Foundation
import ServiceKit
import Supervision

/// The processes in the order in which data flow. Each is started when the one before is ready.
enum Stages {
    /// The processes that a configuration asks for.
    private static func names(_ configuration: ServiceConfiguration) -> [String] {
        var made = ServiceProcesses.stages
        if configuration.embedDirectory != nil, configuration.recording == nil { made.append(ServiceProcesses.embed) }
        if configuration.runsNotify { made.append(ServiceProcesses.notify) }
        if configuration.metrics != nil { made.append(ServiceProcesses.metrics) }
        if configuration.dashboard != nil { made.append(ServiceProcesses.dashboard) }
        return made
    }

    /// Who must be ready first.
    private static func dependencies(of name: String, after former: String?) -> [String] {
        switch name {
        case ServiceProcesses.embed: [ServiceProcesses.stages[0]]
        case ServiceProcesses.notify: [ServiceProcesses.stages[3]]
        case ServiceProcesses.metrics, ServiceProcesses.dashboard: []
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
