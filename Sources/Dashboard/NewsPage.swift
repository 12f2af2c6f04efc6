import Schema
import ShockAttribution

/// Stories and the latest headlines.
struct NewsPage {
    let model: DashboardModel
    let say: Say
    let frame: Frame

    init(_ model: DashboardModel, _ request: PageRequest, _ say: Say) {
        self.model = model
        self.say = say
        frame = Frame(
            request: request, say: say, place: "news", title: say("News", "新闻"), live: "news", seen: model.events.last)
    }

    var response: PageResponse {
        frame.page(
            """
            <main id="content" class="page list" tabindex="-1">
            <h1>\(say("News", "新闻"))</h1>
            <section id="stories">
            <h2>\(say("Stories", "报道"))</h2>
            <p class="note">\(say("Told in the 72 hours before the newest headline, the most told first", "最新标题之前72小时内，报道最多的在前"))</p>
            \(model.stories.isEmpty ? "<p>\(say("No story yet.", "尚无报道。"))</p>" : stories)
            </section>
            <section id="headlines">
            <h2>\(say("Latest headlines", "最新标题"))</h2>
            \(model.news.isEmpty ? "<p>\(say("No headline yet.", "尚无标题。"))</p>" : headlines)
            </section>
            </main>
            """)
    }

    private var stories: String {
        """
        <div class="scroll"><table class="stories">
        <caption class="away">\(say("Stories, the most told first", "报道，最多的在前"))</caption>
        <thead><tr><th scope="col">\(say("Story", "报道"))</th><th scope="col" class="figure">\(say("Items", "条数"))</th><th scope="col" class="figure">\(say("Sources", "来源"))</th><th scope="col">\(say("First seen", "最早"))</th><th scope="col">\(say("Latest", "最近"))</th></tr></thead>
        <tbody>
        \(model.stories.map(story).joined(separator: "\n"))
        </tbody>
        </table></div>
        """
    }

    private func story(_ story: NewsStory) -> String {
        let terms = story.terms.prefix(6).map { String($0.prefix(40)) }.joined(separator: " · ")
        return """
            <tr><th scope="row"><bdi>\(HTML.escaped(String(story.headline.prefix(300))))</bdi> <span class="soft">\(HTML.escaped(terms))</span></th><td data-label="\(say("Items", "条数"))" class="figure">\(say.number(UInt64(story.items)))</td><td data-label="\(say("Sources", "来源"))" class="figure">\(say.number(UInt64(story.sources)))</td><td data-label="\(say("First seen", "最早"))" class="when">\(say.time(story.firstSeen))</td><td data-label="\(say("Latest", "最近"))" class="when">\(say.time(story.latest))</td></tr>
            """
    }

    private var headlines: String {
        let items = model.news.map { line in
            let title =
                "<bdi>\(line.address.isEmpty ? HTML.escaped(line.title) : HTML.outward(line.address, line.title))</bdi>"
            return
                "<li>\(say.time(line.seen)) <span class=\"soft\">\(HTML.escaped(line.source))</span><br>\(title)</li>"
        }
        return "<ol class=\"headlines\">\(items.joined(separator: "\n"))</ol>"
    }
}
