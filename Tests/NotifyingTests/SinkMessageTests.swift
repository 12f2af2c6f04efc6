import Foundation
import Notifying
import Testing

@Suite("What sinks get")
struct SinkMessageTests {
    /// The example of the Standard Webhooks specification's libraries.
    @Test("the signature is that of Standard Webhooks")
    func signature() throws {
        let secret = try #require(SinkMessages.secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"))
        #expect(
            SinkMessages.signature(
                id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330,
                body: Array(#"{"test": 2432232314}"#.utf8),
                secret: secret) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        #expect(SinkMessages.secret(" plain \n") == Array("plain".utf8))
        for none in ["", " \n", "whsec_", "whsec_%"] { #expect(SinkMessages.secret(none) == nil) }
    }

    private func delivery(_ state: NotifyAlert.State, headline: String = "NVDA −17 %") throws -> Delivery {
        var alert = NotifyAlert(
            fingerprint: "f", revision: 2, state: .firing, labels: ["kind": "shock", "sub-ject": "NVDA", "empty": ""],
            recordTime: noon)
        alert.kind = "shock"
        alert.headline = headline
        alert.summary = "Why."
        alert.startsAt = "2025-01-27T11:00:00Z"
        var router = NotifyRouter(settings(wait: 0, interval: 0), state: .init(liveFrom: 0))
        router.apply(alert, now: noon)
        let fired = try #require(router.tick(now: noon).first)
        guard state != .firing else { return fired }
        alert.state = state
        alert.endsAt = "2025-01-27T10:00:00Z"
        router.apply(alert, now: noon)
        return try #require(router.tick(now: noon).first)
    }

    private func json(_ bytes: [UInt8]) throws -> Any { try JSONSerialization.jsonObject(with: Data(bytes)) }

    @Test("Alertmanager: names it takes, an end while it fires, and no end before the beginning")
    func alertmanager() throws {
        let firing = try json(SinkMessages.alertmanager(delivery(.firing), resend: 60, now: noon))
        let alert = try #require((firing as? [[String: Any]])?.first)
        #expect(
            alert["labels"] as? [String: String] == [
                "alertname": "EpicenterShock", "kind": "shock", "sub_ject": "NVDA",
            ])
        #expect(alert["startsAt"] as? String == "2025-01-27T11:00:00Z")
        #expect(alert["endsAt"] as? String == "2025-01-27T12:04:00Z")
        let over = try json(SinkMessages.alertmanager(delivery(.resolved), resend: 60, now: noon))
        #expect((over as? [[String: Any]])?.first?["endsAt"] as? String == "2025-01-27T11:00:00Z")
    }

    @Test("the document is one line, whatever is in it")
    func document() throws {
        let bytes = try SinkMessages.document(delivery(.firing, headline: "a\nb\u{2028}\"c\""))
        #expect(!bytes.contains(UInt8(ascii: "\n")))
        let object = try #require(json(bytes) as? [String: Any])
        let alert = try #require((object["alerts"] as? [[String: Any]])?.first)
        #expect(alert["headline"] as? String == "a\nb\u{2028}\"c\"")
        #expect(alert["id"] as? String == "f/2")
        #expect(alert["status"] as? String == "firing")
    }

    @Test("mail: no header comes of a headline, and lines are short")
    func mail() throws {
        let long = "x\r\nBcc: all@example.com " + String(repeating: "中文", count: 100)
        let text = String(
            decoding: SinkMessages.mail(try delivery(.firing, headline: long), from: "a@b", to: ["c@d", "e@f"]),
            as: UTF8.self)
        let parts = text.split(separator: "\n\n", maxSplits: 1)
        #expect(!parts[0].contains("Bcc"))
        #expect(parts[0].contains("To: c@d, e@f\n"))
        #expect(parts[0].contains("Date: Mon, 27 Jan 2025 12:00:00 +0000"))
        #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count <= 78 })
        let body = Data(base64Encoded: String(parts[1]), options: .ignoreUnknownCharacters).map {
            String(decoding: $0, as: UTF8.self)
        }
        #expect(body?.contains("Bcc: all@example.com") == true)
    }
}
