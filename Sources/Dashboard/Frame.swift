import Alerting

/// What all pages have around them.
struct Frame {
    let request: PageRequest
    let say: Say
    /// Which of the pages it is: `shocks`, `news`, `system`; empty: none of them.
    var place = ""
    var title: String
    /// What its script is to look at anew, as a word: `list`, `shock`, `news`, `system`.
    var live = ""
    /// The last event that it shows: those behind it are asked for.
    var seen: UInt64 = 0
    /// Of a shock's page.
    var shock = ""

    /// - Parameter content: What may change while it is shown, with the `main` element in it.
    func page(_ content: String, status: Int = 200) -> PageResponse {
        PageResponse(
            status,
            """
            <!DOCTYPE html>
            <html lang="\(say("en", "zh-Hans"))">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(HTML.escaped(title)) – Epicenter</title>
            <link rel="icon" href="/icon.svg" type="image/svg+xml">
            <link rel="stylesheet" href="/style.css">
            <script src="/dashboard.js" defer></script>
            </head>
            <body data-live="\(live)" data-seen="\(seen)" data-shock="\(HTML.escaped(shock))" data-lost="\(say("not connected, trying again", "连接已断开，正在重试"))" data-on="\(say("live", "实时"))" data-updated="\(say("updated", "已更新"))">
            <a class="skip" href="#content">\(say("Skip to the content", "跳到正文"))</a>
            <header class="bar">
            <a class="name" href="/\(suffix)">Epicenter</a>
            <nav aria-label="\(say("Pages", "页面"))"><ul>
            \(tab("shocks", "/", say("Shocks", "冲击")))
            \(tab("news", "/news", say("News", "新闻")))
            \(tab("system", "/system", say("System", "系统")))
            </ul></nav>
            <span id="connection" class="connection"></span>
            \(otherLanguage)
            </header>
            <p id="said" class="away" role="status" aria-live="polite"></p>
            <div id="live">
            \(content)
            </div>
            </body>
            </html>

            """,
            headers: ["content-language": say("en", "zh-Hans"), "vary": "accept-language, cookie"])
    }

    /// The language that was asked for goes along with every link.
    var suffix: String {
        request.parameters["lang"].flatMap(Language.init(rawValue:)).map { "?lang=\($0.rawValue)" } ?? ""
    }

    private func tab(_ name: String, _ address: String, _ text: String) -> String {
        let current = name == place ? " aria-current=\"page\"" : ""
        return "<li><a href=\"\(address)\(suffix)\"\(current)>\(HTML.escaped(text))</a></li>"
    }

    private var otherLanguage: String {
        let (code, name) = say.language == .english ? ("zh", "中文") : ("en", "English")
        let rest = request.query.split(separator: "&").filter { !$0.hasPrefix("lang=") }.map(String.init)
        let query = (rest + ["lang=\(code)"]).joined(separator: "&")
        return "<a class=\"language\" href=\"\(HTML.escaped(request.path + "?" + query))\" lang=\"\(code)\">\(name)</a>"
    }
}

/// What is asked of somebody without the token.
struct LoginPage {
    let say: Say

    init(_ language: Language) { say = Say(language) }

    var text: String {
        """
        <!DOCTYPE html>
        <html lang="\(say("en", "zh-Hans"))">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Epicenter</title></head>
        <body>
        <main>
        <h1>Epicenter</h1>
        <form action="/login" method="get">
        <p><label>\(say("Token", "令牌")) <input name="token" type="password" required autocomplete="current-password"></label>
        <button>\(say("Enter", "进入"))</button></p>
        </form>
        </main>
        </body>
        </html>

        """
    }
}

struct MissingPage {
    let request: PageRequest
    let say: Say

    init(_ request: PageRequest, _ say: Say) {
        self.request = request
        self.say = say
    }

    var response: PageResponse {
        let frame = Frame(request: request, say: say, title: say("Not found", "没有找到"))
        return frame.page(
            """
            <main id="content" class="page" tabindex="-1">
            <h1>\(say("There is no such page", "没有这个页面"))</h1>
            <p>\(say("A shock that is not among those listed is in the streams: <code>epicenter report</code> finds it.", "未列出的冲击仍在数据流中，可用 <code>epicenter report</code> 查看。"))</p>
            <p>\(HTML.link("/\(frame.suffix)", say("All shocks", "全部冲击")))</p>
            </main>
            """, status: 404)
    }
}
