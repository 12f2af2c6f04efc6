import ArgumentParser
import Foundation
import ServiceKit
import ZeroMQ

/// CURVE keys, and the list of those let in.
struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make keys, and say whose may connect to public sockets.",
        discussion: """
            EXAMPLE
              epicenter keys new server                     the service's own key
              epicenter keys new desk                       a subscriber's; give it desk.secret and server.pub
              epicenter keys allow /etc/epicenter/keys/desk.pub --only subscribe
              epicenter keys revoke desk                    a running service cuts it off within a second

            Keys are files of security.directory: NAME.secret (mode 0600), NAME.pub, and allow, the list of those
            let in, a line each: KEY NAME [subscribe] [produce]. It may be edited by hand.

            Exit status: 0 done, 1 failed, 64 wrong arguments, 78 a key, file or configuration is wrong.
            """,
        subcommands: [New.self, List.self, Allow.self, Revoke.self])

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a pair of keys, and print the public one.",
            discussion: """
                EXAMPLE
                  epicenter keys new server --config /etc/epicenter/epicenter.yaml

                Exit status: 0 done, 78 the name is none, or has a key already.
                """)

        @OptionGroup var place: KeyPlace
        @Argument(help: "Its name: letters, digits, dots, hyphens and underscores.") var name: String

        func run() throws { say(try place.keys().make(name).z85) }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the keys that are let in, and those whose secret half is here.",
            discussion: """
                EXAMPLE
                  epicenter keys list --config /etc/epicenter/epicenter.yaml

                Exit status: 0 done, 78 the list cannot be read, or lines of it cannot; the others are in force.
                """)

        @OptionGroup var place: KeyPlace

        func run() throws {
            let directory = try place.keys()
            for name in (try? directory.ownKeys()) ?? [] {
                do {
                    let pair = try CurveKeyPair(secretKey: directory.secretKey(named: name))
                    say("own   \(pair.publicKey.z85)  \(name)")
                } catch {
                    complain("\(error)")
                }
            }
            let list = try directory.allowList()
            for entry in list.entries {
                let domains = AccessDomain.allCases.filter(entry.domains.contains).map(\.rawValue)
                say("allow \(entry.key.z85)  \(entry.name)  \(domains.joined(separator: " "))")
            }
            guard list.problems.isEmpty else {
                throw ConfigurationError(list.problems.map { "\(directory.allowListPath): \($0)" })
            }
        }
    }

    struct Allow: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a key in.",
            discussion: """
                EXAMPLE
                  epicenter keys allow desk.pub --only subscribe
                  epicenter keys allow 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7' --name desk

                A running service goes by it at once. A key that is in the list already gets this name and purpose.

                Exit status: 0 done, 78 it is no key, or the list cannot be read.
                """)

        @OptionGroup var place: KeyPlace
        @Argument(help: "A .pub file, or a key's 40 characters.", completion: .file(extensions: ["pub"]))
        var key: String
        @Option(help: "Whose it is; else the name in the file.") var name: String?
        @Option(help: "What it may do: subscribe or produce; else both.") var only: AccessDomain?

        func run() throws {
            let found = try KeyDirectory.publicKey(key)
            guard let name = name ?? found.name else { throw KeyError("the key has no name: give it one with --name") }
            guard AllowList.isName(name) else {
                throw KeyError(
                    "\"\(name)\" is no name: allowed are 1 to 64 letters, digits, dots, hyphens, underscores")
            }
            let domains = only.map { [$0] } ?? AccessDomain.allCases
            let entry = AllowList.Entry(key: found.key, name: name, domains: Set(domains))
            try place.keys().allow(entry)
            say("\(name) may \(domains.map(\.rawValue).joined(separator: " and "))")
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a key in no longer, and cut off whoever is connected with it.",
            discussion: """
                EXAMPLE
                  epicenter keys revoke desk

                A running service closes all connections of its public sockets within a second; those who are still
                let in come back by themselves.

                Exit status: 0 done, 1 no such name or key in the list.
                """)

        @OptionGroup var place: KeyPlace
        @Argument(help: "A name, with all its keys, or one key.") var key: String

        func run() throws {
            let directory = try place.keys()
            let name = (try? KeyDirectory.publicKey(key).key.z85) ?? key
            let revoked = try directory.revoke(name)
            guard !revoked.isEmpty else { throw Failure("\(directory.allowListPath) has no key or name \"\(key)\"") }
            for entry in revoked { say("revoked \(entry.key.z85)  \(entry.name)") }
        }
    }
}

extension AccessDomain: ExpressibleByArgument {}

/// Which directory of keys a command works on.
struct KeyPlace: ParsableArguments {
    @Option(
        help: "The service's configuration, whose security.directory it is.",
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?
    @Option(help: "The directory itself.", completion: .directory)
    var directory: String?

    func validate() throws {
        if config != nil, directory != nil { throw ValidationError("either --config or --directory, not both") }
    }

    func keys() throws -> KeyDirectory {
        if let directory { return KeyDirectory(directory) }
        return KeyDirectory(try ConfigurationChoice(named: config).load().keyDirectory)
    }
}
