import Glibc

/// How much a text is about an entity, from 0 to 100.
///
/// 100 is the first entity of the headline, 90 another one there; a mention in the body alone gets
/// less the later and the rarer it is. Act on 75 and more.
public enum EntityRelevance {
    /// The first entity named in the headline.
    public static let headlineFirst = 100.0
    /// Any other entity named in the headline.
    public static let headlineOther = 90.0
    /// What counts of each entity a round-up names: it is about none of them (``Roundup``).
    public static let roundupShare = 0.5
    /// From here on a text is about the entity.
    public static let actionable = 75.0

    /// 20 + 60·(1 − position)·(1 − e^(−n/3)).
    ///
    /// - Parameters:
    ///   - position: Where the first mention stands, from 0 (start) to 1 (end) of the body.
    ///   - mentions: n, at least 1.
    /// - Returns: In [20, 80); 0 without mentions.
    public static func body(position: Double, mentions: Int) -> Double {
        guard mentions > 0 else { return 0 }
        let early = 1 - min(1, max(0, position))
        return 20 + 60 * early * (1 - exp(-Double(mentions) / 3))
    }
}
