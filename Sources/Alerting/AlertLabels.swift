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
        var pairs = [("kind", AlertLabel.shockKind)]
        if let partOf { pairs.append(("part_of", partOf)) }
        pairs += [("scope", scope.label), ("shock", shock), ("subject", subject)]
        self.pairs = pairs
    }

    /// The labels of the alert about a claim.
    ///
    /// - Parameters:
    ///   - claim: The claim's id.
    ///   - subject: Of the shock that it is about.
    ///   - shock: The shock's id.
    public init(claim: String, subject: String, shock: String) {
        pairs = [("claim", claim), ("kind", AlertLabel.claimKind), ("shock", shock), ("subject", subject)]
    }

    /// The first 16 hexadecimal digits of SHA-256 over the `name=value` pairs joined by NUL.
    public var fingerprint: String {
        let text = pairs.map { "\($0.name)=\($0.value)" }.joined(separator: "\0")
        let digits = Array("0123456789abcdef".utf8)
        var hexadecimal: [UInt8] = []
        for byte in SHA256.hash(data: Array(text.utf8)).prefix(8) {
            hexadecimal.append(digits[Int(byte >> 4)])
            hexadecimal.append(digits[Int(byte & 15)])
        }
        return String(decoding: hexadecimal, as: UTF8.self)
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

extension ShockScope {
    /// The scope as a label's value.
    var label: String {
        switch self {
        case .instrument: "instrument"
        case .group: "group"
        case .market: "market"
        case .unspecified, .UNRECOGNIZED: "unspecified"
        }
    }
}
