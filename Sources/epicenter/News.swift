import ArgumentParser
import EventLog
import Foundation
import Schema
import ServiceKit
import ShockAttribution
import Streaming
import ZeroMQ

struct News: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the news as the service sees it: stories, attention, stance, one item.",
        discussion: """
            EXAMPLE
              epicenter news stories docs/examples/deepseek-2025-01.mcap --until 2025-01-27T14:30:00Z
              epicenter news attention NVDA --data /tmp/demo --until 2025-01-27T14:30:00Z
              epicenter news stance fewer-gpus docs/examples/deepseek-2025-01.mcap
              epicenter news explain 26919 docs/examples/deepseek-2025-01.mcap

            Reads a recording or a market stream's directory, a data directory (--data), or the market stream of a \
            running service (--config, --run), and judges by the same rules as epicenter-attribute. Nothing seen after \
            --until is looked at; without it the stream's newest item says what time it is.
            Exit status: 0 shown, 1 not found or not readable, 64 wrong arguments.
            """,
        subcommands: [Stories.self, Attention.self, Stance.self, Explain.self])
}

/// Where the news come from, and until when.
struct NewsInput: ParsableArguments {
    @Option(help: "A data directory with the stream market.", completion: .directory) var data: String?
    @OptionGroup var service: ServiceOptions
    @Option(help: "Only what was seen up to this time (RFC 3339, or a date in UTC).") var until: RecordTime?
    @Flag(help: "Print JSON.") var json = false

    private static let types: [MessageType] = [.instrumentDefinition, .configurationChanged, .newsItem, .fact]
    /// How long nobody may answer.
    private static let patience: Duration = .seconds(10)

    /// Exactly one place to read from.
    func check(_ recording: String?) throws {
        let places = [recording, data, service.config, service.run].compactMap { $0 }.count
        let isService = service.config != nil && service.run != nil
        guard places == 1 || (places == 2 && isService) else {
            throw ValidationError("name one of: a recording or stream, --data, --config or --run; found \(places)")
        }
    }

    /// Reads the stream to its end, or until `isEnough`.
    func view(_ recording: String?, watching: UInt64? = nil) throws -> NewsView {
        var view = NewsView(watching: watching)
        let limit = until?.time ?? .max
        func take(_ message: StreamMessage) -> Bool {
            guard message.recordTime(row: 0) <= limit else { return false }
            view.apply(message)
            return true
        }
        if let path = recording ?? data.map({ $0 + "/market" }) {
            try LogIndex(reading: path).forEachMessage(types: Set(Self.types), take)
        } else {
            try follow(take)
        }
        guard view.itemsRead > 0 else { throw Failure("no news \(until == nil ? "in the stream" : "up to --until")") }
        return view
    }

    func time(_ view: NewsView) -> UInt64 { until?.time ?? view.latest }

    /// A service's market stream up to its head.
    private func follow(_ take: (StreamMessage) -> Bool) throws {
        let configuration = try service.configuration()
        let endpoint = try Endpoint(configuration.endpoint(of: "market"))
        let context = try Context()
        let reader = try StreamReader(
            .market, in: context, at: endpoint, types: Self.types, name: "news-\(getpid())")
        var poller = Poller()
        _ = reader.add(to: &poller)
        let progress = Progress("reading")
        defer { progress.clear() }
        let began = ServiceClock.monotonic
        var isEnough = false
        while !isEnough, reader.head == 0 || reader.next <= reader.head {
            let now = ServiceClock.monotonic
            try reader.keepOpen(now: now)
            let event = try reader.receive(now: now) { _, records in
                var decoder = BatchDecoder()
                while !isEnough, let message = try decoder.next(in: records) { isEnough = !take(message) }
            }
            switch event {
            case .progress: try reader.acknowledge(reader.next - 1, idle: true)
            case .nothing:
                if reader.head == 0, now - began > Self.patience {
                    throw Failure("nobody serves market at \(endpoint): is the service running?")
                }
                _ = try poller.wait(timeout: .milliseconds(100))
            case .withdrawn(let first, _):
                throw Failure("the service took back its records from \(first) on: try again")
            case .refused(let code, let reason): throw Failure("refused: \(code) \(reason)")
            }
            progress.show(reader.next - 1, of: reader.head)
        }
    }
}

