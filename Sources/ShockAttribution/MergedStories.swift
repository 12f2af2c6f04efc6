import NewsModels

/// What stories were part of at a time: an archived item says only which story it came to.
struct MergedStories: Equatable, Sendable {
    static let none = MergedStories(StoryMerges(), at: 0)

    private var wholes: [UInt64: UInt64] = [:]
    private var parts: [UInt64: [UInt64]] = [:]

    init(_ merges: StoryMerges, at time: UInt64) {
        for (part, whole) in merges.parts(at: Int64(clamping: time)) {
            wholes[part] = whole
            parts[whole, default: []].append(part)
        }
    }

    /// What a story was part of; itself if nothing.
    func whole(of story: UInt64) -> UInt64 { wholes[story] ?? story }

    /// The stories that had begun on their own and were part of this one, in the order they began.
    func parts(of story: UInt64) -> [UInt64] { parts[story] ?? [] }

    /// An item with the story it was in.
    func resolved(_ item: ArchivedItem) -> ArchivedItem {
        guard let whole = wholes[item.story] else { return item }
        var item = item
        item.story = whole
        return item
    }
}
