public import Schema

extension MetricLabel {
    init(_ name: String, _ value: String) {
        self.init()
        self.name = name
        self.value = value
    }
}

extension [MetricFamily] {
    /// Adds what a process says of itself, under the label `process`.
    ///
    /// - Returns: How many series were left out, because what is there under the name is of another kind or has other buckets,
    ///   as while processes of two versions run, or is the same series.
    public mutating func add(_ families: [MetricFamily], of process: String) -> Int {
        var leftOut = 0
        for var family in families {
            for place in family.series.indices {
                let others = family.series[place].labels.filter { $0.name != "process" }
                family.series[place].labels = (others + [MetricLabel("process", process)]).sorted { $0.name < $1.name }
            }
            guard let place = firstIndex(where: { $0.name == family.name }) else {
                append(family)
                continue
            }
            guard self[place].kind == family.kind, self[place].bounds == family.bounds else {
                leftOut += family.series.count
                continue
            }
            let known = Set(self[place].series.map(\.labels))
            let new = family.series.filter { !known.contains($0.labels) }
            leftOut += family.series.count - new.count
            self[place].series += new
        }
        return leftOut
    }
}
