import Feeds
import Foundation
import Glibc
import ServiceKit

/// A configuration that was read and checked whole, and the copy of it that children read: a child that is started
/// again goes by what was accepted, whatever has become of the file.
struct AcceptedConfiguration {
    let service: ServiceConfiguration
    let settings: SettingsFile?
    private let text: Data

    /// - Throws: ``ServiceKit/ConfigurationError`` with everything that is wrong.
    init(path: String) throws {
        guard let text = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError(["\(path): cannot be read"])
        }
        var problems: [String] = []
        var service = ServiceConfiguration()
        var settings: SettingsFile?
        do {
            service = try ServiceConfiguration.load(path: path)
            problems += service.keyProblems()
        } catch {
            problems += error.problems
        }
        do {
            settings = try SettingsFile.load(path: path, ignoring: ServiceConfiguration.deploymentSections)
        } catch {
            problems.append("\(error)")
        }
        if FileManager.default.contents(atPath: path) != text {
            problems.append("\(path): was changed while it was read")
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        self.service = service
        self.settings = settings
        self.text = text
    }

    static func path(in runDirectory: String) -> String { runDirectory + "/epicenter.yaml" }

    /// Writes the copy; readers see the old one or the new.
    func publish() throws {
        let path = Self.path(in: service.runDirectory)
        let file = open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SystemError(call: "open", path: path + ".new", errno: errno) }
        defer { close(file) }
        let written = text.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        guard written == text.count else { throw SystemError(call: "write", path: path + ".new", errno: errno) }
        guard rename(path + ".new", path) == 0 else { throw SystemError(call: "rename", path: path, errno: errno) }
    }
}

/// What a new configuration asks for, or why it cannot be had: judgement alone.
struct ReloadPlan: Equatable {
    /// Stages to be restarted, in the data's order.
    var restarts: [String] = []
    /// Whether ingest is to read the model settings again.
    var rereads = false
    /// Why nothing is done.
    var problems: [String] = []

    init(from old: AcceptedConfiguration, to new: AcceptedConfiguration) {
        self.init(
            from: old.service, to: new.service, settingsDiffer: old.settings != new.settings,
            hasSettings: new.settings != nil)
    }

    init(from old: ServiceConfiguration, to new: ServiceConfiguration, settingsDiffer: Bool, hasSettings: Bool) {
        problems = old.fixed(against: new).map { "\($0) cannot change while the service runs: stop it first" }
        let began = "what the market stream began with: it cannot change while the service runs"
        let files = "the files of ingest.csv, ingest.jsonl and ingest.dbn are"
        if old.recording != new.recording { problems.append("ingest.recording is \(began)") }
        if old.files != new.files { problems.append("\(files) \(began)") }
        if settingsDiffer, new.recording == nil {
            if !new.files.isEmpty {
                problems.append("model settings and \(files) together \(began)")
            } else if !hasSettings {
                problems.append("model settings cannot be taken away while the service runs")
            }
        }
        guard problems.isEmpty else { return }
        restarts = ServiceProcesses.names.filter { old.needsRestart(of: $0, for: new) }
        rereads = settingsDiffer && new.recording == nil && !restarts.contains(ServiceProcesses.names[0])
    }
}

extension ServiceConfiguration {
    /// Feeds that have an end.
    fileprivate var files: [String] { (csv + jsonl + dbn).filter { $0 != "-" } }
}
