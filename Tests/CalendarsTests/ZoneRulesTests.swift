import Calendars
import Foundation
import Schema
import Testing

@Suite("Time zones")
struct ZoneRulesTests {
    /// Python's zoneinfo on PyPI tzdata; `scripts/generate-zones` makes the file again.
    @Test("every zone agrees with another implementation, until 2100")
    func agree() throws {
        var zone = try #require(ZoneRules("UTC"))
        var names: Set<String> = []
        for row in try golden("zones.csv") {
            if row[0] != zone.name { zone = try #require(ZoneRules(row[0]), "\(row[0])") }
            names.insert(row[0])
            let (time, offset) = try (#require(Int(row[1])), #require(Int(row[2])))
            #expect(zone.offset(at: time) == offset, "\(row[0]) at \(time)")
        }
        #expect(names.count > 590)
    }

    @Test("a midnight that is skipped is the beginning of the day, and days join without gap or overlap")
    func midnights() throws {
        // Santiago went from 23:59:59 on 7 September 2024 to 01:00 on the 8th, at 04:00Z.
        let santiago = try #require(ZoneRules("America/Santiago"))
        let day = try #require(CivilTime.parseDate("2024-09-08"))
        #expect(santiago.instant(day: day, minute: 0) == CivilTime.parseRFC3339("2024-09-08T04:00:00Z"))
        for name in [
            "UTC", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Cairo", "America/New_York",
        ] {
            let zone = try #require(ZoneRules(name))
            for day in 19_000..<19_800 {
                let midnight = zone.instant(day: day, minute: 0)
                #expect(zone.day(at: midnight) == day && zone.day(at: midnight - 1) == day - 1, "\(name) \(day)")
            }
        }
    }

    @Test("the days of a change have 23 and 25 hours")
    func changes() throws {
        let zone = try #require(ZoneRules("America/New_York"))
        for (date, hours) in [("2024-03-10", 23), ("2024-11-03", 25), ("2024-11-04", 24), ("2006-04-02", 23)] {
            let day = try #require(CivilTime.parseDate(date))
            let length = zone.instant(day: day + 1, minute: 0) - zone.instant(day: day, minute: 0)
            #expect(length == UInt64(hours) * 3_600 * CivilTime.second)
        }
    }

    @Test(
        "what is no zone is refused",
        arguments: ["Mars/Olympus", "../etc/passwd", "", "=America/Detroit", "America/New", "UTC ", "utc", "\n"])
    func refuses(name: String) { #expect(ZoneRules(name) == nil) }
}
