/// One thing wrong in a settings file.
public struct SettingsProblem: Error, Equatable, Sendable, Codable {
    /// `groups[0].members[3].symbol`.
    public var key: String
    /// Line of the file, from 1; 0: the file as a whole.
    public var line: Int
    public var found: String
    public var allowed: String
}

/// Everything wrong in a settings file, in the order of its lines. None of it is used.
public struct SettingsError: Error, Equatable, Sendable {
    public var source: String
    public var problems: [SettingsProblem]
}

extension SettingsError: CustomStringConvertible {
    /// A line for each problem.
    public var description: String {
        problems.map { problem in
            let place = problem.line > 0 ? "\(source):\(problem.line)" : source
            return "\(place): \(problem.key) is \(problem.found), allowed is \(problem.allowed)"
        }.joined(separator: "\n")
    }
}