extension News {
    struct Stories: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the stories of the last days, the most told first.",
            discussion: """
                EXAMPLE
                  epicenter news stories docs/examples/deepseek-2025-01.mcap --until 2025-01-27T14:30:00Z --about NVDA
                """)
        @Argument(help: "A recording, or a market stream's directory.") var recording: String?
        @OptionGroup var input: NewsInput
        @Option(help: "Only what has to do with this instrument, group or entity: its id or one of its names.")
        var about: String?
        @Option(help: "Stories with an item in so many hours.") var hours = 72
        @Option(help: "So many stories at most.") var limit = 20

        func validate() throws {
            try input.check(recording)
            guard (1...10_000).contains(hours) else {
                throw ValidationError("--hours is \(hours), allowed is 1 to 10000")
            }
            guard limit > 0 else { throw ValidationError("--limit is \(limit), allowed is 1 and more") }
        }

        func run() throws {
            let view = try input.view(recording)
            let about = try about.map { try view.require($0) }
            let stories = view.stories(of: about, at: input.time(view), hours: hours, limit: limit)
            if input.json { return try stories.forEach { say(try NewsText.json($0)) } }
            if stories.isEmpty { say("no story in the last \(hours) hours") }
            for story in stories { say(NewsText.story(story)) }
        }
    }

    struct Attention: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how much something is spoken of, against how much it usually is.",
            discussion: """
                EXAMPLE
                  epicenter news attention NVDA docs/examples/deepseek-2025-01.mcap --until 2025-01-27T14:30:00Z
                """)
        @Argument(help: "An instrument, group or entity: its id (NVDA) or one of its names (Nvidia, 英伟达).") var subject:
            String
        @Argument(help: "A recording, or a market stream's directory.") var recording: String?
        @OptionGroup var input: NewsInput

        func validate() throws { try input.check(recording) }

        func run() throws {
            let view = try input.view(recording)
            let subject = try view.require(subject)
            guard let attention = view.attention(to: subject, at: input.time(view)) else { return }
            say(input.json ? try NewsText.json(attention) : NewsText.attention(attention))
        }
    }

    struct Stance: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show who stands where towards a thesis, by how near the voice is to the decision.",
            discussion: """
                EXAMPLE
                  epicenter news stance fewer-gpus docs/examples/deepseek-2025-01.mcap --until 2025-01-29

                Voices are statements among the facts and, where the thesis has sentences of both sides, headlines.
                """)
        @Argument(help: "The id of a thesis.") var thesis: String
        @Argument(help: "A recording, or a market stream's directory.") var recording: String?
        @OptionGroup var input: NewsInput
        @Option(help: "Correlation assumed between voices of one tier, 0 to 1.") var correlation = 0.3

        func validate() throws {
            try input.check(recording)
            guard (0...1).contains(correlation) else {
                throw ValidationError("--correlation is \(correlation), allowed is 0 to 1")
            }
        }

        func run() throws {
            let view = try input.view(recording)
            guard let stance = try view.stance(on: thesis, at: input.time(view), correlation: correlation) else {
                throw Failure("no thesis \"\(thesis)\": there are \(view.theses.joined(separator: ", "))")
            }
            say(input.json ? try NewsText.json(stance) : NewsText.stance(stance))
        }
    }

    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how one item was read, and why it is in its story.",
            discussion: """
                EXAMPLE
                  epicenter news explain 26919 docs/examples/deepseek-2025-01.mcap
                """)
        @Argument(help: "The item's sequence in market.") var item: UInt64
        @Argument(help: "A recording, or a market stream's directory.") var recording: String?
        @OptionGroup var input: NewsInput

        func validate() throws { try input.check(recording) }

        func run() throws {
            let view = try input.view(recording, watching: item)
            guard let explained = view.explained else {
                throw Failure("record \(item) of market is no news item of the last 35 days read")
            }
            say(input.json ? try NewsText.json(explained) : NewsText.explanation(explained))
        }
    }
}

extension NewsView {
    /// What is meant by a symbol, an id or one of their names.
    fileprivate func require(_ subject: String) throws -> String {
        if let found = self.subject(named: subject) { return found }
        let near = subjects.filter { $0.lowercased().hasPrefix(subject.prefix(2).lowercased()) }.prefix(8)
        let hint = near.isEmpty ? "" : ": there are \(near.joined(separator: ", "))"
        throw Failure("no instrument, group or entity \"\(subject)\"\(hint)")
    }
}
