import Testing
import ZeroMQ

@Suite("Z85")
struct Z85Tests {
    /// The test case of ZeroMQ RFC 32.
    static let bytes: [UInt8] = [0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B]
    static let text = "HelloWorld"

    @Test("writes and reads the RFC's test case")
    func golden() throws {
        #expect(try Z85.encode(Self.bytes) == Self.text)
        #expect(try Z85.decode(Self.text) == Self.bytes)
    }

    @Test("nothing is nothing")
    func empty() throws {
        #expect(try Z85.encode([]) == "")
        #expect(try Z85.decode("") == [])
    }

    /// Every character of the alphabet, in the RFC's order.
    @Test("the whole alphabet survives")
    func alphabet() throws {
        let alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
        #expect(try Z85.encode(Z85.decode(alphabet)) == alphabet)
    }

    @Test("bytes that do not divide by four are refused", arguments: [1, 2, 3, 5, 31])
    func byteCount(count: Int) {
        #expect(throws: Z85Error.byteCount(count)) { try Z85.encode(Array(repeating: 0, count: count)) }
    }

    @Test(
        "text that is no Z85 is refused",
        arguments: [
            ("Hell", Z85Error.textLength(4)),
            ("HelloWorld!", .textLength(11)),
            ("Hell~", .notZ85),
            ("Hel\"o", .notZ85),
            ("He lo", .notZ85),
            ("Hel\0o", .notZ85),
            ("Hello\0orld", .notZ85),
            ("Helé", .notZ85),
            // One more than the largest 32-bit number, %nSc0, and the largest of all.
            ("%nSc1", .notZ85),
            ("#####", .notZ85),
        ]
    )
    func refuses(text: String, error: Z85Error) {
        #expect(throws: error) { try Z85.decode(text) }
    }

    @Test("the largest group is the largest 32-bit number")
    func largest() throws {
        #expect(try Z85.decode("%nSc0") == [0xFF, 0xFF, 0xFF, 0xFF])
    }
}
