import Feeds
import ServiceKit

extension SettingsFile {
    /// Reads the settings that a command cannot do without.
    ///
    /// - Parameters:
    ///   - ignoring: Sections of the same file that others read and check.
    ///   - missing: What is wrong with a file that has none.
    /// - Throws: ``ServiceKit/ConfigurationError``.
    static func required(
        at path: String, ignoring: [String] = [], else missing: String = "has no model settings"
    ) throws(ConfigurationError) -> SettingsFile {
        do {
            if let settings = try load(path: path, ignoring: ignoring) { return settings }
        } catch {
            throw ConfigurationError(["\(error)"])
        }
        throw ConfigurationError(["\(path): \(missing)"])
    }
}
