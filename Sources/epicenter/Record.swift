import ArgumentParser
import EventLog
import Foundation
import Glibc
import MCAP
import Schema
import ServiceKit
import Streaming
import ZeroMQ

struct Record: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Record a running service's streams to files.",
        discussion: """
            EXAMPLE
              epicenter record --config /etc/epicenter/epicenter.yaml --out today.mcap --duration 3600
              epicenter record --run /run/epicenter --from 2025-01-27T14:30:00Z --out opening.mcap
              epicenter record --run /run/epicenter --stream market --stream alerts --out /tmp/both

            Records from the stream's beginning, or --from, until interrupted, --until or --duration; restarts of the \
            service are lived through. With several --stream, --out is a directory that gets STREAM.mcap for each. The \
            file is made as OUT.partial and moved when it is whole. Sequences are kept as long as nothing between \
            them is left out. With --topic, and in market with --from, records are numbered anew from 1; of market \
            definitions and settings are always kept, those from before --from at the front, so that replay plays the \
            file.
            Exit status: 0 recorded, 1 failed, nothing to record, or the stream's history ended (the file holds it up \
            to there), 64 wrong arguments.
            """)

    @OptionGroup var service: ServiceOptions
    @Option(parsing: .singleValue, help: "A stream: market, signals, findings or alerts; may be given several times.")
    var stream: [StreamName] = [.market]
    @Option(help: "The recording to make; with several streams a directory.", completion: .file(extensions: ["mcap"]))
    var out: String
    @OptionGroup var selection: RecordSelection
    @Option(help: "Stop after so many seconds.") var duration: Double?
    @Option(help: "none, lz4 or zstd.") var compression: CompressionName = .zstd
    @Flag(help: "No progress.") var quiet = false

    /// How long nobody may answer before recording gives up; later on it waits for as long as it takes.
    private static let patience: Duration = .seconds(10)

    func validate() throws {
        if let duration, !(duration > 0 && duration < 1e9) {
            throw ValidationError("--duration is \(duration), allowed is above 0")
        }
        for topic in selection.topic where !stream.contains(topic.type.stream) {
            throw ValidationError("--topic \(topic.type.topic) is of no stream that is recorded")
        }
    }

    func run() throws {
        let streams = StreamName.allCases.filter(stream.contains)
        let configuration = try service.configuration()
        let stop = try StopSignal()
        let context = try Context()
        if streams.count > 1 { try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true) }
        let recorders = try streams.map { name in
            let path = streams.count > 1 ? "\(out)/\(name.rawValue).mcap" : out
            let endpoint = name == .alerts ? configuration.replayEndpoint : configuration.endpoint(of: name.rawValue)
            return try StreamRecorder(
                name, context, Endpoint(endpoint), try Self.output(path), selection, compression.value)
        }
        do {
            try record(recorders, stop)
            var isComplete = true
            for recorder in recorders {
                if let told = try recorder.finish() {
                    say(told)
                } else {
                    complain("\(recorder.stream.rawValue): nothing to record")
                    isComplete = false
                }
                if recorder.wasCutShort { isComplete = false }
            }
            if !isComplete { throw ExitCode(1) }
        } catch {
            // Hours may be in it: what is whole can be had from there.
            for path in recorders.compactMap(\.unfinished) {
                complain("\(path) holds what was recorded: epicenter recover saves it")
            }
            throw error
        }
    }

    /// What a recorder that was killed left is not written over.
    private static func output(_ path: String) throws -> OutputFile {
        let output = try OutputFile(path, suffix: ".partial")
        guard !output.isBegun else {
            throw Failure(
                "\(output.temporary) is there: another recorder writes it, or left it when it died. "
                    + "Save it with epicenter recover, and remove it")
        }
        return output
    }

    private func record(_ recorders: [StreamRecorder], _ stop: StopSignal) throws {
        var poller = Poller()
        _ = poller.add(stop.waker)
        for recorder in recorders { recorder.add(to: &poller) }
        let progress = Progress("recording", quiet: quiet)
        defer { progress.clear() }
        let began = ServiceClock.monotonic
        let limit = duration.map { Duration.seconds($0) }
        while stop.count == 0 {
            let now = ServiceClock.monotonic
            if let limit, now - began >= limit { return }
            var isBusy = false
            for recorder in recorders where !recorder.isDone { isBusy = try recorder.step(now) || isBusy }
            if recorders.allSatisfy(\.isDone) { return }
            if now - began > Self.patience, let silent = recorders.first(where: { !$0.wasHeard }) {
                throw Failure("nobody serves \(silent.stream.rawValue) at \(silent.endpoint): is the service running?")
            }
            progress.show(recorders.reduce(0) { $0 + $1.next - 1 }, of: recorders.reduce(0) { $0 + $1.head })
            if !isBusy { _ = try poller.wait(timeout: .milliseconds(200)) }
        }
    }
}

enum CompressionName: String, ExpressibleByArgument, CaseIterable {
    case none, lz4, zstd

    var value: Compression {
        switch self {
        case .none: .none
        case .lz4: .lz4
        case .zstd: .zstd()
        }
    }
}

