/// The labels that alerts have, by name. An alert without one is as if its value were empty.
public enum AlertLabel: String, CaseIterable, Sendable {
    case claim, kind
    /// Fingerprint of the wider alert: on notices to members.
    case partOf = "part_of"
    case scope, shock, subject

    /// The kind of alert about a shock.
    public static let shockKind = "shock"
    /// The kind of alert about a claim: something asserted of a shock.
    public static let claimKind = "claim"

    /// The values it can have; nil: any.
    public var values: [String]? {
        switch self {
        case .kind: [Self.shockKind, Self.claimKind]
        case .scope: [ShockScope.instrument, .group, .market].map(\.label)
        case .claim, .partOf, .shock, .subject: nil
        }
    }
}

extension ShockScope {
    /// The scope as a label's value.
    public var label: String {
        switch self {
        case .instrument: "instrument"
        case .group: "group"
        case .market: "market"
        case .unspecified, .UNRECOGNIZED: "unspecified"
        }
    }
}
