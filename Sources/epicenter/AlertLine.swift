import Alerting
import Foundation
import Schema

/// An alert as people see it in a terminal: when, in what state, and its headline.
struct AlertLine {
    let record: AlertRecord
    /// The alert inside the body, nil if it cannot be read.
    let alert: Alert?

    init(_ record: AlertRecord) {
        self.record = record
        alert = CloudEvent.alert(in: Array(record.body))
    }

    var text: String {
        line("\(alert?.state ?? record.state)".uppercased(), alert?.headline ?? record.topic)
    }

    /// What a revision in an unchanged state adds to what was said before.
    var revision: String {
        line("·", "\(alert?.subject ?? record.topic): \(alert?.revised.joined(separator: "; ") ?? "revised")")
    }

    private func line(_ state: String, _ words: String) -> String {
        let time = CivilTime.rfc3339(record.eventTime).prefix(16).replacing("T", with: " ")
        return "\(time)Z  \(state.padding(toLength: 9, withPad: " ", startingAt: 0))  \(words)"
    }

    /// Whether it is an announcement of a wider alert on a member's topic.
    var isAnnouncement: Bool { alert?.labels.contains { $0.name == AlertLabel.partOf.rawValue } ?? false }
}
