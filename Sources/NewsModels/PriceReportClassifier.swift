/// Whether a headline only reports that prices moved.
///
/// Such a headline is an effect of the move. Inside the interval in which the move began it would
/// otherwise be the best-timed and most relevant candidate for its cause.
public enum PriceReportClassifier {
    public struct Verdict: Codable, Equatable, Sendable {
        /// Whether a price move is what the headline reports.
        public let isPriceReport: Bool
        /// Whether it also names a reason ("as …", "after …", "tras …"), which is worth reading but was
        /// written when the move was known.
        public let namesReason: Bool
        /// −1 down, +1 up, 0 unsaid or both.
        public let direction: Int
    }

    /// Judges a headline in English, Spanish, German, French, Russian, Chinese or Japanese.
    /// O(words · languages).
    ///
    /// It is a price report if, in the words of one language (``PriceLexicon``), it has
    /// 1. a word or phrase that says the whole thing (selloff, premarket, 暴跌), or
    /// 2. a move (falls, sold off, under pressure) next to something that has a price (shares, Nasdaq,
    ///    acciones, Aktie, 股), or
    /// 3. a move next to a percentage that is not of revenue, profit, rents and the like, or
    /// 4. a move and a time of trading ("before the open"), or
    /// 5. an instrument's name and right after it a move without an object: "NVIDIA falls as …" is one,
    ///    "NVIDIA drops its plan" is not, or
    /// 6. money that is wiped out.
    ///
    /// A word does not count where its neighbours give it another sense ("market share", "drops plan").
    ///
    /// - Parameter instruments: Where instruments are named, as indices of ``Tokenizer/tokens(_:)``.
    public static func classify(_ headline: String, instruments: [Range<Int>] = []) -> Verdict {
        let tokens = Tokenizer.tokens(headline)
        let readings = PriceLexicon.all.map { PriceReading(tokens, lexicon: $0, instruments: instruments) }
        let ideographs = IdeographicPriceReading(tokens, instruments: instruments)
        let falls = ideographs.falls || readings.contains { $0.falls }
        let rises = ideographs.rises || readings.contains { $0.rises }
        return Verdict(
            isPriceReport: ideographs.isReport || readings.contains { $0.isReport },
            namesReason: ideographs.namesReason || readings.contains { $0.namesReason },
            direction: (rises ? 1 : 0) - (falls ? 1 : 0)
        )
    }
}
