import Calendars
import Foundation
import Notifying
import Testing

@Suite("Routing")
struct NotifyRouterTests {
    @Test("alerts of a group are told together after its wait, later ones after its interval")
    func grouping() {
        var desk = Desk(settings())
        desk.say("a", .firing)
        #expect(desk.pass(5) == [])
        desk.say("b", .firing)
        #expect(desk.pass(10) == ["5 file change: a/1 firing, b/1 firing"])
        desk.say("c", .firing)
        desk.say("a", .resolved, revision: 2)
        #expect(desk.pass(60) == ["55 file change: a/2 resolved, c/1 firing"])
        #expect(desk.pass(1_000) == [])
    }

    @Test("groups do not wait for each other")
    func groups() {
        var desk = Desk(settings(groupBy: ["subject"]))
        desk.say("a", .firing, labels: ["subject": "A"])
        _ = desk.pass(3)
        desk.say("b", .firing, labels: ["subject": "B"])
        #expect(desk.pass(20) == ["7 file change: a/1 firing", "10 file change: b/1 firing"])
    }

    @Test("a resolve follows its fire, and what nobody was told of ends in silence")
    func resolves() {
        var desk = Desk(settings())
        desk.say("a", .firing)
        desk.say("a", .resolved, revision: 2)
        desk.say("p", .pending)
        desk.say("p", .withdrawn, revision: 2)
        #expect(desk.pass(100) == [])
        desk.say("a", .firing, revision: 3)
        #expect(desk.pass(10) == ["10 file change: a/3 firing"])
        desk.say("a", .resolved, revision: 4)
        #expect(desk.pass(60) == ["60 file change: a/4 resolved"])
        #expect(desk.router.state.firing == 0)
    }

    @Test("a revision is told only where the route wants revisions")
    func revisions() {
        var desk = Desk(settings(wait: 0, interval: 0))
        desk.say("a", .firing)
        #expect(desk.pass(1) == ["0 file change: a/1 firing"])
        desk.say("a", .firing, revision: 2)
        #expect(desk.pass(5) == [])
        var wanted = settings(wait: 0, interval: 0)
        wanted.routes[0].revisions = true
        desk = Desk(wanted)
        desk.say("a", .firing)
        _ = desk.pass(1)
        desk.say("a", .firing, revision: 2)
        desk.say("a", .firing, revision: 3)
        #expect(desk.pass(5) == ["0 file change: a/3 firing"])
    }

