import Foundation
import Notifying
import Testing

@Suite("What waits for a sink")
struct SinkQueueTests {
    private func deliveries(_ count: Int) -> [Delivery] {
        var desk = Desk(settings(wait: 0, interval: 0))
        return (0..<count).flatMap { number in
            desk.say("\(number)", .firing)
            desk.now += second
            return desk.router.tick(now: desk.now)
        }
    }

    @Test("in order, one at a time; what fails is tried again after one, two, four seconds less up to a half")
    func order() {
        let made = deliveries(2)
        var queue = SinkQueue()
        var now = noon
        for delivery in made { #expect(queue.add(delivery, capacity: 10, now: now) == nil) }
        for attempt in 0..<12 {
            #expect(queue.start(now: now) == made[0])
            #expect(queue.start(now: now) == nil)
            #expect(queue.finish(.failed("500"), attempts: 20, now: now) == nil)
            let whole = min(300 * second, second << UInt64(attempt))
            #expect(queue.start(now: now + whole / 2 - 1) == nil)
            now += whole
        }
        #expect(queue.start(now: now) == made[0])
        #expect(queue.finish(.delivered, attempts: 20, now: now) == nil)
        #expect(queue.start(now: now) == made[1])
        #expect(queue.delivered == 1)
        #expect(queue.failures == 12)
    }

    @Test("dead letters: after the last attempt, at once where trying again cannot help, and where the queue is full")
    func deadLetters() {
        let made = deliveries(4)
        var queue = SinkQueue()
        _ = queue.add(made[0], capacity: 2, now: noon)
        _ = queue.add(made[1], capacity: 2, now: noon)
        #expect(queue.start(now: noon) == made[0])
        // What is under way is not given up.
        #expect(queue.add(made[2], capacity: 2, now: noon)?.delivery == made[1])
        #expect(queue.finish(.failed("no"), attempts: 1, now: noon)?.delivery == made[0])
        #expect(queue.start(now: noon + 10 * second) == made[2])
        #expect(queue.finish(.refused("404"), attempts: 9, now: noon)?.reason == "404")
        #expect(queue.count == 0)
        #expect(queue.deadLetters == 3)
    }

    @Test("a sink that is gone gives up all that waits, also what is to be tried later")
    func abandoned() {
        var queue = SinkQueue()
        let made = deliveries(3)
        for delivery in made { _ = queue.add(delivery, capacity: 9, now: noon) }
        _ = queue.start(now: noon)
        _ = queue.finish(.failed("500"), attempts: 9, now: noon)
        #expect(queue.abandon("gone", now: noon).map(\.delivery) == made)
        #expect(queue.count == 0)
    }

    @Test("what a server asks for is waited for, up to five minutes; a clock set back does not stop it for longer")
    func patience() {
        var queue = SinkQueue()
        _ = queue.add(deliveries(1)[0], capacity: 2, now: noon)
        _ = queue.start(now: noon)
        _ = queue.finish(.failed("503", after: hour), attempts: 9, now: noon)
        #expect(queue.start(now: noon + 299 * second) == nil)
        var set = queue
        #expect(queue.start(now: noon + 300 * second) != nil)
        #expect(set.start(now: noon - 1_000 * hour) == nil)
        #expect(set.start(now: noon - 1_000 * hour + 300 * second) != nil)
    }

    @Test("what was under way when the process died is sent again, under the same key")
    func restart() throws {
        let made = deliveries(1)
        var queue = SinkQueue()
        _ = queue.add(made[0], capacity: 2, now: noon)
        _ = queue.start(now: noon)
        var kept = try JSONDecoder().decode(SinkQueue.self, from: JSONEncoder().encode(queue))
        #expect(kept.start(now: noon)?.key == made[0].key)
    }
}
