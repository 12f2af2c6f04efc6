import Glibc
import MCAP
import Schema

/// What the files of a stream look like: names, header, schemas and channels.
enum SegmentFile {
    static let suffix = ".mcap"
    static let metadataName = "epicenter.stream"

    /// A segment is named by its first sequence, so that the names sort in the order of the records.
    static func name(firstSequence: UInt64) -> String {
        let digits = String(firstSequence)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits + suffix
    }

    static var header: HeaderRecord {
        HeaderRecord(profile: RecordingSchema.profile, library: "epicenter")
    }

    /// One schema and one channel for each kind of message the stream holds; both ids are the kind's number.
    static func definitions(of stream: StreamName) -> (schemas: [SchemaRecord], channels: [ChannelRecord]) {
        let types = MessageType.all(of: stream)
        let descriptors = RecordingSchema.fileDescriptorSet
        return (
            types.map {
                SchemaRecord(id: $0.rawValue, name: $0.schemaName, encoding: "protobuf", data: descriptors)
            },
            types.map {
                ChannelRecord(
                    id: $0.rawValue, schemaID: $0.rawValue, topic: $0.topic, messageEncoding: "protobuf", metadata: [:])
            }
        )
    }

    static func metadata(stream: StreamName, epoch: UInt64, firstSequence: UInt64) -> MetadataRecord {
        MetadataRecord(
            name: metadataName,
            metadata: [
                "epoch": String(epoch, radix: 16), "first_sequence": String(firstSequence),
                "stream": stream.rawValue,
            ])
    }

    /// Segments of a directory in the order of their first sequences.
    static func list(_ directory: String) throws(LogError) -> [String] {
        guard let handle = opendir(directory) else {
            throw LogError(.system(call: "opendir", errno: errno), directory)
        }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(suffix), UInt64(name.dropLast(suffix.count)) != nil { names.append(name) }
        }
        return names.sorted()
    }

    static func open(_ path: String, _ flags: Int32) throws(LogError) -> Int32 {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw LogError(.system(call: "open", errno: errno), path) }
        return descriptor
    }
}

/// A descriptor that closes with its last user: a reader may still be in a segment that is no longer written.
final class SharedDescriptor: Sendable {
    let raw: Int32
    init(_ raw: Int32) { self.raw = raw }
    deinit { close(raw) }
}

/// The sequence at the front of every message: field 1, a fixed64; nil for what is no sequence.
public func leadingSequence(_ payload: UnsafeRawBufferPointer) -> UInt64? {
    guard payload.count >= 9, payload[0] == 0x09 else { return nil }
    let sequence = UInt64(littleEndian: payload.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
    return StreamMessage.sequences.contains(sequence) ? sequence : nil
}
