import EventLog
import Foundation
import Glibc
import Schema
import TestKit
import Testing

/// News feeds of a server that misbehaves in every way it can: `Tests/Interop/feeds.py`.
@Suite(
    "News feeds", .enabled(if: Binaries.areHere && Python.isHere, "no EPICENTER_BIN or EPICENTER_PYTHON"), .serialized)
struct FeedTests {
    private struct Server {
        let server: PythonServer
        var directory: TemporaryDirectory { server.directory }
        var port: Int { server.port }

        init() throws {
            let directory = TemporaryDirectory()
            try "[]".write(toFile: directory.path + "/items.json", atomically: true, encoding: .utf8)
            server = try PythonServer("feeds.py", in: directory)
        }

        var told: [Substring] { server.lines }
        func asked(_ path: String) -> [Substring] { told.filter { $0.hasPrefix("asked \(path) ") } }
        /// Items that /growing has ever listed.
        var grown: Int { told.last { $0.hasPrefix("grown ") }.flatMap { Int($0.dropFirst(6)) } ?? 0 }

        func list(_ items: [(String, String)]) throws {
            let text = try JSONSerialization.data(withJSONObject: items.map { [$0.0, $0.1] })
            try text.write(to: URL(fileURLWithPath: directory.path + "/items.json"), options: .atomic)
        }

        /// Each feed has a host of its own, so that they do not wait for each other.
        func feeds(_ paths: [String], interval: Int, more: String = "") -> String {
            let lines = paths.enumerated().map { index, path in
                "  - {name: \(path.replacing("/", with: "-")), url: \"http://127.0.0.\(index + 1):\(port)/\(path)\", interval: \(interval)\(more)}"
            }
            return "feeds:\n" + lines.joined(separator: "\n") + "\n"
        }
    }

    private static func news(_ service: Service) throws -> [NewsItem] {
        var found: [NewsItem] = []
        try LogIndex(reading: service.dataDirectory + "/market").forEachMessage(types: [.newsItem]) { message in
            if case .newsItem(let news) = message { found.append(news) }
            return true
        }
        return found
    }

