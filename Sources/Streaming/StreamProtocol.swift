import Schema
import SwiftProtobuf
import ZeroMQ

/// What readers and owners agree on before they say anything. See docs/PROTOCOL.md.
public enum StreamProtocol {
    /// Both sides must speak the same version; an owner refuses another with ``Schema/RefusalCode/version``.
    public static let version: UInt32 = 1
    /// Larger requests are refused unread.
    public static let maximumRequestBytes = 64 * 1_024
    /// Larger replies are not accepted by our readers.
    public static let maximumReplyBytes = 64 * 1_024 * 1_024
    public static let heartbeatInterval: Duration = .milliseconds(500)
    /// A reader that has heard nothing for this long asks again.
    public static let silenceLimit: Duration = .milliseconds(1_500)

    static func request(_ request: StreamRequest.OneOf_Request) -> [UInt8] {
        var message = StreamRequest()
        message.version = version
        message.request = request
        return serialized(message)
    }

    static func reply(_ reply: StreamReply.OneOf_Reply) -> [UInt8] {
        var message = StreamReply()
        message.version = version
        message.reply = reply
        return serialized(message)
    }

    private static func serialized(_ message: some SwiftProtobuf.Message) -> [UInt8] {
        do {
            return try message.serializedBytes()
        } catch {
            preconditionFailure("a protocol message that cannot be serialised: \(error)")
        }
    }

    /// Reads a request, or says why it is refused.
    static func decode(_ frames: [[UInt8]]) -> Result<StreamRequest.OneOf_Request, Refusal> {
        guard frames.count == 1, let bytes = frames.first else {
            return .failure(Refusal(.malformed, "a request is one frame, found \(frames.count)"))
        }
        guard bytes.count <= maximumRequestBytes else {
            return .failure(
                Refusal(.tooLarge, "a request of \(bytes.count) bytes, allowed are \(maximumRequestBytes)"))
        }
        guard let message = try? StreamRequest(serializedBytes: bytes.span.bytes) else {
            return .failure(Refusal(.malformed, "the bytes are no StreamRequest"))
        }
        guard message.version == version else {
            return .failure(Refusal(.version, "version \(message.version), spoken here is \(version)"))
        }
        guard let request = message.request else {
            return .failure(Refusal(.malformed, "an empty request"))
        }
        return .success(request)
    }
}

/// A request that was not met, with the reason that is sent back.
struct Refusal: Error, Equatable {
    let code: RefusalCode
    let reason: String
    let firstAffected: UInt64
    let firstCause: UInt64

    init(_ code: RefusalCode, _ reason: String, firstAffected: UInt64 = 0, firstCause: UInt64 = 0) {
        self.code = code
        self.reason = reason
        self.firstAffected = firstAffected
        self.firstCause = firstCause
    }
}
