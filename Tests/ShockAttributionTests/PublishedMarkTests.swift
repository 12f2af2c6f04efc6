import Schema
import Testing

@testable import ShockAttribution

@Suite("Published times that are marked")
struct PublishedMarkTests {
    @Test(
        "an item is dated by when it was first seen where its published time is marked, and by the later of both elsewhere",
        arguments: [
            (PublishedMark.none, 1_000, 2_000, 2_000), (.none, 2_000, 1_900, 2_000), (.future, 9_000, 2_000, 2_000),
            (.longPast, 10, 2_000, 2_000), (.unreadable, 0, 2_000, 2_000),
        ] as [(PublishedMark, UInt64, UInt64, UInt64)])
    func dated(_ mark: PublishedMark, _ published: UInt64, _ firstSeen: UInt64, _ expected: UInt64) {
        var news = NewsItem()
        news.sequence = 1
        news.title = "Widget makers agree"
        news.source = "Paper"
        (news.published, news.firstSeen, news.publishedMark) = (published, firstSeen, mark)
        var archive = NewsArchive()
        archive.add(news, instruments: InstrumentTable(), settings: ModelSettings())
        #expect(archive.items.map(\.seen) == [expected])
    }
}
