import Calendars
import EventLog
import Feeds
import Foundation
import Glibc
import Logging
import Metrics
import Schema
import ServiceKit
import Streaming
import ZeroMQ

/// Everything ingest does, on one thread: plays what is recorded, then takes what is live; logs first, then
/// serves and answers.
final class IngestProcess {
    private let context: ServiceContext
    private let feeds: FeedWatch
    private var reloads = 0
    private let log: EventLog
    private let owner: StreamOwner
    private var keeper = LogKeeper(
        timer: Timer(label: "commit_duration", dimensions: [("stream", StreamName.market.rawValue)]))
    private var lastRetained: Duration = .zero
    private let control: ControlLink
    private let refusals: RefusalCounter
    /// Read back when going live; a replay needs none of it.
    private var known = StreamContents()
    private var clock = RecordClock()
    private var settings: SettingsFile?
    private var live: LiveInput?
    private var liveNormalizer: EventNormalizer?
    private var desk: ProducerDesk?
    private var newsDesk: NewsDesk?
    private var playerDesk: PlayerDesk?
    private var lastAppend: Duration = .zero
    /// The last record before definitions and settings were said again, and how many they were.
    private var restated: (after: UInt64, count: Int) = (0, 0)
    private var played: UInt64 = 0
    /// Rows taken from standard input.
    private var taken: UInt64 = 0

    init(_ context: ServiceContext) throws {
        var context = context
        control = try ControlLink(context)
        context.control = control
        self.context = context
        let configuration = context.configuration
        feeds = FeedWatch(configuration)
        try ServiceMain.makePrivateDirectory(configuration.runDirectory)
        refusals = RefusalCounter(context.logger)
        try control.expect(Self.longStep, "opening market")
        log = try context.openLog(.market)
        owner = try StreamOwner(
            log.index, in: context.zeroMQ, at: Endpoint(configuration.endpoint(of: StreamName.market.rawValue)))
        context.logger.info("started", metadata: context.opening(of: log))
    }

    func run() throws {
        var player = try makePlayer()
        // What is recorded is served while it is played; without any, the feeds must be open first.
        if context.configuration.recording != nil || !player.isDone { control.heartbeat.state = .ready }
        if try runRecorded(&player) { return try finish() }
        try startLive()
        control.heartbeat.state = .ready
        try runLive()
        try finish()
    }

    /// What reading the stream or files back may take.
    private static let longStep: Duration = .seconds(300)

    // MARK: what is recorded

    private func makePlayer() throws -> RecordingPlayer {
        let configuration = context.configuration
        if let path = configuration.recording {
            let index = try LogIndex(reading: path)
            guard index.stream == .market else {
                throw ConfigurationError([
                    "ingest.recording: \(path) is a recording of \(index.stream.rawValue), allowed is one of market"
                ])
            }
            let pace = ReplayPace(
                rate: configuration.rate, from: configuration.span.from, isPaused: configuration.startPaused)
            playerDesk = try PlayerDesk(context)
            return RecordingPlayer(
                .recording(index), pace: pace, until: configuration.span.until, head: log.committed)
        }
        settings = try readSettings()
        let files = (configuration.csv + configuration.jsonl + configuration.dbn).filter { $0 != "-" }
        guard let settings, !files.isEmpty else {
            return RecordingPlayer(.built([]), pace: ReplayPace(rate: .maximum), head: 0)
        }
        try control.expect(Self.longStep, "reading files")
        let messages = try FileSource.build(
            csv: configuration.csv, jsonl: configuration.jsonl, dbn: configuration.dbn, settings: settings,
            refused: refusals.note, pulse: context.pulse)
        try checkContinues(messages)
        return RecordingPlayer(.built(messages), pace: ReplayPace(rate: configuration.rate), head: log.committed)
    }

    /// Files are played behind the log's head by sequence, so they must be those that the log began with.
    private func checkContinues(_ messages: [StreamMessage]) throws {
        guard log.committed > 0, let last = messages.last?.lastSequence else { return }
        let sequence = min(log.committed, last)
        func row(_ message: StreamMessage) -> StreamMessage {
            let row = Int(sequence - message.firstSequence)
            return message.slice(row..<row + 1)
        }
        let played = messages.first { $0.lastSequence >= sequence }.map(row)
        var logged: StreamMessage?
        try log.index.forEachMessage(from: sequence) { message in
            logged = row(message)
            return false
        }
        if played != logged {
            throw ConfigurationError([
                "ingest.csv, ingest.jsonl, ingest.dbn or the settings are not those that the stream in \(context.configuration.dataDirectory) began with: import them into a new data directory"
            ])
        }
    }

    /// Model settings from the same file; nil where it has none.
    private func readSettings() throws -> SettingsFile? {
        do {
            return try SettingsFile.load(
                path: context.configurationPath, ignoring: ServiceConfiguration.deploymentSections)
        } catch {
            throw ConfigurationError(["\(error)"])
        }
    }

