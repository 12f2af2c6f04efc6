/// Guesses whether a headline is English where its source does not say.
public enum EnglishText {
    /// Whether it is written in Latin letters and has no more signs of other languages (their function words,
    /// accents) than function words of English. What languages share decides nothing. O(words).
    public static func isLikely(_ headline: String) -> Bool {
        var balance = 0
        for token in Tokenizer.tokens(headline) {
            guard token.kind != .ideograph, token.key.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
            let isEnglish = FunctionWords.isEnglish(token.key)
            let isOther = FunctionWords.isForeign(token.key) || !token.surface.utf8.allSatisfy { $0 < 0x80 }
            balance += (isEnglish ? 1 : 0) - (isOther ? 1 : 0)
        }
        return balance >= 0
    }
}
