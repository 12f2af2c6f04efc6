import Alerting
import Schema

/// The list of shocks.
struct ListPage {
    let model: DashboardModel
    let query: ShockQuery
    let say: Say
    let frame: Frame

    init(_ model: DashboardModel, _ request: PageRequest, _ say: Say) {
        self.model = model
        query = ShockQuery(request)
        self.say = say
        frame = Frame(
            request: request, say: say, place: "shocks", title: say("Shocks", "冲击"), live: "list",
            seen: model.events.last)
    }

    var response: PageResponse {
        let page = model.shocks.page(query)
        return frame.page(
            """
            <main id="content" class="page list" tabindex="-1">
            <h1>\(say("Shocks", "冲击"))</h1>
            \(form)
            <p class="soft" id="count">\(count(page))</p>
            \(page.entries.isEmpty ? empty : table(page.entries))
            \(pages(page))
            </main>
            """)
    }

    // MARK: What is asked for

    private var form: String {
        """
        <form class="filters" action="/" method="get" role="search">
        \(say.language.rawValue == frame.request.parameters["lang"] ? "<input type=\"hidden\" name=\"lang\" value=\"\(say.language.rawValue)\">" : "")
        <label>\(say("Search", "搜索")) <input type="search" id="q" name="q" value="\(HTML.escaped(query.text))" maxlength="200"></label>
        <label>\(say("Status", "状态")) <select id="state" name="state">\(HTML.option("", say("any", "不限"), chosen: query.state))\(["pending", "firing", "resolved", "withdrawn"].map { HTML.option($0, say.state($0), chosen: query.state) }.joined())</select></label>
        <label>\(say("Scope", "范围")) <select id="scope" name="scope">\(HTML.option("", say("any", "不限"), chosen: query.scope))\(["instrument", "group", "market"].map { HTML.option($0, say.scope($0), chosen: query.scope) }.joined())</select></label>
        <label>\(say("Instrument or group", "代码或板块")) <input id="subject" name="subject" value="\(HTML.escaped(query.subject))" maxlength="200" autocomplete="off"></label>
        <button id="filter">\(say("Show", "查看"))</button>
        </form>
        """
    }

    private func count(_ page: ShockPage) -> String {
        let counts = model.shocks.counts
        let states = ["firing", "pending", "resolved", "withdrawn"].compactMap { word in
            counts[word].map { "\(say.number(UInt64($0))) \(say.state(word))" }
        }
        let all = say.number(UInt64(model.shocks.count))
        let fitting = say.number(UInt64(page.total))
        let shown =
            page.total == model.shocks.count
            ? say("\(all) shocks", "共\(all)次冲击") : say("\(fitting) of \(all) shocks", "\(all)次冲击中的\(fitting)次")
        let rest = states.isEmpty ? "" : say(": \(states.joined(separator: ", "))", "：\(states.joined(separator: "，"))")
        let gone = model.shocks.forgotten
        let left = gone == 0 ? "" : say(". \(gone) older ones are not listed", "。另有\(gone)次较早的未列出")
        return shown + rest + left
    }

    private var empty: String {
        let isAll = query == ShockQuery()
        return "<p>"
            + (isAll
                ? model.isCaughtUp
                    ? say("No shock yet. This page changes by itself.", "尚无冲击。本页会自动更新。")
                    : say("The stream is being read.", "正在读取数据流。")
                : say("None of the shocks is like that.", "没有符合条件的冲击。")) + "</p>"
    }

    // MARK: What there is

    private func table(_ entries: [ShockEntry]) -> String {
        """
        <div class="scroll"><table class="shocks">
        <caption class="away">\(say("Shocks, the latest first", "冲击，最新的在前"))</caption>
        <thead><tr><th scope="col">\(say("Began", "开始"))</th><th scope="col">\(say("Status", "状态"))</th><th scope="col">\(say("Subject", "对象"))</th><th scope="col" class="figure">\(say("Change", "涨跌"))</th><th scope="col">\(say("What happened", "经过"))</th></tr></thead>
        <tbody>
        \(entries.map(row).joined(separator: "\n"))
        </tbody>
        </table></div>
        """
    }

    private func row(_ entry: ShockEntry) -> String {
        let address = "/shocks/\(Address.path(of: entry.shock))\(frame.suffix)"
        let called = say(entry.name, entry.nameChinese.isEmpty ? entry.name : entry.nameChinese)
        let name =
            called.isEmpty || called == entry.subject ? "" : "<span class=\"soft\">\(HTML.escaped(called))</span>"
        let headline = say(entry.headline, entry.headlineChinese.isEmpty ? entry.headline : entry.headlineChinese)
        let way = (entry.change ?? 0) < 0 ? "minus" : "plus"
        return """
            <tr><td class="when">\(say.time(entry.startsAt))</td><td>\(StateMark(entry.state, say).text)</td><th scope="row"><a id="s-\(entry.fingerprint.filter(\.isHexDigit))" href="\(HTML.escaped(address))">\(HTML.escaped(entry.subject))</a> \(name)</th><td class="figure \(way)">\(HTML.escaped(say.percent(entry.change)))</td><td class="what">\(HTML.escaped(headline))</td></tr>
            """
    }

    private func pages(_ page: ShockPage) -> String {
        guard page.pages > 1 else { return "" }
        func link(_ number: Int, _ id: String, _ text: String) -> String {
            guard (1...page.pages).contains(number) else { return "" }
            let rest = frame.request.query.split(separator: "&").filter { !$0.hasPrefix("page=") }.map(String.init)
            let query = (rest + ["page=\(number)"]).joined(separator: "&")
            return "<li><a id=\"\(id)\" href=\"/?\(HTML.escaped(query))\">\(text)</a></li>"
        }
        return """
            <nav class="pages" aria-label="\(say("Pages of the list", "列表分页"))"><ul>
            \(link(page.number - 1, "earlier", say("newer", "较新")))
            <li>\(say("page \(page.number) of \(page.pages)", "第\(page.number)页，共\(page.pages)页"))</li>
            \(link(page.number + 1, "later", say("older", "较早")))
            </ul></nav>
            """
    }
}

/// A state as a word with a sign, so that its colour is not needed.
struct StateMark {
    let state: AlertState
    let say: Say

    init(_ state: AlertState, _ say: Say) {
        self.state = state
        self.say = say
    }

    var text: String {
        let sign =
            switch state {
            case .firing: "●"
            case .pending: "◐"
            case .resolved: "○"
            default: "×"
            }
        return
            "<span class=\"state \(state.word)\"><span aria-hidden=\"true\">\(sign)</span> \(say.state(state))</span>"
    }
}
