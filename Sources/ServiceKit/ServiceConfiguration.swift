import Configuration
import EventLog
import Foundation
import Logging
import MCAP
public import Notifying
import Schema
import Yams
import ZeroMQ

/// Deployment settings of the whole service, with their defaults; each process reads what it needs.
///
/// This is the only place that knows a key's name, type, default or range. Every key can be overridden by
/// an environment variable: `EPICENTER_` and the key in capitals, dots and capitals inside as underscores
/// (`data.syncIntervalMs` is `EPICENTER_DATA_SYNC_INTERVAL_MS`).
///
/// | Key | Default | Meaning |
/// |---|---|---|
/// | `run.directory` | `/run/epicenter` | sockets; made with mode 0700 |
/// | `data.directory` | `/var/lib/epicenter` | streams and checkpoints |
/// | `data.sync` | `interval` | when records survive power loss: `always`, `interval`, `never` |
/// | `data.syncIntervalMs` | 200 | for `interval`; 1 to 60000 |
/// | `data.segmentMegabytes` | 256 | a segment is closed at this size; 1 to 65536 |
/// | `data.segmentHours` | 24 | or after this long; 1 to 8760 |
/// | `data.compression` | `zstd` | of closed segments: `zstd`, `lz4`, `none` |
/// | `data.retainDays` | 0 | older records may be removed; 0: never; to 36500 |
/// | `data.retainGigabytes` | 0 | the oldest are removed beyond this, for each stream; 0: never; to 1048576 |
/// | `log.level` | `info` | `trace` `debug` `info` `notice` `warning` `error` `critical` |
/// | `log.format` | `logfmt` | `logfmt` or `json` |
/// | `service.stopWithinSeconds` | 30 | bound on a drained stop; 1 to 3600 |
/// | `service.checkpointSeconds` | 10 | how often a stage writes a checkpoint; 1 to 3600 |
/// | `service.readyWithinSeconds` | 300 | a stage that takes longer is hung; 1 to 86400 |
/// | `service.silentSeconds` | 2 | so is one without a sign of progress for so long; 1 to 3600 |
/// | `service.maximumDeaths` | 5 | at so many a stage is given up; 1 to 1000000 |
/// | `service.deathWindowSeconds` | 60 | within so long; 1 to 86400 |
/// | `service.memoryMegabytes` | 0 | a stage that holds more is restarted; 0: never; to 1048576 |
/// | `service.openFiles` | inherited | limit of each stage; 64 to 1048576 |
/// | `service.coreMegabytes` | inherited | size of a core file; 0: none; to 1048576 |
/// | `service.nice` | inherited | of each stage; -20 to 19 |
/// | `service.health` | `ipc://RUN/health.sock` | XPUB of notices |
/// | `ingest.recording` | none | a recording to replay |
/// | `ingest.rate` | `max` | market seconds per second, or `max` |
/// | `ingest.from` | none | of a recording: what is before it is played at once, to restore state |
/// | `ingest.until` | none | of a recording: the last record time played; a date is the end of that day |
/// | `ingest.startPaused` | false | begin paused, for commands at `RUN/player.sock` |
/// | `ingest.csv` | [] | CSV files or directories, `-` is standard input |
/// | `ingest.jsonl` | [] | JSON-lines files or directories, `-` is standard input |
/// | `ingest.dbn` | [] | DBN files or directories |
/// | `ingest.ticks` | true | write a ClockTick each second when nothing else comes |
/// | `ingest.silentSeconds` | 0 | a live feed silent for so long in session is worth a notice; 0: never; to 86400 |
/// | `ingest.precedence` | [] | names of producers (or `stdin`) that carry the same instruments, the best first |
/// | `ingest.precedenceSeconds` | 60 | a price of a worse one is taken when no better one had the instrument's for so long |
/// | `ingest.producers` | `ipc://RUN/producers.sock` | ROUTER for producers |
/// | `ingest.pull` | `ipc://RUN/pull.sock` | PULL, at most once |
/// | `publish.alerts` | `ipc://RUN/alerts.sock` | XPUB |
/// | `publish.replay` | `ipc://RUN/replay.sock` | ROUTER for snapshots and replay |
/// | `publish.source` | `urn:epicenter` | CloudEvents source |
/// | `embed.directory` | none | the model of `epicenter-embed`, made by `scripts/setup --embed`; none: it is not started |
/// | `metrics.listen` | none | `HOST:PORT` of Prometheus's page, by number; none: `epicenter-metrics` is not started |
/// | `metrics.tokenFile` | none | file of the token that readers must show; off the loopback there must be one |
/// | `dashboard.listen` | none | `HOST:PORT` of the dashboard, by number; none: `epicenter-dashboard` is not started |
/// | `dashboard.tokenFile` | none | file of the token that browsers must show; off the loopback there must be one |
/// | `security.directory` | `/etc/epicenter/keys` | CURVE keys and the list of those let in |
/// | `security.serverKey` | none | name of the key that public sockets are known by |
/// | `security.curve` | `auto` | `auto`: CURVE on public TCP sockets off the loopback; `always`: on all public sockets |
public struct ServiceConfiguration: Sendable, Equatable {
    public var runDirectory = "/run/epicenter"
    public var dataDirectory = "/var/lib/epicenter"
    public var sync = SyncPolicy.interval(milliseconds: 200)
    public var segmentBytes: UInt64 = 256 << 20
    public var segmentAge: Duration = .seconds(24 * 3_600)
    public var compression = Compression.zstd(level: 1)
    public var retention = RetentionPolicy.everything
    public var logLevel = Logger.Level.info
    public var stopWithin: Duration = .seconds(30)
    public var checkpointInterval: Duration = .seconds(10)
    public var logFormat = LogFormat.logfmt
    public var supervision = SupervisionSettings()
    public var health: String?
    /// nil: no notice is given.
    public var feedSilence: Duration?
    /// Feeds that carry the same instruments, the best first.
    public var precedence: [String] = []
    /// How long a better feed has no price of an instrument before the next one's are taken.
    public var precedenceSilence: Duration = .seconds(60)
    public var recording: String?
    public var rate = ReplayRate.maximum
    /// Which record times of the recording are played at the rate.
    public var span = RecordSpan()
    public var startPaused = false
    public var csv: [String] = []
    public var jsonl: [String] = []
    public var dbn: [String] = []
    public var ticks = true
    public var producers: String?
    public var pull: String?
    public var alerts: String?
    public var replay: String?
    public var source = "urn:epicenter"
    /// nil: there are no embeddings.
    public var embedDirectory: String?
    /// nil: nobody is told.
    public var notify: NotifySettings?
    /// nil: there is no page of metrics.
    public var metrics: ListenAddress?
    public var metricsTokenFile: String?
    /// nil: there is no dashboard.
    public var dashboard: ListenAddress?
    public var dashboardTokenFile: String?
    public var keyDirectory = "/etc/epicenter/keys"
    public var serverKey: String?
    public var alwaysCurve = false

