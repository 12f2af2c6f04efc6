import Foundation
import Schema
import SwiftProtobuf
import TestKit
import Testing

@testable import Dashboard

@Suite("The list of shocks")
struct ShockIndexTests {
    @Test("an entry is the alert's, in both languages; notices to members and claims have none")
    func entry() throws {
        var group = Samples.finding("chips", scope: .group)
        group.members = [.with { $0.symbol = "NVDA" }]
        var own = Samples.finding("NVDA", name: "NVIDIA Corporation")
        own.names = [
            .with {
                $0.id = "NVDA"
                $0.name = "NVIDIA Corporation"
                $0.translations = [.with { ($0.language, $0.text) = ("zh", "英伟达") }]
            }
        ]
        let records = Samples.outputs([own, group])
        #expect(records.count == 3)
        let entries = records.compactMap { ShockEntry($0) }
        #expect(entries.map(\.shock) == ["NVDA/2025-01-27", "chips/2025-01-27"])
        #expect(entries.map(\.name) == ["NVIDIA Corporation", ""])
        #expect(entries.map(\.nameChinese) == ["英伟达", ""])
        #expect(entries[0].change == -0.17)
        #expect(entries[0].state == .firing)
        #expect(entries.map(\.scope) == ["instrument", "group"])
        #expect(entries[0].headline.contains("NVDA"))
        #expect(entries[0].headlineChinese != entries[0].headline)
        #expect(CivilTime.rfc3339(entries[0].startsAt).hasPrefix("2025-01-27T14:30"))
    }

    @Test("what is no alert, or huge, or hostile, is counted or cut and nothing else")
    func malformed() throws {
        var model = DashboardModel()
        var record = Samples.outputs([Samples.finding("NVDA", name: String(repeating: "x", count: 100_000))])[0]
        let event = model.take(record)
        #expect(event != nil)
        #expect(model.shocks["NVDA/2025-01-27"]?.name.count == ShockEntry.maximumText)
        for body in ["", "{", "[]", "null", #"{"data":7}"#, "\u{0}", String(repeating: "[", count: 100_000)] {
            record.sequence += 1
            record.body = Data(body.utf8)
            let none = model.take(record)
            #expect(none == nil)
        }
        #expect(model.malformed == 7)
        #expect(model.shocks.count == 1)
    }

    @Test("a later revision replaces, an older or repeated one does not, and order is by start, latest first")
    func revisions() {
        var index = ShockIndex()
        let first = Samples.outputs([Samples.finding("A", day: 27), Samples.finding("B", day: 28)])
        for record in first {
            let isNew = index.take(ShockEntry(record)!)
            #expect(isNew)
        }
        let isRepeated = !index.take(ShockEntry(first[0])!)
        #expect(isRepeated)
        var later = ShockEntry(first[0])!
        later.sequence = 9
        later.state = .resolved
        let isTaken1 = index.take(later)
        #expect(isTaken1)
        #expect(index["A/2025-01-27"]?.state == .resolved)
        #expect(index.page(ShockQuery()).entries.map(\.subject) == ["B", "A"])
        later.sequence = 10
        later.startsAt += 2 * CivilTime.day
        let isTaken2 = index.take(later)
        #expect(isTaken2)
        #expect(index.page(ShockQuery()).entries.map(\.subject) == ["A", "B"])
        #expect(index.counts == ["firing": 1, "resolved": 1])
        #expect(index["A/2025-01-29"] == nil)
        #expect(index[""] == nil)
    }

    @Test("beyond its capacity the oldest that are over go first")
    func capacity() {
        var index = ShockIndex(capacity: 3)
        for (place, phase) in [ShockPhase.open, .closed, .open, .open].enumerated() {
            // What is over has been open before.
            var entry = ShockEntry(Samples.outputs([Samples.finding("S\(place)", day: 20 + place)])[0])!
            if phase == .closed { entry.state = .resolved }
            index.take(entry)
        }
        #expect(index.page(ShockQuery()).entries.map(\.subject) == ["S3", "S2", "S0"])
        #expect(index.forgotten == 1)
        #expect(index["S1/2025-01-21"] == nil)
    }

