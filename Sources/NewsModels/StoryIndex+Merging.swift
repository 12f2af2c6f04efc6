// Two stories that have both begun become one.

extension StoryIndex {
    /// Makes two stories one, which goes on under the older's identity: ``StoryMerges`` says what the younger is part of.
    ///
    /// Items, wordings, sources, languages and terms are joined; what both have is counted once. O(wordings) of the last
    /// days.
    ///
    /// - Parameters:
    ///   - one: A story; which of the two is named first does not matter.
    ///   - other: The other.
    ///   - time: Since when it could be known, nanoseconds since 1970; nil: since the latest item.
    /// - Returns: The younger and the older, or nil, and nothing is done, where they are one already, or one of them is
    ///   not open.
    @discardableResult
    public mutating func merge(_ one: UInt64, _ other: UInt64, at time: Int64? = nil) -> (part: UInt64, whole: UInt64)?
    {
        let (whole, part) = (min(one, other), max(one, other))
        guard whole != part, let younger = table[part], var story = table[whole], isSearchable(younger),
            isSearchable(story)
        else { return nil }
        close(younger)
        close(story)
        table[part] = nil
        let shared = duplicates.move(from: part, to: whole)
        story.add(younger)
        story.wordings -= shared.wordings
        story.count -= shared.publications
        table[whole] = story
        for term in story.terms {
            postings[term.hash, default: []].set(Posting(story: whole, weight: term.weight))
        }
        for anchor in story.anchors where anchor.isEntity { list(whole, naming: anchor.hash) }
        merges.add(part, into: whole, at: time ?? now)
        return (part, whole)
    }

    /// Makes one what a headline that has just joined a story shows to be one with it.
    ///
    /// - Parameter alike: Other stories to which its terms are as near as joining takes.
    /// - Returns: What the story is called then, and what became part of another, in order.
    mutating func mergeShown(
        by headline: Headline, in joined: UInt64, alike: [UInt64]
    ) -> (story: UInt64, merged: [UInt64]) {
        var (story, merged): (UInt64, [UInt64]) = (joined, [])
        for other in (bound(by: headline, with: joined) + near(joined, among: alike)).prefix(Limits.merges) {
            guard let made = merge(story, other) else { continue }
            story = made.whole
            merged.append(made.part)
        }
        return (story, merged)
    }

    /// Stories of the same emergent name: what would be one story, had the name been known for one when they began.
    ///
    /// A story is asked what a headline is: whether of the names that may bind it this one emerges most.
    private func bound(by headline: Headline, with joined: UInt64) -> [UInt64] {
        guard let name = emergentName(in: headline.vector), let story = table[joined], isBound(story, by: name.hash),
            let own = postings[name.hash]
        else { return [] }
        return own.map(\.story).filter { id in
            guard id != joined, let other = table[id], now - other.lastSeen <= settings.bindingWindow else {
                return false
            }
            return isBound(other, by: name.hash)
        }
    }

    private func isBound(_ story: Story, by name: UInt64) -> Bool {
        guard story.isDominated(by: name), let emergence = statistics.emergence(of: name),
            emergence >= settings.mergeEmergence
        else { return false }
        return !story.terms.contains { term in
            term.hash != name && 2 * term.items >= story.items
                && statistics.emergence(of: term.hash) ?? 0 > emergence
        }
    }

    /// Of stories that a headline is like, those that its story with it is like enough.
    private func near(_ joined: UInt64, among alike: [UInt64]) -> [UInt64] {
        guard let story = table[joined] else { return [] }
        return alike.filter { id in
            guard let other = table[id], let (cosine, largest) = Story.cosine(story, other) else { return false }
            return cosine >= settings.mergeThreshold && largest <= settings.mergeBalance * cosine
        }
    }
}

extension Story {
    /// The cosine of two stories' centroids, and what one term gives of it at most; nil without a direction. O(terms²), and
    /// those are few.
    static func cosine(_ left: Story, _ right: Story) -> (cosine: Double, largest: Double)? {
        var (product, largest) = (0.0, 0.0)
        for term in left.terms {
            guard let other = right.terms.first(where: { $0.hash == term.hash }) else { continue }
            product += term.weight * other.weight
            largest = max(largest, term.weight * other.weight)
        }
        let length = left.length * right.length
        return length > 0 ? (product / length, largest / length) : nil
    }
}
