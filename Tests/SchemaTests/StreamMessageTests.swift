import Schema
import Testing

@Suite("Stream messages")
struct StreamMessageTests {
    static func bars(_ count: Int, first: UInt64 = 1) -> Bars {
        var bars = Bars()
        bars.firstSequence = first
        for row in 0..<count {
            bars.recordTime.append(UInt64(1_000 + row))
            bars.instrument.append(UInt32(row % 7 + 1))
            bars.start.append(UInt64(row))
            bars.end.append(UInt64(row + 1))
            bars.open.append(Int64(row))
            bars.high.append(Int64(row + 2))
            bars.low.append(Int64(row - 2))
            bars.close.append(Int64(row + 1))
            bars.volume.append(UInt64(row))
        }
        return bars
    }

    /// Written out by hand from the wire format: field 1 fixed64, then packed columns of one row each.
    @Test("one bar has the documented bytes")
    func goldenBytes() {
        var bars = Bars()
        bars.firstSequence = 42
        bars.recordTime = [1]
        bars.instrument = [2]
        bars.start = [3]
        bars.end = [4]
        bars.open = [5]
        bars.high = [6]
        bars.low = [-1]
        bars.close = [7]
        bars.volume = [8]
        func column(_ tag: UInt8, _ low: UInt8) -> [UInt8] { [tag, 8, low, 0, 0, 0, 0, 0, 0, 0] }
        var expected: [UInt8] = [0x09, 42, 0, 0, 0, 0, 0, 0, 0]
        expected += column(0x12, 1)
        expected += [0x1A, 4, 2, 0, 0, 0]
        expected += column(0x22, 3) + column(0x2A, 4) + column(0x32, 5) + column(0x3A, 6)
        expected += [0x42, 8, 255, 255, 255, 255, 255, 255, 255, 255]
        expected += column(0x4A, 7) + column(0x52, 8)
        #expect(StreamMessage.bars(bars).serialized() == expected)
    }

    private func decode(_ type: MessageType, _ bytes: [UInt8]) throws -> StreamMessage {
        try bytes.withUnsafeBytes { try StreamMessage(type: type, bytes: $0) }
    }

    @Test("bytes go there and back")
    func roundTrip() throws {
        let message = StreamMessage.bars(Self.bars(1_024, first: 77))
        #expect(try decode(.bars, message.serialized()) == message)
        #expect(message.lastSequence == 77 + 1_023)
    }

    @Test("columns of different lengths are refused")
    func columnsDiffer() {
        var bars = Self.bars(3)
        bars.low.removeLast()
        #expect(throws: SchemaError.columnsDiffer(.bars)) { try decode(.bars, StreamMessage.bars(bars).serialized()) }
    }

    @Test("no rows and too many rows are refused")
    func rowCount() {
        #expect(throws: SchemaError.rowCount(.bars, found: 0)) { try decode(.bars, []) }
        let many = StreamMessage.bars(Self.bars(1_025)).serialized()
        #expect(throws: SchemaError.rowCount(.bars, found: 1_025)) { try decode(.bars, many) }
    }

    @Test("every truncation of a message is refused or shorter, never a crash")
    func truncations() {
        let bytes = StreamMessage.bars(Self.bars(3)).serialized()
        for length in 0..<bytes.count {
            let read = try? decode(.bars, Array(bytes.prefix(length)))
            #expect(read != .bars(Self.bars(3)))
        }
    }

    @Test("slices put together are the whole", arguments: [1, 2, 5, 9])
    func slices(at cut: Int) {
        let whole = StreamMessage.bars(Self.bars(10, first: 100))
        let left = whole.slice(0..<cut)
        let right = whole.slice(cut..<10)
        #expect(left.lastSequence + 1 == right.firstSequence)
        #expect(left.count + right.count == 10)
        #expect(right.recordTime(row: 0) == whole.recordTime(row: cut))
        #expect(right.eventTime(row: 9 - cut) == whole.eventTime(row: 9))
    }

    @Test("outputs of one cause are numbered, and a new cause begins anew")
    func outbox() {
        var outbox = Outbox()
        outbox.begin(cause: 5, recordTime: 50)
        outbox.emit(ShockSignal())
        outbox.begin(cause: 5, recordTime: 50)
        outbox.emit(ShockSignal())
        outbox.begin(cause: 6, recordTime: 60)
        outbox.emit(Finding())
        let causes = outbox.drain().compactMap(\.cause).map { [$0.sequence, UInt64($0.ordinal)] }
        #expect(causes == [[5, 1], [5, 2], [6, 1]])
        #expect(outbox.outputs.isEmpty)
    }

    @Test("the descriptor set names every message")
    func descriptors() {
        let text = String(decoding: RecordingSchema.fileDescriptorSet, as: UTF8.self)
        for type in MessageType.allCases { #expect(text.contains(type.schemaName.split(separator: ".").last!)) }
        #expect(text.contains("google/protobuf/timestamp.proto"))
    }
}
