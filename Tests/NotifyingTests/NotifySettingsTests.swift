import Notifying
import Testing

@Suite("The section notify")
struct NotifySettingsTests {
    @Test("everything that can be said is read")
    func full() throws {
        let yaml = """
            data: {directory: /x}
            notify:
              inhibit: false
              sinks:
                - {name: ops, type: alertmanager, url: "http://127.0.0.1:9093/", resendSeconds: 30}
                - {name: hook, type: webhook, url: "https://h.example/x", secretFile: /etc/s, timeoutSeconds: 5, attempts: 3, queue: 10}
                - name: mail
                  type: mail
                  from: epicenter@example.com
                  to: [desk@example.com]
                  perHour: 6
                  quiet: {zone: Europe/Berlin, from: "22:00", until: "07:00", days: [mon, fri], except: {scope: market}}
                - {name: log, type: file, path: /var/log/epicenter/alerts.jsonl}
              routes:
                - {name: wide, match: {scope: market}, sinks: [mail], groupBy: [], waitSeconds: 0, continue: true}
                - {sinks: [ops, log], intervalSeconds: 5, repeatSeconds: 7200, revisions: true}
            """
        let (found, problems) = NotifySettings.parse(yaml, name: "f")
        #expect(problems == [])
        let settings = try #require(found)
        #expect(!settings.inhibit)
        #expect(settings.sinks.map(\.name) == ["ops", "hook", "mail", "log"])
        #expect(settings.sinks[0].kind == .alertmanager(url: "http://127.0.0.1:9093"))
        #expect(settings.sinks[2].quiet?.days == [0, 4])
        #expect(settings.sinks[2].quiet?.from == 22 * 60)
        #expect(settings.routes.map(\.name) == ["wide", "route-2"])
        #expect(settings.routes[1].repeatAfter == 7_200 * second)
        #expect(settings.routes[0].continues)
    }

    @Test("no routes: everything to everyone; no section: nothing")
    func least() {
        let one = NotifySettings.parse("notify: {sinks: [{name: a, type: file, path: /a}]}", name: "f")
        #expect(one.settings?.routes.map(\.sinks) == [["a"]])
        #expect(NotifySettings.parse("data: {}", name: "f").settings == nil)
    }

    @Test(
        "what is wrong is told with its line, what was found and what is allowed",
        arguments: [
            ("notify: x", "f:1: notify is no mapping, allowed is a mapping with"),
            ("notify: {}", "f:1: notify.sinks is none, allowed is one or more sinks"),
            ("notify:\n  sink: 1", "f:2: notify.sink is no setting"),
            (
                "notify: {sinks: [{name: a, type: carrier}]}",
                #"type is "carrier", allowed is alertmanager, file, mail or webhook"#
            ),
            ("notify: {sinks: [{name: a, type: file, path: b}]}", "an absolute path"),
            ("notify: {sinks: [{name: ../a, type: file, path: /b}]}", "notify.sinks[0].name"),
            ("notify: {sinks: [{name: a, type: file, path: /b, url: x}]}", "url is a setting of another type"),
            ("notify: {sinks: [{name: a, type: webhook, url: ftp://x}]}", "an address of http or https"),
            ("notify: {sinks: [{name: a, type: file, path: /b, queue: 0}]}", "a whole number from 1 to 10000"),
            ("notify: {sinks: [{name: a, type: mail, from: -x@y, to: [a@b]}]}", "addresses as name@host"),
            ("notify: {sinks: [{name: a, type: file, path: /b}, {name: a, type: file, path: /c}]}", "2 named \"a\""),
            (
                "notify: {sinks: [{name: a, type: file, path: /b}], routes: [{sinks: [c]}]}",
                #""c", allowed is names of notify.sinks"#
            ),
            ("notify: {sinks: [{name: a, type: file, path: /b}], routes: [{match: {}}]}", "routes[0].sinks is missing"),
            (
                "notify: {sinks: [{name: a, type: file, path: /b}], routes: [{match: {subjct: X}, sinks: [a]}]}",
                "claim, kind, part_of, scope, shock, subject"
            ),
            (
                "notify: {sinks: [{name: a, type: file, path: /b}], routes: [{match: {scope: galaxy}, sinks: [a]}]}",
                "instrument, group, market"
            ),
            (
                "notify: {sinks: [{name: a, type: file, path: /b}], routes: [{groupBy: [sector], sinks: [a]}]}",
                "claim, kind, part_of, scope, shock, subject"
            ),
            (
                "notify: {sinks: [{name: a, type: file, path: /b, quiet: {zone: Mars, from: '1', until: '25:00'}}]}",
                "an IANA zone"
            ),
            (
                "notify: {sinks: [{name: a, type: file, path: /b, quiet: {zone: UTC, from: '1', until: '25:00'}}]}",
                "a time of day"
            ),
        ])
    func wrong(_ yaml: String, _ told: String) {
        let (settings, problems) = NotifySettings.parse(yaml, name: "f")
        #expect(settings == nil)
        #expect(problems.contains { $0.contains(told) }, "\(problems)")
    }
}