    public init() {}

    /// Sections that are read here.
    public static let deploymentSections = [
        "run", "data", "log", "service", "ingest", "publish", "embed", "notify", "metrics", "dashboard",
        "security",
    ]

    /// Sections of the same file that are model settings: they reach stages through ingest only.
    public static let modelSections: Set<String> = [
        "settings", "calendars", "instruments", "groups", "theses", "sources", "entities", "feeds",
    ]

    /// Sections with lists of mappings: they are checked where they are read.
    static let nestedSections = modelSections.union(["notify"])
}

/// What epicenterd judges stages by.
public struct SupervisionSettings: Sendable, Equatable {
    public var readyWithin: Duration = .seconds(300)
    public var silentAfter: Duration = .seconds(2)
    public var maximumDeaths = 5
    public var deathWindow: Duration = .seconds(60)
    /// nil: whatever it likes, and below: as epicenterd may.
    public var memoryBytes: UInt64?
    public var openFiles: Int?
    public var coreBytes: Int?
    public var nice: Int?

    public init() {}
}

/// Everything that is wrong with a configuration, one line each: key, found, allowed.
public struct ConfigurationError: Error, Equatable, ExitStatusProviding, CustomStringConvertible {
    public let problems: [String]
    public var exitStatus: ExitStatus { .configuration }
    public var description: String { problems.joined(separator: "\n") }

    public init(_ problems: [String]) { self.problems = problems }
}

extension ServiceConfiguration {
    /// Reads and checks a YAML file, environment overrides folded in.
    ///
    /// - Throws: ``ConfigurationError`` with every problem: unreadable file, unknown keys, wrong types,
    ///   values out of range.
    public static func load(
        path: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationError) -> ServiceConfiguration {
        try load(yaml: text(of: path), name: path, environment: environment)
    }

