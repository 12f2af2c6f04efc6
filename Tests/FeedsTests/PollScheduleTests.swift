import Schema
import Testing

@testable import Feeds

/// Scripts of facts, and what must be done.
@Suite("Polling")
struct PollScheduleTests {
    private let feed = PolledFeed(name: "wire", url: "https://a.example/feed", source: "Wire", interval: .seconds(60))
    private func schedule(seed: UInt64 = 1) -> PollSchedule { PollSchedule(feed, now: .seconds(100), seed: seed) }

    @Test("the first poll comes within ten seconds, the next after the interval give or take a tenth")
    func interval() throws {
        var dues: Set<Duration> = []
        for seed in 0..<50 as Range<UInt64> {
            var schedule = schedule(seed: seed)
            let first = try #require(schedule.due)
            #expect(first >= .seconds(100) && first < .seconds(110))
            schedule.note(.document(.init(etag: "\"1\"")), now: .seconds(200))
            let next = try #require(schedule.due)
            #expect(next >= .seconds(254) && next <= .seconds(266))
            #expect(schedule.validators.etag == "\"1\"")
            dues.insert(next)
        }
        #expect(dues.count > 40, "jitter that does not differ is none")
        #expect(schedule(seed: 3) == schedule(seed: 3), "the same seed is the same schedule")
    }

    @Test("failures stretch the interval, each at most twice the one before, up to six hours; success ends it")
    func backoff() throws {
        var schedule = schedule()
        var now = Duration.seconds(100)
        for failures in 1...15 {
            schedule.note(failures % 2 == 0 ? .status(500) : .failed("no connection in time"), now: now)
            let wait = try #require(schedule.due) - now
            let full = min(Duration.seconds(60) * (1 << failures), .seconds(21_600))
            #expect(wait >= full / 2 && wait <= full, "\(failures): \(wait)")
            #expect(schedule.failuresInARow == failures)
            now += wait
        }
        #expect(schedule.problem == "no connection in time")
        schedule.note(.notModified, now: now)
        #expect(schedule.problem == nil && schedule.failuresInARow == 0)
        #expect(try #require(schedule.due) - now <= .seconds(66))
    }

    @Test("Retry-After is kept to, up to a day, and never shortens anything")
    func retryAfter() throws {
        var schedule = schedule()
        schedule.note(.status(429), retryAfter: .seconds(5_000), now: .zero)
        #expect(schedule.due == .seconds(5_000))
        schedule.note(.status(503), retryAfter: .seconds(10_000_000), now: .zero)
        #expect(schedule.due == .seconds(86_400))
        schedule.note(.document(.init()), retryAfter: .seconds(1), now: .zero)
        #expect(try #require(schedule.due) >= .seconds(54))
    }

    @Test("gone for good is not asked again; moved for good is asked there until that fails")
    func moves() {
        var schedule = schedule()
        schedule.note(.document(.init(etag: "e")), movedTo: "https://b.example/feed", now: .zero)
        #expect(schedule.url == "https://b.example/feed")
        schedule.note(.status(404), now: .zero)
        #expect(schedule.url == feed.url)
        #expect(schedule.validators == .init(), "what the other said means nothing here")
        schedule.note(.status(410), now: .zero)
        #expect(schedule.due == nil)
        #expect(schedule.problem?.contains("410") == true)
    }

    @Test("one poll of a host at a time, a second apart; eight polls at once; what is not taken in stops the rest")
    func plan() {
        let feeds = (0..<20).map { PolledFeed(name: "f\($0)", url: "https://h\($0 / 2).example/\($0)", source: "s") }
        var plan = PollPlan(feeds, now: .zero, seed: 1)
        let first = plan.start(now: .seconds(20))
        #expect(first.count == 8)
        #expect(Set(first.map { $0 / 2 }).count == 8, "each another host")
        #expect(plan.start(now: .seconds(1_000)).isEmpty)
        #expect(plan.next == nil)
        // Answered, but not taken in: still under way.
        plan.answered(first[0], now: .seconds(21))
        #expect(plan.start(now: .seconds(30)).isEmpty)
        plan.finish(first[0], .notModified, now: .seconds(21))
        let second = plan.start(now: .milliseconds(21_500))
        #expect(second.count == 1)
        #expect(second.allSatisfy { $0 / 2 != first[0] / 2 }, "a second between two requests to a host")
    }

    @Test(
        "every feed is asked in the end, none before it is due, and no host twice at once",
        arguments: [1, 2, 3] as [UInt64])
    func fairness(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let feeds = (0..<60).map {
            PolledFeed(
                name: "f\($0)", url: "https://h\($0 % 7).example/\($0)", source: "s", interval: .seconds(60 + $0))
        }
        var plan = PollPlan(feeds, now: .zero, seed: seed)
        var (polls, busy) = ([Int](repeating: 0, count: 60), [Int]())
        for step in 0..<20_000 {
            let now = Duration.milliseconds(step * 100)
            for number in plan.start(now: now) {
                #expect(plan.schedules[number].due.map { $0 <= now } ?? false)
                #expect(!busy.contains { $0 % 7 == number % 7 })
                busy.append(number)
            }
            #expect(busy.count <= PollPlan.maximumUnderWay)
            if let number = busy.first, random.next() % 4 == 0 {
                busy.removeFirst()
                polls[number] += 1
                plan.answered(number, now: now)
                plan.finish(number, random.next() % 10 == 0 ? .status(500) : .notModified, now: now)
            }
        }
        #expect(polls.allSatisfy { $0 >= 5 }, "\(polls)")
    }

