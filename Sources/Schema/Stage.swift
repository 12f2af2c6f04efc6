/// One process's judgement: a pure function from records to records.
///
/// A stage reads no clock, no file, no environment and no hash order: the same records in the same
/// order give the same outputs, whatever the boundaries of the messages they arrive in. It is `Codable`
/// so that a checkpoint can hold it.
public protocol Stage: Codable, Sendable {
    /// The stream this stage writes.
    static var output: StreamName { get }
    /// Names this build of the judgement. A changed version does not restore an older checkpoint.
    static var judgementVersion: String { get }
    init()
    /// Applies `rows` of `message` in order.
    ///
    /// - Parameters:
    ///   - message: Of any stream the stage reads.
    ///   - rows: Not empty, within `0..<message.count`.
    ///   - outbox: Takes what the stage has to say, in order.
    mutating func apply(_ message: StreamMessage, rows: Range<Int>, to outbox: inout Outbox)
    /// The first market sequence that something not yet over refers to, as evidence or as cause; nil: nothing
    /// does. What may be removed from the streams goes by it.
    var needed: UInt64? { get }
    /// Records that were not used, by reason, for whoever looks at the service. Names are `snake_case`.
    var unused: KeyValuePairs<String, UInt64> { get }
    /// What else to tell whoever looks at the service: numbers as they are now. Names are `snake_case`.
    var figures: KeyValuePairs<String, UInt64> { get }
}

extension Stage {
    public var needed: UInt64? { nil }
    public var unused: KeyValuePairs<String, UInt64> { [:] }
    public var figures: KeyValuePairs<String, UInt64> { [:] }
}

extension Stage {
    /// The streams it reads, which follow from the one it writes.
    public static var inputs: [StreamName] { output.sources }
}

extension StreamName {
    /// What the stage that writes this stream reads. With two, the second is `market`, and each record of
    /// the first is applied right after the market record that caused it.
    public var sources: [StreamName] {
        switch self {
        case .market: []
        case .signals: [.market]
        case .findings: [.signals, .market]
        case .alerts: [.findings]
        }
    }
}

/// Where a stage puts what it says. Numbers the outputs of each cause; sequences come from the log.
public struct Outbox: Sendable {
    public private(set) var outputs: [StreamMessage] = []
    /// Called with each output put in, for whoever watches over the process: one record may have ten thousand to tell. By the
    /// thread that has the stage, which sets it too.
    nonisolated(unsafe) public var onOutput: (() -> Void)?
    private var cause: UInt64 = 0
    private var recordTime: UInt64 = 0
    private var ordinal: UInt32 = 0

    public init() {}

    /// Names the market record that is being applied.
    ///
    /// - Parameters:
    ///   - cause: Its sequence in `market`.
    ///   - recordTime: Its record time, which the outputs carry too.
    public mutating func begin(cause: UInt64, recordTime: UInt64) {
        if cause != self.cause { ordinal = 0 }
        self.cause = cause
        self.recordTime = recordTime
    }

    public mutating func emit(_ signal: consuming ShockSignal) {
        signal.recordTime = recordTime
        signal.cause = nextCause()
        put(.shockSignal(signal))
    }

    public mutating func emit(_ finding: consuming Finding) {
        finding.recordTime = recordTime
        finding.cause = nextCause()
        put(.finding(finding))
    }

    public mutating func emit(_ alert: consuming AlertRecord) {
        alert.recordTime = recordTime
        alert.cause = nextCause()
        put(.alertRecord(alert))
    }

    private mutating func put(_ output: consuming StreamMessage) {
        outputs.append(output)
        onOutput?()
    }

    private mutating func nextCause() -> Cause {
        ordinal += 1
        var made = Cause()
        made.sequence = cause
        made.ordinal = ordinal
        return made
    }

    /// Where the numbering stands, for a checkpoint.
    public struct Position: Codable, Sendable, Equatable {
        public var cause: UInt64 = 0
        public var recordTime: UInt64 = 0
        public var ordinal: UInt32 = 0

        public init() {}
    }

    public var position: Position {
        get {
            var position = Position()
            position.cause = cause
            position.recordTime = recordTime
            position.ordinal = ordinal
            return position
        }
        set {
            cause = newValue.cause
            recordTime = newValue.recordTime
            ordinal = newValue.ordinal
        }
    }

    /// Takes the outputs out, keeping the numbering.
    public mutating func drain() -> [StreamMessage] {
        defer { outputs.removeAll(keepingCapacity: true) }
        return outputs
    }
}

extension StreamMessage {
    /// The market record that caused this output; nil for records that nothing caused.
    public var cause: Cause? {
        switch self {
        case .shockSignal(let record): record.cause
        case .finding(let record): record.cause
        case .alertRecord(let record): record.cause
        default: nil
        }
    }
}

extension Cause: Comparable {
    /// By sequence, then by ordinal: the order in which a stage says things.
    public static func < (left: Cause, right: Cause) -> Bool {
        (left.sequence, left.ordinal) < (right.sequence, right.ordinal)
    }
}