    /// - Throws: ``ConfigurationError`` that says why it cannot be read.
    public static func text(of path: String) throws(ConfigurationError) -> String {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw ConfigurationError(["\(path): there is no such file"])
        }
        if isDirectory.boolValue { throw ConfigurationError(["\(path): is a directory, allowed is a YAML file"]) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError(["\(path): cannot be read"])
        }
        guard let text = String(bytes: data, encoding: .utf8) else {
            throw ConfigurationError(["\(path): is no UTF-8 text"])
        }
        return text
    }

    public static func load(
        yaml: String, name: String, environment: [String: String] = [:]
    ) throws(ConfigurationError) -> ServiceConfiguration {
        var values = try FlatYAML(yaml, name: name)
        for section in nestedSections { values.remove(section: section) }
        let reader = SettingsReader(values, environment: environment)
        var made = ServiceConfiguration()
        made.readService(reader)
        made.readSecurity(reader)
        made.readFeeds(reader)
        let (notify, notifyProblems) = NotifySettings.parse(yaml, name: name)
        made.notify = notify
        let problems = reader.finish() + notifyProblems
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return made
    }

    private mutating func readService(_ reader: SettingsReader) {
        reader.string("run.directory") { runDirectory = $0 }
        reader.string("data.directory") { dataDirectory = $0 }
        var milliseconds = 200
        reader.int("data.syncIntervalMs", in: 1...60_000) { milliseconds = $0 }
        sync = .interval(milliseconds: milliseconds)
        reader.choice("data.sync", of: ["always", "interval", "never"]) { choice in
            switch choice {
            case "always": sync = .always
            case "never": sync = .never
            default: break
            }
        }
        reader.int("data.segmentMegabytes", in: 1...65_536) { segmentBytes = UInt64($0) << 20 }
        reader.int("data.segmentHours", in: 1...8_760) { segmentAge = .seconds($0 * 3_600) }
        reader.choice("data.compression", of: ["zstd", "lz4", "none"]) { choice in
            compression = choice == "none" ? .none : choice == "lz4" ? .lz4 : .zstd(level: 1)
        }
        reader.int("data.retainDays", in: 0...36_500) { days in
            retention.maximumAge = days == 0 ? nil : UInt64(days) * CivilTime.day
        }
        reader.int("data.retainGigabytes", in: 0...1_048_576) { gigabytes in
            retention.maximumBytes = gigabytes == 0 ? nil : UInt64(gigabytes) << 30
        }
        reader.choice("log.level", of: Logger.Level.allCases.map(\.rawValue)) {
            logLevel = Logger.Level(rawValue: $0) ?? .info
        }
        reader.int("service.stopWithinSeconds", in: 1...3_600) { stopWithin = .seconds($0) }
        reader.int("service.checkpointSeconds", in: 1...3_600) { checkpointInterval = .seconds($0) }
        reader.choice("log.format", of: LogFormat.allCases.map(\.rawValue)) {
            logFormat = LogFormat(rawValue: $0) ?? .logfmt
        }
        supervision.read(reader)
    }

    private mutating func readFeeds(_ reader: SettingsReader) {
        reader.string("ingest.recording") { recording = $0 }
        reader.checked("ingest.rate", "\"max\" or a number above 0", ReplayRate.init) { rate = $0 }
        reader.checked("ingest.from", RecordSpan.timeForms, RecordSpan.start) { span.from = $0 }
        reader.checked("ingest.until", RecordSpan.timeForms, RecordSpan.end) { span.until = $0 }
        reader.bool("ingest.startPaused") { startPaused = $0 }
        reader.strings("ingest.csv") { csv = $0 }
        reader.strings("ingest.jsonl") { jsonl = $0 }
        reader.strings("ingest.dbn") { dbn = $0 }
        reader.bool("ingest.ticks") { ticks = $0 }
        reader.int("ingest.silentSeconds", in: 0...86_400) { feedSilence = $0 == 0 ? nil : .seconds($0) }
        reader.strings("ingest.precedence") { precedence = $0 }
        reader.int("ingest.precedenceSeconds", in: 1...86_400) { precedenceSilence = .seconds($0) }
        for (key, path) in [
            ("ingest.producers", \ServiceConfiguration.producers), ("ingest.pull", \.pull),
            ("publish.alerts", \.alerts), ("publish.replay", \.replay), ("service.health", \.health),
        ] {
            reader.checked(key, allowedEndpoints(key), allowedEndpoint) { self[keyPath: path] = $0 }
        }
        reader.string("publish.source") { source = $0 }
        reader.string("embed.directory") { embedDirectory = $0.isEmpty ? nil : $0 }
        readPage("metrics", \.metrics, \.metricsTokenFile, reader)
        readPage("dashboard", \.dashboard, \.dashboardTokenFile, reader)
    }

    /// Where a page is served, and to whom.
    private mutating func readPage(
        _ section: String, _ listen: WritableKeyPath<Self, ListenAddress?>,
        _ tokenFile: WritableKeyPath<Self, String?>, _ reader: SettingsReader
    ) {
        reader.string("\(section).tokenFile") { self[keyPath: tokenFile] = $0.isEmpty ? nil : $0 }
        // Read after the token, without which the page stays on the loopback.
        let hasToken = self[keyPath: tokenFile] != nil
        let allowed =
            hasToken
            ? "ADDRESS:PORT, by number"
            : "ADDRESS:PORT on the loopback; off it there must be \(section).tokenFile"
        reader.checked("\(section).listen", allowed, ListenAddress.init) { address in
            if address.isLoopback || hasToken {
                self[keyPath: listen] = address
            } else {
                reader.refuse("\(section).listen", allowed, "\(address)")
            }
        }
    }

    private mutating func readSecurity(_ reader: SettingsReader) {
        reader.string("security.directory") { keyDirectory = $0 }
        let names = "a key's name: letters, digits, dots, hyphens and underscores"
        reader.checked("security.serverKey", names, { AllowList.isName($0) ? $0 : nil }, { serverKey = $0 })
        // Read after the name of the key, without which there is no CURVE.
        let curve = serverKey == nil ? "auto, or always with security.serverKey: \(Self.makeKey)" : "auto or always"
        reader.checked("security.curve", curve, { ["auto", "always"].contains($0) ? $0 : nil }) { choice in
            if choice == "always", serverKey == nil {
                reader.refuse("security.curve", curve, choice)
            } else {
                alwaysCurve = choice == "always"
            }
        }
    }

    private static let makeKey = "make one with `epicenter keys new server`"

    private func allowedEndpoints(_ key: String) -> String {
        let local = "ipc:// or tcp:// on the loopback"
        if serverKey != nil { return "ipc://PATH or tcp://HOST:PORT" }
        return "\(local); off it there must be CURVE: \(Self.makeKey), say security.serverKey: server, "
            + "and let peers in with `epicenter keys allow`"
    }

    /// Off the loopback a socket needs CURVE with a list of those let in.
    private func allowedEndpoint(_ text: String) -> String? {
        guard let endpoint = try? Endpoint(text), endpoint.transport != .inproc else { return nil }
        return endpoint.isLocal || serverKey != nil ? text : nil
    }
}

