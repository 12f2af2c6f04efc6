import ArgumentParser
import Crypto
import Feeds
import Foundation
import Glibc
import Schema
import ServiceKit
import SwiftProtobuf
import ZeroMQ

struct BackfillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Load a history of prices into a running service, without alerts.",
        discussion: """
            EXAMPLE
              epicenter backfill bars_daily.csv splits.jsonl --config /etc/epicenter/epicenter.yaml

            The service estimates from what is loaded and never judges it, so a new service can tell at once what is \
            unusual. Daily bars are taken as they are; shorter bars and trades become the bar of their session, of \
            its regular hours alone. Facts (splits, dividends, share counts) are taken as they are known; load \
            splits with prices that are not adjusted, or before them. News is left out.

            A name's sessions go before or after those that the service knows of it; sessions that it knows, and \
            holes between them, stay as they are. So the same files may be loaded again: it goes on where it \
            stopped, and what is there already is not taken twice.
            Exit status: 0 all was taken, 1 some lines or events were refused or the service did not answer.
            """)

    @Argument(help: "CSV, JSON-lines (.jsonl, .ndjson) and DBN (.dbn, .dbn.zst) files.") var files: [String]
    @Option(
        help: "The service's configuration file, with its instruments, instead of that in its usual places.",
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?
    @Option(help: "The endpoint of producers, instead of the configuration's.") var producers: String?
    @Option(help: "Our secret key's file, where the endpoint wants CURVE.", completion: .file(extensions: ["secret"]))
    var key: String?
    @Option(help: "The server's public key, or its .pub file.") var serverKey: String?
    @Flag(help: "Read the files and say what would be loaded; send nothing.") var dryRun = false
    @Flag(help: "No progress bar.") var quiet = false

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("give at least one file") }
        guard (key == nil) == (serverKey == nil) else {
            throw ValidationError("--key and --server-key go together: ours and the server's")
        }
    }

    func run() throws {
        var configuration = try ConfigurationChoice(named: config).load()
        if let producers { configuration.producers = producers }
        var refused = 0
        let (events, counts) = try read(&refused)
        say(
            "\(counts.sessions) session bars, \(counts.made) made of shorter bars and trades, \(counts.facts) facts; "
                + "\(counts.repeated) said again, \(counts.outside) outside of regular hours, \(counts.news) news left out, "
                + "\(refused) lines refused")
        if dryRun { return try end(refused) }
        guard !events.isEmpty else { throw Failure("there is nothing to load") }
        let sender = try HistorySender(events, endpoint: configuration.producersEndpoint, security: security())
        let progress = Progress("loading", quiet: quiet)
        try sender.run { done in progress.show(UInt64(done), of: UInt64(events.count)) }
        progress.clear()
        for refusal in sender.refusals { complain("refused: event \(refusal.producerSequence): \(refusal.reason)") }
        say(
            "\(events.count) events loaded as \(sender.name), \(sender.known) of them before; "
                + "\(sender.refusals.count) refused")
        try end(refused + sender.refusals.count)
    }

    private func end(_ refused: Int) throws {
        if refused > 0 { throw ExitCode(1) }
    }

    private func security() throws -> SocketOptions.Security {
        guard let key, let serverKey else { return .none }
        let keys = try CurveKeyPair(secretKey: KeyDirectory.secretKey(at: key))
        return .curveClient(keys: keys, serverKey: try KeyDirectory.publicKey(serverKey).key)
    }

    private func read(_ refused: inout Int) throws -> ([InputEvent], HistoryFiles.Counts) {
        let settings = try SettingsFile.required(
            at: ConfigurationChoice(named: config).file(), ignoring: ServiceConfiguration.deploymentSections,
            else: "has no instruments")
        var history = HistoryFiles(symbols: settings.symbols, calendars: settings.calendars)
        var count = 0
        func take(_ batch: borrowing FeedBatch) {
            count += batch.refusals.count
            for refusal in batch.refusals { complain("refused: \(refusal)") }
            for accepted in batch.events { history.add(accepted.event) }
        }
        for file in files {
            if file.hasSuffix(".jsonl") || file.hasSuffix(".ndjson") {
                var feed = JSONLinesFeed(source: file, symbols: settings.symbols)
                try LineReader.readAll(file, into: &feed, each: take)
            } else if file.hasSuffix(".dbn") || file.hasSuffix(".dbn.zst") {
                var feed = DBNFeed(source: file, symbols: settings.symbols)
                try LineReader.readAll(file, into: &feed, each: take)
            } else {
                var feed = CSVFeed(source: file, symbols: settings.symbols, calendars: settings.calendars)
                try LineReader.readAll(file, into: &feed, each: take)
            }
        }
        refused = count
        let events = history.events()
        return (events, history.counts)
    }
}

/// Sends events of the past as a producer whose name is what they are, so that the same are known by it.
private final class HistorySender {
    /// `backfill/` and the digest of all events.
    let name: String
    private let batches: [[InputEvent]]
    private let endpoint: String
    private var socket: Socket<Dealer>
    private let context: Context
    private(set) var refusals: [EventRefusal] = []
    /// How many the service had taken already.
    private(set) var known = 0

    static let batchEvents = 1_024
    /// An answer takes a commit; a service that catches up may take longer.
    static let patience = 6

    init(_ events: [InputEvent], endpoint: String, security: SocketOptions.Security) throws {
        var hash = SHA256()
        for event in events {
            let bytes: [UInt8] = try event.serializedBytes()
            withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: bytes)
        }
        name = "backfill/" + hash.finalize().prefix(8).map { String(format: "%02x", $0) }.joined()
        batches = stride(from: 0, to: events.count, by: Self.batchEvents).map {
            Array(events[$0..<min($0 + Self.batchEvents, events.count)])
        }
        self.endpoint = endpoint
        context = try Context()
        var options = SocketOptions()
        options.receiveTimeout = .seconds(10)
        options.sendTimeout = .seconds(10)
        options.security = security
        var socket = try Socket(Dealer.self, in: context, options: options)
        try socket.connect(to: Endpoint(endpoint))
        self.socket = socket
    }

    /// - Parameter progress: Told how many events are done.
    func run(_ progress: (Int) -> Void) throws {
        var index = 0
        while index < batches.count {
            let reply = try send(index)
            let done = Int(clamping: reply.acknowledged)
            let first = index * Self.batchEvents
            if index == 0, done > batches[0].count { known = done }
            guard done >= first + batches[index].count else {
                throw Failure("\(endpoint): took events up to \(done) only; run it again")
            }
            refusals += reply.refusals
            index = done == total ? batches.count : done / Self.batchEvents
            progress(done)
        }
    }

    private var total: Int { batches.reduce(0) { $0 + $1.count } }

    private func send(_ index: Int) throws -> ProducerReply {
        var batch = ProducerBatch()
        batch.producer = name
        batch.producerSequence = UInt64(index * Self.batchEvents + 1)
        batch.events = batches[index]
        batch.history = true
        let bytes: [UInt8] = try batch.serializedBytes()
        for _ in 0..<Self.patience {
            guard try socket.send(bytes, wait: true) == .sent else { continue }
            while let frame = try socket.receive() {
                let reply = try ProducerReply(jsonUTF8Bytes: frame.copyBytes())
                guard reply.error.isEmpty else { throw Failure("\(endpoint): \(reply.error)") }
                // An answer to what was sent before.
                if reply.acknowledged >= batch.producerSequence + UInt64(batch.events.count) - 1 { return reply }
            }
        }
        throw Failure("nobody answers at \(endpoint): is the service running?")
    }
}
