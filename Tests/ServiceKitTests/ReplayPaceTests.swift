import Schema
import ServiceKit
import Testing

/// Record times in seconds since the epoch, the clock in milliseconds: what the pace says of each.
@Suite("Pace of a replay")
struct ReplayPaceTests {
    /// What happens at a moment of the clock.
    enum Event {
        /// The player looks: the next record is at this second; expected is through which second it may play.
        case next(Int, due: Int?)
        /// The same at maximum rate: all there is.
        case nextIsDue(Int)
        case pause, resume, step
        case rate(ReplayRate)
        case played(Int)
    }

    struct Script: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let pace: ReplayPace
        let events: [(ms: Int, event: Event)]

        init(_ name: String, _ pace: ReplayPace, _ events: [(Int, Event)]) {
            testDescription = name
            self.pace = pace
            self.events = events.map { (ms: $0.0, event: $0.1) }
        }
    }

    static func time(_ second: Int) -> UInt64 { UInt64(second) * 1_000_000_000 }

    static let scripts: [Script] = [
        Script(
            "the clock counts from the first record, whenever that is asked about", ReplayPace(rate: .factor(10)),
            [
                (5_000, .next(100, due: 100)), (5_000, .next(110, due: nil)), (5_999, .next(110, due: nil)),
                (6_000, .next(110, due: 110)), (8_000, .next(125, due: 130)),
            ]),
        Script(
            "a pause holds record time, and going on does not make up for it", ReplayPace(rate: .factor(1)),
            [
                (0, .next(100, due: 100)), (2_000, .pause), (2_000, .next(102, due: nil)),
                (60_000, .next(102, due: nil)), (60_000, .resume), (60_000, .next(103, due: nil)),
                (60_000, .next(102, due: 102)), (61_000, .next(103, due: 103)),
            ]),
        Script(
            "what was due when it paused is still played", ReplayPace(rate: .factor(1)),
            [(0, .next(100, due: 100)), (5_000, .next(103, due: 105)), (5_000, .pause), (9_000, .next(105, due: 105))]),
        Script(
            "a step is one instant, however often the player looks", ReplayPace(rate: .factor(1), isPaused: true),
            [
                (0, .next(100, due: nil)), (1, .step), (1, .next(100, due: 100)), (2, .next(100, due: 100)),
                (3, .next(101, due: nil)), (4, .step), (4, .step), (4, .next(500, due: 500)),
                (4, .next(900, due: 900)), (4, .next(901, due: nil)),
            ]),
        Script(
            "a step pauses", ReplayPace(rate: .factor(1)),
            [(0, .next(100, due: 100)), (500, .step), (500, .next(200, due: 200)), (900_000, .next(201, due: nil))]),
        Script(
            "after steps it goes on from where they led", ReplayPace(rate: .factor(1)),
            [
                (0, .next(100, due: 100)), (500, .step), (500, .next(200, due: 200)), (1_000, .resume),
                (1_000, .next(201, due: nil)), (2_000, .next(201, due: 201)),
            ]),
        Script(
            "steps that still wait when it goes on are dropped", ReplayPace(rate: .factor(1), isPaused: true),
            [
                (0, .step), (0, .step), (0, .next(100, due: 100)), (0, .resume), (0, .pause),
                (0, .next(101, due: nil)),
            ]),
        Script(
            "another rate goes on from where record time stands", ReplayPace(rate: .factor(1)),
            [
                (0, .next(100, due: 100)), (10_000, .rate(.factor(100))), (10_000, .next(111, due: nil)),
                (10_100, .next(120, due: 120)), (10_100, .rate(.factor(0.5))), (12_100, .next(121, due: 121)),
                (12_100, .next(122, due: nil)),
            ]),
        Script(
            "at maximum all is due, also where a message begins within an instant", ReplayPace(rate: .maximum),
            [(0, .nextIsDue(100)), (0, .played(110)), (0, .nextIsDue(110)), (0, .played(120)), (0, .nextIsDue(121))]),
        Script(
            "from maximum it goes on from the last record played", ReplayPace(rate: .maximum),
            [
                (0, .nextIsDue(100)), (0, .played(5_000)), (1, .rate(.factor(2))), (1, .next(5_001, due: nil)),
                (501, .next(5_001, due: 5_001)),
            ]),
        Script(
            "to maximum, all is due", ReplayPace(rate: .factor(1)),
            [(0, .next(100, due: 100)), (1, .rate(.maximum)), (1, .nextIsDue(1_000_000))]),
        Script(
            "at maximum a pause stops behind what is played", ReplayPace(rate: .maximum),
            [
                (0, .nextIsDue(100)), (0, .played(300)), (1, .pause), (1, .next(301, due: nil)), (2, .resume),
                (2, .nextIsDue(301)),
            ]),
        Script(
            "a rate changed while paused holds until it goes on", ReplayPace(rate: .factor(1)),
            [
                (0, .next(100, due: 100)), (1_000, .pause), (2_000, .rate(.factor(10))), (9_000, .next(102, due: nil)),
                (10_000, .resume), (10_000, .next(102, due: nil)), (10_100, .next(102, due: 102)),
            ]),
        Script(
            "what is before the beginning is due at once, even paused, and then the clock begins",
            ReplayPace(rate: .factor(1), from: time(1_000), isPaused: true),
            [
                (0, .next(5, due: 999)), (0, .played(999)), (3, .next(999, due: 999)), (3, .next(1_500, due: nil)),
                (70_000, .resume), (70_000, .next(1_500, due: 1_500)), (70_000, .next(1_501, due: nil)),
                (71_000, .next(1_501, due: 1_501)),
            ]),
        Script(
            "pausing twice and going on twice is pausing and going on", ReplayPace(rate: .factor(1)),
            [
                (0, .next(100, due: 100)), (1_000, .pause), (9_000, .pause), (10_000, .resume), (20_000, .resume),
                (20_000, .next(111, due: 111)), (20_000, .next(112, due: nil)),
            ]),
    ]

    @Test("due is what the script says", arguments: scripts)
    func due(script: Script) {
        var pace = script.pace
        for (ms, event) in script.events {
            let now = Duration.milliseconds(ms)
            switch event {
            case .next(let second, let due):
                let found = pace.due(next: Self.time(second), now: now).map { Int($0 / 1_000_000_000) }
                #expect(found == due, "next \(second) at \(ms) ms")
            case .nextIsDue(let second): #expect(pace.due(next: Self.time(second), now: now) == .max)
            case .pause: pace.pause(now: now)
            case .resume: pace.resume(now: now)
            case .step: pace.step(now: now)
            case .rate(let rate): pace.set(rate, now: now)
            case .played(let second): pace.played(through: Self.time(second))
            }
        }
    }

    @Test("how long to wait is the time until due, and none while paused")
    func wait() {
        var pace = ReplayPace(rate: .factor(10))
        #expect(pace.wait(until: Self.time(100), now: .zero) == .zero)
        _ = pace.due(next: Self.time(100), now: .zero)
        #expect(pace.wait(until: Self.time(110), now: .milliseconds(400)) == .milliseconds(600))
        pace.pause(now: .milliseconds(400))
        #expect(pace.wait(until: Self.time(110), now: .milliseconds(500)) == nil)
        pace.step(now: .milliseconds(500))
        #expect(pace.wait(until: Self.time(110), now: .milliseconds(500)) == .zero)
    }

    @Test("no rate and no time makes it overflow", arguments: [1e-300, 1e300, 1])
    func extremes(factor: Double) {
        var pace = ReplayPace(rate: .factor(factor))
        _ = pace.due(next: 1, now: .zero)
        let far = UInt64.max - 1
        _ = pace.wait(until: far, now: .seconds(1))
        #expect(pace.due(next: far, now: .seconds(100_000_000)) == (factor > 1e11 ? .max : nil))
        pace.pause(now: .seconds(100_000_001))
        pace.set(.factor(1 / factor), now: .seconds(100_000_002))
        pace.resume(now: .seconds(100_000_003))
        #expect(!pace.isPaused)
    }

    @Test("a held key does not fill a queue without end")
    func manySteps() {
        var pace = ReplayPace(rate: .factor(1), isPaused: true)
        for _ in 0..<1_000 { pace.step(now: .zero) }
        var played = 0
        while pace.due(next: Self.time(played + 1), now: .zero) != nil { played += 1 }
        #expect(played == ReplayPace.maximumSteps)
    }

    @Test("a rate that travels is a rate, or refused")
    func rates() {
        for rate in [ReplayRate.maximum, .factor(1), .factor(0.25)] {
            #expect(ReplayRate(PlayerRate(rate)) == rate)
            #expect(ReplayRate("\(rate)") == rate)
        }
        for (factor, maximum) in [(0, false), (-1, false), (.infinity, false), (.nan, false), (1, true), (.nan, true)]
            as [(Double, Bool)]
        {
            var message = PlayerRate()
            message.factor = factor
            message.maximum = maximum
            #expect(ReplayRate(message) == nil)
        }
    }
}