extension ServiceConfiguration {
    /// Whether `epicenter-notify` runs: a recording that is replayed reaches sinks only where that is asked for.
    public var runsNotify: Bool { notify.map { recording == nil || $0.history } ?? false }
    /// Whether a feed is standard input.
    public var readsInput: Bool { csv.contains("-") || jsonl.contains("-") }
    /// Where the owner of a stream serves it, inside the run directory.
    public func endpoint(of stream: String) -> String { "ipc://\(runDirectory)/\(stream).sock" }
    public var controlEndpoint: String { "ipc://\(runDirectory)/control.sock" }
    public var playerEndpoint: String { "ipc://\(runDirectory)/player.sock" }
    public var producersEndpoint: String { producers ?? "ipc://\(runDirectory)/producers.sock" }
    public var pullEndpoint: String { pull ?? "ipc://\(runDirectory)/pull.sock" }
    public var alertsEndpoint: String { alerts ?? "ipc://\(runDirectory)/alerts.sock" }
    public var healthEndpoint: String { health ?? "ipc://\(runDirectory)/health.sock" }
    public var replayEndpoint: String { replay ?? "ipc://\(runDirectory)/replay.sock" }
    /// How this process keeps its stream.
    public var logOptions: EventLog.Options {
        EventLog.Options(
            sync: sync, segmentBytes: segmentBytes, segmentAge: segmentAge, compression: compression,
            boot: ServiceClock.boot)
    }
    /// Whether a public socket at `endpoint` is guarded by CURVE.
    public func needsCurve(_ endpoint: String) -> Bool {
        alwaysCurve || !((try? Endpoint(endpoint).isLocal) ?? false)
    }
    /// The sockets that programs of others connect to.
    public var publicEndpoints: [String] { [alertsEndpoint, replayEndpoint, producersEndpoint, pullEndpoint] }
    public func streamDirectory(_ stream: String) -> String { "\(dataDirectory)/\(stream)" }
    public func checkpointPath(_ process: String) -> String { "\(dataDirectory)/checkpoints/\(process)" }
}

