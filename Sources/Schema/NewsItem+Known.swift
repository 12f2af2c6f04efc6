extension NewsItem {
    /// When it can have been read, ns: the later of published and first seen, so that in doubt the latter decides; where
    /// the published time is marked, first seen alone. 0 where it says neither.
    public var known: UInt64 { publishedMark == .none ? max(published, firstSeen) : firstSeen }
}
