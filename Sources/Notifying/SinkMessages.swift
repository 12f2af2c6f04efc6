import Crypto
import Foundation
import Schema

/// What travels to a sink. Functions of a delivery and the time: the same in gives the same bytes.
public enum SinkMessages {
    // MARK: JSON

    private struct Document: Encodable {
        struct Alert: Encodable {
            var id: String
            var fingerprint: String
            var revision: UInt32
            var status: String
            var kind: String
            var subject: String
            var subjectName: String
            var labels: [String: String]
            var partOf: [String]
            var startsAt: String
            var endsAt: String?
            var headline: String
            var summary: String
            var sequence: String

            init(_ alert: NotifyAlert) {
                id = alert.id
                fingerprint = alert.fingerprint
                revision = alert.revision
                status = alert.state.rawValue
                kind = alert.kind
                subject = alert.subject
                subjectName = alert.subjectName
                labels = alert.labels
                partOf = alert.partOf
                startsAt = alert.startsAt
                endsAt = alert.endsAt
                headline = alert.headline
                summary = alert.summary
                sequence = "\(alert.sequence)"
            }
        }
        var version = 1
        var key: String
        var reason: String
        var route: String
        var group: [String: String]
        var time: String
        var alerts: [Alert]
    }

    private static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// The document that webhooks get and that lines of a file are; no line break in it.
    public static func document(_ delivery: Delivery) throws -> [UInt8] {
        try encode(
            Document(
                key: delivery.key, reason: delivery.reason.rawValue, route: delivery.route, group: delivery.group,
                time: CivilTime.rfc3339(delivery.time), alerts: delivery.alerts.map(Document.Alert.init)))
    }

    /// A line of a dead-letter file.
    public static func deadLetter(_ letter: SinkQueue.DeadLetter) throws -> [UInt8] { try encode(letter) }

    // MARK: webhook

    /// The signature of the Standard Webhooks specification, symmetric, version 1: `v1,` and the base64 of
    /// HMAC-SHA256 over `id.timestamp.body`.
    ///
    /// - Parameters:
    ///   - id: Of the message, the same each time it is sent.
    ///   - timestamp: Seconds since the Unix epoch, of this sending.
    ///   - body: The bytes that are sent.
    ///   - secret: The key, as bytes.
    public static func signature(id: String, timestamp: UInt64, body: [UInt8], secret: [UInt8]) -> String {
        var text = Array("\(id).\(timestamp).".utf8)
        text += body
        let code = HMAC<SHA256>.authenticationCode(for: text, using: SymmetricKey(data: secret))
        return "v1," + Data(code).base64EncodedString()
    }

    /// The key in a secret file: `whsec_` and base64, or else the text itself; white space around it does not count.
    ///
    /// - Returns: nil where there is none.
    public static func secret(_ text: String) -> [UInt8]? {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if text.hasPrefix("whsec_") {
            return Data(base64Encoded: String(text.dropFirst(6))).flatMap { $0.isEmpty ? nil : Array($0) }
        }
        return text.isEmpty ? nil : Array(text.utf8)
    }

    // MARK: Alertmanager

    private struct Posted: Encodable {
        var labels: [String: String]
        var annotations: [String: String]
        var startsAt: String
        var endsAt: String
    }

    /// The body of `POST /api/v2/alerts`.
    ///
    /// - Parameters:
    ///   - delivery: The alerts to post.
    ///   - resend: Seconds after which what fires is said again; Alertmanager forgets it after four times that.
    ///   - now: Of this sending, ns since the Unix epoch.
    public static func alertmanager(_ delivery: Delivery, resend: Int, now: UInt64) throws -> [UInt8] {
        try encode(delivery.alerts.map { posted($0, resend: resend, now: now) })
    }

    private static func posted(_ alert: NotifyAlert, resend: Int, now: UInt64) -> Posted {
        var labels: [String: String] = [:]
        for (name, value) in alert.labels where !value.isEmpty { labels[labelName(name)] = value }
        labels["alertname"] = "Epicenter" + alert.kind.prefix(1).uppercased() + alert.kind.dropFirst()
        let isOver = alert.isOver
        let start = CivilTime.parseRFC3339(alert.startsAt) ?? alert.recordTime
        var end = now + UInt64(4 * resend) * CivilTime.second
        // It takes no end before the beginning.
        if isOver { end = max(start, min(alert.endsAt.flatMap { CivilTime.parseRFC3339($0) } ?? now, now)) }
        return Posted(
            labels: labels,
            annotations: [
                "summary": alert.headline, "description": alert.summary, "revision": "\(alert.revision)",
                "fingerprint": alert.fingerprint,
            ], startsAt: CivilTime.rfc3339(start), endsAt: CivilTime.rfc3339(end))
    }

    private static func labelName(_ name: String) -> String {
        let text = String(
            decoding: name.utf8.map { byte -> UInt8 in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    byte
                default: UInt8(ascii: "_")
                }
            }, as: UTF8.self)
        return text.first.map { $0.isNumber } ?? true ? "_" + text : text
    }

    // MARK: mail

    /// A message by RFC 5322 with one part of plain text, as `sendmail` takes it.
    public static func mail(_ delivery: Delivery, from: String, to: [String]) -> [UInt8] {
        let first = delivery.alerts.first
        let firing = delivery.alerts.filter(\.isFiring).count
        let word = firing == 0 ? "resolved" : "firing"
        let others = delivery.alerts.count > 1 ? " (and \(delivery.alerts.count - 1) more)" : ""
        var lines = [
            "From: \(plain(from))", "To: \(to.map(plain).joined(separator: ", "))",
            "Subject: \(encodedWords("[\(word)] \(first?.headline ?? "")\(others)"))",
            "Date: \(date(delivery.time))", "Message-ID: <\(delivery.key)@epicenter>", "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "",
        ]
        let text = delivery.alerts.map { alert in
            "\(alert.state.rawValue): \(alert.headline)\n\n\(alert.summary)\n\nsince \(alert.startsAt)"
                + (alert.isOver ? ", until \(alert.endsAt ?? "")" : "")
                + "\nalert \(alert.id), sequence \(alert.sequence)\n"
        }.joined(separator: "\n--------\n\n")
        lines.append(
            Data(text.replacing("\n", with: "\r\n").utf8).base64EncodedString(options: [
                .lineLength76Characters, .endLineWithLineFeed,
            ]))
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    /// Without what would begin another header.
    private static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }

    /// RFC 2047: words of at most 39 bytes, no character cut in two.
    private static func encodedWords(_ text: String) -> String {
        var words: [String] = []
        var word: [UInt8] = []
        for character in plain(text).unicodeScalars {
            let bytes = Array(String(character).utf8)
            if word.count + bytes.count > 39 {
                words.append("=?UTF-8?B?\(Data(word).base64EncodedString())?=")
                word = []
            }
            word += bytes
        }
        words.append("=?UTF-8?B?\(Data(word).base64EncodedString())?=")
        return words.joined(separator: "\n ")
    }

    private static func date(_ time: UInt64) -> String {
        let day = CivilTime.dayNumber(time)
        let (year, month, date) = CivilTime.components(day: day)
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = CivilTime.rfc3339(time).dropFirst(11).prefix(8)
        return "\(weekdays[day % 7]), \(date) \(months[month - 1]) \(year) \(clock) +0000"
    }
}
