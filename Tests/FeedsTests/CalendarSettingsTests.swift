import Calendars
import Feeds
import Schema
import SwiftProtobuf
import Testing

@Suite("Calendars in settings and feeds")
struct CalendarSettingsTests {
    static let text = """
        settings:
          benchmark: SPY
          calendar: XNYS
        calendars:
          - id: XTKS
            zone: Asia/Tokyo
            hours:
              - {days: [mon, tue, wed, thu, fri], open: "09:00", close: "15:30", pre_open: "08:00", post_close: "16:00"}
            holidays: [2025-01-13]
            special_days: [{date: 2025-01-14, open: "09:00", close: "11:30"}]
          - {id: FX, zone: America/New_York, hours: [{days: [mon, tue, wed, thu, fri], open: "17:00", close: "17:00"}]}
          - {id: XNYS, based_on: XNYS, holidays: [2027-01-04]}
        instruments:
          - {symbol: SPY, kind: etf, currency: USD}
          - {symbol: TYO, kind: equity, currency: JPY, calendar: XTKS}
          - {symbol: COIN, kind: crypto, currency: USD}
          - {symbol: LIRA, kind: index, currency: USD, calendar: FX}
          - {symbol: FUND, kind: etf, currency: USD, calendar: 24/7}
        """

    private func parse(_ text: String) throws -> SettingsFile {
        let bytes = Array(text.utf8)
        return try SettingsFile.parse(bytes.span, source: "s.yaml")
    }

    private func day(_ date: String) throws -> Int { try #require(CivilTime.parseDate(date)) }

    @Test("calendars are read, and go into the record as they are")
    func reads() throws {
        let file = try parse(Self.text)
        let tokyo = file.calendars.calendar(of: "TYO", kind: .equity)
        #expect(tokyo.session(day: try day("2025-01-13")) == nil)
        #expect(tokyo.session(day: try day("2025-01-10"))?.open == time("2025-01-10T00:00:00Z"))
        #expect(tokyo.session(day: try day("2025-01-10"))?.preOpen == time("2025-01-09T23:00:00Z"))
        #expect(tokyo.session(day: try day("2025-01-10"))?.postClose == time("2025-01-10T07:00:00Z"))
        #expect(tokyo.isHalfDay(try day("2025-01-14")))
        let currencies = file.calendars.calendar(of: "LIRA", kind: .index)
        #expect(currencies.session(day: try day("2025-01-13"))?.open == time("2025-01-12T22:00:00Z"))
        #expect(file.calendars.calendar(of: "COIN", kind: .crypto) == .always)
        #expect(file.calendars.calendar(of: "FUND", kind: .etf) == .always)
        #expect(!file.calendars.standard.isSession(day: try day("2027-01-04")))
        let model = try ModelSettings(serializedBytes: file.model.serializedBytes() as [UInt8])
        #expect(try MarketCalendars(model) == file.calendars)
    }

    static let wrong: [(from: String, to: String, key: String, line: Int)] = [
        ("calendar: XNYS", "calendar: XMARS", "settings.calendar", 3),
        ("calendar: XNYS", "calendar: [XNYS]", "settings.calendar", 3),
        ("Asia/Tokyo", "Asia/Edo", "calendars[0].zone", 6),
        ("{days: [mon, tue", "{days: [monday, tue", "calendars[0].hours[0].days", 8),
        ("{days: [mon, tue", "{days: [tue, tue", "calendars[0].hours[0].days", 8),
        ("close: \"15:30\"", "close: \"25:30\"", "calendars[0].hours[0].close", 8),
        ("post_close: \"16:00\"", "post_close: \"15:00\"", "calendars[0].hours[0].post_close", 8),
        ("[2025-01-13]", "[2025-13-01]", "calendars[0].holidays[0]", 9),
        ("date: 2025-01-14", "date: soon", "calendars[0].special_days[0].date", 10),
        ("based_on: XNYS", "based_on: XMARS", "calendars[2].based_on", 12),
        ("id: FX,", "id: XTKS,", "calendars[1].id", 11),
        ("id: FX,", "id: settings,", "calendars[1].id", 11),
        ("id: FX, zone: America/New_York", "id: FX", "calendars[1].zone", 11),
        ("calendar: 24/7", "calendar: 24/8", "instruments[4].calendar", 18),
    ]

    @Test("what is wrong is named with its key and line", arguments: wrong.indices)
    func names(index: Int) {
        let (from, to, key, line) = Self.wrong[index]
        #expect(Self.text.contains(from))
        let bytes = Array(Self.text.replacing(from, with: to, maxReplacements: 1).utf8)
        do throws(SettingsError) {
            _ = try SettingsFile.parse(bytes.span, source: "s.yaml")
            Issue.record("\(to) was taken")
        } catch {
            #expect(error.problems.contains { $0.key == key && $0.line == line }, "\(error.problems)")
        }
    }

    @Test("a daily bar has the hours of its instrument's calendar, on half-days too")
    func dailyBars() throws {
        let settings = try parse(Self.text)
        let feed = CSVFeed(source: "x.csv", symbols: settings.symbols, calendars: settings.calendars)
        let outcome = Outcome(
            feed,
            Example.dailyHeader
                + ["2024-11-29,SPY", "2024-11-29,TYO", "2024-11-29,COIN", "2025-01-14,TYO", "2025-01-09,SPY"]
                .map { $0 + ",2,3,1,2,5\n" }.joined())
        #expect(outcome.refusals.isEmpty)
        #expect(
            outcome.bars.map { "\(CivilTime.rfc3339($0.start)) \(CivilTime.rfc3339($0.end))" } == [
                "2024-11-29T14:30:00Z 2024-11-29T18:00:00Z", "2024-11-29T00:00:00Z 2024-11-29T06:30:00Z",
                "2024-11-29T00:00:00Z 2024-11-30T00:00:00Z", "2025-01-14T00:00:00Z 2025-01-14T02:30:00Z",
                // Closed for a day of mourning: a row of that day has the usual hours.
                "2025-01-09T14:30:00Z 2025-01-09T21:00:00Z",
            ])
    }

    @Test("clock ticks stand at the opens and closes of every calendar that has a bar")
    func ticks() throws {
        let settings = try parse(Self.text)
        var builder = RecordingBuilder(settings: settings)
        for (symbol, start, end) in [
            ("SPY", "2024-11-29T14:30:00Z", "2024-11-29T18:00:00Z"),
            ("TYO", "2024-11-29T00:00:00Z", "2024-11-29T06:30:00Z"),
        ] {
            var event = InputEvent()
            event.bar.symbol = symbol
            (event.bar.start, event.bar.end) = (time(start), time(end))
            (event.bar.open, event.bar.high, event.bar.low, event.bar.close) = (1, 1, 1, 1)
            try builder.add(event, source: "test", line: 1)
        }
        let ticks = builder.build().messages.filter { $0.type == .clockTick }.map { $0.recordTime(row: 0) }
        #expect(
            ticks.map { String(CivilTime.rfc3339($0).dropFirst(11)) } == [
                "00:00:00Z", "00:01:00Z", "06:30:00Z", "06:31:00Z", "14:30:00Z", "14:31:00Z", "18:00:00Z", "18:01:00Z",
                "18:02:00Z",
            ])
    }
}