    @Test("search, state, scope and subject narrow the list; pages are of fifty")
    func queries() {
        var index = ShockIndex()
        for number in 0..<120 {
            let finding = Samples.finding("S\(number)", name: number % 2 == 0 ? "Even Corp" : "Odd Corp")
            var entry = ShockEntry(Samples.outputs([finding])[0])!
            if number % 3 == 0 { entry.state = .resolved }
            index.take(entry)
        }
        func page(_ change: (inout ShockQuery) -> Void = { _ in }) -> ShockPage {
            var query = ShockQuery()
            change(&query)
            return index.page(query)
        }
        #expect(page().entries.count == 50)
        #expect(page { $0.page = 3 }.entries.count == 20)
        #expect(page { $0.page = 99 }.number == 3)
        #expect(page { $0.page = -1 }.number == 1)
        #expect(page { $0.text = "EVEN corp" }.total == 60)
        #expect(page { $0.text = "corp nothing" }.total == 0)
        #expect(page { $0.state = "resolved" }.total == 40)
        #expect(page { $0.scope = "group" }.total == 0)
        #expect(page { $0.subject = "s7" }.entries.map(\.subject) == ["S7"])
        #expect(
            page {
                $0.text = "s7"; $0.state = "firing"
            }.entries.map(\.subject).contains("S7"))
        let all = (1...3).flatMap { number in page { $0.page = number }.entries.map(\.subject) }
        #expect(Set(all).count == 120)
    }

    @Test("finds what a plain search finds, at random")
    func contains() {
        var random = SeededGenerator(for: "Dashboard, search", default: 8)
        for _ in 0..<2_000 {
            let text = (0..<Int(random.next() % 12)).map { _ in UInt8(97 + random.next() % 3) }
            let word = (0..<Int(random.next() % 4)).map { _ in UInt8(97 + random.next() % 3) }
            let expected = String(decoding: text, as: UTF8.self).contains(String(decoding: word, as: UTF8.self))
            #expect(Match.contains(text, word) == (word.isEmpty || expected))
        }
    }
}

@Suite("Events for browsers")
struct EventRingTests {
    private func event(_ id: UInt64) -> ServerEvent { ServerEvent(id: id, name: "shock", data: "{}") }

    @Test("who comes back is given what was missed, and told to read anew when that is not known")
    func resumes() {
        var ring = EventRing(capacity: 4)
        #expect(ring.since(nil).isEmpty)
        #expect(ring.since(0).isEmpty)
        #expect(ring.since(5).map(\.name) == ["reset"])
        for id in stride(from: UInt64(2), through: 20, by: 2) { ring.add(event(id)) }
        #expect(ring.last == 20)
        #expect(ring.since(20).isEmpty)
        #expect(ring.since(17).map(\.id) == [18, 20])
        #expect(ring.since(0).map(\.name) == ["reset"])
        #expect(ring.since(0).map(\.id) == [20])
        #expect(ring.since(21).map(\.name) == ["reset"])
        ring.add(event(20))
        ring.add(event(3))
        #expect(ring.last == 20)
    }

    @Test("is written as the standard has it")
    func format() {
        #expect(event(7).text == "id: 7\nevent: shock\ndata: {}\n\n")
        #expect(ServerEvent.around("A\nB/\"C").text == "event: around\ndata: [\"A\\nB/\\\"C\"]\n\n")
    }

    @Test("alerts that are taken back are forgotten, and browsers read anew")
    func withdrawn() {
        var model = Samples.model([Samples.finding("NVDA")])
        #expect(model.body(1) != nil)
        let reset = model.forgetAlerts()
        #expect(reset.name == "reset")
        #expect(model.shocks.count == 0)
        #expect(model.events.last == 0)
        #expect(!model.isCaughtUp)
        #expect(model.body(1) == nil)
    }

    @Test("documents that came lately are kept up to a number of bytes")
    func bodies() {
        var bodies = RecentBodies()
        for sequence in UInt64(1)...40 { bodies.add(sequence, [UInt8](repeating: 0, count: 1 << 20)) }
        #expect(bodies[1] == nil)
        #expect(bodies[40] != nil)
        #expect((1...40).filter { bodies[$0] != nil }.count <= 16)
        bodies.add(41, [UInt8](repeating: 0, count: 5 << 20))
        #expect(bodies[41] == nil)
    }
}
