import Schema
import SwiftProtobuf

extension StreamMessage {
    /// The message in protobuf's canonical JSON, on one line.
    func jsonText() throws -> String {
        switch self {
        case .bars(let message): try message.jsonString()
        case .trades(let message): try message.jsonString()
        case .instrumentDefinition(let message): try message.jsonString()
        case .configurationChanged(let message): try message.jsonString()
        case .clockTick(let message): try message.jsonString()
        case .newsItem(let message): try message.jsonString()
        case .fact(let message): try message.jsonString()
        case .producerMark(let message): try message.jsonString()
        case .newsEmbedding(let message): try message.jsonString()
        case .shockSignal(let message): try message.jsonString()
        case .finding(let message): try message.jsonString()
        case .alertRecord(let message): try message.jsonString()
        }
    }
}
