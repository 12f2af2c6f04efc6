import Schema
import ZeroMQ

/// Short texts: keys, addresses, times, prices.
extension FuzzTargets {
    static let texts = [
        Entry("curve-keys", 6) { try curveKeys() }, Entry("endpoint", 8) { endpoint() },
        Entry("times-and-prices", 8) { timesAndPrices() },
    ]

    private static func texts(_ seeds: [String], _ words: [String]) -> Mutator {
        Mutator(seeds: seeds.map { Array($0.utf8) }, words: words, grammar: .text, limit: 1 << 12)
    }

    /// Text that decodes is what its bytes encode to; a key has 32 bytes.
    private static func curveKeys() throws -> FuzzTarget {
        let seeds = [
            "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", "HelloWorld", "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6",
        ]
        return FuzzTarget("curve-keys", texts(seeds, ["#####", "%nSc0", "%nSc1", "00000"])) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            let key = try? CurvePublicKey(z85: text)
            let secret = try? CurveSecretKey(z85: text)
            try require((key == nil) == (secret == nil), "a public and a secret key differ in what they take")
            guard let decoded = try? Z85.decode(text) else {
                try require(key == nil, "a key that is no Z85")
                return .refused
            }
            try require(try Z85.encode(decoded) == text, "the text is another after decoding it")
            try require((key != nil) == (decoded.count == 32), "a key of \(decoded.count) bytes")
            if let secret { _ = try CurveKeyPair(secretKey: secret) }
            return .accepted
        }
    }

    /// What is accepted describes itself as it was written, and is local only if it cannot leave the machine.
    private static func endpoint() -> FuzzTarget {
        let seeds = [
            "ipc:///run/epicenter/market.sock", "ipc://*", "tcp://127.0.0.1:5555", "tcp://[::1]:*", "tcp://*:1",
            "tcp://localhost:65535", "inproc://name", "tcp://[fe80::1%eth0]:80",
        ]
        return FuzzTarget(
            "endpoint", texts(seeds, ["://", "@", "*", "[", "]", ":", "%", ";", "127.0.0.1", "::1", "65536"])
        ) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            guard let endpoint = try? Endpoint(text) else { return .refused }
            try require(endpoint.description == text, "the endpoint describes itself as \(endpoint)")
            try require(try Endpoint(endpoint.description) == endpoint, "the endpoint reads as another")
            let isLocal =
                text.hasPrefix("ipc://") || text.hasPrefix("inproc://") || text.contains("127.")
                || text.contains("localhost") || text.contains("[")
            try require(!endpoint.isLocal || isLocal, "\(endpoint) is taken for local")
            return .accepted
        }
    }

    /// A time that reads is the same after writing it.
    private static func timesAndPrices() -> FuzzTarget {
        let seeds = [
            "2025-01-27T09:30:00-05:00", "2025-01-27T14:30:00.25Z", "2024-02-29", "1970-01-01T00:00:00Z", "124.80",
            "-0.000000001", "999999999.999999999", "2554-07-21T23:34:32.709551615Z",
        ]
        return FuzzTarget("times-and-prices", texts(seeds, ["T", "Z", "+14:00", "-23:59", ".999999999", "2554"])) {
            bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            var verdict = FuzzVerdict.refused
            if let time = CivilTime.parseRFC3339(text) {
                try require(CivilTime.parseRFC3339(CivilTime.rfc3339(time)) == time, "\(time) reads as another time")
                verdict = .accepted
            }
            if let day = CivilTime.parseDate(text) {
                try require(CivilTime.date(day: day) == text, "day \(day) is written \(CivilTime.date(day: day))")
                verdict = .accepted
            }
            if let price = Price.parse(text) {
                _ = Price.units(Price.double(price))
                verdict = .accepted
            }
            return verdict
        }
    }
}
