import CZeroMQ

/// Bytes as printable text, as ZeroMQ writes keys (RFC 32): five characters for every four bytes.
public enum Z85 {
    /// - Throws: ``Z85Error/byteCount(_:)`` unless the number of bytes is a multiple of 4.
    public static func encode(_ bytes: [UInt8]) throws(Z85Error) -> String {
        guard bytes.count.isMultiple(of: 4) else { throw .byteCount(bytes.count) }
        var text = [CChar](repeating: 0, count: bytes.count / 4 * 5 + 1)
        zmq_z85_encode(&text, bytes, bytes.count)
        return String(decoding: text.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// - Throws: ``Z85Error`` unless the text has a multiple of 5 characters,
    ///   all of the alphabet, and every five stand for four bytes.
    public static func decode(_ text: String) throws(Z85Error) -> [UInt8] {
        let length = text.utf8.count
        guard length.isMultiple(of: 5) else { throw .textLength(length) }
        // libzmq would stop at a NUL and leave the rest of the bytes zero.
        guard !text.utf8.contains(0) else { throw .notZ85 }
        var bytes = [UInt8](repeating: 0, count: length / 5 * 4)
        if bytes.isEmpty { return bytes }
        guard zmq_z85_decode(&bytes, text) != nil else { throw .notZ85 }
        return bytes
    }
}

/// Text or bytes that are no Z85 or no key. The text itself is not shown: it may be secret.
public enum Z85Error: Error, Equatable, Sendable {
    case byteCount(Int)
    case textLength(Int)
    case notZ85
    case keySize(Int)
}

extension Z85Error: CustomStringConvertible {
    public var description: String {
        switch self {
        case .byteCount(let found): "\(found) bytes cannot be written as Z85; a multiple of 4 can"
        case .textLength(let found): "Z85 text of \(found) characters; a multiple of 5 is allowed"
        case .notZ85: "text with characters or groups of five that Z85 does not have"
        case .keySize(let found): "a CURVE key of \(found) bytes; 32 bytes, or 40 characters of Z85, are allowed"
        }
    }
}
