import Schema

/// What is taken of what producers send, and what they are told: judgement without sockets.
///
/// | Input | What it gets |
/// |---|---|
/// | malformed, of too many events or bytes | an error, nothing taken, counted |
/// | an event that is malformed or of an unknown symbol | a refusal with its reason; the rest is taken |
/// | sequences taken before | dropped; the acknowledgement says how far it is |
/// | a gap in a known producer's sequences | an error that names the sequence expected |
public struct ProducerBook: Sendable {
    private var normalizer: EventNormalizer
    /// The last sequence taken of each producer, as the log has it.
    private var marks: [String: UInt64]
    public private(set) var accepted: UInt64 = 0
    public private(set) var repeats: UInt64 = 0

    /// - Parameters:
    ///   - symbols: Instruments that are defined; events of others are refused.
    ///   - marks: The last sequence taken of each producer.
    public init(symbols: SymbolTable, marks: [String: UInt64]) {
        normalizer = EventNormalizer(symbols: symbols)
        self.marks = marks
    }

    /// More instruments are defined.
    public mutating func adopt(_ symbols: SymbolTable) { normalizer.symbols = symbols }

    /// What came of one batch.
    public struct Outcome: Sendable {
        /// To be sent once `messages` are committed.
        public var reply = ProducerReply()
        /// To be appended together, in one commit: a mark without its events would lose them, events without
        /// their mark would be taken again.
        public var messages: [StreamMessage] = []
        /// To be counted.
        public var refusals: [(reason: String, text: String)] = []
    }

    /// - Parameters:
    ///   - bytes: One message of a producer, in either form.
    ///   - recordTime: What the rows get, ns.
    ///   - admits: Whether a row of a producer is to be taken; one that is not is acknowledged all the same.
    public mutating func take(
        _ bytes: Span<UInt8>, recordTime: UInt64, admits: (String, MarketRow) -> Bool = { _, _ in true }
    ) -> Outcome {
        var outcome = Outcome()
        let parsed: ParsedBatch
        do throws(Refusal) {
            parsed = try ProducerBatchParser.parse(bytes)
        } catch {
            outcome.refusals.append((error.reason.rawValue, "\(error)"))
            outcome.reply.error = error.text
            return outcome
        }
        outcome.reply.producer = parsed.producer
        let last = marks[parsed.producer]
        if let problem = problem(with: parsed, after: last) {
            outcome.reply.acknowledged = last ?? 0
            outcome.reply.error = problem
            outcome.refusals.append((RefusalReason.producerSequence.rawValue, "\(parsed.producer): \(problem)"))
            return outcome
        }
        take(parsed, after: last ?? 0, recordTime: recordTime, admits, &outcome)
        return outcome
    }

    /// Why none of a batch can be taken, by its sequences.
    private func problem(with parsed: ParsedBatch, after last: UInt64?) -> String? {
        guard parsed.firstSequence <= UInt64(Int64.max) - UInt64(ProducerBatchParser.maximumEvents) else {
            return "producer_sequence is \(parsed.firstSequence), allowed is up to 2^63 less a batch"
        }
        guard let last, parsed.firstSequence > last + 1 else { return nil }
        return "producer_sequence is \(parsed.firstSequence), expected at most \(last + 1): send what is missing first"
    }

    private mutating func take(
        _ parsed: ParsedBatch, after last: UInt64, recordTime: UInt64, _ admits: (String, MarketRow) -> Bool,
        _ outcome: inout Outcome
    ) {
        var batch = parsed
        if last >= parsed.firstSequence {
            let taken = Int(min(last - parsed.firstSequence + 1, UInt64(parsed.events.count)))
            repeats += UInt64(taken)
            batch.events.removeFirst(taken)
            batch.firstSequence += UInt64(taken)
        }
        if !batch.events.isEmpty {
            let (messages, refused) = normalizer.messages(of: batch, recordTime: recordTime) {
                admits(batch.producer, $0)
            }
            outcome.messages = messages + [.producerMark(mark(parsed, recordTime))]
            accepted += messages.reduce(0) { $0 + UInt64($1.count) }
            for refusal in refused {
                outcome.refusals.append((refusal.reason.rawValue, "\(refusal)"))
                var told = EventRefusal()
                told.producerSequence = refusal.line
                told.reason = refusal.text
                outcome.reply.refusals.append(told)
            }
            marks[parsed.producer] = parsed.lastSequence
        }
        outcome.reply.acknowledged = max(last, parsed.lastSequence)
    }

    private func mark(_ parsed: ParsedBatch, _ recordTime: UInt64) -> ProducerMark {
        var mark = ProducerMark()
        mark.recordTime = recordTime
        mark.eventTime = recordTime
        mark.producer = parsed.producer
        mark.producerSequence = parsed.lastSequence
        return mark
    }
}
