/// Where a configuration is looked for when none is named, and where a service without one keeps what it has.
///
/// A value of the environment alone: nothing is opened here.
public struct ConfigurationPlaces: Sendable, Equatable {
    /// Most wanted first; the first that is there is taken.
    public let files: [String]
    /// Of the built-in configuration, for this user alone.
    public let runDirectory: String
    public let dataDirectory: String

    /// - Parameters:
    ///   - environment: `HOME`, `XDG_CONFIG_HOME`, `XDG_DATA_HOME` and `XDG_RUNTIME_DIR` are read, as the XDG Base
    ///     Directory Specification says: a path that is not absolute counts as none.
    ///   - user: The numeric user.
    public init(environment: [String: String], user: UInt32) {
        func directory(_ name: String) -> String? {
            environment[name].flatMap { $0.hasPrefix("/") && $0.utf8.count > 1 ? $0 : nil }
        }
        let home = directory("HOME")
        let settings = directory("XDG_CONFIG_HOME") ?? home.map { $0 + "/.config" }
        files =
            ["epicenter.yaml"] + (settings.map { ["\($0)/epicenter/epicenter.yaml"] } ?? [])
            + ["/etc/epicenter/epicenter.yaml"]
        runDirectory = directory("XDG_RUNTIME_DIR").map { $0 + "/epicenter" } ?? "/tmp/epicenter-\(user)"
        let data = directory("XDG_DATA_HOME") ?? home.map { $0 + "/.local/share" }
        dataDirectory = data.map { $0 + "/epicenter/data" } ?? "/var/tmp/epicenter-\(user)"
    }
}
