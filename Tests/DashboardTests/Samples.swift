import Alerting
import Foundation
import Schema

@testable import Dashboard

/// Alerts as the stream has them.
enum Samples {
    static let hostile = "<script>alert(1)</script>\u{202E}\"'&"

    static func finding(
        _ subject: String, day: Int = 27, name: String = "", scope: ShockScope = .instrument, change: Double = -0.17,
        phase: ShockPhase = .open, revision: UInt32 = 1
    ) -> Finding {
        var finding = Finding()
        finding.shock = "\(subject)/2025-01-\(day)"
        finding.subject = subject
        finding.subjectName = name
        finding.scope = scope
        finding.phase = phase
        finding.revision = revision
        finding.eventTime = CivilTime.parseRFC3339("2025-01-\(day)T14:30:00Z")!
        finding.measure.simpleReturn = change
        finding.measure.session = "2025-01-\(day)"
        return finding
    }

    static func outputs(_ findings: [Finding]) -> [AlertRecord] {
        var stage = PublishStage()
        var outbox = Outbox()
        for finding in findings { stage.apply(.finding(finding), rows: 0..<1, to: &outbox) }
        return outbox.drain().enumerated().compactMap { place, message in
            guard case .alertRecord(var record) = message else { return nil }
            record.sequence = UInt64(place + 1)
            return record
        }
    }

    static func model(_ findings: [Finding]) -> DashboardModel {
        var model = DashboardModel()
        for record in outputs(findings) { _ = model.take(record) }
        model.isCaughtUp = true
        return model
    }
}
