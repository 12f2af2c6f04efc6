import Glibc
import MCAP
import Schema

/// What the files of a stream look like: names, header, schemas and channels.
enum SegmentFile {
    static let suffix = ".mcap"
    static let metadataName = "epicenter.stream"
    static let quarantine = "quarantine"

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
    static func list(_ directory: String) throws(LogError) -> [(name: String, first: UInt64)] {
        try names(directory).compactMap { name in
            guard name.hasSuffix(suffix), let first = UInt64(name.dropLast(suffix.count)) else { return nil }
            return (name, first)
        }.sorted { $0.first < $1.first }
    }

    /// Everything in a directory.
    static func names(_ directory: String) throws(LogError) -> [String] {
        guard let handle = opendir(directory) else {
            throw LogError(.system(call: "opendir", errno: errno), directory)
        }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }

    static func open(
        _ path: String, _ flags: Int32, _ calls: any FileCalls = SystemFileCalls()
    ) throws(LogError) -> Int32 {
        let descriptor = calls.open(path, flags)
        guard descriptor >= 0 else { throw LogError(.system(call: "open", errno: errno), path) }
        return descriptor
    }

    static func size(_ path: String) -> UInt64 {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(status.st_size) : 0
    }

    /// Replaces a small file so that a crash or a full disk leaves the old one or the new one.
    static func replace(_ path: String, with bytes: [UInt8], _ calls: any FileCalls) throws(LogError) {
        let temporary = path + newSuffix
        let descriptor = SharedDescriptor(try open(temporary, O_WRONLY | O_CREAT | O_TRUNC, calls))
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                calls.write(descriptor.raw, UnsafeRawBufferPointer(rebasing: $0[done...]), at: UInt64(done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw LogError(.system(call: "write", errno: errno), temporary) }
            done += count
        }
        guard calls.sync(descriptor.raw) == 0 else { throw LogError(.syncFailed(errno: errno), temporary) }
        try moveIn(temporary, as: path, calls)
    }

    static let newSuffix = ".new"

    /// Renames a file that was synced, and syncs its directory.
    static func moveIn(_ temporary: String, as path: String, _ calls: any FileCalls) throws(LogError) {
        guard calls.rename(temporary, path) == 0 else {
            throw LogError(.system(call: "rename", errno: errno), path)
        }
        try syncDirectory(of: path, calls)
    }

    static func syncDirectory(of path: String, _ calls: any FileCalls) throws(LogError) {
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = SharedDescriptor(try open(directory, O_RDONLY | O_DIRECTORY, calls))
        guard calls.sync(descriptor.raw) == 0 else { throw LogError(.syncFailed(errno: errno), directory) }
    }

    static func makeDirectory(_ directory: String) throws(LogError) {
        var path = ""
        for part in directory.split(separator: "/", omittingEmptySubsequences: false) {
            path += part.isEmpty && path.isEmpty ? "/" : (path.hasSuffix("/") || path.isEmpty ? "" : "/") + part
            if path == "/" { continue }
            guard mkdir(path, 0o750) == 0 || errno == EEXIST else {
                throw LogError(.system(call: "mkdir", errno: errno), path)
            }
        }
    }

    // MARK: sequences of message records

    static func firstSequence(in records: RawSpan) -> UInt64? {
        var cursor = MessageCursor()
        guard let message = try? cursor.next(in: records) else { return nil }
        return records.extracting(message.dataRange).withUnsafeBytes { leadingSequence($0) }
    }

    static func lastSequence(in records: RawSpan, _ file: String) throws(LogError) -> UInt64 {
        var cursor = MessageCursor()
        var last: MessageView?
        do {
            while let message = try cursor.next(in: records) { last = message }
        } catch {
            throw LogError(.container(error), file)
        }
        guard let last, let type = MessageType(rawValue: last.channelID) else {
            throw LogError(.foreign("its last chunk holds no message of ours"), file)
        }
        do {
            return try records.extracting(last.dataRange).withUnsafeBytes { bytes throws(SchemaError) in
                try StreamMessage(type: type, bytes: bytes).lastSequence
            }
        } catch {
            throw LogError(.schema(error), file)
        }
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

/// Replaces a file so that a crash or a full disk leaves the old one or the new one, which then survives power loss.
public func replaceFile(
    _ path: String, with bytes: [UInt8], _ calls: any FileCalls = SystemFileCalls()
) throws(LogError) {
    try SegmentFile.replace(path, with: bytes, calls)
}
