import CCompression
import Foundation
import TestKit
import Testing

@testable import DBN

/// What a decoder found: words for each item, and the error it ended with.
private struct Found: Equatable {
    var items: [String] = []
    var error: DBNError?

    init(_ bytes: [UInt8], pieces: Int = .max, fragment: UInt8? = nil) {
        var decoder = fragment.map { DBNDecoder(fragmentOfVersion: $0) } ?? DBNDecoder()
        do {
            try bytes.withUnsafeBytes { all in
                var start = 0
                while start < all.count {
                    let end = pieces < all.count - start ? start + pieces : all.count
                    try decoder.push(UnsafeRawBufferPointer(rebasing: all[start..<end])) {
                        items.append(Self.words($0))
                    }
                    start = end
                }
            }
            try decoder.finish { items.append(Self.words($0)) }
        } catch let error as DBNError {
            self.error = error
        } catch {
            Issue.record("\(error)")
        }
    }

    static func words(_ item: DBNDecoder.Item) -> String {
        switch item {
        case .metadata(let metadata): "\(metadata)"
        case .record(let record):
            "\(record.number) \(record.rtype) \(record.instrumentID) \(record.eventTime) \(record.bytes.count) "
                + "\(record.trade.map { "\($0)" } ?? "") \(record.bar.map { "\($0)" } ?? "") \(record.message ?? "")"
                + "\(record.quote.map { "\($0)" } ?? "") \(record.mapping.map { "\($0)" } ?? "")"
                + "\(record.definition.map { "\($0)" } ?? "")"
        }
    }
}

private func compressed(_ bytes: [UInt8]) -> [UInt8] {
    var target = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
    let count = target.withUnsafeMutableBytes { target in
        bytes.withUnsafeBytes { ZSTD_compress(target.baseAddress, target.count, $0.baseAddress, $0.count, 3) }
    }
    return Array(target.prefix(count))
}

/// Files by Databento's own tools.
private enum Shared {
    static let folder =
        (ProcessInfo.processInfo.environment["EPICENTER_SHARED_DATA"] ?? "../shared/data") + "/conformance/dbn"

    static let files: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        .filter { $0 != "LICENSE" }.sorted()

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try #require(FileManager.default.contents(atPath: folder + "/" + name)))
    }

    static func fragment(_ name: String) -> UInt8? {
        guard name.contains(".frag") else { return nil }
        return name.contains(".v1.") ? 1 : name.contains(".v3.") ? 3 : 2
    }
}

@Suite("Databento Binary Encoding")
struct DBNDecoderTests {
    /// Sizes of the records' documentation, words of 4 bytes in each header.
    @Test(
        "layouts have the sizes of the documentation",
        arguments: [
            (0x00, 3, 48), (0x01, 3, 80), (0x0A, 3, 368), (0x12, 3, 40), (0x13, 1, 360), (0x13, 2, 400), (0x13, 3, 520),
            (0x14, 3, 112), (0x15, 1, 80), (0x15, 2, 320), (0x16, 1, 80), (0x16, 2, 176), (0x17, 1, 80), (0x17, 3, 320),
            (0x18, 2, 64), (0x18, 3, 80), (0x21, 3, 56), (0xA0, 3, 56), (0xB1, 3, 80), (0xC0, 3, 80), (0xC4, 3, 80),
        ])
    func sizes(rtype: UInt8, version: UInt8, size: Int) {
        #expect(RecordLayout.layout(rtype: rtype, version: version)?.size == size)
    }

