import Alerting
import EventLog
import Schema
import ServiceKit
import ShockAnalysis
import ShockAttribution

/// All stages in one process, without sockets: the same engines over the same logs as the real processes
/// have, so the alerts are the same.
public final class InProcessPipeline {
    public let market: EventLog
    private let analyze: StageEngine<AnalyzeStage>
    private let attribute: StageEngine<AttributeStage>
    private let publish: StageEngine<PublishStage>
    private var signalsPassed: UInt64
    private var findingsPassed: UInt64

    public var alerts: LogIndex { publish.log.index }

    /// Opens the four streams under `directory`.
    ///
    /// - Parameters:
    ///   - directory: Gets a folder for each stream.
    ///   - newEpoch: Called for each stream that is new.
    ///   - options: Of the four logs.
    public init(
        directory: String, newEpoch: () -> UInt64, options: EventLog.Options = .init(sync: .never)
    ) throws {
        func log(_ stream: StreamName) throws -> EventLog {
            try EventLog(
                directory: "\(directory)/\(stream.rawValue)", stream: stream, newEpoch: newEpoch(), options: options)
        }
        market = try log(.market)
        analyze = try StageEngine(log: log(.signals), checkpointPath: nil)
        attribute = try StageEngine(log: log(.findings), checkpointPath: nil)
        publish = try StageEngine(log: log(.alerts), checkpointPath: nil)
        signalsPassed = 0
        findingsPassed = 0
    }

    /// Copies message records of a recording into `market` and lets every stage deal with them.
    public func feed(records: UnsafeRawBufferPointer, _ batch: LogBatch) throws {
        try market.append(records: records, batch)
        try market.commit()
        var decoder = BatchDecoder()
        while let message = try decoder.next(in: records) {
            analyze.enqueue(message, of: .market)
            attribute.enqueue(message, of: .market)
        }
        try pass()
    }

    private func pass() throws {
        analyze.advance()
        try analyze.log.commit()
        try analyze.log.index.forEachMessage(from: signalsPassed + 1) { signal in
            attribute.enqueue(signal, of: .signals)
            signalsPassed = signal.lastSequence
            return true
        }
        attribute.promise(analyze.watermark)
        attribute.advance()
        try attribute.log.commit()
        try attribute.log.index.forEachMessage(from: findingsPassed + 1) { finding in
            publish.enqueue(finding, of: .findings)
            findingsPassed = finding.lastSequence
            return true
        }
        publish.promise(attribute.watermark)
        try publish.log.commit()
    }

    /// Plays a whole recording.
    ///
    /// - Parameters:
    ///   - recording: Of `market`; what is already here of it is not played again.
    ///   - progress: Called after each batch with the head of `market`.
    public func play(_ recording: LogIndex, progress: (UInt64) throws -> Void = { _ in }) throws {
        var cursor = LogCursor(at: max(market.committed + 1, recording.firstSequence))
        let buffer = RawBuffer()
        while let batch = try cursor.next(in: recording, into: buffer) {
            try feed(records: buffer.bytes, batch)
            try progress(batch.lastSequence)
        }
    }

    public func close() throws {
        for log in [market, analyze.log, attribute.log, publish.log] { try log.close() }
    }
}
