import Alerting
import Schema
import Testing

@Suite("The identity of an alert")
struct AlertIdentityTests {
    /// Made with Python: `hashlib.sha256("kind=shock\0scope=…".encode()).hexdigest()[:16]`.
    @Test("the fingerprint is the head of SHA-256 over the sorted labels")
    func fingerprint() {
        let own = AlertLabels(scope: .instrument, subject: "ABC", shock: "ABC/2025-01-27")
        #expect(own.fingerprint == "a30573e9bf9d1943")
        let group = AlertLabels(scope: .group, subject: "chips", shock: "chips/2025-01-27")
        #expect(group.fingerprint == "827e806f1cbe5aab")
        let notice = AlertLabels(
            scope: .group, subject: "ABC", shock: "chips/2025-01-27", partOf: group.fingerprint)
        #expect(notice.fingerprint == "5bff831299c16198")
        #expect(notice.messages.map(\.name) == ["kind", "part_of", "scope", "shock", "subject"])
    }

    @Test(
        "a topic holds only unreserved characters between its delimiters",
        arguments: [
            ("ABC", "alert/shock/ABC/"),
            ("BRK.B", "alert/shock/BRK.B/"),
            ("^GSPC", "alert/shock/%5EGSPC/"),
            ("a/b c", "alert/shock/a%2Fb%20c/"),
            ("AZaz09-._~", "alert/shock/AZaz09-._~/"),
            ("芯片", "alert/shock/%E8%8A%AF%E7%89%87/"),
            ("", "alert/shock//"),
        ])
    func topic(subject: String, expected: String) {
        #expect(AlertTopic.name(kind: "shock", subject: subject) == expected)
    }
}
