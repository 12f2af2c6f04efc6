/// What a process tells its supervisor by ending; numbers from sysexits.h.
public enum ExitStatus: Int32, Sendable {
    case done = 0
    /// Something went wrong that may not go wrong next time.
    case tryAgain = 1
    /// The configuration cannot be used: starting again cannot help.
    case configuration = 78
}

/// An error that knows how the process should end.
public protocol ExitStatusProviding: Error {
    var exitStatus: ExitStatus { get }
}
