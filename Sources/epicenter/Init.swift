import ArgumentParser
import Feeds
import Foundation
import Glibc
import ServiceKit

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a commented configuration to begin with.",
        discussion: """
            EXAMPLE
              epicenter init
              epicenter init --csv bars.csv
              epicenter init - | less

            With --csv its instruments are the symbols of those files, in the order in which they appear; else funds on \
            broad markets. A file that is there is never overwritten without --force.
            Exit status: 0 written, 1 not, 64 wrong arguments.
            """)

    @Argument(help: "The file to write; - is standard output.", completion: .file(extensions: ["yaml", "yml"]))
    var path = "epicenter.yaml"
    @Option(
        name: .long, parsing: .upToNextOption, help: "CSV files whose symbols to watch.",
        completion: .file(extensions: ["csv"]))
    var csv: [String] = []
    @Option(name: .customLong("run"), help: "Where sockets are.", completion: .directory) var runDirectory: String?
    @Option(name: .customLong("data"), help: "Where streams and checkpoints are.", completion: .directory)
    var dataDirectory: String?
    @Flag(help: "Replace a file that is there.") var force = false

    func run() throws {
        let places = ConfigurationChoice.places
        let symbols = try Self.symbols(in: csv)
        let starter = StarterConfiguration(
            runDirectory: runDirectory ?? places.runDirectory,
            dataDirectory: dataDirectory ?? places.dataDirectory, symbols: symbols)
        guard path != "-" else { return say(String(starter.text.dropLast())) }
        let options: Data.WritingOptions = force ? .atomic : .withoutOverwriting
        do {
            try Data(starter.text.utf8).write(to: URL(fileURLWithPath: path), options: options)
        } catch {
            let why =
                access(path, F_OK) == 0 && !force ? "it is there; --force replaces it" : "\(error.localizedDescription)"
            throw Failure("\(path) was not written: \(why)")
        }
        let count = symbols.isEmpty ? "\(StarterConfiguration.funds.count) funds" : "\(symbols.count) symbols"
        say("\(path): \(count). Edit it, then: epicenter config check \(path); epicenter run --config \(path)")
        if !symbols.isEmpty {
            say(
                "\(starter.shareCount) are taken to be shares: write kind: etf for funds, index for indices, which are no shocks of their own"
            )
        }
        if starter.hasMarket { return }
        complain(
            "epicenter: none of the symbols is a market known here, so SPY is added as settings.benchmark: give its "
                + "prices too, or name a benchmark of your own; without prices of it no return has a market's part")
    }

    /// The symbols of CSV files, each once, in the order of their first row.
    ///
    /// - Throws: ``Failure`` for a file that cannot be read, has no column `symbol`, or has no usable symbol.
    private static func symbols(in files: [String]) throws -> [String] {
        var found: [String] = []
        var known: Set<String> = []
        for file in files {
            let symbols = try Self.read(file)
            guard !symbols.isEmpty else {
                throw Failure("\(file): no row has a symbol; the columns are in docs/FORMATS.md, CSV")
            }
            for symbol in symbols where known.insert(symbol).inserted { found.append(symbol) }
        }
        return found
    }

    private static func read(_ file: String) throws -> [String] {
        do {
            return try CSVSymbols.read(file)
        } catch {
            throw Failure("\(error)")
        }
    }
}