    @Test("what is written by hand is read, in each version", arguments: [1, 2, 3] as [UInt8])
    func reads(version: UInt8) throws {
        var decoder = DBNDecoder()
        var metadata: DBNMetadata?
        var trades: [DBNTrade] = []
        var bars: [DBNBar] = []
        var types: [RecordType?] = []
        var quotes = 0
        let bytes = DBNBytes.file(version: version)
        try bytes.withUnsafeBytes { bytes in
            try decoder.push(bytes) { item in
                switch item {
                case .metadata(let found): metadata = found
                case .record(let record):
                    types.append(record.type)
                    if let trade = record.trade { trades.append(trade) }
                    if let bar = record.bar { bars.append(bar) }
                    if record.quote == DBNQuote(bid: 76, ask: 78, bidSize: 1, askSize: 2) { quotes += 1 }
                    if let message = record.message { #expect(message == "no such symbol") }
                    if let mapping = record.mapping {
                        #expect(mapping.input == "CRUX" && mapping.output == "CRUX" && mapping.inputSymbology == 1)
                    }
                }
            }
        }
        try decoder.finish { _ in }
        #expect(metadata?.version == version && metadata?.dataset == "XNAS.ITCH")
        #expect(metadata?.schema == nil && metadata?.end == nil && metadata?.limit == nil)
        #expect(metadata?.symbols == ["ACME", "BOLT"] && metadata?.mappings.map(\.symbol) == ["ACME", "BOLT"])
        #expect(
            metadata?.mappings[1].intervals == [.init(start: 2025_01_27, end: 2025_01_28, symbol: "12")])
        #expect(trades.map(\.price) == [12_340_000_000, 5_000_000_001, 77])
        #expect(trades.map(\.size) == [100, .max, 10])
        #expect(bars.map(\.close) == [11, 11] && bars.map(\.volume) == [7, .max])
        #expect(quotes == 1 && types.count == (version == 1 ? 6 : 8) && types.last == .some(nil))
        #expect(decoder.records == UInt64(types.count))
    }

