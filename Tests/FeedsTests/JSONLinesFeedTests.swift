import Feeds
import Schema
import Testing

@Suite("JSON lines feed")
struct JSONLinesFeedTests {
    @Test("a bar's prices are exact, as numbers and as strings")
    func bar() throws {
        let line =
            #"{"type":"bar","symbol":"NVDA","start":"2025-01-27T14:30:00Z","end":"2025-01-27T15:30:00Z","#
            + #""open":124.8,"high":"128.40","low":116.700000001,"close":95000000.123456789,"volume":5}"#
        let outcome = try Example.json(line.replacing("128.40", with: "95000001"))
        let bar = try #require(outcome.bars.first)
        #expect(bar.open == 124_800_000_000)
        #expect(bar.low == 116_700_000_001)
        #expect(bar.close == 95_000_000_123_456_789)
        #expect(bar.end == time("2025-01-27T15:30:00Z"))
    }

    @Test("a trade has a condition and may lack a size")
    func trade() throws {
        let line =
            #"{"type":"trade","symbol":"NVDA","time":"2025-01-27T09:30:00-05:00","price":124.8,"condition":"opening"}"#
        let trade = try #require(try Example.json(line).events.first).trade
        #expect(trade.price == 124_800_000_000)
        #expect(trade.size == 0)
        #expect(trade.condition == .openingAuction)
    }

    @Test("news need no type; camel case keys are the same keys; unknown ones are counted")
    func news() throws {
        let first =
            #"{"published":"2025-01-27T10:00:00Z","firstSeen":"2025-01-27T10:01:00Z","source":"Reuters","#
            + #""tier":"T5","language":"en","title":"A\u0000 title\nof two\tlines","body":"one\ntwo\u0007","url":"https://x","origin":"y"}"#
        let second =
            #"{"published":"2025-01-27T10:00:00Z","source":"R","title":"t","origin":1,"time_kind":"published"}"#
        let outcome = try Example.json(first + "\n\n" + second)
        let news = try #require(outcome.events.first).news
        #expect(news.title == "A title of two lines")
        #expect(news.body == "one\ntwo")
        #expect(news.tier == .t5)
        #expect(news.eventTime == time("2025-01-27T10:00:00Z"))
        #expect(news.firstSeen == time("2025-01-27T10:01:00Z"))
        #expect(outcome.counts.ignoredKeys == ["origin": 2])
        #expect(outcome.counts.warnings == [#"key "origin" is not known and was ignored in 2 objects"#])
    }

    @Test("news of which only the time they were seen is known have no published time")
    func seen() throws {
        let line = #"{"published":"2025-01-27T10:00:00Z","source":"R","title":"t","time_kind":"seen"}"#
        let news = try #require(try Example.json(line).events.first).news
        #expect(news.published == 0)
        #expect(news.firstSeen == time("2025-01-27T10:00:00Z"))
        #expect(news.eventTime == news.firstSeen)
    }

    @Test("a published time well after the item was seen is not believed")
    func publishedLater() throws {
        let line = #"{"published":"2025-01-27T10:05:01Z","first_seen":"2025-01-27T10:00:00Z","source":"R","title":"t"}"#
        let outcome = try Example.json(line + "\n" + line.replacing("10:05:01", with: "10:05:00"))
        #expect(outcome.events.map(\.news.publishedMark) == [.future, .none])
        #expect(outcome.events.map(\.news.eventTime) == [time("2025-01-27T10:00:00Z"), time("2025-01-27T10:05:00Z")])
        #expect(outcome.counts.publishedMarked == 1)
    }

    @Test("a published time more than a week before the item was seen is marked, and does not date it")
    func publishedLongBefore() throws {
        let line = #"{"published":"2025-01-20T09:59:59Z","first_seen":"2025-01-27T10:00:00Z","source":"R","title":"t"}"#
        let outcome = try Example.json(line + "\n" + line.replacing("09:59:59", with: "10:00:00"))
        #expect(outcome.events.map(\.news.publishedMark) == [.longPast, .none])
        #expect(outcome.events.map(\.news.eventTime) == [time("2025-01-27T10:00:00Z"), time("2025-01-20T10:00:00Z")])
    }

