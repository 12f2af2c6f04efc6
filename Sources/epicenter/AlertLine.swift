import Foundation
import Schema
import SwiftProtobuf

/// An alert as people see it in a terminal: when, in what state, and its headline.
struct AlertLine {
    let record: AlertRecord

    /// The alert inside the body, nil if it cannot be read.
    var alert: Alert? {
        guard let object = try? JSONSerialization.jsonObject(with: record.body) as? [String: Any],
            let data = object["data"], let bytes = try? JSONSerialization.data(withJSONObject: data)
        else { return nil }
        return try? Alert(jsonUTF8Bytes: Array(bytes))
    }

    var text: String {
        let time = CivilTime.rfc3339(record.eventTime).prefix(16).replacing("T", with: " ")
        let state = "\(record.state)".uppercased()
        return "\(time)Z  \(state.padding(toLength: 9, withPad: " ", startingAt: 0))  \(alert?.headline ?? record.topic)"
    }

    /// Whether it is an announcement of a wider alert on a member's topic.
    var isAnnouncement: Bool { alert?.labels.contains { $0.name == "part_of" } ?? false }
}