    /// Plays until the end of what is recorded. A recording alone is played and then served for as long as the
    /// process runs; nothing is added to it.
    ///
    /// - Returns: true when the process was told to stop.
    private func runRecorded(_ player: inout RecordingPlayer) throws -> Bool {
        var poller = Poller()
        _ = owner.add(to: &poller)
        playerDesk?.add(to: &poller)
        let stop = poller.add(context.stop.waker)
        let isReplay = context.configuration.recording != nil
        var hasMore = true
        while true {
            _ = try poller.wait(timeout: hasMore ? .zero : player.idle(now: ServiceClock.monotonic))
            if poller.isReady(stop) { context.stop.waker.clear() }
            let now = ServiceClock.monotonic
            if context.stop.count > 0 { return try drain(&poller) }
            if player.isDone, !isReplay { return false }
            try playerDesk?.serve(&player, now: now)
            let count = player.isDone || keeper.isStalled ? 0 : try player.play(into: log, now: now)
            played += UInt64(count)
            try serve(now: now)
            hasMore = try owner.service(now: now) || (count > 0 && !keeper.isStalled)
            control.heartbeat.feedsDone = player.isDone
            try beat(now: now)
        }
    }

    /// Commits, then answers; as long as the log does not go on nothing is taken, and nothing is answered.
    private func serve(now: Duration) throws {
        if try keeper.commit(log, now: now) {
            owner.watermark = log.committed
            try desk?.answer()
            try retainIfDue(now: now)
        }
        control.say(alarm: keeper.alarm, context.logger)
        control.say(historyOf: log, context.logger)
    }

    private var keptPath: String { context.configuration.checkpointPath(context.name) }

    private func retainIfDue(now: Duration) throws {
        guard now - lastRetained >= context.configuration.checkpointInterval else { return }
        lastRetained = now
        let limit = owner.removable(by: StreamName.market.readerNames)
        let policy = context.configuration.retention
        guard let last = try log.removable(behind: limit, policy) else { return }
        do {
            try StreamContents.keep(of: log.index, upTo: last, at: keptPath)
        } catch {
            // As on a full disk: then nothing is removed either.
            context.logger.warning("old records are not removed", metadata: ["why": "\(error)"])
            return
        }
        if let first = try log.retain(behind: last, policy) {
            context.logger.info("old records removed", metadata: ["first": "\(first)"])
        }
    }

    // MARK: what is live

    /// Writes definitions and settings that the stream does not have yet, and opens the doors.
    private func startLive() throws {
        try control.expect(Self.longStep, "reading market back")
        known = try StreamContents(log.index, kept: keptPath)
        clock = RecordClock(last: known.lastRecordTime)
        if let settings {
            append(settings)
            live = LiveInput(context.configuration, settings: settings)
            liveNormalizer = EventNormalizer(symbols: known.symbols)
            try poll(settings.feeds)
        } else {
            context.logger.warning("no instruments are configured: every bar and trade will be refused")
        }
        desk = try ProducerDesk(
            context, log: log, symbols: known.symbols, marks: known.producers, refusals: refusals, feeds: feeds)
        control.heartbeat.feedsDone = live == nil
    }

    /// Feeds to poll from now on. Without any there are no threads for it.
    private func poll(_ feeds: [PolledFeed]) throws {
        if let newsDesk {
            newsDesk.adopt(feeds, now: ServiceClock.monotonic)
        } else if !feeds.isEmpty {
            newsDesk = try NewsDesk(
                feeds, memories: known.feeds, refusals: refusals, logger: context.logger, now: ServiceClock.monotonic)
        }
    }

    /// Writes the definitions and settings that the stream does not have yet.
    private func append(_ settings: SettingsFile) {
        for message in known.missing(settings, recordTime: recordTime()) {
            log.append(message)
            known.note(message)
        }
    }

    /// The settings are others now: writes what changed into the stream, for all to judge by from here on.
    private func reload() {
        do {
            guard let new = try readSettings() else { return }
            append(new)
            settings = new
            liveNormalizer?.symbols = known.symbols
            live?.adopt(known.symbols)
            desk?.adopt(known.symbols)
            try poll(new.feeds)
            context.logger.notice("settings reloaded")
        } catch {
            context.logger.error("settings not reloaded; the old ones hold", metadata: ["why": "\(error)"])
        }
    }

    /// Where old records are removed, a segment begins with what a reader must know who can begin no earlier: a stage of
    /// another version than made its checkpoints. At most a fifth of the stream is such.
    private func restateIfSegmentBegins() {
        guard context.configuration.retention != .everything, log.isAtSegmentStart,
            log.committed >= restated.after + 5 * UInt64(restated.count), log.committed > 0
        else { return }
        let messages = known.restated(recordTime: recordTime())
        restated = (log.committed, messages.count)
        for message in messages { log.append(message) }
    }

    /// Now, but never before the last record.
    private func recordTime() -> UInt64 { clock.time(wall: ServiceClock.wall) }

