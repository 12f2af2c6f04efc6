import Alerting
import EventLog
import Schema
import TestKit
import Testing

@testable import Dashboard

/// The dashboard has the alerts alone, the report the findings.
@Suite("Pages of alerts", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"))
struct DashboardPageTests {
    @Test(
        "say what the pages of the findings say, of every alert of the shipped recordings",
        arguments: [
            "deepseek-2025-01", "inflation-2022-11", "adverts-2022-05",
        ])
    func sameAsReport(example: String) throws {
        let directory = TemporaryDirectory()
        let out = directory.path + "/r"
        let recording = Binaries.root + "/docs/examples/\(example).mcap"
        #expect(try epicenter("replay", recording, "--in-process", "--quiet", "--out", out).status == 0)

        var findings: [String: Finding] = [:]
        try LogIndex(reading: out + "/findings").forEachMessage(types: [.finding]) { message in
            if case .finding(let finding) = message { findings["\(finding.shock) \(finding.revision)"] = finding }
            return true
        }
        let site = Site(Gate(isLoopback: true))
        var model = DashboardModel()
        var compared = 0
        try LogIndex(reading: out + "/alerts").forEachMessage(types: [.alertRecord]) { message in
            guard case .alertRecord(let record) = message, let entry = ShockEntry(record) else { return true }
            _ = model.take(record)
            let finding = try #require(findings["\(entry.shock) \(entry.revision)"])
            let told = try #require(site.finding(entry, Array(record.body), model))
            for language in [Language.english, .chinese] {
                let (page, expected) = (PageComposer(told, language).page, PageComposer(finding, language).page)
                // One that differs is enough to look at.
                #expect(page == expected, "\(entry.shock) \(entry.revision)")
                if page != expected { return false }
            }
            compared += 1
            return true
        }
        #expect(compared > 100)
    }
}
