import Feeds
import Testing

@Suite("Record clock")
struct RecordClockTests {
    @Test("record time follows the wall clock, and stands still while that is behind")
    func standsStill() {
        var clock = RecordClock(last: 100)
        #expect([90, 120, 60, 119, 121].map { clock.time(wall: $0) } == [100, 120, 120, 120, 121])
        #expect(clock.last == 121)
    }
}
