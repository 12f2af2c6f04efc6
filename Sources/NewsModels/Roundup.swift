/// Whether a headline announces a collection of news rather than one piece of it.
///
/// A round-up names many and is about none: who is named in it is less relevant to it than to a piece of
/// its own.
public enum Roundup {
    /// Judges a headline in English, Spanish or German by its phrases. O(words · phrases).
    public static func isRoundup(_ headline: String) -> Bool {
        let words = " " + Tokenizer.tokens(headline).map(\.key).joined(separator: " ") + " "
        return phrases.contains { words.contains($0) }
    }

    /// With a space on either side, so that they match whole words.
    private static let phrases = """
        roundup, round up, market talk, market notes, brief notes, market wrap, market movers, stocks to watch,
        stocks to buy, what to watch, things to know, things to watch, week ahead, week in review, year in review,
        news in brief, in brief, morning briefing, evening briefing, daily briefing, newsletter, live updates,
        top stories, news digest, daily digest, weekly recap, at a glance, resumen semanal, resumen del dia,
        lo mas destacado, boletin, wochenruckblick, tagesruckblick, nachrichtenuberblick, newsblog, liveticker
        """.split(separator: ",").map { " " + $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") + " " }
}
