import Notifying

let second: UInt64 = 1_000_000_000
let hour: UInt64 = 3_600 * second
/// 2025-01-27T12:00:00Z, a Monday.
let noon: UInt64 = 1_737_979_200 * second

/// Drives a router as the process does, and remembers what it said.
struct Desk {
    var router: NotifyRouter
    var now = noon
    private var sequence: UInt64 = 0

    init(_ settings: NotifySettings, liveFrom: UInt64 = 0) {
        router = NotifyRouter(settings, state: .init(liveFrom: liveFrom))
    }

    mutating func say(
        _ fingerprint: String, _ state: NotifyAlert.State, revision: UInt32 = 1, labels: [String: String] = [:],
        partOf: [String] = [], recordTime: UInt64? = nil
    ) {
        sequence += 1
        var labels = labels
        labels["shock"] = labels["shock"] ?? fingerprint
        var alert = NotifyAlert(
            fingerprint: fingerprint, revision: revision, state: state, labels: labels, partOf: partOf,
            sequence: sequence, recordTime: recordTime ?? now)
        alert.startsAt = "2025-01-27T12:00:00Z"
        router.apply(alert, now: now)
    }

    /// Lets time pass, a second at a time, and returns what was said at which second from now.
    mutating func pass(_ seconds: UInt64) -> [String] {
        var said: [String] = []
        for step in 0...seconds {
            for delivery in router.tick(now: now + step * second) {
                let alerts = delivery.alerts.map { "\($0.id) \($0.state.rawValue)" }.joined(separator: ", ")
                said.append("\(step) \(delivery.sink) \(delivery.reason.rawValue): \(alerts)")
            }
        }
        now += seconds * second
        return said
    }
}

func settings(
    wait: UInt64 = 10, interval: UInt64 = 60, repeatAfter: UInt64 = 0, groupBy: [String] = ["kind"],
    sink: NotifySettings.Sink = .init("file", .file(path: "/dev/null"))
) -> NotifySettings {
    var route = NotifySettings.Route("all", sinks: [sink.name])
    route.wait = wait * second
    route.interval = interval * second
    route.repeatAfter = repeatAfter * second
    route.groupBy = groupBy
    return NotifySettings(routes: [route], sinks: [sink])
}
