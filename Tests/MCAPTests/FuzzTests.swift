import Foundation
import MCAP
import Testing

/// Whatever the bytes are, readers answer with records or a typed error.
@Suite("Mutated files")
struct FuzzTests {
    @Test("twenty thousand mutated files neither crash nor hang a reader")
    func mutations() throws {
        var generator = SeededGenerator.announced("MCAP fuzz")
        let seeds = try [Compression.none, .zstd(level: 1), .lz4].flatMap { compression in
            try [true, false].map { try Sample.file(chunks: 3, compression: compression, closed: $0).bytes }
        }
        let file = ScratchFile()
        let limits = ReadLimits(chunkSize: 1 << 20, recordLength: 1 << 20)
        for _ in 0..<20_000 {
            var bytes = seeds.randomElement(using: &generator)!
            for _ in 0..<Int.random(in: 1...4, using: &generator) { Self.mutate(&bytes, &generator) }
            file.replace(with: bytes)
            let recovered = try recover(file.descriptor, limits: limits)
            #expect(recovered.endOffset <= UInt64(bytes.count))
            Self.readIndexed(file.descriptor, limits)
            if recovered.header != nil {
                // What was kept must read without a complaint.
                #expect(throws: Never.self) { try Self.scan(file.descriptor, recovered, limits) }
            }
        }
    }

    private static func scan(_ descriptor: Int32, _ recovered: RecoveredFile, _ limits: ReadLimits) throws {
        var scanner = try FileScanner(descriptor, upTo: recovered.endOffset, limits: limits)
        while try scanner.next() != nil {
            if case .chunk(let chunk) = try scanner.record() { try scanner.load(chunk) }
        }
    }

    private static func readIndexed(_ descriptor: Int32, _ limits: ReadLimits) {
        guard var reader = try? IndexedReader(descriptor, limits: limits) else { return }
        for index in reader.chunkIndexes.indices { _ = try? reader.chunk(index) }
    }

    static func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        guard bytes.count > 8 else { return }
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &generator)))
        case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 30)], at: place)
        case 4: bytes.removeLast(bytes.count - place)
        default:  // a length or offset gone wild
            for index in place..<min(bytes.count, place + 8) {
                bytes[index] = [0, 0x7F, 0xFF].randomElement(using: &generator)!
            }
        }
    }
}
