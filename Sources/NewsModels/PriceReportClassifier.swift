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

    /// What no company loses by its business in one report, in whatever currency has large units: who loses so much has
    /// lost market value.
    public static let leastMarketValue = 50e9

    /// Judges a headline in English, Spanish, German, French, Russian, Chinese or Japanese.
    /// O(words · languages).
    ///
    /// It is a price report if, in the words of one language (`PriceLexicon`), it has
    /// 1. a word or phrase that says the whole thing (selloff, premarket, 暴跌), or
    /// 2. a move (falls, sold off, under pressure) next to something that has a price (shares, Nasdaq,
    ///    acciones, Aktie, 股), or
    /// 3. a move next to a percentage that is not of revenue, profit, rents and the like, or
    /// 4. a move and a time of trading ("before the open"), or
    /// 5. an instrument's name and right after it a move without an object: "NVIDIA falls as …" is one,
    ///    "NVIDIA drops its plan" is not, or
    /// 6. money that is wiped out, or
    /// 7. money that is lost "in value", or by an instrument and more of it (``leastMarketValue``) than business loses.
    ///
    /// A word does not count where its neighbours give it another sense ("market share", "drops plan").
    ///
    /// - Parameters:
    ///   - headline: In one language.
    ///   - instruments: Where instruments are named, as indices of ``Tokenizer/tokens(_:)``.
    public static func classify(_ headline: String, instruments: [Range<Int>] = []) -> Verdict {
        classify(Tokenizer.tokens(headline), instruments: instruments)
    }

    /// The same of a headline that is in words already.
    public static func classify(_ tokens: [Token], instruments: [Range<Int>] = []) -> Verdict {
        // Without a word that can be part of a report there is nothing to read: so it is with most headlines.
        let readings = PriceLexicon.all.lazy.filter { lexicon in tokens.contains { lexicon.stirs($0.key) } }
            .map { PriceReading(tokens, lexicon: $0, instruments: instruments) }
        var (isReport, falls, rises) = (false, false, false)
        for reading in readings {
            isReport = isReport || reading.isReport
            falls = falls || reading.falls
            rises = rises || reading.rises
        }
        let words = tokens.dropFirst()
        var namesReason = PriceLexicon.all.contains { lexicon in words.contains { lexicon.reasons.contains($0.key) } }
        if tokens.contains(where: { $0.kind == .ideograph }) {
            let ideographs = IdeographicPriceReading(tokens, instruments: instruments)
            isReport = isReport || ideographs.isReport
            falls = falls || ideographs.falls
            rises = rises || ideographs.rises
            namesReason = namesReason || ideographs.namesReason
        }
        return Verdict(
            isPriceReport: isReport, namesReason: namesReason, direction: (rises ? 1 : 0) - (falls ? 1 : 0))
    }
}
