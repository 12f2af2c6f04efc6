/// The 64-bit FNV-1a hash: fast, the same everywhere and for ever, not safe against an adversary.
///
/// Source: Fowler, G., Noll, L. C. and Vo, K.-P., "The FNV Non-Cryptographic Hash Algorithm" (RFC 9923).
public enum FNV1a {
    /// The hash of no bytes.
    public static let offset: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Hashes the UTF-8 bytes of a text. O(bytes).
    ///
    /// - Parameters:
    ///   - text: May be empty: then the hash is the seed.
    ///   - seed: The hash of what comes before, to hash a text in pieces.
    public static func hash(_ text: some StringProtocol, seed: UInt64 = offset) -> UInt64 {
        var state = seed
        for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return state
    }
}
