import CCompression
import Feeds
import Foundation
import Schema

/// A file's bytes, unpacked if they are gzip.
enum PlainFile {
    /// An unpacked file may be this large, bytes.
    static let maximumBytes = 1 << 31

    static func read(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure("\(path): cannot be read")
        }
        let bytes = [UInt8](data)
        guard bytes.starts(with: [0x1f, 0x8b]) else { return bytes }
        return try unpacked(bytes, path)
    }

    /// Members of a gzip file one after the other (RFC 1952 §2.2).
    private static func unpacked(_ packed: [UInt8], _ path: String) throws -> [UInt8] {
        guard let decompressor = libdeflate_alloc_decompressor() else { throw Failure("no memory") }
        defer { libdeflate_free_decompressor(decompressor) }
        var result: [UInt8] = []
        var offset = 0
        var room = max(1 << 16, 8 * packed.count)
        while offset < packed.count {
            var (read, written) = (0, 0)
            var status = LIBDEFLATE_SUCCESS
            let member = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                packed.withUnsafeBytes {
                    status = libdeflate_gzip_decompress_ex(
                        decompressor, $0.baseAddress?.advanced(by: offset), packed.count - offset, buffer.baseAddress,
                        room, &read, &written)
                }
                count = status == LIBDEFLATE_SUCCESS ? written : 0
            }
            if status == LIBDEFLATE_INSUFFICIENT_SPACE, room < maximumBytes {
                room *= 2
                continue
            }
            guard status == LIBDEFLATE_SUCCESS, result.count + member.count <= maximumBytes else {
                let found = status == LIBDEFLATE_SUCCESS ? "more than \(maximumBytes) bytes" : "damaged gzip data"
                throw Failure("\(path): \(found) from byte \(offset) on, allowed is a whole gzip file of up to 2 GiB")
            }
            result += member
            offset += read
        }
        return result
    }
}

/// Which symbols a CSV file has, in the order of their letters; for bars without a settings file.
enum SymbolScan {
    static func symbols(in bytes: [UInt8]) -> Set<String> {
        let newline = UInt8(ascii: "\n")
        guard let end = bytes.firstIndex(of: newline) else { return [] }
        let header = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
        let names = header.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard let column = names.firstIndex(of: "symbol") else { return [] }
        var found: Set<String> = []
        var latest: ArraySlice<UInt8> = []
        for line in bytes[(end + 1)...].split(separator: newline) {
            let fields = line.split(
                separator: UInt8(ascii: ","), maxSplits: column + 1, omittingEmptySubsequences: false)
            guard fields.count > column, fields[column] != latest else { continue }
            latest = fields[column]
            found.insert(String(decoding: latest, as: UTF8.self).trimmingCharacters(in: .whitespaces))
        }
        return found.subtracting([""])
    }
}
