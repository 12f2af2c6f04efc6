public import Alerting
public import Pages
public import Schema

/// The site: what is answered to a request, given what is known. Pure; whoever serves it does what it says.
public struct Site: Sendable {
    private let gate: Gate

    public init(_ gate: Gate) { self.gate = gate }

    public enum Answer: Equatable, Sendable {
        case page(PageResponse)
        /// Events from there on; those that were missed are given.
        case events([ServerEvent])
        /// The page of a shock, once its alert has been fetched: see ``Site/shockPage(_:_:_:_:_:)``.
        case shock(ShockEntry, Form, Language)
    }

    private static let pages: Set<String> = [
        "/", "/news", "/system", "/login", "/api/shocks", "/api/news", "/api/system", "/healthz", "/events",
        "/style.css",
        "/dashboard.js", "/icon.svg", "/favicon.ico",
    ]

    /// Which kind of page a path is, one of few: for whoever counts requests.
    public static func route(of path: String) -> String {
        if pages.contains(path) { return path }
        for prefix in ["/shocks/", "/api/shocks/"] where path.hasPrefix(prefix) { return prefix + "{id}" }
        return "NotFound"
    }

    public enum Form: Equatable, Sendable { case page, json }

    public func answer(_ request: PageRequest, _ model: DashboardModel) -> Answer {
        if let refusal = gate.refusal(of: request) { return .page(refusal) }
        let say = Say(request.language)
        switch request.path {
        case "/": return .page(ListPage(model, request, say).response)
        case "/news": return .page(NewsPage(model, request, say).response)
        case "/system": return .page(SystemPage(model, request, say).response)
        case "/login": return .page(PageResponse(303, type: "text/plain", "", headers: ["location": "/"]))
        case "/api/shocks": return .page(json(JSONText.list(model.shocks.page(ShockQuery(request)))))
        case "/api/news": return .page(json(JSONText.news(model)))
        case "/api/system": return .page(json(JSONText.system(model)))
        case "/healthz": return .page(.plain(model.isCaughtUp ? 200 : 503, model.isCaughtUp ? "ok" : "reading"))
        case "/events":
            let seen = request.lastEventID ?? request.parameters["from"]
            return .events(model.events.since(seen.flatMap { UInt64($0) }))
        case "/style.css":
            return .page(PageResponse(200, type: "text/css", Style.text, headers: ["cache-control": "no-cache"]))
        case "/dashboard.js":
            return .page(
                PageResponse(200, type: "text/javascript", Script.text, headers: ["cache-control": "no-cache"]))
        case "/icon.svg", "/favicon.ico":
            return .page(
                PageResponse(200, type: "image/svg+xml", Icon.text, headers: ["cache-control": "max-age=86400"]))
        default: return shock(request, model, say)
        }
    }

    private func json(_ text: String) -> PageResponse { PageResponse(200, type: "application/json", text + "\n") }

    private func shock(_ request: PageRequest, _ model: DashboardModel, _ say: Say) -> Answer {
        for (prefix, form) in [("/shocks/", Form.page), ("/api/shocks/", Form.json)]
        where request.path.hasPrefix(prefix) {
            let name = Address.decoded(String(request.path.dropFirst(prefix.count)))
            if let entry = model.shocks[name] { return .shock(entry, form, request.language) }
            if form == .json {
                return .page(PageResponse(404, type: "application/json", "{\"error\":\"no such shock\"}\n"))
            }
        }
        return .page(MissingPage(request, say).response)
    }

    /// The finding that an alert was made of, as far as the alert says it; nil for other documents.
    public func finding(_ entry: ShockEntry, _ document: [UInt8], _ model: DashboardModel) -> Finding? {
        CloudEvent.alert(in: document).map {
            Finding($0, of: entry, partOf: entry.partOf.compactMap(model.shocks.shock))
        }
    }

    /// The page of one shock.
    ///
    /// - Parameters:
    ///   - entry: What the list of shocks has of it.
    ///   - finding: What its alert says; nil: it cannot be read now.
    ///   - surroundings: What `market` has around it; nil: not read yet.
    ///   - request: Which page was asked for, and in which language.
    ///   - model: What the dashboard knows.
    public func shockPage(
        _ entry: ShockEntry, _ finding: Finding?, _ surroundings: Surroundings?, _ request: PageRequest,
        _ model: DashboardModel
    ) -> PageResponse {
        ShockPageView(entry, finding, surroundings, model, request, Say(request.language)).response
    }

    /// The alert of one shock as JSON, as it lies in the stream.
    public func shockJSON(_ document: [UInt8]?) -> PageResponse {
        guard let document else {
            return PageResponse(503, type: "application/json", "{\"error\":\"the alert cannot be read now\"}\n")
        }
        return json(String(decoding: document, as: UTF8.self))
    }
}

extension ShockQuery {
    init(_ request: PageRequest) {
        let given = request.parameters
        text = String((given["q"] ?? "").prefix(200))
        state = given["state"] ?? ""
        scope = given["scope"] ?? ""
        subject = String((given["subject"] ?? "").prefix(200))
        page = given["page"].flatMap { Int($0) } ?? 1
    }
}
