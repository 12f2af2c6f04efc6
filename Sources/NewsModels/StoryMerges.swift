/// Which stories were found to be one after they had begun, and since when that could be known.
///
/// A story becomes part of one that is older, so that chains end and none comes round. What was known at a time does not
/// change by what is found later: ask for the time.
public struct StoryMerges: Equatable, Sendable {
    /// Longer than any item is kept, nanoseconds: 40 days.
    static let retention: Int64 = 40 * 86_400_000_000_000
    /// Those whose time is longest ago are forgotten first beyond it, a tenth at once.
    static let capacity = 100_000

    struct Merge: Equatable, Sendable {
        let whole: UInt64
        /// Nanoseconds since 1970.
        let time: Int64
    }

    /// By the story that became a part.
    private var table = SortedTable<Merge>()

    public init() {}

    public var count: Int { table.count }

    /// Notes that a story has become part of an older one; does nothing where it is one already, or is not younger.
    public mutating func add(_ part: UInt64, into whole: UInt64, at time: Int64) {
        guard whole < part, table[part] == nil else { return }
        table[part] = Merge(whole: whole, time: time)
        guard table.count > Self.capacity else { return }
        let oldest = table.keys.sorted { (self.time(of: $0), $0) < (self.time(of: $1), $1) }
        for part in oldest.prefix(Self.capacity / 10) { table[part] = nil }
    }

    private func time(of part: UInt64) -> Int64 { table[part]?.time ?? .min }

    /// The story that a story is part of, itself if it is part of none, by what could be known at a time.
    public func whole(of story: UInt64, at time: Int64) -> UInt64 {
        var story = story
        while let merge = table[story], merge.time <= time { story = merge.whole }
        return story
    }

    /// All stories that were part of another at a time, in increasing order, each with the one it was part of in the end.
    /// O(n log n).
    public func parts(at time: Int64) -> [(part: UInt64, whole: UInt64)] {
        table.keys.compactMap { part in
            let whole = whole(of: part, at: time)
            return whole == part ? nil : (part, whole)
        }
    }

    mutating func forget(before time: Int64) {
        for part in table.keys where self.time(of: part) < time { table[part] = nil }
    }
}

extension StoryMerges: CompactlyStored {
    public init?(reading reader: inout CompactReader) {
        let entries = reader.list { reader -> (UInt64, Merge)? in
            guard let part = reader.number(), let whole = reader.number(), let time = reader.signed() else {
                return nil
            }
            return (part, Merge(whole: whole, time: time))
        }
        guard let entries else { return nil }
        for (part, merge) in entries { add(part, into: merge.whole, at: merge.time) }
    }

    public func write(to writer: inout CompactWriter) {
        writer.list(table.keys) { part, writer in
            guard let merge = table[part] else { return }
            writer.number(part)
            writer.number(merge.whole)
            writer.signed(merge.time)
        }
    }
}
