/// Text that is not an endpoint, and why.
public struct EndpointError: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        case noTransport
        case unknownTransport(String)
        case noAddress
        case containsNUL
        case abstractPath
        case pathTooLong(Int)
        case nameTooLong(Int)
        case notHostAndPort
        case host(String)
        case port(String)
    }

    public let reason: Reason
    /// The text as it was given.
    public let text: String

    public init(_ reason: Reason, in text: String) {
        self.reason = reason
        self.text = text
    }
}

extension EndpointError: CustomStringConvertible {
    /// One line: the text, what was found in it, what is allowed.
    public var description: String { "endpoint \(text.debugDescription): \(reason)" }
}

extension EndpointError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noTransport:
            "no transport; it starts with ipc://, tcp:// or inproc://"
        case .unknownTransport(let found):
            "transport \(found.debugDescription); allowed are ipc, tcp and inproc"
        case .noAddress:
            "nothing follows ://"
        case .containsNUL:
            "a NUL byte in the address"
        case .abstractPath:
            "an abstract name, which has no permissions; a path is allowed"
        case .pathTooLong(let length):
            "the path has \(length) bytes; at most \(Endpoint.maximumPathLength) are allowed"
        case .nameTooLong(let length):
            "the name has \(length) bytes; at most \(Endpoint.maximumNameLength) are allowed"
        case .notHostAndPort:
            "no port; tcp:// takes HOST:PORT"
        case .host(let found):
            "host \(found.debugDescription); allowed are a name, an IPv4 address, [an IPv6 address] and *"
        case .port(let found):
            "port \(found.debugDescription); allowed are 1 to 65535 and *"
        }
    }
}