    @Test("pieces of any size and compression give the same", arguments: [1, 2, 3] as [UInt8])
    func pieces(version: UInt8) {
        let bytes = DBNBytes.file(version: version)
        let whole = Found(bytes)
        #expect(whole.error == nil && whole.items.count > 6)
        for size in [1, 2, 3, 5, 7, 16, 100, 1_000] { #expect(Found(bytes, pieces: size) == whole) }
        let packed = compressed(bytes)
        for size in [1, 3, 50, .max] { #expect(Found(packed, pieces: size) == whole) }
        // Several frames one after the other are one file, and empty or skippable ones between them say nothing.
        let frames =
            compressed(Array(bytes[..<200])) + compressed([]) + [0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 9]
            + compressed(Array(bytes[200...]))
        for size in [1, 64, .max] { #expect(Found(frames, pieces: size) == whole) }
    }

    @Test("a file cut anywhere gives what is whole, and says that it is torn", arguments: [false, true])
    func truncations(isCompressed: Bool) {
        let plain = DBNBytes.file(version: 2)
        let bytes = isCompressed ? compressed(plain) : plain
        let whole = Found(bytes)
        var boundaries = 0
        for length in 0..<bytes.count {
            let found = Found(Array(bytes[..<length]))
            #expect(whole.items.starts(with: found.items))
            if found.error == nil { boundaries += 1 }
        }
        // Between two records nothing tells that more should follow; after the metadata, too.
        #expect(boundaries == (isCompressed ? 0 : whole.items.count - 1))
    }

    @Test("what is no DBN is refused with its place")
    func refuses() {
        func fault(_ bytes: [UInt8]) -> DBNError.Fault? { Found(bytes).error?.fault }
        #expect(fault([]) == .notDBN(found: []))
        #expect(fault(Array("DB".utf8)) == .notDBN(found: Array("DB".utf8)))
        #expect(fault(Array("GIF89a..".utf8)) == .notDBN(found: Array("GIF8".utf8)))
        #expect(fault(Array("DBZ\u{1}....".utf8)) == .dbz)
        #expect(fault(Array("DBN".utf8) + [4, 0, 0, 0, 0]) == .unsupportedVersion(4))
        #expect(fault(Array("DBN".utf8) + [0, 0, 0, 0, 0]) == .unsupportedVersion(0))
        #expect(fault(Array("DBN".utf8) + [1, 0, 0, 0, 0]) == .metadata("a length of 0 bytes"))
        #expect(fault(Array("DBN".utf8) + [1, 255, 255, 255, 255]) == .metadata("a length of 4294967295 bytes"))
        #expect(fault(Array("DBN".utf8) + [1, 4, 0, 0, 0, 0, 0, 0, 0]) == .metadata("4 bytes, needed are 100"))
        #expect(fault([0x28, 0xB5, 0x2F, 0xFD]) == .tornFrame)
        #expect(fault(compressed(Array("GIF89a..".utf8))) == .notDBN(found: Array("GIF8".utf8)))
        for words in [0, 1, 3] as [UInt8] {
            var bytes = DBNBytes()
            bytes.metadata(version: 3)
            let offset = UInt64(bytes.bytes.count)
            bytes.bytes += [words, 0, 0, 0]
            #expect(Found(bytes.bytes).error == DBNError(fault: .recordLength(words), offset: offset))
        }
        var torn = DBNBytes()
        torn.metadata(version: 2)
        let offset = UInt64(torn.bytes.count)
        torn.trade(1, time: 1, price: 1)
        torn.bytes.removeLast(8)
        let error = Found(torn.bytes).error
        #expect(error == DBNError(fault: .truncated(found: 40, needed: 48), offset: offset))
        #expect(
            error?.description
                == "byte \(offset): the file ends with 40 of 48 bytes, allowed is whole metadata and whole records")
    }

    @Test("counts that no bytes are there for allocate nothing")
    func counts() {
        var bytes = DBNBytes.file(version: 2)
        // The count of symbols stands behind the fixed part and the length of a schema definition.
        for index in 112..<116 { bytes[index] = 0xFF }
        guard case .metadata(let text) = Found(bytes).error?.fault else {
            Issue.record("taken")
            return
        }
        #expect(text.hasPrefix("4294967295 entries"))
    }

    @Test("a record shorter than its kind is given, without values; a longer one with a send time too")
    func lengths() {
        var bytes = DBNBytes()
        bytes.metadata(version: 2, sendTimes: true)
        bytes.header(words: 5, rtype: 0, instrument: 3, time: 4)
        bytes.put(0 as UInt32)
        var trade = DBNBytes()
        trade.trade(3, time: 4, price: 5)
        trade.bytes[0] = 14
        bytes.bytes += trade.bytes
        bytes.put(99 as UInt64)
        let found = Found(bytes.bytes)
        #expect(found.error == nil && found.items.count == 3)
        #expect(!found.items[1].contains("DBNTrade") && found.items[2].contains("DBNTrade"))
    }

    @Test("damage never does more than end the file", arguments: [1, 2, 3] as [UInt8])
    func damage(version: UInt8) {
        var random = SeededGenerator(for: "DBN damage \(version)", default: 20_250_127)
        let plain = DBNBytes.file(version: version)
        for good in [plain, compressed(plain)] {
            for _ in 0..<2_000 {
                var bytes = good
                for _ in 0...Int.random(in: 0..<4, using: &random) {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
                let (whole, pieces) = (Found(bytes), Found(bytes, pieces: 13))
                if good == plain {
                    #expect(whole == pieces)
                } else {
                    // How much of a damaged frame zstd gives depends on the pieces.
                    #expect(whole.items.starts(with: pieces.items) || pieces.items.starts(with: whole.items))
                    #expect((whole.error == nil) == (pieces.error == nil))
                }
                if let error = whole.error { #expect(!error.description.isEmpty) }
            }
        }
    }

    @Test("every file of Databento's is read to its end, and DBZ refused", .enabled(if: !Shared.files.isEmpty))
    func conformance() throws {
        #expect(Shared.files.count == 81)
        for name in Shared.files {
            let found = Found(try Shared.bytes(name), fragment: Shared.fragment(name))
            if name.hasSuffix(".dbz") {
                #expect(found.error?.fault == .dbz && found.items.isEmpty, "\(name)")
            } else {
                #expect(found.error == nil && !found.items.isEmpty, "\(name): \(found.error?.description ?? "")")
                #expect(Found(try Shared.bytes(name), pieces: 1, fragment: Shared.fragment(name)) == found, "\(name)")
            }
        }
    }

    @Test(
        "each of Databento's files cut anywhere gives what is whole", .enabled(if: !Shared.files.isEmpty),
        arguments: [
            "test_data.trades.dbn", "test_data.statistics.v3.dbn.zst", "test_data.ohlcv-1d.v1.dbn.zst",
            "test_data.definition.v3.dbn.frag", "test_data.status.v2.dbn.zst",
        ])
    func sharedTruncations(name: String) throws {
        let bytes = try Shared.bytes(name)
        let fragment = Shared.fragment(name)
        let whole = Found(bytes, fragment: fragment)
        for length in 0..<bytes.count {
            let found = Found(Array(bytes[..<length]), fragment: fragment)
            #expect(whole.items.starts(with: found.items))
            #expect(found.error != nil || found.items.count < whole.items.count)
        }
    }
}
