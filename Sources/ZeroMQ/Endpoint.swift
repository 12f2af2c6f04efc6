import CZeroMQ
import Glibc

/// Where a socket binds or connects: `ipc://PATH`, `tcp://HOST:PORT` or `inproc://NAME`.
///
/// An endpoint is checked when it is made, so that a mistake is reported where
/// it was written and not where it is used. Names are not looked up.
public struct Endpoint: Hashable, Sendable {
    /// How bytes travel.
    public enum Transport: String, Sendable {
        /// A Unix domain socket on this machine.
        case ipc
        case tcp
        /// Between threads that share a ``Context``.
        case inproc
    }

    /// The longest path that `ipc://` can have, in bytes: the kernel's
    /// `sun_path` holds 108 and the last is its NUL.
    public static let maximumPathLength = 107
    /// The longest name that `inproc://` can have here, in bytes.
    public static let maximumNameLength = 255

    public let transport: Transport
    /// What follows `://`.
    public let address: String

    /// Reads an endpoint.
    ///
    /// - `ipc://PATH`: 1 to ``maximumPathLength`` bytes; `ipc://*` lets the binder
    ///   make a path. Abstract names (`ipc://@…`) are refused: any user of the
    ///   machine may connect to one, whatever the directory's permissions.
    /// - `tcp://HOST:PORT`: an IPv4 address, an IPv6 address in brackets, a host
    ///   name or, to bind, an interface or `*`; a port from 1 to 65535 or, to
    ///   bind, `*` for one that the system picks.
    /// - `inproc://NAME`: 1 to ``maximumNameLength`` bytes.
    ///
    /// - Throws: ``EndpointError`` saying what was found and what is allowed.
    public init(_ text: String) throws(EndpointError) {
        guard let separator = text.firstRange(of: "://") else {
            throw EndpointError(.noTransport, in: text)
        }
        let scheme = text[..<separator.lowerBound]
        guard let transport = Transport(rawValue: String(scheme)) else {
            throw EndpointError(.unknownTransport(String(scheme)), in: text)
        }
        let address = String(text[separator.upperBound...])
        if let problem = Self.problem(with: address, over: transport) {
            throw EndpointError(problem, in: text)
        }
        self.transport = transport
        self.address = address
    }

    /// `ipc://` with this path; see ``init(_:)`` for what is refused.
    public static func ipc(path: String) throws(EndpointError) -> Self {
        try Self("ipc://\(path)")
    }

    /// `tcp://` with this host (an IPv6 address in brackets) and port.
    public static func tcp(host: String, port: UInt16) throws(EndpointError) -> Self {
        try Self("tcp://\(host):\(port)")
    }

    /// `inproc://` with this name.
    public static func inproc(_ name: String) throws(EndpointError) -> Self {
        try Self("inproc://\(name)")
    }
}

extension Endpoint: CustomStringConvertible {
    /// The endpoint as libzmq takes it.
    public var description: String { "\(transport.rawValue)://\(address)" }
}

extension Endpoint {
    /// Whether this is TCP that cannot leave the machine: `127.0.0.0/8`, `[::1]` or `localhost`.
    ///
    /// Anything doubtful (interface names, other host names, short forms such
    /// as `127.1`) is answered with `false`, since the answer decides whether
    /// encryption may be left out.
    public var isLoopback: Bool {
        guard transport == .tcp, let parts = HostAndPort(address) else { return false }
        return parts.isLoopback
    }

    /// Whether nothing sent here can leave the machine.
    public var isLocal: Bool { transport != .tcp || isLoopback }

    private static func problem(with address: String, over transport: Transport) -> EndpointError.Reason? {
        if address.isEmpty { return .noAddress }
        // libzmq takes a C string: what follows a NUL would be cut off unseen.
        if address.utf8.contains(0) { return .containsNUL }
        switch transport {
        case .ipc: return pathProblem(address)
        case .tcp: return tcpProblem(address)
        case .inproc:
            let length = address.utf8.count
            return length <= maximumNameLength ? nil : .nameTooLong(length)
        }
    }

    private static func pathProblem(_ path: String) -> EndpointError.Reason? {
        if path.hasPrefix("@") { return .abstractPath }
        let length = path.utf8.count
        return length <= maximumPathLength ? nil : .pathTooLong(length)
    }

    private static func tcpProblem(_ address: String) -> EndpointError.Reason? {
        guard let parts = HostAndPort(address) else { return .notHostAndPort }
        if !parts.hasPlausibleHost { return .host(parts.host) }
        if !parts.hasValidPort { return .port(parts.port) }
        return nil
    }
}

/// The two halves of a TCP address, before anything is known of them.
private struct HostAndPort {
    /// Without the brackets of an IPv6 address.
    let host: String
    let port: String
    let isBracketed: Bool

    init?(_ address: String) {
        guard let colon = address.lastIndex(of: ":") else { return nil }
        let host = address[..<colon]
        isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
        self.host = String(isBracketed ? host.dropFirst().dropLast() : host)
        port = String(address[address.index(after: colon)...])
    }

    var hasValidPort: Bool {
        if port == "*" { return true }
        guard port.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return false }
        return UInt16(port).map { $0 > 0 } ?? false
    }

    var hasPlausibleHost: Bool {
        if host == "*" { return !isBracketed }
        if isBracketed { return ipv6Bytes != nil || host.contains("%") }
        // Semicolons would name a source address, which nobody here means to.
        return !host.isEmpty && host.utf8.allSatisfy(Self.isHostNameByte)
    }

    var isLoopback: Bool {
        if isBracketed { return ipv6Bytes == Array(repeating: 0, count: 15) + [1] }
        if host == "localhost" { return true }
        var address = in_addr()
        guard inet_pton(AF_INET, host, &address) == 1 else { return false }
        return UInt32(bigEndian: address.s_addr) >> 24 == 127
    }

    private var ipv6Bytes: [UInt8]? {
        var address = in6_addr()
        guard inet_pton(AF_INET6, host, &address) == 1 else { return nil }
        return withUnsafeBytes(of: address) { Array($0) }
    }

    private static func isHostNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}
