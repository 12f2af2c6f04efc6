import Foundation
import Schema
import Testing

@testable import Alerting

@Suite("The body of an alert")
struct CloudEventTests {
    /// Written out by hand from CloudEvents 1.0 (JSON event format, §3) and the protobuf JSON mapping, so
    /// that a change of order, names or escapes cannot pass unseen.
    @Test("is the CloudEvents document that was promised, byte for byte")
    func golden() {
        var alert = Alert()
        alert.fingerprint = "00112233445566aa"
        alert.revision = 2
        alert.state = .firing
        alert.kind = "shock"
        alert.subject = "A\"B\\C"
        alert.scope = .instrument
        alert.headline = "A\u{1}B −1.50 %"
        alert.measure.simpleReturn = -0.015
        let event = CloudEvent(source: "urn:epicenter", time: 1_737_988_200_500_000_000, alert: alert)
        let expected =
            #"{"specversion":"1.0","id":"00112233445566aa/2","source":"urn:epicenter","#
            + #""type":"org.epicenter.alert.v1","subject":"A\"B\\C","time":"2025-01-27T14:30:00.5Z","#
            + #""datacontenttype":"application/json","dataschema":"urn:epicenter:schema:alert:1","#
            + #""data":{"fingerprint":"00112233445566aa","revision":2,"state":"ALERT_STATE_FIRING","#
            + #""kind":"shock","subject":"A\"B\\C","scope":"SHOCK_SCOPE_INSTRUMENT","#
            + #""headline":"A\u0001B −1.50 %","measure":{"simpleReturn":-0.015}}}"#
        #expect(String(decoding: event.encoded(), as: UTF8.self) == expected)
    }

    @Test("an alert is read back out of its document, whatever its texts look like; other bytes give none")
    func readBack() {
        var alert = Alert()
        alert.subject = #"A","data":{"#
        alert.headline = #"}{ ,"data": \" −"#
        let document = CloudEvent(source: #"urn:x,"data":"#, time: 1, alert: alert).encoded()
        #expect(CloudEvent.alert(in: document) == alert)
        #expect(CloudEvent.alert(in: Array(document.dropLast())) == nil)
        #expect(CloudEvent.alert(in: []) == nil)
        #expect(CloudEvent.alert(in: Array(#"{"data":{}}"#.utf8)) == nil)
    }

    @Test(
        "quotes what JSON cannot hold bare",
        arguments: [
            ("", #""""#), ("a\"b", #""a\"b""#), ("a\\b", #""a\\b""#), ("\n\t\u{1F}", #""\u000a\u0009\u001f""#),
            ("−é芯", "\"−é芯\""), ("\u{7F}\u{80}\u{9F}\u{A0}", "\"\u{7F}\u{80}\u{9F}\u{A0}\""),
        ])
    func quotes(text: String, expected: String) {
        var json = JSONText(capacity: 1)
        json.append(quoted: text, escape: CloudEvent.escape)
        #expect(String(decoding: json.finished(), as: UTF8.self) == expected)
    }

    @Test("has the same bytes every time, whichever stage makes it")
    func deterministic() {
        let first = Samples.publish([Samples.full()]).map(\.body)
        #expect(first == Samples.publish([Samples.full()]).map(\.body))
        #expect(first.count == 1)
    }

    @Test("docs/alert.schema.json names every field that the messages of a body have")
    func schema() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../")
        let schema = try String(contentsOf: root.appending(path: "docs/alert.schema.json"), encoding: .utf8)
        let files = try ["alerts", "findings", "signals"].map {
            try String(contentsOf: root.appending(path: "Sources/Schema/proto/\($0).proto"), encoding: .utf8)
        }
        let definitions = files.joined()
        for message in [
            "Alert", "AlertWords", "Label", "Section", "Estimate", "Lack", "ClaimFinding", "OpenQuestion", "Measure",
            "MarketModelEstimate", "ReturnPeriodEstimate", "OvernightEstimate", "ValueChange", "OwnRank",
            "MemberMeasure",
            "FollowUpSession", "RecoveryVote", "TwoSessionMove", "BudgetThreshold", "BaseRate", "Decomposition",
            "Attribution", "TriggerCandidate", "LanguageCount", "RejectedMechanism", "Contribution", "ExcludedEvidence",
        ] {
            let fields = try Self.fields(of: message, in: definitions)
            #expect(!fields.isEmpty, "\(message)")
            for field in fields { #expect(schema.contains("\"\(field)\":"), "\(message).\(field)") }
        }
    }

    /// JSON names of a message's fields.
    private static func fields(of message: String, in definitions: String) throws -> [String] {
        let start = try #require(definitions.range(of: "message \(message) {"))
        let body = definitions[start.upperBound...].prefix { $0 != "}" }
        return body.matches(of: /(?:^|[;{\n])\s*(?:repeated |optional )?[\w.]+ (\w+) = \d+/).map { match in
            let parts = match.1.split(separator: "_")
            return parts.dropFirst().reduce(String(parts[0])) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
        }
    }
}
