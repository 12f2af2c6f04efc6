/// The kinds of message a stream can hold, with the numbers that stand for them in recordings
/// (the MCAP channel id) and on the wire (`OpenStream.message_types`).
///
/// A number is never used again. To add a kind: a case here, a case in ``StreamMessage``.
public enum MessageType: UInt16, CaseIterable, Sendable, Codable {
    case bars = 1
    case trades = 2
    case instrumentDefinition = 3
    case configurationChanged = 4
    case clockTick = 5
    case newsItem = 6
    case fact = 7
    case producerMark = 8
    case newsEmbedding = 9
    case shockSignal = 20
    case finding = 30
    case alertRecord = 40

    /// The protobuf message's full name, which is also the MCAP schema's.
    public var schemaName: String {
        switch self {
        case .bars: "epicenter.v1.Bars"
        case .trades: "epicenter.v1.Trades"
        case .instrumentDefinition: "epicenter.v1.InstrumentDefinition"
        case .configurationChanged: "epicenter.v1.ConfigurationChanged"
        case .clockTick: "epicenter.v1.ClockTick"
        case .newsItem: "epicenter.v1.NewsItem"
        case .fact: "epicenter.v1.Fact"
        case .producerMark: "epicenter.v1.ProducerMark"
        case .newsEmbedding: "epicenter.v1.NewsEmbedding"
        case .shockSignal: "epicenter.v1.ShockSignal"
        case .finding: "epicenter.v1.Finding"
        case .alertRecord: "epicenter.v1.AlertRecord"
        }
    }

    /// The stream that holds this kind.
    public var stream: StreamName {
        switch self {
        case .bars, .trades, .instrumentDefinition, .configurationChanged, .clockTick, .newsItem, .fact,
            .producerMark, .newsEmbedding:
            .market
        case .shockSignal: .signals
        case .finding: .findings
        case .alertRecord: .alerts
        }
    }

    /// The MCAP channel's topic: stream and kind.
    public var topic: String { "\(stream.rawValue)/\(schemaName.dropFirst("epicenter.v1.".count))" }

    /// The kinds a stream holds, in the order of their numbers.
    public static func all(of stream: StreamName) -> [MessageType] {
        allCases.filter { $0.stream == stream }
    }
}

/// The four streams, each written by one process.
public enum StreamName: String, CaseIterable, Sendable, Codable {
    case market, signals, findings, alerts
}
