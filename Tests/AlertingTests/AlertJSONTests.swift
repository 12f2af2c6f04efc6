import Foundation
import Schema
import SwiftProtobuf
import TestKit
import Testing

@testable import Alerting

@Suite("JSON of alerts")
struct AlertJSONTests {
    @Test("has the same bytes as protobuf's own JSON, whatever an alert holds", arguments: 0..<20)
    func sameAsLibrary(round: UInt64) throws {
        var alerts = try RandomAlerts(seed: round)
        for _ in 0..<25 {
            let alert = try Alert(serializedBytes: alerts.next())
            var text = JSONText(capacity: 1)
            AlertJSON.append(alert, to: &text)
            let library: [UInt8] = try alert.jsonUTF8Bytes()
            #expect(String(decoding: text.finished(), as: UTF8.self) == String(decoding: library, as: UTF8.self))
        }
        // Each kind of field that an alert has was among them.
        #expect(alerts.kinds == [.double, .fixed64, .uint32, .bool, .string, .enum, .message, .int64, .int32])
    }

    @Test(
        "numbers and texts at their edges",
        arguments: [
            UInt64(0), 9, 10, 99, 100, .max,
        ])
    func integers(number: UInt64) {
        var text = JSONText(capacity: 1)
        text.append(number)
        text.append(byte: UInt8(ascii: " "))
        text.append(Int64(bitPattern: number))
        #expect(String(decoding: text.finished(), as: UTF8.self) == "\(number) \(Int64(bitPattern: number))")
    }
}

/// Alerts as bytes with any field in them or not, made from the descriptors.
private struct RandomAlerts {
    private var random: SeededGenerator
    private var messages: [String: Google_Protobuf_DescriptorProto] = [:]
    /// Of the fields that were written.
    private(set) var kinds: Set<Google_Protobuf_FieldDescriptorProto.TypeEnum> = []

    init(seed: UInt64) throws {
        random = SeededGenerator(for: "JSON of alerts", default: seed)
        let set = try Google_Protobuf_FileDescriptorSet(serializedBytes: RecordingSchema.fileDescriptorSet)
        for file in set.file {
            for type in file.messageType { messages[".\(file.package).\(type.name)"] = type }
        }
    }

    mutating func next() -> [UInt8] { message(".epicenter.v1.Alert", depth: 0) }

    private mutating func message(_ name: String, depth: Int) -> [UInt8] {
        if name == ".google.protobuf.Timestamp" { return timestamp() }
        var bytes: [UInt8] = []
        for field in messages[name]?.field ?? [] where Int.random(in: 0..<4, using: &random) > 0 {
            for _ in 0..<(field.label == .repeated ? Int.random(in: 1...3, using: &random) : 1) {
                bytes += value(of: field, depth: depth)
            }
        }
        return bytes
    }

    private mutating func value(of field: Google_Protobuf_FieldDescriptorProto, depth: Int) -> [UInt8] {
        kinds.insert(field.type)
        let key = UInt64(field.number) << 3
        switch field.type {
        case .double: return varint(key | 1) + fixed(double().bitPattern)
        case .fixed64: return varint(key | 1) + fixed(UInt64.random(in: 0...(.max), using: &random))
        case .string: return varint(key | 2) + delimited(Array(text().utf8))
        case .message: return varint(key | 2) + delimited(message(field.typeName, depth: depth + 1))
        case .bool: return varint(key) + varint(UInt64.random(in: 0...1, using: &random))
        case .enum: return varint(key) + varint(UInt64(bitPattern: Int64.random(in: -1...12, using: &random)))
        case .uint32: return varint(key) + varint(UInt64.random(in: 0...UInt64(UInt32.max), using: &random))
        default:
            Issue.record("\(field.name) is of a kind that this test does not know: \(field.type)")
            return []
        }
    }

    /// Whole seconds, fractions and times before 1970.
    private mutating func timestamp() -> [UInt8] {
        kinds.formUnion([.int64, .int32])
        let seconds = Int64.random(in: -10_000_000_000...20_000_000_000, using: &random)
        let nanos = [0, 0, 5_000_000, 120_000, 7].randomElement(using: &random) ?? 0
        return varint(1 << 3) + varint(UInt64(bitPattern: seconds)) + varint(2 << 3) + varint(UInt64(nanos))
    }

    private mutating func double() -> Double {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: [0, -0.0, 1, -1, 1e21, 1e-7, .pi].randomElement(using: &random) ?? 0
        case 1: [.nan, .infinity, -.infinity, .leastNonzeroMagnitude].randomElement(using: &random) ?? 0
        case 2: Double(bitPattern: UInt64.random(in: 0...(.max), using: &random))
        default: Double.random(in: -2...2, using: &random)
        }
    }

    private mutating func text() -> String {
        let pieces = [
            "A", "plain text of eight bytes and more", " ", "\"", "\\", "\n", "\t", "\u{8}", "\u{C}", "\r", "\u{0}",
            "\u{1F}",
            "\u{7F}", "\u{80}", "\u{9F}", "\u{A0}", "é", "±", "−", "芯片", "🀄", "/", "<", "\u{2028}", "e\u{301}",
        ]
        return (0..<Int.random(in: 0...9, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
            .joined()
    }

    private func varint(_ value: UInt64) -> [UInt8] {
        var (bytes, rest): ([UInt8], UInt64) = ([], value)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private func fixed(_ value: UInt64) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

    private func delimited(_ bytes: [UInt8]) -> [UInt8] { varint(UInt64(bytes.count)) + bytes }
}