    @Test("every way to misbehave costs that feed alone, is told, and is bounded in memory and time")
    func misbehaving() throws {
        let began = Date()
        let server = try Server()
        try server.list([("1", "one"), ("2", "two")])
        let bad = [
            "slow", "hang", "endless", "gzipbomb", "toolong", "truncated", "loop", "far", "file", "500", "429", "gone",
            "nocharset", "laughs", "deep", "html", "garbage", "headers", "close",
        ]
        let fine = ["good", "cut", "shortlength", "moved", "gbk", "wrongcharset", "many", "future", "old"]
        let service = try Service(
            "service: {silentSeconds: 60}\ningest: {ticks: false}\n" + BadInputTests.instruments
                + server.feeds(fine + bad, interval: 3_600, more: ", silent_after: 1, headers: {Authorization: secret}")
        )
        let status = try service.wait(150) { status in
            let feeds = Self.feeds(status).filter { $0.value.hasPolls }
            return feeds.count == fine.count + bad.count && feeds.values.allSatisfy { $0.polls.polled > 0 }
        }
        let feeds = Self.feeds(try #require(status, "\(service.log)"))
        for name in bad {
            let feed = try #require(feeds[name])
            #expect(feed.events == 0, "\(name)")
            #expect(!feed.problem.isEmpty && feed.polls.failuresInARow == (name == "gone" ? 0 : 1), "\(name): \(feed)")
        }
        for name in fine { #expect(feeds[name]?.problem == "", "\(name): \(feeds[name]?.problem ?? "")") }
        for (name, word) in [
            ("slow", "in time"), ("hang", "in time"), ("endless", "bytes"), ("gzipbomb", "bytes"), ("loop", "circle"),
            ("far", "more than 5"), ("file", "http"), ("500", "500"), ("429", "429"), ("gone", "410"), ("html", "html"),
            ("laughs", "entities"), ("nocharset", "x-martian"), ("deep", "deep"),
        ] { #expect(feeds[name]?.problem.contains(word) == true, "\(name): \(feeds[name]?.problem ?? "")") }
        #expect(feeds["gone"]?.polls.nextPoll == 0)
        #expect(feeds["laughs"]?.polls.refused.map(\.name) == ["entityDeclared"])
        #expect((feeds["cut"]?.polls.salvaged ?? 0) > 0)
        #expect(feeds["many"]?.events == 10_000)
        let wall = UInt64(Date().timeIntervalSince1970 * 1e9)
        #expect((feeds["429"]?.polls.nextPoll ?? 0) > wall + 3_000_000_000_000)
        #expect(feeds["moved"]?.polls.url.hasSuffix("/good/moved") == true)
        // One that is gone for good is failing, and those without news are silent.
        let told = try service.wait { status in
            status.alarms.contains { $0.contains("gone") && $0.contains("fails") }
                && status.alarms.contains { $0.contains("nothing has come of slow") }
        }
        #expect(told != nil, "\(service.log)")
        let ingest = try #require(Service.children(of: service.process.processIdentifier)["epicenter-ingest"])
        let peak = peakMemory(ingest)
        #expect(peak < 400 << 20)
        #expect(service.stop() == 0)
        let news = Dictionary(grouping: try Self.news(service), by: \.feed)
        #expect(news["good"]?.map(\.title) == ["one", "two"])
        #expect(news["good"]?.first?.url == "http://127.0.0.1:\(server.port)/i/1")
        #expect(news["moved"]?.count == 2)
        #expect(news["cut"]?.map(\.itemID).first == "1")
        #expect(news["gbk"]?.map(\.title) == ["人工智能芯片"])
        #expect(news["wrongcharset"]?.map(\.title) == ["café 株"])
        #expect(news["future"]?.map(\.publishedMark) == [.future])
        #expect(news["old"]?.map(\.publishedMark) == [.longPast])
        #expect(news["many"]?.count == 10_000)
        #expect(news.values.joined().allSatisfy { $0.firstSeen == $0.recordTime && $0.known == $0.recordTime })
        #expect(server.asked("/good").first?.contains(" secret ") == true)
        print(
            "Feeds: \(fine.count + bad.count) asked, peak memory of ingest \(peak >> 20) MB, \(seconds(since: began)) s"
        )
    }

    private static func feeds(_ status: ServiceStatus) -> [String: FeedStatus] {
        let heartbeat = status.children.first { $0.process == "epicenter-ingest" }?.heartbeat
        return Dictionary(uniqueKeysWithValues: (heartbeat?.feeds ?? []).map { ($0.feed, $0) })
    }

    @Test("ingest killed as documents arrive: every item is in market once, whatever their order")
    func killed() throws {
        let began = Date()
        let server = try Server()
        var random = SeededGenerator(for: "Feeds, killed", default: 20_250_127)
        let service = try Service(
            "service: {maximumDeaths: 1000}\ningest: {ticks: false}\n" + BadInputTests.instruments
                + server.feeds(["growing"], interval: 1))
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        // Each is started again a little later than the last; ten take half a minute.
        var (kills, last) = (0, 0)
        let end = Date().addingTimeInterval(400)
        while kills < 10, Date() < end {
            usleep(1_000)
            guard server.grown > last else { continue }
            last = server.grown
            // From before the document has arrived to after it was written; every third is let through.
            usleep(UInt32(random.next() % 40_000))
            if random.next() % 3 == 0 { continue }
            guard let pid = Service.children(of: service.process.processIdentifier)["epicenter-ingest"] else {
                continue
            }
            if service.kill(pid) { kills += 1 }
        }
        #expect(kills == 10)
        // Documents list 400 items, which is twenty polls: nothing was missed for good by a kill.
        _ = FileManager.default.createFile(atPath: server.directory.path + "/enough", contents: nil)
        let asked = server.asked("/growing").count
        let done = try service.wait { _ in server.asked("/growing").count > asked + 3 }
        #expect(done != nil)
        #expect(service.stop() == 0)
        let news = try Self.news(service)
        #expect(Set(news.map(\.itemID)) == Set((1...max(server.grown, 1)).map { "g\($0)" }))
        #expect(news.count == server.grown, "each once")
        print("Feeds: \(news.count) items over \(kills) kills of ingest, \(seconds(since: began)) s")
    }

    @Test(
        "nothing new is not asked for; changed text is a revision; feeds change by a reload; a restart repeats nothing")
    func conditional() throws {
        let server = try Server()
        try server.list([("1", "one"), ("2", "two")])
        let configuration = "ingest: {ticks: false}\n" + BadInputTests.instruments
        let service = try Service(configuration + server.feeds(["good"], interval: 1))
        #expect(try service.wait { (Self.feeds($0)["good"]?.polls.notModified ?? 0) > 0 } != nil, "\(service.log)")
        try server.list([("2", "two, corrected"), ("1", "one"), ("3", "three")])
        #expect(try service.wait { Self.feeds($0)["good"]?.events == 4 } != nil)
        #expect(server.asked("/good").first?.contains(" - ") == true, "the first request has no conditions")
        #expect(server.asked("/good").contains { $0.contains("\"") })
        service.crash()
        try service.configure(configuration + server.feeds(["good", "good/two"], interval: 1))
        try service.start()
        #expect(try service.wait { (Self.feeds($0)["good-two"]?.events ?? 0) == 3 } != nil, "\(service.log)")
        #expect(try service.wait { (Self.feeds($0)["good"]?.polls.polled ?? 0) > 1 } != nil)
        try service.configure(configuration)
        #expect(try epicenter("reload", "--run", service.runDirectory).status == 0)
        #expect(try service.wait { Self.feeds($0)["good"] == nil } != nil)
        #expect(service.stop() == 0)
        let news = try Self.news(service).filter { $0.feed == "good" }
        #expect(news.map(\.itemID) == ["1", "2", "2", "3"])
        #expect(news.map(\.title) == ["one", "two", "two, corrected", "three"])
        #expect(news.map(\.revision) == [0, 0, 1, 0])
        #expect(server.asked("/good").count >= 4)
    }
}
