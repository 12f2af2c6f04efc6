import Alerting
import Foundation
import Pages
import Schema
import SwiftProtobuf
import Testing

@testable import Dashboard

@Suite("The dashboard's site")
struct SiteTests {
    private let open = Site(Gate(isLoopback: true))

    private func get(
        _ address: String, _ model: DashboardModel = DashboardModel(), site: Site? = nil,
        _ change: (inout PageRequest) -> Void = { _ in }
    ) -> Site.Answer {
        let parts = address.split(separator: "?", maxSplits: 1).map(String.init)
        var request = PageRequest("GET", parts[0], query: parts.count > 1 ? parts[1] : "", host: "localhost:8080")
        change(&request)
        return (site ?? open).answer(request, model)
    }

    private func page(_ answer: Site.Answer) throws -> PageResponse {
        guard case .page(let page) = answer else {
            Issue.record("no page: \(answer)")
            throw CancellationError()
        }
        return page
    }

    private func shock(
        _ shock: String, _ model: DashboardModel, _ language: Language = .english
    ) throws -> PageResponse {
        let entry = try #require(model.shocks[shock])
        let document = try #require(model.body(entry.sequence))
        let request = PageRequest("GET", "/shocks/x", query: "lang=\(language.rawValue)")
        return open.shockPage(entry, open.finding(entry, document, model), nil, request, model)
    }

    @Test(
        "every page is there, with a policy that loads nothing of others",
        arguments: [
            "/", "/news", "/system", "/api/shocks", "/api/news", "/api/system", "/style.css", "/dashboard.js",
            "/icon.svg",
        ])
    func pages(address: String) throws {
        let page = try page(get(address, Samples.model([Samples.finding("NVDA")])))
        #expect(page.status == 200)
        let policy = try #require(page.headers["content-security-policy"])
        for part in [
            "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
            "frame-ancestors 'none'",
        ] {
            #expect(policy.contains(part))
        }
        #expect(!policy.contains("unsafe"))
        #expect(page.headers["x-content-type-options"] == "nosniff")
        #expect(page.headers["referrer-policy"] == "no-referrer")
    }

