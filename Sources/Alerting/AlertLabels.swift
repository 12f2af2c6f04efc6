import Crypto
public import Schema

/// The labels that say which alert this is. Two messages with the same labels are about the same thing.
public struct AlertLabels: Equatable, Sendable {
    /// Sorted by name, in UTF-8 order; names are unique.
    public let pairs: [(name: String, value: String)]

    /// The labels of the alert about a shock.
    ///
    /// - Parameters:
    ///   - scope: Whether it is of one name, a group or the market.
    ///   - subject: A symbol or a group's id; of a notice to a member, the member's symbol.
    ///   - shock: The shock's id.
    ///   - partOf: Fingerprint of the wider alert, for a notice on a member's topic.
    public init(scope: ShockScope, subject: String, shock: String, partOf: String? = nil) {
        var pairs = [(AlertLabel.kind, AlertLabel.shockKind)]
        if let partOf { pairs.append((.partOf, partOf)) }
        pairs += [(.scope, scope.label), (.shock, shock), (.subject, subject)]
        self.pairs = pairs.map { ($0.rawValue, $1) }
    }

    /// The labels of the alert about a claim.
    ///
    /// - Parameters:
    ///   - claim: The claim's id.
    ///   - subject: Of the shock that it is about.
    ///   - shock: The shock's id.
    public init(claim: String, subject: String, shock: String) {
        let pairs: [(AlertLabel, String)] = [
            (.claim, claim), (.kind, AlertLabel.claimKind), (.shock, shock), (.subject, subject),
        ]
        self.pairs = pairs.map { ($0.rawValue, $1) }
    }

    /// The first 16 hexadecimal digits of SHA-256 over the `name=value` pairs joined by NUL.
    public var fingerprint: String {
        var text: [UInt8] = []
        text.reserveCapacity(160)
        for pair in pairs {
            if !text.isEmpty { text.append(0) }
            text += pair.name.utf8
            text.append(UInt8(ascii: "="))
            text += pair.value.utf8
        }
        let digits: StaticString = "0123456789abcdef"
        return String(unsafeUninitializedCapacity: 16) { hexadecimal in
            for (place, byte) in SHA256.hash(data: text).prefix(8).enumerated() {
                hexadecimal[2 * place] = digits.utf8Start[Int(byte >> 4)]
                hexadecimal[2 * place + 1] = digits.utf8Start[Int(byte & 15)]
            }
            return 16
        }
    }

    /// As they stand in an alert.
    public var messages: [Label] {
        pairs.map { pair in
            var label = Label()
            label.name = pair.name
            label.value = pair.value
            return label
        }
    }

    public static func == (left: AlertLabels, right: AlertLabels) -> Bool {
        left.pairs.elementsEqual(right.pairs, by: ==)
    }
}
