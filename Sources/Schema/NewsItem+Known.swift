extension NewsItem {
    /// When it can have been read, ns: the later of published and first seen, so that in doubt the latter decides. 0
    /// where it says neither.
    public var known: UInt64 { max(published, firstSeen) }
}
