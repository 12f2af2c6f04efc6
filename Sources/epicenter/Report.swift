import Alerting
import ArgumentParser
import EventLog
import Foundation
import Pages
import Schema
import ServiceKit
import SwiftProtobuf

struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain one shock on a page.",
        discussion: """
            EXAMPLE
              epicenter report NVDA/2025-01-27 --data /tmp/demo
              epicenter report ai-hardware --lang zh --data /tmp/demo
              epicenter report NVDA/2025-01-27 --data /tmp/demo --html nvda.html
              epicenter report --list --data /tmp/demo

            SHOCK is SUBJECT/YYYY-MM-DD, or a subject alone for its largest shock. The file of --html needs nothing else and
            no network: charts, light and dark, for telephone and paper. It reads the market stream once for prices, news
            and the records cited; where there is none, the page says what is missing.

            Exit status: 0 found, 1 not found or not written, 64 wrong arguments.
            """)

    @Argument(help: "Which shock.") var shock: String?
    @Option(
        name: .customLong("data"),
        help: "Data directory with the streams; else the configuration's, in its usual places.",
        completion: .directory)
    var dataDirectory: String?
    @Option(help: "As it was said up to this time (RFC 3339, or a date in UTC).") var asOf: RecordTime?
    @Option(help: "Language of the page: en or zh.") var lang = Language.english
    @Flag(help: "List all shocks, one a line.") var list = false
    @Flag(help: "Print the finding as JSON.") var json = false
    @Option(help: "Write the page with charts to this file.", completion: .file(extensions: ["html"])) var html: String?

    func validate() throws {
        if let shock, list { throw ValidationError("--list lists all shocks; leave out \"\(shock)\"") }
        if shock == nil, !list { throw ValidationError("name a shock, or --list") }
        if html != nil, list || json {
            throw ValidationError("--html writes one shock's page; leave out --list and --json")
        }
    }

    func run() throws {
        let data = try dataDirectory ?? ConfigurationChoice(named: nil).load().dataDirectory
        let findings = try latestFindings(data)
        if findings.isEmpty, !list { throw Failure("there is no shock under \(data)") }
        if list {
            for finding in findings { say(json ? try finding.jsonString() : ReportText.line(finding)) }
            return
        }
        guard let finding = find(shock ?? "", in: findings) else {
            let near = findings.filter { $0.shock.hasPrefix((shock ?? "").prefix(while: { $0 != "/" }) + "/") }
            let hint = near.isEmpty ? "see --list" : "there are " + near.map(\.shock).joined(separator: ", ")
            throw Failure("no shock \"\(shock ?? "")\" under \(data): \(hint)")
        }
        if let html {
            try write(finding, data, to: html)
            return
        }
        say(json ? try finding.jsonString() : PageText(PageComposer(finding, lang).page, width: Self.columns).text)
    }

    /// Columns of the terminal; a file or pipe gets as many as documents show.
    private static var columns: Int {
        var size = winsize()
        return ioctl(1, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : PageText.width
    }

    private func write(_ finding: Finding, _ data: String, to path: String) throws {
        let surroundings = try surroundings(of: finding, data)
        let text = HTMLPage.document(
            page: PageComposer(finding, lang).page, charts: ChartComposer(finding, lang, surroundings).charts,
            evidence: surroundings.evidence)
        try OutputFile(path).make(of: text)
        say(
            "\(path): \(finding.shock), revision \(finding.revision), \(text.utf8.count / 1_000) kB; open it in a browser"
        )
    }

    /// Prices, news and records from the market stream beside the findings; none where there is no such stream.
    private func surroundings(of finding: Finding, _ data: String) throws -> Surroundings {
        var surroundings = Surroundings(of: finding)
        let path = data + "/market"
        guard FileManager.default.fileExists(atPath: path) else { return surroundings }
        try LogIndex(reading: path).forEachMessage(types: Surroundings.types) { message in
            surroundings.add(message)
            return true
        }
        return surroundings
    }

    /// The last finding of each shock, in the order in which the shocks began.
    private func latestFindings(_ data: String) throws -> [Finding] {
        let limit = asOf?.time ?? .max
        var latest: [String: Finding] = [:]
        var order: [String] = []
        let index: LogIndex
        do throws(LogError) {
            index = try LogIndex(reading: data + "/findings")
        } catch {
            switch error.reason {
            // A service that has said nothing yet.
            case .empty: return []
            case .system(_, ENOENT):
                throw Failure(
                    "there are no streams under \(data); --data names a service's data, or what "
                        + "epicenter replay RECORDING --out \(data) writes")
            default: throw error
            }
        }
        try index.forEachMessage { message in
            guard case .finding(let finding) = message, finding.eventTime <= limit else { return true }
            if latest[finding.shock] == nil { order.append(finding.shock) }
            latest[finding.shock] = finding
            return true
        }
        return order.compactMap { latest[$0] }
    }

    private func find(_ name: String, in findings: [Finding]) -> Finding? {
        if let exact = findings.first(where: { $0.shock == name }) { return exact }
        return findings.filter { $0.subject == name }
            .max { abs($0.measure.simpleReturn) < abs($1.measure.simpleReturn) }
    }
}

extension Language: ExpressibleByArgument {}