    private func runLive() throws {
        var poller = Poller()
        _ = owner.add(to: &poller)
        desk?.add(to: &poller)
        let stop = poller.add(context.stop.waker)
        var input = live.map { _ in poller.add(fileDescriptor: 0) }
        var news = newsDesk.map { poller.add($0.waker) }
        // Whoever waits for us waits no longer than it must.
        var hasMore = true
        while true {
            _ = try poller.wait(timeout: hasMore ? .zero : .milliseconds(50))
            if poller.isReady(stop) { context.stop.waker.clear() }
            if let news, poller.isReady(news) { newsDesk?.waker.clear() }
            if context.stop.count > 0 {
                newsDesk?.close()
                _ = try drain(&poller)
                return
            }
            let now = ServiceClock.monotonic
            var any = false
            if !keeper.isStalled {
                restateIfSegmentBegins()
                any = try desk?.take(recordTime: recordTime) ?? false
                if let input, !(live?.isDone ?? true), poller.isReady(input) { any = try readInput() || any }
                any = newsDesk?.service(now: now, recordTime: recordTime) { log.append($0) } ?? false || any
            }
            if live?.isDone ?? false, let ended = input {
                // A pipe that ended would be reported as hung up for ever.
                poller.remove(ended)
                input = nil
                control.heartbeat.feedsDone = true
            }
            if any { lastAppend = now }
            if !keeper.isStalled, reloads < context.stop.reloads {
                reloads = context.stop.reloads
                reload()
                if news == nil { news = newsDesk.map { poller.add($0.waker) } }
            }
            if !keeper.isStalled { tick(now: now) }
            try serve(now: now)
            hasMore = try owner.service(now: now) || (any && !keeper.isStalled)
            try beat(now: now)
            // What waits in the sockets would wake us for nothing.
            if keeper.isStalled { usleep(20_000) }
        }
    }

    private func readInput() throws -> Bool {
        guard let batch = try live?.read() else { return false }
        batch.refusals.forEach(refusals.note)
        var packer = ColumnPacker(nextSequence: 0)
        let time = recordTime()
        for accepted in batch.events {
            do throws(Refusal) {
                if let row = try liveNormalizer?.row(accepted.event, source: "stdin", line: accepted.line, now: time) {
                    taken += 1
                    if feeds.admits(row, of: "stdin", at: time) { packer.append(row, recordTime: time) }
                }
            } catch {
                refusals.note(error)
            }
        }
        for message in packer.drain() { log.append(message) }
        return true
    }

    /// Time for the stream while nothing else comes.
    private func tick(now: Duration) {
        guard context.configuration.ticks, now - lastAppend >= .seconds(1) else { return }
        lastAppend = now
        var tick = ClockTick()
        tick.recordTime = recordTime()
        tick.eventTime = tick.recordTime
        log.append(.clockTick(tick))
    }

    // MARK: the end

    /// Serves until every reader has dealt with all there is, within the bound.
    private func drain(_ poller: inout Poller) throws -> Bool {
        control.heartbeat.state = .draining
        owner.isEnding = true
        let deadline = ServiceClock.monotonic + context.configuration.stopWithin
        var hasMore = true
        while true {
            let now = ServiceClock.monotonic
            try serve(now: now)
            hasMore = try owner.service(now: now)
            try beat(now: now)
            if owner.isDrained || now >= deadline || context.stop.count > 1 { return true }
            _ = try poller.wait(timeout: hasMore ? .zero : .milliseconds(20))
            context.stop.waker.clear()
        }
    }

    private func finish() throws {
        try log.close()
        context.logger.info("closed", metadata: ["head": "\(log.committed)", "refused": "\(refusals.total)"])
    }

    private func beat(now: Duration) throws {
        try control.beat(at: now) { heartbeat in
            heartbeat.streams = [StreamStatus(of: log, watermark: log.committed, readers: owner.readerCount)]
            heartbeat.set("stalls", keeper.stalls)
            heartbeat.set("records_played", played)
            heartbeat.set("events_accepted", desk?.accepted ?? 0)
            heartbeat.set("repeats_dropped", desk?.repeats ?? 0)
            heartbeat.set("requests_refused", owner.refused)
            heartbeat.set("commands_refused", playerDesk?.refused ?? 0)
            heartbeat.set("refused", refusals.total)
            for reason in refusals.byReason.keys.sorted() {
                heartbeat.set("refused_\(reason)", refusals.byReason[reason] ?? 0)
            }
            heartbeat.recentErrors = refusals.recent
            heartbeat.feeds = feeds.status(
                stdin: live.map { _ in taken }, producers: desk?.accepted, calendar: settings?.calendars.standard,
                silentAfter: context.configuration.feedSilence, wall: ServiceClock.wall)
            heartbeat.feeds += newsDesk?.status(now: now, wall: ServiceClock.wall) ?? []
            feeds.report(in: &heartbeat)
            desk?.report(in: &heartbeat)
        }
    }
}
