/// A wording that was published, and by whom.
public struct Wording: Equatable, Sendable {
    /// The story it belongs to.
    public fileprivate(set) var story: UInt64
    /// Sequence of the item that had it first: its origin.
    public let origin: UInt64
    /// Nanoseconds since 1970 of that item.
    public let time: Int64
    let shingles: [UInt64]
    /// Who has published it, in order.
    public fileprivate(set) var sources: [String]
}

/// Finds the wording that a headline repeats, among those of the last days.
///
/// Signatures of ``MinHash`` are cut into 32 bands of 4 values; what shares a band is compared in full. Of pairs
/// with similarity 0.45 this finds three in four, of 0.7 all but one in five thousand
/// (``MinHash/matchProbability(similarity:bands:rows:)``), without looking at the others.
///
/// Memory is bounded by time and number: wordings live in two generations, and when the younger has grown for
/// ``NearDuplicates/generation`` nanoseconds, or to ``NearDuplicates/capacity`` wordings, the elder is dropped whole.
struct NearDuplicates: Equatable, Sendable {
    static let bands = 32
    static let rows = MinHash.length / bands
    static let generation: Int64 = 36 * 3_600_000_000_000
    static let capacity = 50_000
    static let comparedAtMost = 1_000

    /// Where a wording lies, until its generation is dropped.
    struct Place: Equatable, Sendable {
        fileprivate let isYoung: Bool
        fileprivate let index: Int
    }

    private var young = Generation()
    private var old = Generation()
    private var began: Int64?

    var count: Int { young.wordings.count + old.wordings.count }

    subscript(place: Place) -> Wording { place.isYoung ? young.wordings[place.index] : old.wordings[place.index] }

    /// The most similar wording from ``Shingles/nearDuplicate`` on, the earliest of equals.
    func closest(to shingles: [UInt64], bands: [UInt64]) -> (place: Place, jaccard: Double)? {
        let elder = old.closest(to: shingles, bands: bands)
        let younger = young.closest(to: shingles, bands: bands)
        if let younger, younger.jaccard > elder?.jaccard ?? 0 {
            return (Place(isYoung: true, index: younger.index), younger.jaccard)
        }
        return elder.map { (Place(isYoung: false, index: $0.index), $0.jaccard) }
    }

    /// Files a new wording.
    mutating func add(_ wording: Wording, bands: [UInt64]) {
        if let began, wording.time - began >= Self.generation || young.wordings.count >= Self.capacity {
            old = young
            young = Generation()
            self.began = nil
        }
        began = began ?? wording.time
        young.add(wording, bands: bands)
    }

    /// Notes that a source has published a wording; says whether it had before.
    mutating func publish(_ place: Place, source: String) -> Bool {
        place.isYoung
            ? young.wordings[place.index].publish(source) : old.wordings[place.index].publish(source)
    }

    /// Gives one story's wordings to another.
    ///
    /// A wording that both stories have is one, published by whoever published either; looked for among the first
    /// ``comparedAtMost`` of those that are given. O(wordings), and a search for each of those.
    ///
    /// - Returns: How many of them the other had, and how often a source had published both.
    mutating func move(from story: UInt64, to target: UInt64) -> (wordings: Int, publications: Int) {
        let moved = places { $0.story == story }
        var (wordings, publications) = (0, 0)
        for place in moved.prefix(Self.comparedAtMost) {
            guard let other = closest(to: self[place], of: target) else { continue }
            wordings += 1
            publications += self[place].sources.count { self[other].sources.contains($0) }
            for source in self[place].sources { _ = publish(other, source: source) }
            for source in self[other].sources { _ = publish(place, source: source) }
        }
        young.move(from: story, to: target)
        old.move(from: story, to: target)
        return (wordings, publications)
    }

    /// In the order they came.
    private func places(where isWanted: (Wording) -> Bool) -> [Place] {
        old.wordings.indices.filter { isWanted(old.wordings[$0]) }.map { Place(isYoung: false, index: $0) }
            + young.wordings.indices.filter { isWanted(young.wordings[$0]) }.map { Place(isYoung: true, index: $0) }
    }

    private func closest(to wording: Wording, of story: UInt64) -> Place? {
        let bands = Self.bands(of: wording.shingles)
        if let elder = old.closest(to: wording.shingles, bands: bands, where: { $0.story == story }) {
            return Place(isYoung: false, index: elder.index)
        }
        return young.closest(to: wording.shingles, bands: bands, where: { $0.story == story })
            .map { Place(isYoung: true, index: $0.index) }
    }