    @Test(
        "pages have no inline script or style and no address of others", arguments: ["/", "/news", "/system", "/none"])
    func inline(address: String) throws {
        let body = try page(get(address, Samples.model([Samples.finding("NVDA")]))).body
        #expect(
            !body.contains("<script>") && !body.contains("<style") && !body.contains("style=")
                && !body.contains("onclick"))
        #expect(!body.contains("http://") && !body.contains("https://"))
        #expect(
            body.contains("aria-live=\"polite\"") && body.contains("class=\"skip\"") && body.contains("id=\"content\""))
    }

    @Test("a shock's page has the report's sections, in both languages")
    func shockPage() throws {
        let model = Samples.model([Samples.finding("NVDA", name: "NVIDIA Corporation")])
        guard case .shock(let entry, .page, _) = get("/shocks/NVDA/2025-01-27", model) else {
            Issue.record("no shock")
            return
        }
        #expect(entry.subject == "NVDA")
        let english = try shock("NVDA/2025-01-27", model)
        #expect(english.status == 200)
        #expect(english.body.contains("NVIDIA Corporation (NVDA)"))
        let composed = PageComposer(try #require(open.finding(entry, model.body(1)!, model)), .english).page
        for block in composed.blocks { #expect(english.body.contains("<section id=\"\(block.id)\">")) }
        #expect(try shock("NVDA/2025-01-27", model, .chinese).body.contains("lang=\"zh-Hans\""))
        #expect(try page(get("/shocks/NVDA/2025-01-28", model)).status == 404)
        #expect(try page(get("/api/shocks/none", model)).status == 404)
        let gone = open.shockPage(entry, nil, nil, PageRequest("GET", "/"), model)
        #expect(gone.status == 503)
        #expect(gone.body.contains("NVDA"))
    }

    @Test("hostile texts stay text wherever they are shown")
    func hostile() throws {
        let finding = Samples.finding(Samples.hostile, name: Samples.hostile)
        var model = Samples.model([finding])
        var desk = NewsDesk()
        var item = NewsItem()
        item.sequence = 5
        item.eventTime = CivilTime.parseRFC3339("2025-01-27T10:00:00Z")!
        item.firstSeen = item.eventTime
        item.title = Samples.hostile
        item.source = Samples.hostile
        item.url = "javascript:alert(1)"
        desk.take(.newsItem(item))
        desk.tell()
        model.show(desk)
        var status = ServiceStatus()
        status.condition = Samples.hostile
        status.alarms = [Samples.hostile]
        status.children = [
            .with {
                $0.process = Samples.hostile; $0.lastError = Samples.hostile
            }
        ]
        model.show(status)
        let query = "q=\(AlertTopic.percentEncoded(Samples.hostile))&lang=%22%3E%3Cscript%3E"
        let bodies = [
            try page(get("/", model)).body, try page(get("/?\(query)", model)).body,
            try page(get("/news", model)).body, try page(get("/system", model)).body,
            try page(get("/shocks/\(Samples.hostile)", model)).body, try shock(finding.shock, model).body,
        ]
        for body in bodies {
            #expect(!body.contains("<script>"))
            #expect(!body.contains("\u{202E}"))
            #expect(!body.contains("javascript:"))
        }
        #expect(bodies[0].contains("&lt;script&gt;"))
    }

    @Test("languages: asked for, preferred by the browser, English")
    func languages() throws {
        func language(_ accepted: String?, _ query: String = "") throws -> String {
            let body = try page(get("/" + query) { $0.acceptLanguage = accepted }).body
            return body.contains("<html lang=\"zh-Hans\">") ? "zh" : "en"
        }
        #expect(try language(nil) == "en")
        #expect(try language("zh-CN,zh;q=0.9,en;q=0.8") == "zh")
        #expect(try language("en-GB,zh;q=0.9") == "en")
        #expect(try language("fr, zh;q=0.1") == "zh")
        #expect(try language("zh;q=x;q=0, ,;;,") == "zh")
        #expect(try language("zh-CN", "?lang=en") == "en")
        #expect(try language("zh-CN", "?lang=xx") == "zh")
        #expect(try page(get("/?lang=zh&q=a")).body.contains("href=\"/news?lang=zh\""))
    }

    @Test("only GET and HEAD without a body, and short addresses")
    func requests() throws {
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", ""] {
            #expect(try page(get("/") { $0.method = method }).status == 405)
        }
        #expect(try page(get("/") { $0.method = "HEAD" }).status == 200)
        #expect(try page(get("/") { $0.hasBody = true }).status == 413)
        #expect(try page(get("/?q=" + String(repeating: "a", count: 3_000))).status == 414)
    }

    @Test("on the loopback only by its own names")
    func hosts() throws {
        for host in ["localhost", "LOCALHOST:80", "127.0.0.1", "127.9.0.1:8080", "[::1]", "[::1]:8080"] {
            #expect(try page(get("/") { $0.host = host }).status == 200, "\(host)")
        }
        for host in [
            nil, "", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "localhost:x", "[::2]", "[::1",
            "127.1", "127.0.0.256",
        ] {
            #expect(try page(get("/") { $0.host = host }).status == 421, "\(host ?? "none")")
        }
    }

    @Test("with a token: by header, or by the cookie that a link sets; nothing without")
    func token() throws {
        let site = Site(Gate(isLoopback: false, isToken: { $0 == "0123456789abcdef" }))
        func status(_ address: String, _ change: (inout PageRequest) -> Void = { _ in }) throws -> Int {
            try page(get(address, site: site, change)).status
        }
        for address in ["/", "/news", "/api/shocks", "/style.css", "/events", "/shocks/NVDA/2025-01-27"] {
            #expect(try status(address) == 401)
        }
        #expect(try status("/healthz") == 503)
        #expect(try status("/login?token=wrong") == 401)
        let login = try page(get("/login?token=0123456789abcdef", site: site))
        #expect(login.status == 303)
        #expect(login.headers["location"] == "/")
        let cookie = try #require(login.headers["set-cookie"])
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite"))
        #expect(try status("/") { $0.cookie = "a=b; " + cookie.prefix { $0 != ";" } } == 200)
        #expect(try status("/") { $0.cookie = "xepicenter=0123456789abcdef" } == 401)
        #expect(try status("/") { $0.authorization = "Bearer 0123456789abcdef" } == 200)
        #expect(try status("/") { $0.authorization = "Basic 0123456789abcdef" } == 401)
        #expect(
            try status("/") {
                $0.host = "epicenter.example"; $0.authorization = "Bearer 0123456789abcdef"
            } == 200)
    }

    @Test("events go on behind the last that was seen")
    func events() throws {
        let model = Samples.model([Samples.finding("A"), Samples.finding("B", day: 28)])
        #expect(get("/events", model) == .events([]))
        guard case .events(let missed) = get("/events", model, { $0.lastEventID = "1" }) else { return }
        #expect(missed.map(\.id) == [2])
        guard case .events(let both) = get("/events?from=0", model) else { return }
        #expect(both.count == 2)
        #expect(get("/events", model) { $0.lastEventID = "x" } == .events([]))
    }

    @Test("the system page tells of processes that are down, lag, and the replay")
    func system() throws {
        var model = DashboardModel()
        #expect(try page(get("/system", model)).body.contains("does not answer"))
        var status = ServiceStatus()
        status.condition = "degraded: epicenter-publish"
        let market = StreamStatus.with {
            $0.stream = "market"; $0.head = 1_000
        }
        status.children = [
            .with {
                $0.process = "epicenter-ingest"; $0.state = .ready; $0.heartbeat.streams = [market]
            },
            .with {
                $0.process = "epicenter-analyze"
                $0.state = .ready
                $0.heartbeat.inputs = [
                    .with {
                        $0.stream = "market"; $0.head = 750
                    }
                ]
            },
            .with {
                $0.process = "epicenter-publish"; $0.state = .failed; $0.lastExit = "exit 70"; $0.restarts = 5
            },
        ]
        model.show(status)
        model.recordingHead = 4_000
        model.show(
            PlayerStatus.with {
                $0.state = .playing; $0.sequence = 1_000; $0.rate.factor = 60
            })
        let body = try page(get("/system", model)).body
        #expect(body.contains("given up") && body.contains("exit 70"))
        #expect(body.contains(" class=\"figure\">250</td>"))
        #expect(body.contains("<progress max=\"4000\" value=\"1000\"") && body.contains("25 %"))
        #expect(try page(get("/system?lang=zh", model)).body.contains("已放弃"))
    }

    @Test("a path is counted as one of few: each page as itself, shocks together, all that is not there together")
    func routes() throws {
        for path in [
            "/", "/news", "/system", "/login", "/api/shocks", "/api/news", "/api/system", "/healthz", "/style.css",
            "/dashboard.js", "/icon.svg", "/favicon.ico",
        ] {
            #expect(Site.route(of: path) == path)
            #expect(try page(get(path, Samples.model([]))).status != 404, "\(path)")
        }
        #expect(Site.route(of: "/events") == "/events")
        #expect(Site.route(of: "/shocks/NVDA%2F2025-01-27") == "/shocks/{id}")
        #expect(Site.route(of: "/api/shocks/x/y") == "/api/shocks/{id}")
        for path in ["/shocks", "/wp-login.php", "/news/"] {
            #expect(Site.route(of: path) == "NotFound")
            #expect(try page(get(path, Samples.model([]))).status == 404, "\(path)")
        }
    }

    @Test("JSON can be read by others")
    func json() throws {
        let model = Samples.model([Samples.finding("NVDA"), Samples.finding("A", day: 28, change: .nan)])
        let list = try #require(
            JSONSerialization.jsonObject(with: Data(try page(get("/api/shocks", model)).body.utf8)) as? [String: Any])
        #expect(list["total"] as? Int == 2)
        let shocks = try #require(list["shocks"] as? [[String: Any]])
        #expect(shocks.map { $0["shock"] as? String } == ["A/2025-01-28", "NVDA/2025-01-27"])
        #expect(shocks[0]["change"] == nil)
        #expect(shocks[1]["state"] as? String == "firing")
        for address in ["/api/news", "/api/system"] {
            _ = try JSONSerialization.jsonObject(with: Data(try page(get(address, model)).body.utf8))
        }
        let document = try #require(model.body(1))
        let alert = try #require(
            JSONSerialization.jsonObject(with: Data(open.shockJSON(document).body.utf8)) as? [String: Any])
        #expect(alert["type"] as? String == "org.epicenter.alert.v1")
    }
}
