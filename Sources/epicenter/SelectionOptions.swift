import ArgumentParser
import EventLog
import Foundation
import Schema

/// Which records of a recording a command is about.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only these kinds: \(TopicPattern.allowed). Definitions, settings and ticks are always kept.",
            valueName: "topic,…"))
    var topic: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only bars, trades and facts of these symbols and of the benchmark, without which nothing is judged. News are kept.",
            valueName: "symbol,…"))
    var symbol: [String] = []

    @Option(help: ArgumentHelp("Leave out these kinds or symbols.", valueName: "topic|symbol,…"))
    var exclude: [String] = []

    @Option(help: "The first record time: a date, or a time such as 2025-01-27T14:30:00Z.")
    var from: String?

    @Option(help: "The last record time; a date means the end of that day (UTC).")
    var until: String?

    @Option(help: "Instead of --until: so long after --from, or after the first record: 90s, 15m, 6h, 7d, 2w.")
    var duration: String?

    /// Without `duration`, which needs the recording; see ``selection(first:)``.
    private var given: RecordingFilter.Selection {
        var selection = RecordingFilter.Selection()
        selection.topics = words(topic).compactMap(TopicPattern.init)
        selection.symbols = Set(words(symbol))
        for word in words(exclude) {
            if let pattern = TopicPattern(word) {
                selection.excludedTopics.append(pattern)
            } else {
                selection.excludedSymbols.insert(word)
            }
        }
        selection.span.from = from.flatMap(RecordSpan.start) ?? 0
        selection.span.until = until.flatMap(RecordSpan.end) ?? .max
        return selection
    }

    private func words(_ values: [String]) -> [String] {
        values.flatMap { $0.split(separator: ",").map(String.init) }
    }

    func validate() throws {
        for word in words(topic) where TopicPattern(word) == nil {
            throw ValidationError("--topic is \"\(word)\", allowed is one of \(TopicPattern.allowed)")
        }
        for word in words(exclude) where word.hasPrefix("market/") && TopicPattern(word) == nil {
            throw ValidationError(
                "--exclude is \"\(word)\", allowed is a symbol, or one of \(TopicPattern.allowed)")
        }
        for (name, text) in [("--from", from), ("--until", until)] {
            guard let text, RecordSpan.start(text) == nil else { continue }
            throw ValidationError("\(name) is \"\(text)\", allowed is \(RecordSpan.timeForms)")
        }
        if let duration, RecordSpan.length(duration) == nil {
            throw ValidationError("--duration is \"\(duration)\", allowed is \(RecordSpan.lengthForms)")
        }
        if until != nil, duration != nil { throw ValidationError("give --until or --duration, not both") }
        if given.span.from > given.span.until { throw ValidationError("--from is after --until") }
    }

    /// - Parameter first: The recording's first record time, from which `duration` counts without `from`.
    func selection(first: UInt64) -> RecordingFilter.Selection {
        var selection = given
        if let length = duration.flatMap(RecordSpan.length) {
            // The end is included, so that a duration of an hour is not an hour and an instant.
            selection.span.until = max(selection.span.from, from == nil ? first : 0) + length - 1
        }
        return selection
    }
}

/// What a recording holds of a span, counted in one pass.
struct ReplaySurvey {
    /// Records within the span, by kind.
    private(set) var kinds: [MessageType: UInt64] = [:]
    /// Record times of the first and the last record within the span, ns.
    private(set) var times: (first: UInt64, last: UInt64)?
    /// Record times of all records, ns.
    private(set) var whole: (first: UInt64, last: UInt64)?
    /// Sequences of the records within the span.
    private(set) var sequences: ClosedRange<UInt64>?
    /// Records before the span.
    private(set) var before: UInt64 = 0
    private let span: RecordSpan

    init(_ span: RecordSpan) { self.span = span }

    var records: UInt64 { kinds.values.reduce(0, +) }

    /// - Parameter progress: Called with each sequence dealt with.
    static func of(
        _ index: LogIndex, _ span: RecordSpan, progress: (UInt64) -> Void = { _ in }
    ) throws -> ReplaySurvey {
        var survey = ReplaySurvey(span)
        try index.forEachMessage { message in
            survey.add(message)
            progress(message.lastSequence)
            return true
        }
        return survey
    }

    mutating func add(_ message: StreamMessage) {
        for row in 0..<message.count {
            let time = message.recordTime(row: row)
            whole = (whole?.first ?? time, time)
            if time < span.from { before += 1 }
            guard span.contains(time) else { continue }
            let sequence = message.firstSequence + UInt64(row)
            kinds[message.type, default: 0] += 1
            times = (times?.first ?? time, time)
            sequences = (sequences?.lowerBound ?? sequence)...sequence
        }
    }

    /// Records by kind, a line each.
    var kindLines: [String] {
        MessageType.allCases.compactMap { type in
            kinds[type].map { "\(type.topic.padding(toLength: 30, withPad: " ", startingAt: 0)) \($0) records" }
        }
    }
}

extension LogIndex {
    /// The first record time; nil for a recording without records.
    func firstRecordTime() throws -> UInt64? {
        var first: UInt64?
        try forEachMessage { message in
            first = message.recordTime(row: 0)
            return false
        }
        return first
    }
}
