import Alerting
import Pages
import Schema

/// One shock, with the sections of the report.
struct ShockPageView {
    let entry: ShockEntry
    let finding: Finding?
    /// Prices, news and records around it; nil: they are not read yet.
    let surroundings: Surroundings?
    let model: DashboardModel
    let say: Say
    let frame: Frame

    init(
        _ entry: ShockEntry, _ finding: Finding?, _ surroundings: Surroundings?, _ model: DashboardModel,
        _ request: PageRequest, _ say: Say
    ) {
        self.surroundings = surroundings
        self.entry = entry
        self.finding = finding
        self.model = model
        self.say = say
        frame = Frame(
            request: request, say: say, title: entry.shock, live: "shock", seen: model.events.last, shock: entry.shock)
    }

    var response: PageResponse {
        guard let finding else {
            let text = say("The alert cannot be read now. Its last headline:", "暂时无法读取该警报。最近的标题：")
            return frame.page(
                """
                <main id="content" class="page" tabindex="-1">
                <h1>\(HTML.escaped(entry.shock))</h1>
                <p>\(text)</p><p>\(HTML.escaped(say(entry.headline, entry.headlineChinese)))</p>
                </main>
                """, status: 503)
        }
        return frame.page(
            """
            <div class="page above">\(StateMark(entry.state, say).text) \(wider)</div>
            <div id="content" tabindex="-1">
            \(HTMLPage.body(page: PageComposer(finding, say.language).page, charts: charts(finding), evidence: surroundings?.evidence ?? []))
            </div>
            """)
    }

    /// Without the market stream there are none of prices and news: nothing is said of what is only not read yet.
    private func charts(_ finding: Finding) -> [Chart] {
        ChartComposer(finding, say.language, surroundings).charts.filter { chart in
            if surroundings == nil, case .missing = chart.content { return false }
            return true
        }
    }

    /// Links to the shocks it is part of.
    private var wider: String {
        let shocks = entry.partOf.compactMap(model.shocks.shock)
        guard !shocks.isEmpty else { return "" }
        let links = shocks.map { HTML.link("/shocks/\(Address.path(of: $0))\(frame.suffix)", $0) }
        return say("part of ", "属于") + links.joined(separator: say(", ", "、"))
    }
}

extension Finding {
    /// The finding that an alert was made of, as far as an alert says it.
    init(_ alert: Alert, of entry: ShockEntry, partOf: [String]) {
        self.init()
        eventTime = entry.updated
        shock = entry.shock
        revision = alert.revision
        phase =
            switch alert.state {
            case .pending: .pending
            case .firing: .open
            case .resolved: .closed
            case .withdrawn: .withdrawn
            case .unspecified, .UNRECOGNIZED: .unspecified
            }
        scope = alert.scope
        subject = alert.subject
        subjectName = alert.subjectName
        self.partOf = partOf
        measure = alert.measure
        if alert.hasDecomposition { decomposition = alert.decomposition }
        if alert.hasAttribution { attribution = alert.attribution }
        revised = alert.revised
        missing = alert.missing
        sections = alert.sections
        claims = alert.claims
        questions = alert.questions
        names = alert.names
        changes = alert.changes
        unverified = alert.unverified
    }
}