extension SupervisionSettings {
    fileprivate mutating func read(_ reader: SettingsReader) {
        reader.int("service.readyWithinSeconds", in: 1...86_400) { readyWithin = .seconds($0) }
        reader.int("service.silentSeconds", in: 1...3_600) { silentAfter = .seconds($0) }
        reader.int("service.maximumDeaths", in: 1...1_000_000) { maximumDeaths = $0 }
        reader.int("service.deathWindowSeconds", in: 1...86_400) { deathWindow = .seconds($0) }
        reader.int("service.memoryMegabytes", in: 0...1_048_576) { memoryBytes = $0 == 0 ? nil : UInt64($0) << 20 }
        reader.int("service.openFiles", in: 64...1_048_576) { openFiles = $0 }
        reader.int("service.coreMegabytes", in: 0...1_048_576) { coreBytes = $0 << 20 }
        reader.int("service.nice", in: -20...19) { nice = $0 }
    }
}

// What a change of the configuration asks for.
extension ServiceConfiguration {
    /// Settings as one process sees them: those that it does not read have their defaults. A setting that is not
    /// named here is read by all.
    func read(by process: String) -> ServiceConfiguration {
        var seen = self
        let none = ServiceConfiguration()
        // These hold without a restart: epicenterd alone goes by them.
        seen.supervision = none.supervision
        seen.supervision.openFiles = supervision.openFiles
        seen.supervision.coreBytes = supervision.coreBytes
        seen.supervision.nice = supervision.nice
        if process != "epicenter-ingest" {
            seen.recording = none.recording
            seen.rate = none.rate
            seen.csv = none.csv
            seen.jsonl = none.jsonl
            seen.dbn = none.dbn
            seen.ticks = none.ticks
            seen.feedSilence = none.feedSilence
            seen.precedence = none.precedence
            seen.precedenceSilence = none.precedenceSilence
            seen.producers = none.producers
            seen.pull = none.pull
        }
        if process != "epicenter-notify" { seen.notify = none.notify }
        if process != "epicenter-metrics" {
            seen.metrics = none.metrics
            seen.metricsTokenFile = none.metricsTokenFile
        }
        if process != "epicenter-dashboard" {
            seen.dashboard = none.dashboard
            seen.dashboardTokenFile = none.dashboardTokenFile
        }
        if !["epicenter-publish", "epicenter-notify", "epicenter-dashboard"].contains(process) {
            seen.replay = none.replay
        }
        if process != "epicenter-publish" {
            seen.alerts = none.alerts
            seen.source = none.source
        }
        return seen
    }

    /// Whether a process must start again to go by `new`.
    public func needsRestart(of process: String, for new: ServiceConfiguration) -> Bool {
        read(by: process) != new.read(by: process)
    }

    /// Settings that differ and cannot change while the service runs.
    public func fixed(against new: ServiceConfiguration) -> [String] {
        var keys: [String] = []
        if runDirectory != new.runDirectory { keys.append("run.directory") }
        if dataDirectory != new.dataDirectory { keys.append("data.directory") }
        if healthEndpoint != new.healthEndpoint { keys.append("service.health") }
        if embedDirectory != new.embedDirectory { keys.append("embed.directory") }
        if runsNotify != new.runsNotify { keys.append("whether there is a section notify") }
        if (metrics == nil) != (new.metrics == nil) { keys.append("whether there is metrics.listen") }
        if (dashboard == nil) != (new.dashboard == nil) { keys.append("whether there is dashboard.listen") }
        return keys
    }
}
