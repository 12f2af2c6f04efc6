/// Whether a headline announces a collection of news rather than one piece of it.
///
/// A round-up names many and is about none: who is named in it is less relevant to it than to a piece of
/// its own.
public enum Roundup {
    /// Judges a headline in English, Spanish or German by its phrases. O(words).
    public static func isRoundup(_ headline: String) -> Bool { isRoundup(Tokenizer.tokens(headline)) }

    /// The same of a headline that is in words already.
    public static func isRoundup(_ tokens: [Token]) -> Bool {
        for (start, token) in tokens.enumerated() {
            guard let rests = phrases[token.key] else { continue }
            for rest in rests where start + rest.count < tokens.count {
                if zip(rest, tokens[(start + 1)...]).allSatisfy({ $0 == $1.key }) { return true }
            }
        }
        return false
    }

    /// What follows the first word of each phrase.
    private static let phrases: [String: [[String]]] = {
        let words = text.split(separator: ",").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        return Dictionary(grouping: words) { $0[0] }.mapValues { $0.map { Array($0.dropFirst()) } }
    }()

    private static let text = """
        roundup, round up, market talk, market notes, brief notes, market wrap, market movers, stocks to watch,
        stocks to buy, what to watch, things to know, things to watch, week ahead, week in review, year in review,
        news in brief, in brief, morning briefing, evening briefing, daily briefing, newsletter, live updates,
        top stories, news digest, daily digest, weekly recap, at a glance, resumen semanal, resumen del dia,
        lo mas destacado, boletin, wochenruckblick, tagesruckblick, nachrichtenuberblick, newsblog, liveticker
        """
}