    @Test(
        "two hundred feeds start spread over ten seconds, also where a tenth of them hangs for half a minute: all are asked within 90 s"
    )
    func start() {
        let feeds = (0..<200).map { PolledFeed(name: "f\($0)", url: "https://h\($0).example/", source: "s") }
        for (hanging, latest) in [(0, Duration.seconds(15)), (20, .seconds(90))] {
            var plan = PollPlan(feeds, now: .zero, seed: 7)
            var busy: [(number: Int, until: Duration)] = []
            var (first, inSecond) = ([Duration?](repeating: nil, count: 200), [Int: Int]())
            for step in 0..<2_000 {
                let now = Duration.milliseconds(step * 50)
                for (number, _) in busy.filter({ $0.until <= now }) {
                    plan.answered(number, now: now)
                    plan.finish(number, number < hanging ? .failed("no whole answer in time") : .notModified, now: now)
                }
                busy.removeAll { $0.until <= now }
                for number in plan.start(now: now) {
                    busy.append((number, now + (number < hanging ? .seconds(30) : .milliseconds(200))))
                    if first[number] == nil { first[number] = now }
                    inSecond[step / 20, default: 0] += 1
                }
                #expect(busy.count <= PollPlan.maximumUnderWay)
            }
            #expect(first.allSatisfy { $0.map { $0 <= latest } ?? false }, "\(first.compactMap(\.self).max() ?? .zero)")
            // Twice the mean, and what eight at once can make of it.
            if hanging == 0 { #expect(inSecond.values.allSatisfy { $0 <= 40 }, "\(inSecond)") }
        }
    }

    @Test("what headers say")
    func headers() {
        let wall = time("2025-01-27T14:30:00Z")
        #expect(HTTPFacts.retryAfter("120", wall: wall) == .seconds(120))
        #expect(HTTPFacts.retryAfter("Mon, 27 Jan 2025 14:31:00 GMT", wall: wall) == .seconds(60))
        #expect(HTTPFacts.retryAfter("Mon, 27 Jan 2025 14:29:00 GMT", wall: wall) == nil)
        #expect(HTTPFacts.retryAfter("-5", wall: wall) == nil && HTTPFacts.retryAfter("soon", wall: wall) == nil)
        func redirect(_ status: Int, _ location: String?, _ visited: [String] = ["https://a.example/x"])
            -> HTTPFacts.Redirect
        {
            HTTPFacts.redirect(status: status, location: location, from: visited[visited.count - 1], visited: visited)
        }
        #expect(redirect(301, "/y") == .follow(url: "https://a.example/y", isPermanent: true))
        #expect(redirect(302, "https://b.example/") == .follow(url: "https://b.example/", isPermanent: false))
        #expect(redirect(308, "y") == .follow(url: "https://a.example/y", isPermanent: true))
        for (location, visited) in [
            (nil, ["https://a.example/x"]), ("file:///etc/passwd", ["https://a.example/x"]),
            ("http://a.example/", ["https://a.example/x"]),
            ("/x", ["https://a.example/x"]), ("/z", (0..<6).map { "https://a.example/\($0)" }),
        ] as [(String?, [String])] {
            guard case .refused = redirect(302, location, visited) else {
                Issue.record("\(location ?? "none")"); continue
            }
        }
    }

    // MARK: what was taken

    private func news(_ title: String, _ body: String = "", url: String = "") -> NewsItem {
        var news = NewsItem()
        (news.title, news.body, news.url) = (title, body, url)
        return news
    }

    @Test(
        "an item is new once, in whatever order it is listed; its changed text is a revision, its changed link is not")
    func memory() {
        var memory = FeedMemory()
        #expect(memory.judge(news("a"), id: "1") == .new)
        #expect(memory.judge(news("b"), id: "2") == .new)
        #expect(memory.judge(news("b"), id: "2") == .known)
        #expect(memory.judge(news("a", url: "https://x"), id: "1") == .known)
        #expect(memory.judge(news("a!"), id: "1") == .revised(1))
        #expect(memory.judge(news("a!"), id: "1") == .known)
        #expect(memory.judge(news("a", "text"), id: "1") == .revised(2))
        for _ in 3...20 {
            if case .revised = memory.judge(news("x", "\(memory.count)\(memory.numbers)"), id: "1") {
            } else {
                Issue.record("not taken")
            }
        }
        #expect(memory.judge(news("y"), id: "1") == .restless)
    }

    @Test("what was written is known after a restart, and after what was written was removed")
    func rebuilt() {
        var (before, after) = (FeedMemory(), FeedMemory())
        for index in 0..<100 {
            var item = news("t\(index)")
            #expect(before.judge(item, id: "\(index)") == .new)
            item.itemID = "\(index)"
            after.note(item)
        }
        var changed = news("t7 changed")
        guard case .revised(let number) = before.judge(changed, id: "7") else { Issue.record("known"); return }
        (changed.itemID, changed.revision) = ("7", number)
        after.note(changed)
        var kept = FeedMemory(numbers: after.numbers)
        for index in 0..<100 where index != 7 {
            #expect(after.judge(news("t\(index)"), id: "\(index)") == .known)
            #expect(kept.judge(news("t\(index)"), id: "\(index)") == .known)
        }
        #expect(kept.judge(news("t7"), id: "7") == .revised(2))
    }

    @Test("what is listed is never forgotten, and memory is bounded")
    func bounded() {
        var memory = FeedMemory()
        for round in 0..<12 {
            #expect(memory.judge(news("a"), id: "sticky") == (round == 0 ? .new : .known))
            for index in 0..<9_000 { _ = memory.judge(news("t"), id: "\(round)/\(index)") }
            #expect(memory.count <= FeedMemory.capacity * 5 / 4)
        }
    }
}
