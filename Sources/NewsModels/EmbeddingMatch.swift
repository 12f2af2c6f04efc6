/// Whether two headlines tell the same story, by what an embedding model makes of them.
///
/// A model's cosine alone is not enough: different stories of one company come near to each other, and how near depends on
/// the languages. So the two must name the same entity and lie within the window, and each pair of writings has its own
/// threshold. They are those of multilingual-e5-small, calibrated on recorded headlines of January and February 2025 that
/// are labelled by event (`docs/LABELS.md`), on the calibration part alone: the largest F0.5, for two stories taken for one
/// do more harm than one taken for two. Another model needs its own.
public struct EmbeddingMatch: Codable, Equatable, Sendable {
    /// Cosine from which two headlines of one language are the same story.
    public var sameLanguage = 0.915
    /// The same of two languages in Latin letters.
    public var latin = 0.885
    /// Of one in Latin letters and one in Cyrillic.
    public var cyrillic = 0.87
    /// Of one in Latin letters and one in ideographs: Chinese, Japanese.
    public var ideographs = 0.875
    /// Of all others, for which there are too few labels, and where a language is not known.
    public var unknown = 0.915
    /// Nanoseconds between them at most.
    public var window: Int64 = 36 * 3_600_000_000_000

    public init() {}

    /// - Parameters:
    ///   - cosine: Of their vectors, of one model.
    ///   - languages: Of both, BCP 47; empty where one is not known.
    ///   - sharedEntities: Entities both name.
    ///   - gap: Nanoseconds between them, of either sign.
    public func isSameStory(
        cosine: Double, languages: (String, String), sharedEntities: Int, gap: Int64
    ) -> Bool {
        guard cosine.isFinite, sharedEntities > 0, gap.magnitude <= window.magnitude else { return false }
        return cosine >= threshold(languages.0, languages.1)
    }

    /// Cosine from which headlines of two languages are the same story.
    public func threshold(_ left: String, _ right: String) -> Double {
        let (one, other) = (Self.base(left), Self.base(right))
        guard !one.isEmpty, !other.isEmpty, one != "und", other != "und" else { return unknown }
        if one == other { return sameLanguage }
        switch (Writing(one), Writing(other)) {
        case (.latin, .latin): return latin
        case (.latin, .cyrillic), (.cyrillic, .latin): return cyrillic
        case (.latin, .ideographs), (.ideographs, .latin): return ideographs
        default: return unknown
        }
    }

    private static func base(_ language: String) -> String {
        language.prefix { $0 != "-" && $0 != "_" }.lowercased()
    }

    private enum Writing {
        case latin, cyrillic, ideographs, other

        init(_ language: String) {
            switch language {
            case "zh", "ja": self = .ideographs
            case "ru", "uk", "be", "bg", "mk", "kk": self = .cyrillic
            case "ar", "el", "fa", "he", "hi", "hy", "ka", "ko", "sr", "th", "ur": self = .other
            default: self = .latin
            }
        }
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
