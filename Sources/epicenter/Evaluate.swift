import ArgumentParser
import Calendars
import Evaluation
import EventLog
import Feeds
import Foundation
import Schema
import ServiceKit

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure the detection of shocks, and what is said of their causes, on labelled days.",
        discussion: """
            EXAMPLE
              epicenter evaluate labels.csv bars.csv.gz --benchmark SPY --funds QQQ,DIA
              epicenter evaluate labels.csv bars.csv --settings settings.yaml
              epicenter evaluate labels.csv bars.csv --settings settings.yaml --return-periods 0.5,1,2 --json
              epicenter evaluate labels.csv bars.csv --settings settings.yaml --news news.jsonl --facts facts.jsonl
              epicenter evaluate docs/examples/labels.csv --recording docs/examples/deepseek-2025-01.mcap

            Runs the analyze stage over the bars once for each rule and looks up the labels in what it said: found on \
            their day, of the right scope, how late, at which rate of alerts; with 95 % Wilson intervals, the recall \
            without each cluster, and placebos. With news or facts, or recordings that hold them, the attribute stage runs too \
            and is asked for the causes of the labelled days that have news: the first answers, their probabilities and \
            placebos; rates from ten such days on. docs/FORMATS.md has the labels' and bars' columns. Exit status: 0 \
            measured, 1 a file cannot be read or has lines that were refused, 64 wrong arguments, 78 wrong settings.
            """)

    @Argument(help: "Labelled days: CSV with date, symbol and optionally scope, cluster, why, cause_class, cause.")
    var labels: String
    @Argument(help: "CSV files of bars; .gz is unpacked. None with --recording alone.") var bars: [String] = []
    @Option(help: "Instruments, groups and model settings (YAML); else all symbols in the bars are shares.")
    var settings: String?
    @Option(help: "Symbol of the market factor, where there is no settings file.") var benchmark: String?
    @Option(help: "Symbols of funds, which have no shocks of their own, where there is no settings file.")
    var funds: String?
    @Option(help: "Alert budgets to measure at: grouped shocks per 100 names and week.") var budgets = "1,2,4,8"
    @Option(help: "Fixed return periods to measure at, in stock-years.") var returnPeriods: String?
    @Option(help: "Draw recall over the rate of alerts into this file (SVG).", completion: .file(extensions: ["svg"]))
    var picture: String?
    @Option(parsing: .upToNextOption, help: "News as JSON lines, for causes.", completion: .file(extensions: ["jsonl"]))
    var news: [String] = []
    @Option(
        parsing: .upToNextOption, help: "Facts as JSON lines, for causes.", completion: .file(extensions: ["jsonl"]))
    var facts: [String] = []
    @Option(
        parsing: .upToNextOption, help: "Recordings with news and facts, for causes: each with its own settings.",
        completion: .file(extensions: ["mcap"]))
    var recording: [String] = []
    @Flag(help: "Print JSON.") var json = false

    private var told: [String] { news + facts }

    func validate() throws {
        guard !bars.isEmpty || !recording.isEmpty else {
            throw ValidationError("name at least one file of bars or one --recording")
        }
        guard told.isEmpty || settings != nil else {
            throw ValidationError("--news and --facts need --settings: it says whom news is about")
        }
        if bars.isEmpty {
            guard told.isEmpty, settings == nil, benchmark == nil, funds == nil, picture == nil else {
                throw ValidationError(
                    "without bars allowed are --recording and --json: a recording has its own settings, news and facts")
            }
            return
        }
        guard settings == nil || (benchmark == nil && funds == nil) else {
            throw ValidationError("--benchmark and --funds are for bars without --settings")
        }
        guard settings != nil || benchmark != nil else { throw ValidationError("give --settings or --benchmark") }
        guard try !rules().isEmpty else {
            throw ValidationError(
                "--budgets is empty, allowed are numbers from 0.01 to 100 with commas between them, or --return-periods"
            )
        }
    }

    private func rules() throws -> [DetectionRule] {
        try Self.numbers(budgets, "--budgets", 0.01...100).map { .budget($0) }
            + Self.numbers(returnPeriods ?? "", "--return-periods", 0.01...1_000).map { .returnPeriod($0) }
    }

    private static func numbers(_ text: String, _ name: String, _ range: ClosedRange<Double>) throws -> [Double] {
        try text.split(separator: ",").map { word in
            guard let value = Double(word), range.contains(value) else {
                throw ValidationError(
                    "\(name) has \"\(word)\", allowed are numbers from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
    }

    func run() throws {
        let output = try picture.map { try OutputFile($0, notOver: bars + [labels]) }
        try output?.probe()
        var refused = 0
        func note(_ refusal: Refusal) {
            refused += 1
            if refused <= 20 { complain("refused: \(refusal)") }
        }
        let found = try readLabels(note)
        var markets: [EvaluationMarket] = []
        var detection: Evaluation?
        if !bars.isEmpty {
            let market = try readMarket(note)
            let evaluation = Evaluation(labels: found, market: market, rules: try rules())
            try output?.make(of: evaluation.picture)
            detection = evaluation
            if !told.isEmpty { markets.append(market) }
        }
        for path in recording { markets.append(try readRecording(path)) }
        let causes = markets.isEmpty ? nil : CauseEvaluation(labels: found, markets: markets)
        try show(detection, causes)
        if refused > 0 {
            complain("epicenter: \(refused) lines were refused")
            throw ExitCode(1)
        }
    }

    private func show(_ detection: Evaluation?, _ causes: CauseEvaluation?) throws {
        guard json else {
            return say([detection?.text, causes?.text].compactMap { $0 }.joined(separator: "\n\n"))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let bytes =
            try causes == nil ? encoder.encode(detection) : encoder.encode(Report(detection: detection, causes: causes))
        say(String(decoding: bytes, as: UTF8.self))
    }

    /// What is printed as JSON where causes are measured.
    private struct Report: Encodable {
        let detection: Evaluation?
        let causes: CauseEvaluation?
    }

    private func readRecording(_ path: String) throws -> EvaluationMarket {
        var messages: [StreamMessage] = []
        try LogIndex(reading: path).forEachMessage { message in
            messages.append(message)
            return true
        }
        guard messages.contains(where: { $0.type == .bars }) else {
            throw Failure("\(path): no bars in it, allowed is a recording of market")
        }
        return EvaluationMarket(messages)
    }

    private func readLabels(_ note: (Refusal) -> Void) throws -> [ShockLabel] {
        let bytes = try PlainFile.read(labels)
        let feed = LabelFeed(bytes.span, source: labels)
        feed.refusals.forEach(note)
        guard !feed.labels.isEmpty else { throw Failure("\(labels): no labels in it") }
        return feed.labels
    }

    private func readMarket(_ note: (Refusal) -> Void) throws -> EvaluationMarket {
        let files = try bars.map { (path: $0, bytes: try PlainFile.read($0)) }
        let settings = try readSettings(symbols: files.map(\.bytes))
        var builder = RecordingBuilder(settings: settings)
        for file in files {
            var feed = CSVFeed(source: file.path, symbols: settings.symbols, calendars: settings.calendars)
            let batch = feed.readAll(file.bytes.span)
            batch.refusals.forEach(note)
            builder.add(batch, source: file.path).forEach(note)
        }
        for path in told {
            var feed = JSONLinesFeed(source: path, symbols: settings.symbols)
            let bytes = try PlainFile.read(path)
            let batch = feed.readAll(bytes.span)
            batch.refusals.forEach(note)
            builder.add(batch, source: path).forEach(note)
        }
        let (messages, summary) = builder.build()
        summary.refusals.forEach(note)
        return EvaluationMarket(messages)
    }

    private func readSettings(symbols files: [[UInt8]]) throws -> SettingsFile {
        if let settings {
            return try SettingsFile.required(at: settings, ignoring: ServiceConfiguration.deploymentSections)
        }
        let symbols = files.reduce(into: Set<String>()) { $0.formUnion(SymbolScan.symbols(in: $1)) }
        let funds = Set((funds ?? "").split(separator: ",").map(String.init))
        for symbol in [benchmark ?? ""] + funds.sorted() where !symbols.contains(symbol) {
            throw ValidationError("\"\(symbol)\" is not in the bars, allowed are the \(symbols.count) symbols in them")
        }
        var model = ModelSettings()
        model.benchmark = benchmark ?? ""
        model.calendar = "XNYS"
        let definitions = symbols.sorted().enumerated().map { index, symbol in
            var definition = InstrumentDefinition()
            definition.instrument = UInt32(index + 1)
            definition.symbol = symbol
            definition.currency = "USD"
            definition.kind = funds.contains(symbol) || symbol == benchmark ? .etf : .equity
            return definition
        }
        return SettingsFile(model: model, instruments: definitions, calendars: try MarketCalendars(model))
    }
}