/// One stream on its way to a file. The first error ends it.
private final class StreamRecorder {
    let stream: StreamName
    let endpoint: Endpoint
    private let reader: StreamReader
    private let output: OutputFile
    private let selection: RecordSelection
    private let compression: Compression
    private var file: File?
    /// Definitions and settings met before the first record wanted, the latest of each.
    private var front: [String: StreamMessage] = [:]
    private var epoch: UInt64 = 0
    private var records: UInt64 = 0
    private var last: UInt64 = 0
    private(set) var isDone = false
    private(set) var wasHeard = false
    /// The stream's history ended before what was asked for.
    private(set) var wasCutShort = false
    private var isFinished = false

    /// A noncopyable writer needs an owner with a place in memory.
    private final class File {
        var writer: RecordingWriter
        init(_ writer: consuming RecordingWriter) { self.writer = writer }
    }

    init(
        _ stream: StreamName, _ context: Context, _ endpoint: Endpoint, _ output: OutputFile,
        _ selection: RecordSelection, _ compression: Compression
    ) throws {
        self.stream = stream
        self.endpoint = endpoint
        self.output = output
        self.selection = selection
        self.compression = compression
        // In market what came before is needed: it defines the instruments.
        let from = stream == .market ? 1 : selection.fromSequence
        reader = try StreamReader(stream, in: context, at: endpoint, from: from, name: "record-\(getpid())")
    }

    var next: UInt64 { reader.next }
    var head: UInt64 { reader.head }

    /// Whether records are left out between those kept, so that they are numbered anew.
    private var renumbers: Bool {
        !selection.topic.isEmpty || (stream == .market && selection.from != nil && selection.from != .sequence(1))
    }

    func add(to poller: inout Poller) { _ = reader.add(to: &poller) }

    /// Takes what has come.
    ///
    /// - Returns: Whether there was anything.
    func step(_ now: Duration) throws -> Bool {
        try reader.keepOpen(now: now)
        let event = try reader.receive(now: now) { batch, records in
            try check(batch.epoch)
            var decoder = BatchDecoder()
            while !isDone, let message = try decoder.next(in: records) { try take(message) }
        }
        switch event {
        case .progress:
            wasHeard = true
            try reader.acknowledge(reader.next - 1, idle: true)
            // No record may ever come that is late enough: then the clock says so.
            if let until = selection.until, reader.next > reader.head, ServiceClock.wall > until.time + CivilTime.second
            {
                isDone = true
            }
            return true
        case .nothing: return false
        case .withdrawn(let first, _):
            complain("\(stream.rawValue): the service took back its records from \(first) on")
            wasCutShort = true
            isDone = true
            return false
        case .refused(let code, let reason):
            // What is there is kept: its history ended, and another cannot be appended to it.
            complain("\(stream.rawValue): the service will not serve on: \(code) \(reason)")
            if records == 0 { throw Failure("\(stream.rawValue): refused: \(code) \(reason)") }
            isDone = true
            wasCutShort = true
            return false
        }
    }

    private func check(_ found: UInt64) throws {
        if epoch == 0 { epoch = found }
        guard found != epoch else { return }
        complain("\(stream.rawValue): a new epoch \(String(found, radix: 16)) begins; the recording ends before it")
        isDone = true
        wasCutShort = true
    }

    private func take(_ message: StreamMessage) throws {
        guard message.lastSequence >= reader.next else { return }
        let isPast = selection.isPast(message)
        defer { if isPast { isDone = true } }
        guard var wanted = selection.wanted(message) else { return try keep(message) }
        // A batch begins with a whole message, which may begin before what was asked for.
        if wanted.firstSequence <= last, last > 0 {
            guard wanted.lastSequence > last else { return }
            wanted = wanted.slice(Int(last - wanted.firstSequence) + 1..<wanted.count)
        }
        last = wanted.lastSequence
        if renumbers { try appendFront() }
        try append(wanted)
    }

    /// Keeps what a later record needs to be understood: at the front until there is one, in its place afterwards.
    private func keep(_ message: StreamMessage) throws {
        guard renumbers, stream == .market else { return }
        let key: String
        switch message {
        case .instrumentDefinition(let definition): key = "\(definition.instrument)"
        case .configurationChanged: key = ""
        default: return
        }
        if file == nil { front[key] = message } else { try append(message) }
    }

    private func appendFront() throws {
        guard file == nil else { return }
        // In the order of their sequences, so that record times do not go back.
        let messages = front.values.sorted { $0.firstSequence < $1.firstSequence }
        front = [:]
        for message in messages { try append(message) }
    }

    private func append(_ message: StreamMessage) throws {
        var message = message
        if renumbers { message.firstSequence = records + 1 }
        if file == nil {
            file = File(
                try RecordingWriter(path: output.temporary, stream: stream, epoch: epoch, compression: compression))
        }
        try file?.writer.append(message)
        records += UInt64(message.count)
    }

    /// - Returns: What was recorded; nil if nothing was.
    func finish() throws -> String? {
        guard let file else { return nil }
        if renumbers {
            try file.writer.append(
                note: RecordingNotes.origin,
                [("stream", stream.rawValue), ("epoch", String(epoch, radix: 16)), ("last_sequence", "\(last)")])
        }
        try file.writer.finish()
        try output.commit()
        isFinished = true
        let sequences = renumbers ? "numbered anew" : "up to sequence \(last)"
        return "\(output.path): \(records) records of \(stream.rawValue), \(sequences)"
    }

    /// A file that was begun and is not finished.
    var unfinished: String? { file == nil || isFinished ? nil : output.temporary }
}
