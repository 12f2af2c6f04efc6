import Foundation
import Glibc

/// What a reader of a page must show: a secret text from a file that only its owner can read.
public struct AccessToken: Sendable, Equatable {
    private let bytes: [UInt8]

    /// nil where the text is none: 16 or more visible ASCII characters.
    public init?(_ text: String) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.utf8.count >= 16, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        bytes = Array(text.utf8)
    }

    /// - Parameters:
    ///   - path: The file.
    ///   - key: The setting that names the file, for what is said of it.
    /// - Throws: ``ConfigurationError``: the file cannot be read, may be read by others, or has no token.
    public static func read(_ path: String, key: String) throws(ConfigurationError) -> AccessToken {
        var status = stat()
        guard stat(path, &status) == 0, let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError(["\(key): \(path) cannot be read"])
        }
        guard status.st_mode & 0o077 == 0 else {
            throw ConfigurationError(["\(key): \(path) may be read by others, allowed is mode 0600"])
        }
        guard let token = AccessToken(String(decoding: data, as: UTF8.self)) else {
            throw ConfigurationError(["\(key): \(path) has no token of 16 or more letters and digits"])
        }
        return token
    }

    /// Compares in a time that does not tell how much was right.
    public func matches(_ shown: some StringProtocol) -> Bool {
        let shown = Array(shown.utf8)
        guard shown.count == bytes.count else { return false }
        return zip(shown, bytes).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Whether an `Authorization` header shows it.
    public func isShown(by authorization: String?) -> Bool {
        let prefix = "Bearer "
        guard let authorization, authorization.hasPrefix(prefix) else { return false }
        return matches(authorization.dropFirst(prefix.count))
    }
}
