import Foundation
import Schema

/// A record kept for later, stored in a checkpoint as the bytes it travels in.
struct StoredMessage: Codable, Equatable, Sendable {
    let message: StreamMessage

    init(_ message: StreamMessage) { self.message = message }

    private enum CodingKeys: String, CodingKey { case type, bytes }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(MessageType.self, forKey: .type)
        let bytes = try container.decode(Data.self, forKey: .bytes)
        message = try bytes.withUnsafeBytes { try StreamMessage(type: type, bytes: $0) }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(message.type, forKey: .type)
        try container.encode(Data(message.serialized()), forKey: .bytes)
    }
}
