import EventLog
import Feeds
import Schema

/// What ingest must know of its own stream, read back from it: it keeps nothing else.
struct StreamContents {
    private(set) var symbols = SymbolTable()
    private(set) var definitions: [String: InstrumentDefinition] = [:]
    private(set) var settings: ModelSettings?
    /// The last sequence taken of each producer.
    private(set) var producers: [String: UInt64] = [:]
    private(set) var lastRecordTime: UInt64 = 0

    init() {}

    init(_ index: LogIndex) throws {
        let types: Set<MessageType> = [.instrumentDefinition, .configurationChanged, .producerMark]
        try index.forEachMessage(types: types) { message in
            note(message)
            return true
        }
        if index.head > 0 {
            // Damage may have taken what followed.
            try index.forEachMessage(from: index.lastHeld) { message in
                lastRecordTime = message.recordTime(row: message.count - 1)
                return true
            }
        }
    }

    /// Takes note of a record of the stream.
    mutating func note(_ message: StreamMessage) {
        switch message {
        case .instrumentDefinition(let definition):
            symbols.define(definition)
            definitions[definition.symbol] = definition
        case .configurationChanged(let changed): settings = changed.settings
        case .producerMark(let mark): producers[mark.producer] = mark.producerSequence
        default: break
        }
    }

    /// Records that bring the stream up to a settings file: definitions that are new or changed, and the
    /// settings if they are not those in force.
    func missing(_ file: SettingsFile, recordTime: UInt64) -> [StreamMessage] {
        var made: [StreamMessage] = []
        var next = symbols.highestNumber
        for wanted in file.instruments {
            var definition = wanted
            definition.sequence = 0
            if let known = definitions[wanted.symbol] {
                definition.instrument = known.instrument
                var comparable = known
                comparable.sequence = 0
                definition.recordTime = known.recordTime
                definition.eventTime = known.eventTime
                if comparable == definition { continue }
            } else {
                next += 1
                definition.instrument = next
            }
            definition.recordTime = recordTime
            definition.eventTime = recordTime
            made.append(.instrumentDefinition(definition))
        }
        if settings != file.model {
            var changed = ConfigurationChanged()
            changed.recordTime = recordTime
            changed.eventTime = recordTime
            changed.settings = file.model
            made.append(.configurationChanged(changed))
        }
        return made
    }
}
