import ArgumentParser
import EventLog
import Schema

/// Which records of a stream a command takes.
struct RecordSelection: ParsableArguments {
    @Option(parsing: .singleValue, help: "Only this kind, such as bars or NewsItem; may be given several times.")
    var topic: [RecordKind] = []
    @Option(help: "Only from this sequence, or record time (RFC 3339, or a date in UTC), on.")
    var from: RecordPlace?
    @Option(help: "Only before this record time (RFC 3339, or a date in UTC).")
    var until: RecordTime?

    /// The kinds to read; nil: all.
    var types: Set<MessageType>? { topic.isEmpty ? nil : Set(topic.map(\.type)) }

    var fromSequence: UInt64 { if case .sequence(let sequence) = from { sequence } else { 1 } }
    private var fromTime: UInt64 { if case .time(let time) = from { time } else { 0 } }

    /// The rows of a message that are wanted, nil where none is. Record times do not go back.
    func wanted(_ message: StreamMessage) -> StreamMessage? {
        if let types, !types.contains(message.type) { return nil }
        let rows = message.count
        var first = 0
        while first < rows,
            message.firstSequence + UInt64(first) < fromSequence || message.recordTime(row: first) < fromTime
        {
            first += 1
        }
        var end = rows
        if let until { while end > first, message.recordTime(row: end - 1) >= until.time { end -= 1 } }
        return first < end ? message.slice(first..<end) : nil
    }

    /// Whether nothing behind this message is wanted.
    func isPast(_ message: StreamMessage) -> Bool {
        until.map { message.recordTime(row: message.count - 1) >= $0.time } ?? false
    }
}

/// A kind of record, by its name or topic in any case: `bars`, `Bars`, `market/Bars`.
struct RecordKind: ExpressibleByArgument {
    let type: MessageType

    init?(argument: String) {
        let name = argument.lowercased()
        let type = MessageType.allCases.first { type in
            let topic = type.topic.lowercased()
            return topic == name || topic.split(separator: "/").last.map(String.init) == name
        }
        guard let type else { return nil }
        self.type = type
    }

    static var allValueStrings: [String] {
        MessageType.allCases.map { String($0.topic.split(separator: "/")[1]) }
    }
}

/// A sequence, or a time.
enum RecordPlace: ExpressibleByArgument, Equatable {
    case sequence(UInt64)
    case time(UInt64)

    init?(argument: String) {
        if let sequence = UInt64(argument), StreamMessage.sequences.contains(sequence) {
            self = .sequence(sequence)
        } else if let time = RecordTime(argument: argument) {
            self = .time(time.time)
        } else {
            return nil
        }
    }
}

/// A moment, ns since the Unix epoch.
struct RecordTime: ExpressibleByArgument, Equatable {
    let time: UInt64

    init?(argument: String) {
        if let time = CivilTime.parseRFC3339(argument) {
            self.time = time
        } else if let day = CivilTime.parseDate(argument), day < 200_000 {
            time = UInt64(day) * CivilTime.day
        } else {
            return nil
        }
    }
}
