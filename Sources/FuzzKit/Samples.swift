import EventLog
import Foundation
import MCAP
import Schema

/// Good inputs, made by the code that makes the real ones.
enum Samples {
    static let world = World()

    /// At least one message of every kind.
    static let messages: [StreamMessage] =
        Array(world.history.prefix(12)) + world.crash + world.signals.prefix(3) + world.findings.prefix(3)
        + world.alerts.prefix(3)

    /// A message as a log holds it.
    static func record(_ message: StreamMessage) -> [UInt8] {
        var bytes: [UInt8] = []
        let payload = message.serialized()
        appendMessageRecord(
            to: &bytes, channelID: message.type.rawValue, sequence: UInt32(truncatingIfNeeded: message.firstSequence),
            logTime: message.recordTime(row: 0), publishTime: message.eventTime(row: 0), data: payload.span.bytes)
        return bytes
    }

    static func records(_ messages: some Sequence<StreamMessage>) -> [UInt8] { messages.flatMap(record) }

    /// Recordings of the small market: as `import` writes one, and as a live log leaves one.
    static func recordings(in directory: String) throws -> [[UInt8]] {
        let market = world.history.suffix(3) + world.crash
        let path = directory + "/recording.mcap"
        var writer = try RecordingWriter(path: path, stream: .market, epoch: 1)
        for message in market { try writer.append(message) }
        try writer.finish()
        let log = try EventLog(
            directory: directory + "/market", stream: .market, newEpoch: 7, options: .init(sync: .never))
        for message in market {
            log.append(message)
            try log.commit()
        }
        let live = try segment(of: directory)
        try log.close()
        return try [[UInt8](Data(contentsOf: URL(filePath: path))), live, segment(of: directory)].map(
            withoutDefinitions)
    }

    private static func segment(of directory: String) throws -> [UInt8] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory + "/market")
        guard let name = names.first(where: { $0.hasSuffix(".mcap") }) else {
            throw FuzzViolation("the log of the good inputs has no segment")
        }
        return [UInt8](try Data(contentsOf: URL(filePath: directory + "/market/" + name)))
    }

    /// The schemas of the data section hold 10 KB of descriptors each, which no reader looks at; without most of it
    /// damage falls where it matters.
    private static func withoutDefinitions(_ file: [UInt8]) -> [UInt8] {
        var (records, rest) = RawRecord.parse(file[8...])
        for index in records.indices where records[index].opcode == Opcode.schema.rawValue {
            let content = records[index].content
            guard var schema = try? SchemaRecord(content: content.span.bytes) else { continue }
            schema.data = Array(schema.data.prefix(16))
            records[index].content = []
            schema.appendContent(to: &records[index].content)
        }
        ContainerDamage.reseal(&records, at: 8)
        var bytes = Array(file[..<8])
        RawRecord.serialize(records, to: &bytes)
        return bytes + rest
    }
}