    @Test(
        "a fact dated by day is known from the end of that day in its zone",
        arguments: [
            (#""known":"2025-01-27","zone":"America/New_York""#, "2025-01-28T05:00:00Z"),
            (#""known":"2024-07-01","zone":"America/New_York""#, "2024-07-02T04:00:00Z"),
            (#""known":"2025-01-27","zone":"Asia/Shanghai""#, "2025-01-27T16:00:00Z"),
            (#""known":"2025-01-27""#, "2025-01-28T00:00:00Z"),
            (#""known":"2025-02-05T15:27:00+08:00","zone":"Asia/Shanghai""#, "2025-02-05T07:27:00Z"),
        ])
    func known(keys: String, expected: String) throws {
        let line = #"{"kind":"split","subject":"NVDA","source":"s","ratio":10,"applied":true,\#(keys)}"#
        let fact = try #require(try Example.json(line).events.first).fact
        #expect(fact.eventTime == time(expected))
        #expect(fact.split.ratio == 10 && fact.split.applied)
        #expect(keys.contains(fact.asOf))
    }

    /// One of each kind, and what is made of it.
    static let facts: [(String, Fact.OneOf_Value)] = [
        (#""kind":"shares_outstanding","value":24490000000"#, .sharesOutstanding(make { $0.value = 24_490_000_000 })),
        (
            #""kind":"record_loss","value_usd":-119000000000,"date":"2018-07-26""#,
            .recordLoss(
                make {
                    $0.valueUsd = -119e9; $0.date = "2018-07-26"
                })
        ),
        (
            #""kind":"capex_commitment","value_usd":8e10,"period":"FY2025","status":"announced""#,
            .capexCommitment(
                make {
                    $0.valueUsd = 80e9; $0.period = "FY2025"; $0.status = .announced
                })
        ),
        (
            #""kind":"etf_leverage","leverage":2,"aum_usd":5e9,"underlying":"NVDA","underlying_weight":0.5"#,
            .etfLeverage(
                make {
                    $0.leverage = 2; $0.aumUsd = 5e9; $0.underlying = "NVDA"; $0.weight = 0.5
                })
        ),
        (
            #""kind":"ownership","classes":[{"name":"institutions","share":0.75}]"#,
            .ownership(
                make {
                    $0.classes = [
                        make {
                            $0.name = "institutions"; $0.share = 0.75
                        }
                    ]
                })
        ),
        (
            #""kind":"statement","speaker":"X","thesis":"fewer-gpus","stance":"opposes","horizon":"years""#,
            .statement(
                make {
                    $0.speaker = "X"; $0.thesis = "fewer-gpus"; $0.stance = .opposes; $0.horizon = "years"
                })
        ),
        (
            #""kind":"earnings_result","period":"Q4","eps_actual":0.88,"eps_consensus":0.81"#,
            .earningsResult(
                make {
                    $0.period = "Q4"; $0.epsActual = 0.88; $0.epsConsensus = 0.81; $0.reported = "2025-01-27"
                })
        ),
        (
            #""kind":"scheduled_release","name":"CPI, October","actual":7.7,"consensus":7.9,"more_is":"bad""#,
            .scheduledRelease(
                make {
                    $0.name = "CPI, October"; $0.actual = 7.7; $0.consensus = 7.9; $0.sign = -1
                })
        ),
        (
            #""kind":"scheduled_release","name":"FOMC decision","translations":{"zh":"利率决定"}"#,
            .scheduledRelease(
                make {
                    $0.name = "FOMC decision"
                    $0.translations = [make { ($0.language, $0.text) = ("zh", "利率决定") }]
                })
        ),
        (
            #""kind":"signed_flow","class":"private","value_usd":562000000,"period":"day""#,
            .signedFlow(
                make {
                    $0.ownerClass = "private"; $0.valueUsd = 562e6; $0.period = "day"
                })
        ),
        (
            #""kind":"rental_price","value_usd_per_hour":2.1"#,
            .rentalPrice(
                make {
                    $0.item = "NVDA"; $0.valueUsdPerHour = 2.1
                })
        ),
        (#""kind":"short_interest","shares":286533000"#, .shortInterest(make { $0.shares = 286_533_000 })),
    ]

    @Test("each kind of fact is read", arguments: facts.indices)
    func fact(index: Int) throws {
        let (keys, value) = Self.facts[index]
        let line =
            #"{"subject":"NVDA","known":"2025-01-27","source":"s","title":"t","tier":"T1","verified":true,"note":"n",\#(keys)}"#
        let outcome = try Example.json(line)
        #expect(outcome.refusals == [])
        let fact = try #require(outcome.events.first).fact
        #expect(fact.value == value)
        #expect(fact.tier == .t1 && fact.verified && fact.note == "n" && fact.title == "t")
    }

    @Test("a fact may say that its value is an assumption, and a likeness when the other's window ended")
    func assumed() throws {
        func line(_ more: String) -> String {
            #"{"kind":"likeness","subject":"NVDA","known":"2025-01-27","source":"s","other":"CSCO","correlation":0.9\#(more)}"#
        }
        let fact = try #require(Example.json(line(#","assumed":true,"window_end":"1996-06""#)).events.first).fact
        #expect(fact.assumed && !fact.verified && fact.likeness.windowEnd == "1996-06")
        #expect(try Example.json(line("")).events.first?.fact.assumed == false)
        #expect(try Example.json(line(#","window_end":"2024-02-29""#)).refusals == [])
        #expect(try Example.json(line(#","window_end":"June 96""#)).refusals.count == 1)
        #expect(try Example.json(line(#","assumed":"yes""#)).refusals.count == 1)
    }

    static let bar =
        #"{"type":"bar","symbol":"NVDA","start":"2025-01-27T14:30:00Z","end":"2025-01-27T15:30:00Z","open":1,"high":2,"low":1,"close":1}"#
    static let news = #"{"published":"2025-01-27T10:00:00Z","source":"R","title":"t"}"#
    static let split = #"{"kind":"split","subject":"NVDA","known":"2025-01-27","source":"s","ratio":10}"#

    static let malformed: [(line: String, reason: RefusalReason)] = [
        ("[]", .wrongType), ("7", .wrongType), ("{", .malformedJSON), ("{}", .unknownType), ("nul", .malformedJSON),
        (news + " x", .malformedJSON), (news.replacing("\"t\"", with: "\"\\ud800\""), .malformedJSON),
        (news.replacing("\"t\"", with: "\"a\u{1}b\""), .malformedJSON),
        (news.replacing("\"R\"", with: "'R'"), .malformedJSON),
        (#"{"a":1,"a":2}"#, .malformedJSON), (#"{"firstSeen":1,"first_seen":2}"#, .malformedJSON),
        (String(repeating: "[", count: 1_000_000), .nestingTooDeep),
        (String(repeating: #"{"a":"#, count: 100_000), .nestingTooDeep),
        (#"{"type":"quote"}"#, .unknownType), (#"{"type":7}"#, .wrongType),
        (bar.replacing("\"NVDA\"", with: "\"XYZ\""), .unknownSymbol),
        (bar.replacing("\"NVDA\"", with: "7"), .wrongType),
        (bar.replacing("\"open\":1", with: "\"open\":NaN"), .notANumber),
        (bar.replacing("\"open\":1", with: "\"open\":-Infinity"), .notANumber),
        (bar.replacing("\"open\":1", with: "\"open\":1e0"), .notANumber),
        (bar.replacing("\"open\":1", with: "\"open\":01"), .malformedJSON),
        (bar.replacing("\"open\":1", with: "\"open\":true"), .wrongType),
        (bar.replacing("\"open\":1", with: "\"open\":null"), .missingValue),
        (bar.replacing("\"open\":1", with: "\"open\":-1"), .priceNotPositive),
        (bar.replacing("\"open\":1", with: "\"open\":" + String(repeating: "9", count: 65)), .numberTooLarge),
        (bar.replacing("\"high\":2", with: "\"high\":0.5"), .highBelowLow),
        (bar.replacing("\"close\":1", with: "\"close\":3"), .outsideRange),
        (bar.replacing("T15:30", with: "T14:30"), .endNotAfterStart),
        (bar.replacing("2025-01-27T14:30:00Z", with: "2025-01-27"), .notATime),
        (bar.replacing("2025", with: "9999"), .timeOutOfRange),
        (news.replacing("\"t\"", with: "\" \\n\""), .missingValue), (news.replacing("\"t\"", with: "{}"), .wrongType),
        (news.replacing("\"published\"", with: "\"p\""), .missingValue),
        (news.replacing("\"t\"", with: "\"" + String(repeating: "x", count: 4_097) + "\""), .textTooLong),
        (news.replacing("}", with: #","body":""# + String(repeating: "x", count: 65_537) + "\"}"), .textTooLong),
        (news.replacing("}", with: #","tier":"T7"}"#), .notAllowed),
        (news.replacing("}", with: #","time_kind":"guessed"}"#), .notAllowed),
        (split.replacing("split", with: "merger"), .notAllowed), (split.replacing(":10", with: ":0"), .notAllowed),
        (split.replacing(":10", with: ":1e999"), .numberTooLarge),
        (split.replacing(":10", with: ":1e19"), .numberTooLarge),
        (split.replacing(":10", with: ":\"10\""), .wrongType),
        (split.replacing(",\"ratio\":10", with: ""), .missingValue),
        (split.replacing("2025-01-27", with: "27 January"), .notATime),
        (split.replacing("}", with: #","zone":"Mars/Olympus"}"#), .unknownZone),
        (split.replacing("}", with: #","as_of":"2025"}"#), .notATime),
    ]

    @Test("a malformed line is refused with file, line and reason, and the next is read", arguments: malformed.indices)
    func refuses(index: Int) throws {
        let (line, reason) = Self.malformed[index]
        let outcome = try Example.json(Self.news + "\n" + line + "\n" + Self.split)
        #expect(outcome.reasons == [reason])
        #expect(outcome.refusals.map(\.line) == [2])
        #expect(outcome.refusals.map(\.source) == ["x.jsonl"])
        #expect(outcome.refusals.allSatisfy { $0.text.contains("allowed") && $0.text.utf8.count < 600 })
        #expect(outcome.events.count == 2)
    }

    @Test("bytes that are not UTF-8 are refused")
    func invalidUTF8() throws {
        var bytes = Array(Self.news.utf8)
        bytes[bytes.count - 3] = 0xFF
        let outcome = Outcome(JSONLinesFeed(source: "x", symbols: try Example.settings().symbols), bytes)
        #expect(outcome.reasons == [.invalidUTF8])
    }

    @Test("20,000 mutated lines are read without a crash")
    func mutations() throws {
        var generator = SeededGenerator.fromEnvironment("JSON mutations")
        let symbols = try Example.settings().symbols
        let samples = [Self.bar, Self.news, Self.split].map { Array($0.utf8) }
        for round in 0..<20_000 {
            let outcome = Outcome(JSONLinesFeed(source: "x", symbols: symbols), generator.mutate(samples[round % 3]))
            #expect(outcome.counts.accepted == outcome.events.count)
        }
    }
}

protocol Empty { init() }
extension SharesOutstanding: Empty {}
extension RecordLoss: Empty {}
extension CapexCommitment: Empty {}
extension ETFLeverage: Empty {}
extension Ownership: Empty {}
extension OwnerClass: Empty {}
extension Statement: Empty {}
extension EarningsResult: Empty {}
extension SignedFlow: Empty {}
extension RentalPrice: Empty {}
extension ShortInterest: Empty {}
extension ScheduledRelease: Empty {}
extension Translation: Empty {}

func make<Value: Empty>(_ fill: (inout Value) -> Void) -> Value {
    var value = Value()
    fill(&value)
    return value
}
