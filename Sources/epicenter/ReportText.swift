import Alerting
import Schema

/// A finding as one line for a list.
enum ReportText {
    static func line(_ finding: Finding) -> String {
        let name = TextColumns.pad(finding.shock, 28)
        let move = TextColumns.pad(FixedNumber.percent(finding.measure.simpleReturn, decimals: 2), 11)
        return "\(name) \(TextColumns.pad("\(finding.phase)", 10)) \(move) \(finding.subjectName)"
    }
}
