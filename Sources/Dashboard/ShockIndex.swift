import Glibc
import Schema

/// The shocks that are listed, the latest first; of each its latest revision. Bounded: the oldest that are over go first.
public struct ShockIndex: Sendable {
    /// Latest start last, so that what is new is added at the end.
    private var entries: [ShockEntry] = []
    /// Where each one starts, so that it is found.
    private var starts: [String: UInt64] = [:]
    private var names: [String: String] = [:]
    private var tally: [String: Int] = [:]
    private let capacity: Int
    /// How many were left out, being the oldest.
    public private(set) var forgotten = 0

    public init(capacity: Int = 20_000) { self.capacity = max(1, capacity) }

    public var count: Int { entries.count }

    /// How many are in each state.
    public var counts: [String: Int] { tally.filter { $0.value > 0 } }

    /// Takes a revision in; an older or repeated one changes nothing.
    ///
    /// - Returns: Whether it changed something.
    @discardableResult
    public mutating func take(_ entry: ShockEntry) -> Bool {
        if let place = place(of: entry.shock) {
            guard entry.sequence > entries[place].sequence else { return false }
            tally[entries[place].state.word, default: 0] -= 1
            if entries[place].startsAt == entry.startsAt {
                entries[place] = entry
                tally[entry.state.word, default: 0] += 1
                return true
            }
            entries.remove(at: place)
        }
        entries.insert(entry, at: position(entry.startsAt, entry.shock))
        tally[entry.state.word, default: 0] += 1
        starts[entry.shock] = entry.startsAt
        names[entry.fingerprint] = entry.shock
        if entries.count > capacity { forget() }
        return true
    }

    private mutating func forget() {
        let isOver: (ShockEntry) -> Bool = { $0.state == .resolved || $0.state == .withdrawn }
        let removed = entries.remove(at: entries.firstIndex(where: isOver) ?? 0)
        tally[removed.state.word, default: 0] -= 1
        starts[removed.shock] = nil
        names[removed.fingerprint] = nil
        forgotten += 1
    }

    public subscript(shock: String) -> ShockEntry? { place(of: shock).map { entries[$0] } }

    /// The shock that an alert is about.
    public func shock(of fingerprint: String) -> String? { names[fingerprint] }

    private func place(of shock: String) -> Int? {
        guard let start = starts[shock] else { return nil }
        let place = position(start, shock)
        return place < entries.count && entries[place].shock == shock ? place : nil
    }

    /// The first place whose entry does not come before one that starts then; of one time in the order of names, backwards.
    private func position(_ start: UInt64, _ shock: String) -> Int {
        entries.partitioningIndex { entry in
            entry.startsAt != start ? entry.startsAt > start : entry.shock <= shock
        }
    }

    /// One page of those that fit, the latest first.
    public func page(_ query: ShockQuery) -> ShockPage {
        let match = Match(query)
        var fitting: [Int] = []
        for place in entries.indices.reversed() where match.accepts(entries[place]) { fitting.append(place) }
        let pages = max(1, (fitting.count + ShockQuery.pageSize - 1) / ShockQuery.pageSize)
        let number = min(max(1, query.page), pages)
        let first = (number - 1) * ShockQuery.pageSize
        return ShockPage(
            entries: fitting[first..<min(first + ShockQuery.pageSize, fitting.count)].map { entries[$0] },
            total: fitting.count,
            number: number, pages: pages)
    }
}

/// A query taken apart once for many entries.
struct Match {
    private let query: ShockQuery
    private let words: [[UInt8]]
    private let subject: String

    init(_ query: ShockQuery) {
        self.query = query
        words = query.text.lowercased().split(whereSeparator: \.isWhitespace).map { Array($0.utf8) }
        subject = query.subject.lowercased()
    }

    func accepts(_ entry: borrowing ShockEntry) -> Bool {
        (query.state.isEmpty || entry.state.word == query.state)
            && (query.scope.isEmpty || entry.scope == query.scope)
            && (subject.isEmpty || entry.subject.lowercased() == subject)
            && words.allSatisfy { Self.contains(entry.searched, $0) }
    }

    /// By the first byte, then the rest: ten thousand lines take a millisecond.
    static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        guard let first = word.first else { return true }
        return text.withUnsafeBytes { text in
            word.withUnsafeBytes { word in
                var place = 0
                while text.count - place >= word.count {
                    let rest = text.baseAddress! + place
                    guard let found = memchr(rest, Int32(first), text.count - place - word.count + 1) else {
                        return false
                    }
                    if memcmp(found, word.baseAddress!, word.count) == 0 { return true }
                    place += UnsafeRawPointer(found) - rest + 1
                }
                return false
            }
        }
    }
}

/// Which shocks are asked for; what is empty lets all pass.
public struct ShockQuery: Equatable, Sendable {
    public static let pageSize = 50
    /// Each of its words must occur.
    public var text = ""
    public var state = ""
    public var scope = ""
    public var subject = ""
    /// From 1; beyond the last it is the last.
    public var page = 1

    public init() {}
}

public struct ShockPage: Equatable, Sendable {
    public var entries: [ShockEntry]
    public var total: Int
    public var number: Int
    public var pages: Int
}
