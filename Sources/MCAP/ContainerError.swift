import Glibc

/// A file or record that cannot be read or written: why, and where.
///
/// The cases are exhaustive on purpose: this package is its own client, and a new case
/// should stop every `switch` that judges one.
public struct ContainerError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// A field or record needs more bytes than its record, or the file, has left.
        case truncated(needed: UInt64, available: UInt64)
        /// The file does not begin, or end, with ``FileFormat/magic``.
        case wrongMagic(found: [UInt8])
        /// Opcode `0x00`, which no record has; typically a stretch of zeros.
        case invalidOpcode
        /// A well-formed record where the format does not allow it.
        case unexpectedRecord(found: Opcode, expected: Opcode)
        /// A declared length beyond what the reader was told to allow. Nothing was allocated.
        case tooLarge(declared: UInt64, limit: UInt64)
        /// The bytes are not those the CRC-32 was taken over.
        case checksumMismatch(expected: UInt32, found: UInt32)
        /// Two statements of one size disagree, such as a chunk's and its decompressed bytes'.
        case sizeMismatch(expected: UInt64, found: UInt64)
        /// A record of this kind contradicts the records it describes, such as a chunk's times its messages'.
        case inconsistent(Opcode)
        /// A compression name this library does not know.
        case unsupportedCompression(String)
        /// The codec refused the bytes; the text is the codec's own name for the failure.
        case codec(String)
        /// A String field that is not UTF-8.
        case invalidText
        /// Two different records of one kind share an identifier.
        case conflictingDefinition(of: Opcode, id: UInt16)
        /// A message on a channel that no whole record defines.
        case undefinedChannel(UInt16)
        /// A new file was to be started in one that has bytes in it already.
        case notEmpty(size: UInt64)
        /// The file has no Header, so it can be neither read nor continued.
        case missingHeader
        /// The file does not end with a Footer and the magic: live, torn or damaged.
        case missingFooter
        /// Continuing would cut off whole chunks that lie behind damage, the first of them here.
        case wouldDiscardChunks(at: UInt64)
        /// A system call failed.
        case system(SystemCall, errno: Int32)
    }

    /// The system call that failed.
    public enum SystemCall: String, Sendable {
        case open, fstat, pread, pwrite, ftruncate, fdatasync, close
    }

    /// What may be done next.
    public enum Remedy: Hashable, Sendable {
        /// Nothing is wrong with the bytes; try again when there is room.
        case retryWhenThereIsRoom
        /// The bytes are torn or damaged: run ``recover(_:writtenBy:limits:)`` and judge by its verdict.
        case recoverFile
        /// Repeating it would fail in the same way.
        case stop
    }

    public let reason: Reason
    /// Byte offset of the field or record, from the start of the file, or of the buffer where
    /// bytes were decoded without saying where they came from.
    public let offset: UInt64

    public init(_ reason: Reason, at offset: UInt64) {
        self.reason = reason
        self.offset = offset
    }

    public var remedy: Remedy {
        switch reason {
        case .system(_, let code) where code == ENOSPC || code == EDQUOT: .retryWhenThereIsRoom
        case .truncated, .wrongMagic, .invalidOpcode, .checksumMismatch, .sizeMismatch, .codec, .inconsistent,
            .missingFooter:
            .recoverFile
        default: .stop
        }
    }
}

extension ContainerError: CustomStringConvertible {
    /// One line for the log: where, what, and the numbers that prove it.
    public var description: String {
        "byte \(offset): \(reason)"
    }
}

extension ContainerError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .truncated(let needed, let available): "\(needed) bytes needed, \(available) remain"
        case .wrongMagic(let found): "not the MCAP magic: \(found)"
        case .invalidOpcode: "opcode 0 is not a record"
        case .unexpectedRecord(let found, let expected): "found \(found), expected \(expected)"
        case .tooLarge(let declared, let limit): "\(declared) bytes declared, at most \(limit) allowed"
        case .checksumMismatch(let expected, let found): "CRC-32 is \(found), expected \(expected)"
        case .sizeMismatch(let expected, let found): "size is \(found), expected \(expected)"
        case .inconsistent(let opcode): "\(opcode) contradicts the records it describes"
        case .unsupportedCompression(let name): "unknown compression \(name.debugDescription)"
        case .codec(let message): "decompression failed: \(message)"
        case .invalidText: "text is not UTF-8"
        case .conflictingDefinition(let opcode, let id): "\(opcode) \(id) is defined twice, differently"
        case .undefinedChannel(let id): "channel \(id) has messages but no whole definition"
        case .notEmpty(let size): "file to start has \(size) bytes already"
        case .missingHeader: "file has no Header"
        case .missingFooter: "file is not closed: no Footer and magic at its end"
        case .wouldDiscardChunks(let offset): "continuing would discard whole chunks from byte \(offset)"
        case .system(let call, let code): "\(call.rawValue): \(String(cString: strerror(code)))"
        }
    }
}
