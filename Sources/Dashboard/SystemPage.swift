import Schema

/// Streams and processes: state, lag, restarts, and what is out of the ordinary.
struct SystemPage {
    let model: DashboardModel
    let say: Say
    let frame: Frame

    init(_ model: DashboardModel, _ request: PageRequest, _ say: Say) {
        self.model = model
        self.say = say
        frame = Frame(
            request: request, say: say, place: "system", title: say("System", "系统"), live: "system",
            seen: model.events.last)
    }

    var response: PageResponse {
        frame.page(
            """
            <main id="content" class="page list" tabindex="-1">
            <h1>\(say("System", "系统"))</h1>
            \(model.status.map(contents) ?? "<p>\(say("epicenterd does not answer.", "epicenterd 没有应答。"))</p>")
            </main>
            """)
    }

    private func contents(_ status: ServiceStatus) -> String {
        let parts: [String] = [
            "<p class=\"condition \(status.ready ? "fine" : "bad")\">\(HTML.escaped(status.condition == "ready" ? say("ready", "就绪") : status.condition)) <span class=\"soft\">\(say("version", "版本")) \(HTML.escaped(status.version))\(say(", ", "，"))\(say("up", "已运行")) \(say.span(status.uptimeSeconds))\(say(", ", "，"))\(say("disk free", "磁盘剩余")) \(say.bytes(status.diskFreeBytes))</span></p>",
            list(remarks(status)), replay,
            table(
                "processes", say("Processes", "进程"),
                [
                    say("Process", "进程"), say("State", "状态"), say("Up", "已运行"), say("Restarts", "重启"),
                    say("Memory", "内存"), say("Lag", "滞后"), say("Events/s", "每秒事件"),
                ],
                status.children.map { row($0, status) }),
            table(
                "streams", say("Streams", "数据流"),
                [
                    say("Stream", "数据流"), say("Owner", "所有者"), say("Head", "末序号"), say("First", "首序号"),
                    say("On disk", "占用"), say("Readers", "读者"), say("Epoch", "纪元"),
                ],
                status.children.flatMap { child in child.heartbeat.streams.map { stream($0, child) } }),
            table(
                "feeds", say("Feeds", "数据源"),
                [say("Feed", "数据源"), say("Events", "事件"), say("Last", "最近"), say("Problem", "问题")],
                status.children.flatMap(\.heartbeat.feeds).map(feed)),
            table(
                "sinks", say("Sinks", "接收端"),
                [
                    say("Sink", "接收端"), say("Delivered", "已送达"), say("Waiting", "等待"), say("Failed", "失败"),
                    say("Given up", "放弃"), say("Problem", "问题"),
                ],
                status.children.flatMap(\.heartbeat.sinks).map(sink)),
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    // MARK: Replay

    private var replay: String {
        guard let player = model.player else { return "" }
        let state =
            switch player.state {
            case .restoring: say("restoring", "正在恢复")
            case .playing: say("playing", "播放中")
            case .paused: say("paused", "已暂停")
            case .done: say("done", "播放完毕")
            case .unspecified, .UNRECOGNIZED: say("unknown", "不明")
            }
        let rate = player.rate.maximum ? say("as fast as it goes", "全速") : "×\(plain(player.rate.factor))"
        let end = model.recordingHead
        let bar =
            end > 0
            ? "<progress max=\"\(end)\" value=\"\(min(player.sequence, end))\" aria-label=\"\(say("Played", "已播放"))\"></progress>"
            : ""
        let share = end > 0 ? " (\(Int(Double(min(player.sequence, end)) / Double(end) * 100)) %)" : ""
        return """
            <section id="replay"><h2>\(say("Replay", "回放"))</h2>
            <p>\(state)\(say(", ", "，"))\(rate)\(say(": record", "：记录")) \(say.number(player.sequence))\(end > 0 ? say(" of ", "，共") + say.number(end) : "")\(share)\(say(", ", "，"))\(say.time(player.time > 0 ? player.time : player.recordTime, seconds: true))</p>\(bar)</section>
            """
    }

    private func plain(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : "\(value)"
    }

    // MARK: Rows: a text, or a mark made here

    private enum Cell {
        case text(String)
        case figure(String)
        case markup(String)
    }

    private func row(_ child: ChildStatus, _ status: ServiceStatus) -> [Cell] {
        let lag = Self.lag(child, status)
        let deaths = child.deaths.map { "\($0.value) \($0.name)" }.joined(separator: ", ")
        return [
            .text(child.process), .markup(state(child)),
            .figure(child.pid > 0 ? say.span(child.uptimeSeconds) : "–"),
            .figure("\(child.restarts)\(deaths.isEmpty ? "" : " (\(deaths))")"), .figure(say.bytes(child.memoryBytes)),
            .figure(lag.map(say.number) ?? "–"),
            .figure(child.eventsPerSecond >= 1 ? say.number(UInt64(min(child.eventsPerSecond, 1e15))) : "0"),
        ]
    }

    private func state(_ child: ChildStatus) -> String {
        let (word, style) =
            switch child.state {
            case .ready: (say("ready", "就绪"), "fine")
            case .starting: (say("starting", "启动中"), "waits")
            case .draining: (say("stopping", "停止中"), "waits")
            case .down where child.isStoppedByOperator: (say("stopped", "已停止"), "waits")
            case .down: (say("down", "已退出"), "bad")
            case .failed: (say("given up", "已放弃"), "bad")
            case .unspecified, .UNRECOGNIZED: (say("unknown", "不明"), "bad")
            }
        let sign = style == "fine" ? "✓" : style == "bad" ? "✗" : "…"
        return "<span class=\"\(style)\"><span aria-hidden=\"true\">\(sign)</span> \(word)</span>"
    }

    /// Records of its inputs that a process has not dealt with, of the input it is furthest behind; nil without inputs.
    static func lag(_ child: ChildStatus, _ status: ServiceStatus) -> UInt64? {
        child.heartbeat.inputs.compactMap { input -> UInt64? in
            let owned = status.children.lazy.flatMap(\.heartbeat.streams).first { $0.stream == input.stream }
            return owned.map { $0.head > input.head ? $0.head - input.head : 0 }
        }.max()
    }

    private func stream(_ stream: StreamStatus, _ child: ChildStatus) -> [Cell] {
        [
            .text(stream.stream), .text(child.process), .figure(say.number(stream.head)),
            .figure(say.number(stream.first)), .figure(say.bytes(stream.bytes)), .figure("\(stream.readers)"),
            .figure(String(String(stream.epoch, radix: 16).prefix(8))),
        ]
    }

    private func feed(_ feed: FeedStatus) -> [Cell] {
        [
            .text(feed.feed), .figure(say.number(feed.events)), .markup(say.time(feed.lastEvent, seconds: true)),
            .text(feed.problem),
        ]
    }

    private func sink(_ sink: SinkStatus) -> [Cell] {
        [
            .text(sink.sink), .figure(say.number(sink.delivered)), .figure(say.number(sink.waiting)),
            .figure(say.number(sink.failed)), .figure(say.number(sink.deadLetters)), .text(sink.problem),
        ]
    }

    private func table(_ id: String, _ title: String, _ header: [String], _ rows: [[Cell]]) -> String {
        guard let first = rows.first else { return "" }
        func isFigure(_ column: Int) -> Bool { if case .figure = first[column] { true } else { false } }
        let head = header.indices.map {
            "<th scope=\"col\"\(isFigure($0) ? " class=\"figure\"" : "")>\(HTML.escaped(header[$0]))</th>"
        }
        func label(_ column: Int) -> String { " data-label=\"\(HTML.escaped(header[column]))\"" }
        let body = rows.map { row in
            "<tr>"
                + row.enumerated().map { place, cell in
                    switch cell {
                    case .text(let text) where place == 0: "<th scope=\"row\">\(HTML.escaped(text))</th>"
                    case .text(let text): "<td\(label(place))>\(HTML.escaped(text))</td>"
                    case .figure(let text): "<td\(label(place)) class=\"figure\">\(HTML.escaped(text))</td>"
                    case .markup(let markup): "<td\(label(place))>\(markup)</td>"
                    }
                }.joined() + "</tr>"
        }
        return """
            <section id="\(id)"><h2>\(title)</h2>
            <div class="scroll"><table><caption class="away">\(title)</caption><thead><tr>\(head.joined())</tr></thead>
            <tbody>
            \(body.joined(separator: "\n"))
            </tbody></table></div></section>
            """
    }

    // MARK: What is out of the ordinary

    private func remarks(_ status: ServiceStatus) -> [String] {
        var lines = status.alarms
        if !status.configurationError.isEmpty {
            lines.append(say("the last reload was refused: ", "上次重新加载被拒绝：") + status.configurationError)
        }
        for child in status.children {
            if !child.heartbeat.alarm.isEmpty { lines.append("\(child.process): \(child.heartbeat.alarm)") }
            if child.state == .failed { lines.append("\(child.process): \(child.lastExit)") }
            if !child.heartbeat.message.isEmpty { lines.append("\(child.process): \(child.heartbeat.message)") }
            for stream in child.heartbeat.streams where !stream.lost.isEmpty {
                lines.append(
                    "\(stream.stream): \(say("lost to damage", "因损坏丢失")): \(stream.lost.joined(separator: ", "))")
            }
            if !child.lastError.isEmpty { lines.append("\(child.process): \(child.lastError)") }
        }
        return lines
    }

    private func list(_ lines: [String]) -> String {
        guard !lines.isEmpty else { return "" }
        return "<ul class=\"remarks\">\(lines.map { "<li>\(HTML.escaped(String($0.prefix(500))))</li>" }.joined())</ul>"
    }
}