    /// The hash of each band of a signature, the band's number in it. O(128 · shingles).
    static func bands(of shingles: [UInt64]) -> [UInt64] {
        let signature = MinHash.signature(shingles)
        return (0..<bands).map { band in
            var hash = FNV1a.offset &+ UInt64(band)
            for value in signature[(band * rows)..<((band + 1) * rows)] {
                hash = (hash ^ value) &* 0x9E37_79B9_7F4A_7C15
                hash ^= hash >> 29
            }
            return hash
        }
    }

    static func == (left: NearDuplicates, right: NearDuplicates) -> Bool {
        left.began == right.began && left.young.wordings == right.young.wordings
            && left.old.wordings == right.old.wordings
    }
}

extension Wording {
    /// Sources remembered; later ones count as new each time.
    private static let limit = 64

    init(story: UInt64, item: StoryItem, shingles: [UInt64]) {
        self.init(story: story, origin: item.sequence, time: item.time, shingles: shingles, sources: [item.source])
    }

    fileprivate mutating func publish(_ source: String) -> Bool {
        if sources.contains(source) { return true }
        if sources.count < Self.limit { sources.append(source) }
        return false
    }
}

/// Wordings with their bands. Each band's hash leads to the wording that had it last, and each wording to the one
/// before it: no list is allocated for a band.
private struct Generation: Sendable {
    var wordings: [Wording] = []
    private var latest: [UInt64: Int32] = [:]
    private var previous: [Int32] = []

    init() {}

    /// Wordings compared at most for one band: a wording repeated in thousands of variants must not cost thousands.
    private static let depth = 64

    func closest(
        to shingles: [UInt64], bands: [UInt64], where isWanted: (Wording) -> Bool = { _ in true }
    ) -> (index: Int, jaccard: Double)? {
        var candidates: [Int32] = []
        for (band, hash) in bands.enumerated() {
            var place = latest[hash] ?? -1
            var depth = 0
            while place >= 0, depth < Self.depth {
                candidates.append(place)
                place = previous[Int(place) * NearDuplicates.bands + band]
                depth += 1
            }
        }
        candidates.sort()
        var best: (index: Int, jaccard: Double)?
        for index in removingRepeats(candidates) where isWanted(wordings[Int(index)]) {
            let jaccard = Shingles.jaccard(wordings[Int(index)].shingles, shingles)
            if jaccard >= Shingles.nearDuplicate, jaccard > best?.jaccard ?? 0 { best = (Int(index), jaccard) }
        }
        return best
    }

    mutating func move(from story: UInt64, to target: UInt64) {
        for index in wordings.indices where wordings[index].story == story { wordings[index].story = target }
    }

    mutating func add(_ wording: Wording, bands: [UInt64]) {
        let place = Int32(wordings.count)
        wordings.append(wording)
        for hash in bands {
            previous.append(latest[hash] ?? -1)
            latest[hash] = place
        }
    }
}

// MARK: In a checkpoint

extension NearDuplicates {
    init?(reading reader: inout CompactReader) {
        guard let began = reader.list({ $0.signed() }), let young = Generation(reading: &reader),
            let old = Generation(reading: &reader)
        else { return nil }
        self.began = began.first
        self.young = young
        self.old = old
    }

    func write(to writer: inout CompactWriter) {
        writer.list([began].compactMap { $0 }) { $1.signed($0) }
        young.write(to: &writer)
        old.write(to: &writer)
    }
}

extension Generation {
    init?(reading reader: inout CompactReader) {
        guard let wordings = reader.list(Wording.init(reading:)) else { return nil }
        for wording in wordings { add(wording, bands: NearDuplicates.bands(of: wording.shingles)) }
    }

    func write(to writer: inout CompactWriter) {
        writer.list(wordings) { $0.write(to: &$1) }
    }
}

extension Wording {
    fileprivate init?(reading reader: inout CompactReader) {
        guard let story = reader.number(), let origin = reader.number(), let time = reader.signed(),
            let shingles = reader.list({ $0.word() }), let sources = reader.list({ $0.text() })
        else { return nil }
        self.init(story: story, origin: origin, time: time, shingles: shingles, sources: sources)
    }

    fileprivate func write(to writer: inout CompactWriter) {
        writer.number(story)
        writer.number(origin)
        writer.signed(time)
        writer.list(shingles) { $1.word($0) }
        writer.list(sources) { $1.text($0) }
    }
}
