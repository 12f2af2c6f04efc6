/// Whether two headlines tell the same story, by what an embedding model makes of them.
///
/// A model's cosine alone is not enough: across languages different stories of one company come near to each other.
/// So the two must name the same entity and lie within the window. Thresholds are those of multilingual-e5-small,
/// measured on pairs of headlines of one event and of others; another model needs its own.
public struct EmbeddingMatch: Codable, Equatable, Sendable {
    /// Cosine from which two headlines of one language are the same story.
    public var sameLanguage = 0.93
    /// The same across languages.
    public var otherLanguage = 0.875
    /// Nanoseconds between them at most.
    public var window: Int64 = 36 * 3_600_000_000_000

    public init() {}

    /// - Parameters:
    ///   - cosine: Of their vectors, of one model.
    ///   - languages: Of both, BCP 47; those that are not known count as different.
    ///   - sharedEntities: Entities both name.
    ///   - gap: Nanoseconds between them, of either sign.
    public func isSameStory(
        cosine: Double, languages: (String, String), sharedEntities: Int, gap: Int64
    ) -> Bool {
        guard cosine.isFinite, sharedEntities > 0, gap.magnitude <= window.magnitude else { return false }
        func base(_ language: String) -> Substring { language.prefix { $0 != "-" && $0 != "_" } }
        let isSame = !languages.0.isEmpty && base(languages.0) == base(languages.1)
        return cosine >= (isSame ? sameLanguage : otherLanguage)
    }

    /// The cosine of two vectors; nil where they differ in length or one has no direction. O(n).
    public static func cosine(_ left: [Float], _ right: [Float]) -> Double? {
        guard left.count == right.count, !left.isEmpty else { return nil }
        var (product, first, second) = (0.0, 0.0, 0.0)
        for (a, b) in zip(left, right) {
            product += Double(a) * Double(b)
            first += Double(a) * Double(a)
            second += Double(b) * Double(b)
        }
        let length = (first * second).squareRoot()
        return length > 0 && length.isFinite ? product / length : nil
    }
}
