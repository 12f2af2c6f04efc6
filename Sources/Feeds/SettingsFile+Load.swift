import Foundation
import PlainYAML
import Yams

extension SettingsFile {
    /// Reads the model settings of a file.
    ///
    /// - Parameters:
    ///   - path: A YAML file.
    ///   - ignoring: Sections that others read. A file that has these alone has no model settings.
    /// - Returns: nil for a file without model settings.
    /// - Throws: ``SettingsError`` with every problem found; a file that cannot be read is one.
    public static func load(path: String, ignoring: [String] = []) throws(SettingsError) -> SettingsFile? {
        guard let data = FileManager.default.contents(atPath: path) else {
            let problem = SettingsProblem(key: "the file", line: 0, found: "unreadable", allowed: "a YAML file")
            throw SettingsError(source: path, problems: [problem])
        }
        let bytes = Array(data)
        if !ignoring.isEmpty, hasOnly(ignoring, bytes) { return nil }
        return try parse(bytes.span, source: path, ignoring: ignoring)
    }

    /// Whether the top level holds nothing but these sections. What cannot be read may hold anything.
    private static func hasOnly(_ sections: [String], _ bytes: [UInt8]) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self), let node = try? PlainYAML.compose(text) else {
            return false
        }
        guard case .mapping(let mapping) = node else { return false }
        return mapping.allSatisfy { sections.contains($0.key.string ?? "") }
    }
}
