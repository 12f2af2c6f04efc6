extension Array {
    /// The first index whose element fulfils `predicate`, where all after one that does do too; else `count`.
    ///
    /// - Complexity: O(log n) calls of `predicate`.
    @inlinable
    public func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
