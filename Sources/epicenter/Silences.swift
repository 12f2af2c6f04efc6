import ArgumentParser
import EventLog
import Foundation
import Glibc
import Notifying
import Schema
import ServiceKit

/// Silences: alerts that nobody is told of for a while.
struct SilenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence",
        abstract: "Have epicenter-notify tell nobody of certain alerts for a while.",
        discussion: """
            EXAMPLE
              epicenter silence add subject=NVDA --for 2h --comment "earnings" --config epicenter.yaml
              epicenter silence list --config epicenter.yaml
              epicenter silence expire 6f3a1c20 --config epicenter.yaml

            Silences are a file under the data directory; a running service goes by it at once. Alerts go on and are
            published: silences are about who is told. That something is over is told to whoever knows that it began.

            Exit status: 0 done, 1 failed, 64 wrong arguments, 78 a file or the configuration is wrong.
            """,
        subcommands: [Add.self, List.self, Expire.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Silence alerts with certain labels, and print the silence's id.",
            discussion: """
                EXAMPLE
                  epicenter silence add scope=instrument 'subject=BRK*' --for 90m --config epicenter.yaml

                A value is the label's, or its beginning where it ends in *. All must match. Labels are kind, scope,
                shock, subject, and part_of of a notice to a member.

                Exit status: 0 done, 1 there is no room, 64 wrong arguments.
                """)

        @OptionGroup var place: SilencePlace
        @Argument(help: "LABEL=VALUE, one or more.") var match: [String]
        @Option(name: .customLong("for"), help: "How long: 30m, 2h, 3d.") var duration: String
        @Option(help: "Why, for whoever looks.") var comment = ""
        @Option(help: "Who says so; else the user's name.") var author: String?

        func validate() throws {
            _ = try labels()
            _ = try seconds()
        }

        private func labels() throws -> [String: String] {
            var made: [String: String] = [:]
            for text in match {
                let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                    throw ValidationError("\"\(text)\" is no match, allowed is LABEL=VALUE")
                }
                if let refusal = LabelMatch.refusal(String(parts[0]), String(parts[1])) {
                    throw ValidationError(
                        "\"\(text)\": \(refusal.found) is in no alert, allowed are \(refusal.allowed)")
                }
                made[String(parts[0])] = String(parts[1])
            }
            return made
        }

        private func seconds() throws -> UInt64 {
            let units: [Character: UInt64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
            guard let unit = duration.last.flatMap({ units[$0] }), let count = UInt64(duration.dropLast()), count > 0,
                count <= 366 * 86_400 / unit
            else {
                throw ValidationError("--for is \"\(duration)\", allowed is a number with s, m, h or d, up to 366d")
            }
            return count * unit
        }

        func run() throws {
            let now = ServiceClock.wall
            let silence = Silence(
                id: String(String(UInt64.random(in: .min ... .max), radix: 16).prefix(8)),
                match: LabelMatch(try labels()),
                createdAt: now, expiresAt: now + (try seconds()) * CivilTime.second, comment: comment,
                author: author ?? NSUserName())
            try place.change { book in
                guard book.add(silence, now: now) else {
                    throw Failure("there are \(SilenceBook.maximum) silences already: expire some")
                }
            }
            say("\(silence.id) until \(CivilTime.rfc3339(silence.expiresAt))")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the silences that are in force.",
            discussion: """
                EXAMPLE
                  epicenter silence list --all --config epicenter.yaml

                Exit status: 0 done, 78 the file cannot be read.
                """)

        @OptionGroup var place: SilencePlace
        @Flag(help: "Also those that expired within the last week.") var all = false
        @Flag(help: "Print the file's JSON.") var json = false

        func run() throws {
            var book = try place.book()
            let now = ServiceClock.wall
            if json {
                if !all { book.keepActive(at: now) }
                return say(String(decoding: try book.encoded(), as: UTF8.self).trimmingCharacters(in: .newlines))
            }
            for silence in book.silences where all || silence.isActive(at: now) {
                let state = silence.isActive(at: now) ? "until" : "ended"
                say(
                    "\(silence.id)  \(state) \(CivilTime.rfc3339(silence.expiresAt).prefix(19))Z  \(silence.match.text)  "
                        + "\(silence.author): \(silence.comment)")
            }
        }
    }

    struct Expire: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a silence now.",
            discussion: """
                EXAMPLE
                  epicenter silence expire 6f3a1c20 --config epicenter.yaml

                What still fires and was kept back by it is told.

                Exit status: 0 done, 1 there is no such silence in force.
                """)

        @OptionGroup var place: SilencePlace
        @Argument(help: "Its id.") var id: String

        func run() throws {
            try place.change { book in
                guard book.expire(id, now: ServiceClock.wall) else {
                    throw Failure("no silence \"\(id)\" is in force: see epicenter silence list")
                }
            }
        }
    }
}

/// Whose silences a command is about.
struct SilencePlace: ParsableArguments {
    @Option(
        help: "The service's configuration file, instead of that in its usual places.",
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?
    @Option(help: "The service's data directory, instead of a configuration.", completion: .directory)
    var data: String?

    func validate() throws {
        if config != nil, data != nil { throw ValidationError("either --config or --data, not both") }
    }

    private func directory() throws -> String {
        if let data { return data }
        return try ConfigurationChoice(named: config).load().dataDirectory
    }

    private static func read(_ path: String) throws -> SilenceBook {
        guard FileManager.default.fileExists(atPath: path) else { return SilenceBook() }
        guard let data = FileManager.default.contents(atPath: path), let book = try? SilenceBook(json: Array(data))
        else {
            throw ConfigurationError(["\(path): cannot be read, allowed are silences that epicenter silence wrote"])
        }
        return book
    }

    func book() throws -> SilenceBook { try Self.read(SilenceBook.path(in: directory())) }

    /// Changes the file; one at a time, and readers see the old one or the new.
    func change(_ body: (inout SilenceBook) throws -> Void) throws {
        let path = SilenceBook.path(in: try directory())
        let folder = (path as NSString).deletingLastPathComponent
        try ServiceMain.makePrivateDirectory(folder)
        let lock = open(folder + "/silences.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX) == 0 else {
            throw SystemError(call: "flock", path: folder + "/silences.lock", errno: errno)
        }
        defer { close(lock) }
        var book = try Self.read(path)
        try body(&book)
        try replaceFile(path, with: book.encoded())
    }
}
