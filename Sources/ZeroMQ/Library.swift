import CZeroMQ

/// The libzmq this process runs with, which need not be the one it was built against.
public enum Library {
    /// A libzmq release.
    public struct Version: Comparable, CustomStringConvertible, Sendable {
        public let major: Int
        public let minor: Int
        public let patch: Int

        public init(major: Int, minor: Int, patch: Int) {
            self.major = major
            self.minor = minor
            self.patch = patch
        }

        public static func < (left: Self, right: Self) -> Bool {
            (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
        }

        public var description: String { "\(major).\(minor).\(patch)" }
    }

    /// Something libzmq may have been built with or without.
    public enum Capability: String, CaseIterable, Sendable {
        /// `ipc://` endpoints.
        case ipc
        /// CURVE security: encryption and authentication by key.
        case curve
        case gssapi, pgm, tipc, norm
        /// The unstable part of the interface, which this wrapper does not use.
        case draft
    }

    /// The version found at run time.
    public static var version: Version {
        var major: Int32 = 0
        var minor: Int32 = 0
        var patch: Int32 = 0
        zmq_version(&major, &minor, &patch)
        return Version(major: Int(major), minor: Int(minor), patch: Int(patch))
    }

    /// Whether the libzmq found at run time has `capability`.
    public static func has(_ capability: Capability) -> Bool {
        zmq_has(capability.rawValue) == 1
    }
}
