import Calendars
import Schema
import Testing

@testable import ShockAttribution

@Suite("Closes that attribute keeps")
struct SessionCloseTests {
    private static func settings() -> ModelSettings {
        var settings = ModelSettings()
        settings.calendar = "XNYS"
        return settings
    }

    private static func closes(_ build: (inout MarketFixture) -> Void) -> [PriceTable.Close] {
        var fixture = MarketFixture()
        fixture.configure(settings())
        fixture.define("ABC")
        build(&fixture)
        var stage = AttributeStage()
        _ = stage.findings(fixture.messages)
        return stage.prices.closes(slot: 0)
    }

    private static func at(_ date: String, _ time: String) -> UInt64 { MarketFixture.at(date, time) }

    @Test("the bar of a half-day closes its session")
    func halfDay() {
        // 2024-11-29: New York closed at 13:00, 18:00 UTC.
        let closes = Self.closes {
            $0.bar("ABC", from: Self.at("2024-11-29", "14:30:00"), until: Self.at("2024-11-29", "18:00:00"), close: 10)
        }
        #expect(closes.map(\.day) == [Int64(CivilTime.parseDate("2024-11-29")!)])
        #expect(closes.map(\.isFinal) == [true])
    }

    @Test("of a feed of hours alone the last price in regular hours is the close; what comes after hours is not")
    func hours() {
        let closes = Self.closes { fixture in
            for hour in 14..<22 {
                fixture.bar(
                    "ABC", from: Self.at("2025-01-14", "\(hour):30:00"),
                    until: Self.at("2025-01-14", "\(hour + 1):\(hour == 20 ? "00" : "30"):00"), close: Double(hour))
            }
            fixture.bar(
                "ABC", from: Self.at("2025-01-15", "14:30:00"), until: Self.at("2025-01-15", "15:30:00"), close: 30)
        }
        #expect(closes.map(\.price) == [20, 30].map { Price.units($0)! })
        #expect(closes.map(\.isFinal) == [false, false])
    }

    @Test("a session's bar replaces the last of its hours, and is not replaced by one that comes after it")
    func both() {
        let closes = Self.closes { fixture in
            fixture.bar(
                "ABC", from: Self.at("2025-01-14", "19:30:00"), until: Self.at("2025-01-14", "20:30:00"), close: 9)
            fixture.daily("ABC", "2025-01-14", close: 10)
            fixture.bar(
                "ABC", from: Self.at("2025-01-14", "20:30:00"), until: Self.at("2025-01-14", "21:00:00"), close: 11)
        }
        #expect(closes.map(\.price) == [Price.units(10)!])
        #expect(closes.map(\.isFinal) == [true])
    }
}
