import ArgumentParser
import Feeds
import Foundation
import ServiceKit

extension Import {
    /// A list of feeds as another program exports it, as configuration.
    struct OPMLList: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "opml",
            abstract: "Print the feeds of an OPML file as the section feeds of a configuration.",
            discussion: """
                EXAMPLE
                  epicenter import opml subscriptions.opml
                  epicenter import opml subscriptions.opml --into epicenter.yaml

                Names are made of titles. --into adds those whose address the configuration does not have; say tiers and \
                intervals there afterwards, and `epicenter reload`.
                Exit status: 0 all outlines taken, 1 some were refused (the others are taken) or it failed, 78 wrong \
                configuration.
                """)
        @Argument(help: "An OPML file.", completion: .file(extensions: ["opml", "xml"])) var file: String
        @Option(help: "A configuration to add them to.", completion: .file(extensions: ["yaml", "yml"])) var into:
            String?

        func run() throws {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw Failure("\(file): cannot be read")
            }
            let list = try OPML.parse(Array(data), source: file)
            for refusal in list.refusals { complain("refused: \(refusal)") }
            if let salvage = list.salvage { complain("\(file): broken, and read as far as it goes: \(salvage)") }
            if let into {
                try add(list.feeds, to: into)
            } else {
                print(OPML.yaml(list.feeds), terminator: "")
            }
            if !list.refusals.isEmpty { throw ExitCode(1) }
        }

        private func add(_ feeds: [OPML.Outline], to path: String) throws {
            let settings = try load(path)
            let known = Set(settings.feeds.map(\.url))
            let new = feeds.filter { !known.contains($0.url) }
            guard !new.isEmpty else { return say("\(path): has all \(feeds.count) already") }
            var text = try String(contentsOfFile: path, encoding: .utf8)
            let names = Set(settings.feeds.map(\.name))
            guard let made = OPML.insert(new, taken: names, into: text) else {
                throw ConfigurationError([
                    "\(path): feeds is not a list with an entry a line, which is what can be added to; paste the output without --into"
                ])
            }
            text = made
            // Nothing is replaced that would not be read as it was, with more feeds.
            let output = try OutputFile(path)
            try output.make {
                try text.write(toFile: output.temporary, atomically: false, encoding: .utf8)
                var after = try load(output.temporary)
                guard after.feeds.count == settings.feeds.count + new.count else {
                    throw Failure("\(path): cannot be added to; paste the output without --into")
                }
                after.feeds = settings.feeds
                guard after == settings else {
                    throw Failure("\(path): cannot be added to; paste the output without --into")
                }
            }
            say("\(path): \(new.count) feeds added, \(feeds.count - new.count) were there")
        }

        private func load(_ path: String) throws -> SettingsFile {
            do {
                if let settings = try SettingsFile.load(path: path, ignoring: ServiceConfiguration.deploymentSections) {
                    return settings
                }
            } catch {
                throw ConfigurationError(["\(error)"])
            }
            throw ConfigurationError(["\(path): has no model settings, without which nothing is polled"])
        }
    }
}
