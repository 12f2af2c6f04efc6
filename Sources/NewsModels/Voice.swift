/// Who speaks in a headline: an entity that says, plans or commits itself to something is on record.
///
/// What an operator says of its own plans is tier-2 evidence whoever prints it: the printer is not the origin.
public enum Voice {
    /// Words between the name and what it does.
    private static let reach = 3

    /// The first entity named that is followed within three words by a verb of saying or committing, in English,
    /// Spanish, German or Chinese; `nil` if none is. O(words · mentions).
    ///
    /// - Parameters:
    ///   - tokens: Of the headline.
    ///   - mentions: Of the same tokens, in order.
    public static func speaker(in tokens: [Token], mentions: [EntityMention]) -> EntityMention? {
        mentions.first { mention in
            let start = mention.token + mention.length
            // "Abcdar's rival says": another speaks.
            if tokens[start - 1].text.hasSuffix("'s") { return false }
            var next: [String] = []
            var end = start
            while end < tokens.count, next.count < reach, !endsClause(tokens[end - 1]),
                !mentions.contains(where: { $0.token == end })
            {
                next.append(tokens[end].key)
                end += 1
            }
            if next.contains(where: verbs.contains) || commitments.contains(where: next.starts) { return true }
            let text = tokens[start...].prefix(8).lazy.filter { $0.kind == .ideograph }.map(\.key).joined()
            return ideographs.contains { text.contains($0) }
        }
    }

    private static func endsClause(_ token: Token) -> Bool { token.following.map { ",;:.!?—".contains($0) } ?? false }

    private static let verbs = Set(
        """
        says said tells told dismisses dismissed responds responded replies argues argued insists confirms confirmed
        denies denied announces announced pledges pledged vows reaffirms reaffirmed reiterates plans warns warned
        dice afirma anuncia asegura confirma niega responde sagt kundigt bestatigt dementiert erklart
        """.split(whereSeparator: \.isWhitespace).map(String.init))
    private static let commitments = [
        ["to", "spend"], ["to", "invest"], ["will", "spend"], ["will", "invest"], ["spending", "to"],
        ["raises", "capex"],
        ["raises", "guidance"], ["cuts", "guidance"], ["will", "build"], ["to", "build"], ["to", "buy"],
    ]
    private static let ideographs = ["表示", "回应", "回應", "宣布", "称", "稱", "计划", "計劃", "将投", "將投", "拟投", "擬投"]
}
