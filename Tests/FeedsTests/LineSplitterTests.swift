import Feeds
import Foundation
import Testing

@Suite("Line splitter")
struct LineSplitterTests {
    /// Lines of `bytes` given in blocks of `size`; nil for one that is too long.
    private func lines(_ bytes: [UInt8], blocks size: Int) -> [(UInt64, [UInt8]?)] {
        var splitter = LineSplitter()
        var lines: [(UInt64, [UInt8]?)] = []
        func take(_ bytes: Span<UInt8>, _ line: LineSplitter.Line) {
            let copy = bytes.withUnsafeBufferPointer { Array($0) }
            lines.append((line.number, line.isTooLong ? nil : copy))
        }
        for start in stride(from: 0, to: bytes.count, by: size) {
            splitter.push(bytes.span.extracting(start..<min(bytes.count, start + size)), take)
        }
        splitter.finish(take)
        return lines
    }

    @Test("lines do not depend on where blocks end", arguments: 1...12)
    func blocks(size: Int) {
        let text = "\u{FEFF}a,b\r\n\n\rc\r\nlast \u{1F600}\r"
        let found = lines(Array(text.utf8), blocks: size)
        #expect(found.map(\.0) == [1, 2, 3, 4])
        #expect(found.map { $0.1.map { String(decoding: $0, as: UTF8.self) } } == ["a,b", "", "\rc", "last \u{1F600}"])
    }

    @Test(
        "a line of exactly the limit is given, one byte more is skipped with its number", arguments: [4_096, 1 << 21])
    func limit(block: Int) {
        let limit = LineSplitter.maximumLineBytes
        var bytes = [UInt8](repeating: 0x61, count: limit) + Array("\r\n".utf8)
        bytes += [UInt8](repeating: 0x62, count: limit + 1) + Array("\nc\n".utf8)
        bytes += [UInt8](repeating: 0x64, count: 3 * limit)
        let found = lines(bytes, blocks: block)
        #expect(found.map(\.0) == [1, 2, 3, 4])
        #expect(found.map { $0.1?.count } == [limit, nil, 1, nil])
    }

    @Test("a file is read through its descriptor, long lines refused with their numbers")
    func reader() throws {
        let header = "date,symbol,open,high,low,close,volume\n"
        let long = String(repeating: "x", count: LineSplitter.maximumLineBytes + 1)
        let text = header + long + "\n2025-01-27,NVDA,1,2,1,1,5\n" + String(repeating: "\n", count: 200_000)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("feeds-\(UUID().uuidString).csv")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let handle = try FileHandle(forReadingFrom: file)
        let settings = try Example.settings()
        var feed = CSVFeed(source: "long.csv", symbols: settings.symbols, calendars: settings.calendars)
        var refusals: [Refusal] = []
        var events = 0
        try LineReader(descriptor: handle.fileDescriptor).readAll(into: &feed) { batch in
            refusals += batch.refusals
            events += batch.events.count
        }
        #expect(refusals.map(\.line) == [2])
        #expect(refusals.map(\.reason) == [.lineTooLong])
        #expect(events == 1)
    }

    @Test("a descriptor that cannot be read is an error, not an empty file")
    func unreadable() throws {
        let settings = try Example.settings()
        var feed = CSVFeed(source: "x.csv", symbols: settings.symbols, calendars: settings.calendars)
        let error = #expect(throws: LineReader.ReadError.self) {
            try LineReader(descriptor: -1).readAll(into: &feed) { _ in }
        }
        #expect(error?.errno == 9)
    }
}
