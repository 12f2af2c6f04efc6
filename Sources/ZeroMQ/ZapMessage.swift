/// What libzmq asks the authenticator of a peer that wants in: ZAP 1.0, RFC 27.
///
/// | Frame | Content |
/// |---:|---|
/// | 0 | version, `1.0` |
/// | 1 | request id, given back in the reply |
/// | 2 | domain: the socket's ``SocketOptions/zapDomain`` |
/// | 3 | the peer's address, such as `127.0.0.1`; empty over `ipc://` |
/// | 4 | the socket's routing id |
/// | 5 | mechanism: `NULL`, `PLAIN`, `CURVE` … |
/// | 6… | credentials: for `CURVE` one frame, the peer's public key of 32 bytes |
public struct ZapRequest: Equatable, Sendable {
    /// Where libzmq looks for an authenticator in its context.
    public static let endpoint = "inproc://zeromq.zap.01"
    static let version = Array("1.0".utf8)
    /// More frames than any mechanism has.
    static let maximumFrames = 16

    public let requestID: [UInt8]
    public let domain: String
    public let address: String
    public let mechanism: String
    public let credentials: [[UInt8]]

    /// nil for frames that are no ZAP 1.0 request: too few, of another version, with text that is no UTF-8 or
    /// fields over 255 bytes.
    public init?(frames: [[UInt8]]) {
        guard frames.count >= 6, frames[0] == Self.version, frames[1...5].allSatisfy({ $0.count <= 255 }),
            let domain = String(validating: frames[2], as: UTF8.self),
            let address = String(validating: frames[3], as: UTF8.self),
            let mechanism = String(validating: frames[5], as: UTF8.self)
        else { return nil }
        requestID = frames[1]
        self.domain = domain
        self.address = address
        self.mechanism = mechanism
        credentials = Array(frames[6...])
    }

    /// The peer's key, nil unless the mechanism is CURVE with one credential of 32 bytes.
    public var curveKey: CurvePublicKey? {
        guard mechanism == "CURVE", credentials.count == 1 else { return nil }
        return try? CurvePublicKey(bytes: credentials[0])
    }
}

/// The authenticator's answer: version, request id, status, reason, user id, metadata.
public struct ZapReply: Equatable, Sendable {
    public enum Status: String, Sendable {
        case admitted = "200"
        /// The peer is cut off without a word, and tries again by itself.
        case later = "300"
        /// The peer is told, and libzmq gives up there until the program makes another socket.
        case refused = "400"
    }

    public let requestID: [UInt8]
    public let status: Status
    /// A word for the peer's log; libzmq sends the status alone.
    public let reason: String
    /// Who the peer is, for ``Frame/userID``; empty when it is refused.
    public let userID: String

    public var frames: [[UInt8]] {
        [ZapRequest.version, requestID, Array(status.rawValue.utf8), Array(reason.utf8), Array(userID.utf8), []]
    }
}
