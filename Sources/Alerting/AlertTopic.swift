/// The topics alerts are published on.
public enum AlertTopic {
    /// `alert/<kind>/<subject>/`, kind and subject percent-encoded.
    ///
    /// It ends in the delimiter because ZeroMQ matches prefixes: a subscription to `…/AB` would also
    /// get `…/ABC`.
    public static func name(kind: String, subject: String) -> String {
        "alert/\(percentEncoded(kind))/\(percentEncoded(subject))/"
    }

    /// Every UTF-8 byte but the unreserved characters of RFC 3986 (letters, digits, `-._~`) as `%XX`.
    public static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