    @Test("what still fires is told again, under another key")
    func repeats() {
        var desk = Desk(settings(wait: 0, repeatAfter: 600))
        desk.say("a", .firing)
        #expect(
            desk.pass(1_300) == [
                "0 file change: a/1 firing", "600 file repeat: a/1 firing", "1200 file repeat: a/1 firing",
            ])
        desk.say("a", .resolved, revision: 2)
        #expect(desk.pass(2_000) == ["0 file change: a/2 resolved"])
    }

    @Test("a wider alert keeps back those that are part of it while it fires, and no longer")
    func inhibition() {
        var desk = Desk(settings(groupBy: ["shock"]))
        desk.say("member", .firing, partOf: ["market"])
        _ = desk.pass(5)
        desk.say("market", .firing)
        #expect(desk.pass(20) == ["10 file change: market/1 firing"])
        desk.say("market", .resolved, revision: 2)
        // The market's group has its interval to wait for.
        #expect(
            desk.pass(100).sorted()
                == ["10 file change: member/1 firing", "50 file change: market/2 resolved"].sorted())
    }

    @Test("claims are told whatever becomes of their shock, each status once, also one that is settled at once")
    func claims() {
        let claim = ["kind": "claim", "shock": "s"]
        var desk = Desk(settings(groupBy: ["shock"]))
        desk.say("s", .firing)
        desk.say("settled", .firing, labels: claim, partOf: ["s"])
        desk.say("settled", .resolved, revision: 2, labels: claim, partOf: ["s"])
        desk.say("open", .firing, labels: claim, partOf: ["s"])
        #expect(
            desk.pass(100) == [
                "10 file change: open/1 firing, s/1 firing, settled/1 firing", "70 file change: settled/2 resolved",
            ])
        desk.say("open", .firing, revision: 3, labels: claim, partOf: ["s"])
        desk.say("s", .firing, revision: 2)
        #expect(desk.pass(100) == ["30 file change: open/3 firing"])
        desk.say("open", .resolved, revision: 4, labels: claim, partOf: ["s"])
        #expect(desk.pass(100) == ["0 file change: open/4 resolved"])
    }

    @Test("a claim that was settled while it was silenced is told to nobody")
    func silencedClaim() {
        var desk = Desk(settings())
        var book = SilenceBook()
        let silence = Silence(
            id: "x", match: LabelMatch(["kind": "claim"]), createdAt: desk.now, expiresAt: desk.now + 100 * second)
        _ = book.add(silence, now: desk.now)
        desk.router.adopt(book, now: desk.now)
        desk.say("c", .firing, labels: ["kind": "claim"])
        desk.say("c", .resolved, revision: 2, labels: ["kind": "claim"])
        #expect(desk.pass(200) == [])
        #expect(desk.router.dueGroups == 0)
    }

    @Test("without inhibition all are told")
    func uninhibited() {
        var open = settings()
        open.inhibit = false
        var desk = Desk(open)
        desk.say("market", .firing)
        desk.say("member", .firing, partOf: ["market"])
        #expect(desk.pass(20) == ["10 file change: market/1 firing, member/1 firing"])
    }

    @Test("a silence keeps back until it ends or is taken away; an end is told all the same")
    func silences() {
        var desk = Desk(settings(wait: 0, interval: 0))
        var book = SilenceBook()
        let silence = Silence(
            id: "1", match: LabelMatch(["subject": "NV*"]), createdAt: noon, expiresAt: noon + 100 * second)
        #expect(book.add(silence, now: noon) == true)
        desk.say("told", .firing, labels: ["subject": "NVDA"])
        #expect(desk.pass(1).count == 1)
        desk.router.adopt(book, now: desk.now)
        desk.say("a", .firing, labels: ["subject": "NVDA"])
        desk.say("b", .firing, labels: ["subject": "AVGO"])
        desk.say("told", .resolved, revision: 2, labels: ["subject": "NVDA"])
        #expect(desk.pass(50) == ["0 file change: told/2 resolved, b/1 firing"])
        #expect(desk.pass(100) == ["49 file change: a/1 firing"])
        desk.say("c", .firing, labels: ["subject": "NVDA"])
        var longer = SilenceBook()
        _ = longer.add(
            Silence(id: "2", match: LabelMatch(), createdAt: desk.now, expiresAt: desk.now + 1_000 * second),
            now: desk.now)
        desk.router.adopt(longer, now: desk.now)
        #expect(desk.pass(10) == [])
        let (once, twice) = (longer.expire("2", now: desk.now), longer.expire("2", now: desk.now))
        #expect(once)
        #expect(!twice)
        desk.router.adopt(longer, now: desk.now)
        #expect(desk.pass(10) == ["0 file change: c/1 firing"])
    }

    @Test("history is not told, but it silences; what goes on into the present is told")
    func history() {
        var desk = Desk(settings(wait: 0, groupBy: ["shock"]), liveFrom: noon)
        desk.say("old", .firing, recordTime: noon - 1)
        desk.say("wide", .firing, recordTime: noon - 1)
        desk.say("member", .firing, partOf: ["wide"])
        #expect(desk.pass(10) == [])
        #expect(desk.router.state.history == 2)
        desk.say("old", .firing, revision: 2)
        #expect(desk.pass(10) == ["0 file change: old/2 firing"])
        var all = settings(wait: 0)
        all.history = true
        desk = Desk(all, liveFrom: noon)
        desk.say("old", .firing, recordTime: 1)
        #expect(desk.pass(1) == ["0 file change: old/1 firing"])
    }

    @Test("what was taken back is over, unless it is said again before anyone was told")
    func takenBack() {
        var desk = Desk(settings())
        desk.say("a", .firing)
        desk.say("b", .firing)
        _ = desk.pass(20)
        desk.router.withdraw(from: 2, now: desk.now)
        #expect(desk.pass(60) == ["50 file change: b/1 withdrawn"])
        desk.say("c", .firing)
        _ = desk.pass(60)
        desk.router.withdraw(from: 3, now: desk.now)
        desk.say("c", .firing)
        #expect(desk.pass(100) == [])
    }

    @Test("routes: the first that matches, and those after it only where it says continue")
    func routes() {
        var first = NotifySettings.Route("nvidia", sinks: ["pager"])
        first.match = LabelMatch(["subject": "NVDA"])
        first.wait = 0
        first.continues = true
        var second = NotifySettings.Route("names", sinks: ["file"])
        second.match = LabelMatch(["scope": "instrument"])
        second.wait = 0
        var third = NotifySettings.Route("rest", sinks: ["pager"])
        third.wait = 0
        let sinks = ["pager", "file"].map { NotifySettings.Sink($0, .file(path: "/dev/null")) }
        var desk = Desk(NotifySettings(routes: [first, second, third], sinks: sinks))
        desk.say("a", .firing, labels: ["subject": "NVDA", "scope": "instrument"])
        desk.say("b", .firing, labels: ["subject": "AVGO", "scope": "instrument"])
        desk.say("c", .firing, labels: ["subject": "SPY", "scope": "market"])
        #expect(
            desk.pass(1).sorted() == [
                "0 file change: a/1 firing", "0 file change: b/1 firing", "0 pager change: a/1 firing",
                "0 pager change: c/1 firing",
            ])
        #expect(desk.router.state.routed == 3)
        var none = NotifySettings(routes: [first], sinks: sinks)
        none.routes[0].match = LabelMatch(["subject": "X"])
        desk = Desk(none)
        desk.say("a", .firing)
        #expect(desk.router.state.unrouted == 1)
    }

    @Test("a limit an hour defers, and what was deferred is told together, without what is over")
    func limit() {
        var sink = NotifySettings.Sink("mail", .file(path: "/dev/null"))
        sink.perHour = 2
        var desk = Desk(settings(wait: 0, interval: 0, sink: sink))
        for name in ["a", "b"] {
            desk.say(name, .firing)
            #expect(desk.pass(1).count == 1)
        }
        desk.say("c", .firing)
        desk.say("d", .firing)
        desk.say("e", .firing)
        #expect(desk.pass(100) == [])
        desk.say("d", .resolved, revision: 2)
        #expect(desk.pass(4_000) == ["3498 mail change: c/1 firing, e/1 firing"])
    }

    @Test("quiet hours by the sink's zone: what is urgent is told, the rest when they end")
    func quiet() throws {
        let zone = try #require(ZoneRules("America/New_York"))
        // It is 07:00 in New York.
        var quiet = QuietHours(zone: zone, from: 22 * 60, until: 7 * 60 + 30)
        quiet.except = LabelMatch(["scope": "market"])
        var sink = NotifySettings.Sink("mail", .file(path: "/dev/null"))
        sink.quiet = quiet
        var desk = Desk(settings(wait: 0, groupBy: ["shock"], sink: sink))
        desk.say("a", .firing, labels: ["scope": "instrument"])
        desk.say("b", .firing, labels: ["scope": "market"])
        #expect(desk.pass(1_799) == ["0 mail change: b/1 firing"])
        #expect(desk.pass(10) == ["1 mail change: a/1 firing"])
    }

    @Test("quiet hours over midnight, by weekday, over a change to summer time, and without an end")
    func windows() throws {
        let berlin = try #require(ZoneRules("Europe/Berlin"))
        func time(_ text: String) -> UInt64 {
            UInt64((try? Date(text, strategy: .iso8601))?.timeIntervalSince1970 ?? 0) * second
        }
        let nights = QuietHours(zone: berlin, from: 22 * 60, until: 7 * 60)
        #expect(nights.end(at: time("2025-01-27T21:30:00Z")) == time("2025-01-28T06:00:00Z"))
        #expect(nights.end(at: time("2025-01-27T20:59:59Z")) == nil)
        #expect(nights.end(at: time("2025-01-28T06:00:00Z")) == nil)
        // Clocks go forward at 01:00 UTC on 2025-03-30: the night ends at 05:00 UTC.
        #expect(nights.end(at: time("2025-03-29T23:00:00Z")) == time("2025-03-30T05:00:00Z"))
        let weekend = QuietHours(zone: berlin, from: 0, until: 0, days: [5, 6])
        #expect(weekend.end(at: time("2025-02-01T12:00:00Z")) == time("2025-02-02T23:00:00Z"))
        #expect(weekend.end(at: time("2025-02-03T12:00:00Z")) == nil)
        let always = QuietHours(zone: berlin, from: 0, until: 0)
        #expect(try #require(always.end(at: noon)) <= noon + 9 * 24 * hour)
    }

    @Test("Alertmanager is told again what fires, and not what is over")
    func refresh() {
        let sink = NotifySettings.Sink("ops", .alertmanager(url: "http://127.0.0.1:9093"))
        var desk = Desk(settings(wait: 0, interval: 0, sink: sink))
        desk.say("a", .firing)
        desk.say("b", .firing)
        #expect(desk.pass(61) == ["0 ops change: a/1 firing, b/1 firing", "60 ops refresh: a/1 firing, b/1 firing"])
        desk.say("a", .resolved, revision: 2)
        #expect(desk.pass(60) == ["0 ops change: a/2 resolved", "59 ops refresh: b/1 firing"])
    }

    @Test("a state that was kept and read back goes on as if nothing had happened, whenever that is")
    func kept() throws {
        func story(_ restart: Int?) throws -> [String] {
            var made = settings(repeatAfter: 300)
            made.sinks[0].perHour = 5
            var desk = Desk(made)
            var said: [String] = []
            for step in 0..<40 {
                if step == restart {
                    let bytes = try JSONEncoder().encode(desk.router.state)
                    let state = try JSONDecoder().decode(NotifyRouter.State.self, from: bytes)
                    #expect(state == desk.router.state)
                    desk.router = NotifyRouter(made, state: state)
                }
                desk.say("\(step % 7)", step % 3 == 2 ? .resolved : .firing, revision: UInt32(step))
                said += desk.pass(23).map { "\(step): \($0)" }
            }
            return said
        }
        let reference = try story(nil)
        #expect(reference.count >= 5)
        for step in 0..<40 { #expect(try story(step) == reference, "kept before step \(step)") }
    }

    @Test("a clock that is set back takes what is due with it")
    func clock() {
        var desk = Desk(settings())
        desk.say("a", .firing)
        _ = desk.pass(3)
        desk.now -= 100 * 24 * hour
        #expect(desk.pass(20) == ["7 file change: a/1 firing"])
    }

    @Test("what ends together with the wider alert is not told at its end, in whatever group it is")
    func endsTogether() {
        var desk = Desk(settings(wait: 0, interval: 0, groupBy: ["shock"]))
        desk.say("wide", .firing, labels: ["shock": "S"])
        var said = desk.pass(0)
        desk.say("notice", .firing, labels: ["shock": "S"], partOf: ["wide"])
        desk.say("own", .firing, partOf: ["wide"])
        desk.say("longer", .firing, partOf: ["wide"])
        said += desk.pass(100)
        #expect(said == ["0 file change: wide/1 firing"])
        // Each is looked at as it comes.
        desk.say("wide", .resolved, revision: 2, labels: ["shock": "S"])
        #expect(desk.pass(0) == ["0 file change: wide/2 resolved"])
        desk.say("notice", .resolved, revision: 2, labels: ["shock": "S"], partOf: ["wide"])
        #expect(desk.pass(1) == [])
        desk.say("own", .resolved, revision: 2)
        #expect(desk.pass(20) == ["9 file change: longer/1 firing"])
    }

    @Test("a key is the content's: the same again, another when anything differs")
    func keys() {
        func key(_ revision: UInt32) -> String? {
            var desk = Desk(settings(wait: 0))
            desk.say("a", .firing, revision: revision)
            return desk.router.tick(now: desk.now).first?.key
        }
        #expect(key(1) == key(1))
        #expect(key(1) != key(2))
        #expect(key(1)?.count == 32)
    }

    @Test("more alerts than fit into one delivery make several")
    func many() {
        var desk = Desk(settings())
        for number in 0..<1_201 { desk.say("\(number)", .firing) }
        _ = desk.pass(9)
        let made = desk.router.tick(now: desk.now + second)
        #expect(made.map(\.alerts.count) == [500, 500, 201])
        #expect(Set(made.map(\.key)).count == 3)
    }
}
