import Feeds
import Schema
import Testing

@Suite("LabelFeed")
struct LabelFeedTests {
    private func read(_ text: String) -> LabelFeed {
        let bytes = Array(text.utf8)
        return LabelFeed(bytes.span, source: "labels.csv")
    }

    @Test("columns in any order, others passed over, t for symbol, cluster from the date")
    func columns() throws {
        let feed = read("why,t,ret,scope,date\n\"a, \"\"b\"\"\",AAA,-0.1,theme,2021-03-26\n,BBB,,,2021-03-29\n")
        #expect(feed.refusals.isEmpty)
        #expect(feed.labels.map(\.symbol) == ["AAA", "BBB"])
        #expect(feed.labels.map(\.scope) == [.group, .unspecified])
        #expect(feed.labels.first?.note == "a, \"b\"")
        #expect(feed.labels.first?.cluster == "2021-03-26")
        #expect(CivilTime.date(day: try #require(feed.labels.first).day) == "2021-03-26")
    }

    @Test("the class of a cause and its words, in lower case")
    func causes() throws {
        let feed = read("date,symbol,cause_class,cause\n2021-03-26,AAA,peer,Snap  Warning\n2021-03-29,AAA,,\n")
        #expect(feed.refusals.isEmpty)
        #expect(feed.labels.map(\.causeClass) == ["peer", ""])
        #expect(feed.labels.map(\.causeWords) == [["snap", "warning"], []])
    }

    @Test(
        "a row that is wrong is refused with its line, the others stay",
        arguments: [
            ("2021-02-30,AAA,single", RefusalReason.notATime), ("2021-03-26,,single", .missingValue),
            ("2021-03-26,AAA,sector", .notAllowed), ("2021-03-26,AAA", .columnCount),
            ("2021-03-26,OK,single", .conflictingDuplicate), ("2021-03-26,\"AAA,single", .malformedQuoting),
        ])
    func refused(row: String, reason: RefusalReason) {
        let feed = read("date,symbol,scope\n2021-03-26,OK,single\n\(row)\n2021-03-27,LAST,market\n")
        #expect(feed.refusals.map(\.reason) == [reason])
        #expect(feed.refusals.map(\.line) == [3])
        #expect(feed.labels.map(\.symbol) == ["OK", "LAST"])
    }

    @Test("a file without the columns is refused whole, once", arguments: ["", "day,name\n1,2\n3,4\n"])
    func header(text: String) {
        let feed = read(text)
        #expect(feed.labels.isEmpty)
        #expect(feed.refusals.map(\.reason) == [.unknownHeader])
    }
}
