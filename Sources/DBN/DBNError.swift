/// Bytes that are no Databento Binary Encoding, with their place.
public struct DBNError: Error, Equatable, CustomStringConvertible {
    public enum Fault: Equatable, Sendable {
        /// The first bytes are none of DBN's or zstd's.
        case notDBN(found: [UInt8])
        /// DBZ, which was there before DBN.
        case dbz
        case unsupportedVersion(UInt8)
        /// A length, count or text within the metadata that cannot be.
        case metadata(String)
        /// A record that says it is shorter than its header.
        case recordLength(UInt8)
        /// The bytes end within metadata or a record; how many of how many are there.
        case truncated(found: Int, needed: Int)
        /// zstd refuses the compressed bytes.
        case zstd(String)
        /// The compressed bytes end within a frame.
        case tornFrame
    }

    public let fault: Fault
    /// Where, counted in the decompressed bytes; of ``Fault/zstd(_:)`` the compressed frame's first byte, of
    /// ``Fault/tornFrame`` the end of the compressed ones.
    public let offset: UInt64

    public var description: String {
        let (found, allowed) = words
        return "byte \(offset): \(found), allowed is \(allowed)"
    }

    private var words: (found: String, allowed: String) {
        switch fault {
        case .notDBN(let bytes):
            let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
            return (
                "the file begins with \(hex.isEmpty ? "nothing" : hex)", "\"DBN\" and a version from 1 to 3, or zstd"
            )
        case .dbz:
            return ("the file is DBZ, the format before DBN", "DBN of version 1 to 3; Databento's dbn tool converts")
        case .unsupportedVersion(let version): return ("DBN version \(version)", "1 to 3")
        case .metadata(let text): return ("in the metadata \(text)", "what the format says")
        case .recordLength(let words):
            return ("a record of \(Int(words) * 4) bytes", "16 to 1,020, its header included")
        case .truncated(let found, let needed):
            return ("the file ends with \(found) of \(needed) bytes", "whole metadata and whole records")
        case .zstd(let name):
            return ("in the frame that begins there zstd says \"\(name)\"", "zstd frames with a window up to 32 MiB")
        case .tornFrame: return ("the file ends within a zstd frame", "whole frames")
        }
    }
}
