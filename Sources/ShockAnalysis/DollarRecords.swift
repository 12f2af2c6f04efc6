import Schema

/// The largest one-session changes of market value of all names with a known share count, in USD.
///
/// Kept are the ``limit`` largest losses and gains; beyond them only that there were more is known.
struct DollarRecords: Codable, Sendable {
    /// One name's session.
    struct Entry: Equatable, Sendable {
        /// Size of the change, without sign.
        let magnitude: Double
        let day: Int32
        let instrument: Int32

        /// Largest first; equal ones by day, then by number, so that the order of arrival is no matter.
        static func precedes(_ left: Entry, _ right: Entry) -> Bool {
            (right.magnitude, left.day, left.instrument) < (left.magnitude, right.day, right.instrument)
        }
    }

    /// A record that someone published (a ``RecordLoss`` fact).
    struct Published: Codable, Equatable, Sendable {
        let subject: String
        let date: String
        /// Negative for a loss.
        let usd: Double
    }

    /// Where a change stands.
    struct Standing: Equatable, Sendable {
        /// 1 for the largest; 0 if it is beyond those kept.
        let rank: UInt32
        let compared: UInt32
        let since: String
        /// The largest before that day, with its sign, and whose and when.
        let previous: (usd: Double, name: String)?

        static func == (left: Standing, right: Standing) -> Bool {
            left.rank == right.rank && left.compared == right.compared && left.since == right.since
                && left.previous?.usd == right.previous?.usd && left.previous?.name == right.previous?.name
        }
    }

    static let limit = 1_000

    private var losses = PackedArray<Entry>()
    private var gains = PackedArray<Entry>()
    private var published: [Published] = []
    private var sessions = 0
    private var firstDay = Int32.max

    /// Adds one name's session.
    mutating func add(usd: Double, day: Int32, instrument: Int) {
        guard usd.isFinite else { return }
        sessions += 1
        firstDay = min(firstDay, day)
        let entry = Entry(magnitude: abs(usd), day: day, instrument: Int32(instrument))
        if usd < 0 { Self.insert(entry, into: &losses.values) } else { Self.insert(entry, into: &gains.values) }
    }

    /// Adds a published record; the later of two for one subject and date replaces the earlier.
    mutating func add(_ record: Published) {
        guard record.usd.isFinite else { return }
        published.removeAll { $0.subject == record.subject && $0.date == record.date }
        published.append(record)
    }

    /// Takes one name's session out again: it was measured in the wrong terms.
    mutating func remove(day: Int32, instrument: Int) {
        let before = losses.values.count + gains.values.count
        losses.values.removeAll { $0.day == day && $0.instrument == Int32(instrument) }
        gains.values.removeAll { $0.day == day && $0.instrument == Int32(instrument) }
        if losses.values.count + gains.values.count < before { sessions -= 1 }
    }

    private static func insert(_ entry: Entry, into list: inout [Entry]) {
        if list.count == limit {
            guard Entry.precedes(entry, list[limit - 1]) else { return }
            list.removeLast()
        }
        list.insert(entry, at: list.partitioningIndex { !Entry.precedes($0, entry) })
    }

    /// Where a change stands among those of the same sign.
    ///
    /// - Parameters:
    ///   - usd: The change, negative for a loss.
    ///   - day: Its session, and `instrument` whose: neither its own entry nor a published record of
    ///     it is compared.
    ///   - isCounted: Whether that session was added already.
    ///   - symbol: Names an instrument.
    func standing(
        usd: Double, day: Int32, instrument: Int, isCounted: Bool, symbol: (Int) -> String
    ) -> Standing {
        let list = usd < 0 ? losses.values : gains.values
        var larger = 0
        var best: Entry?
        for entry in list where entry.day != day || entry.instrument != Int32(instrument) {
            if best == nil, entry.day < day { best = entry }
            if entry.magnitude > abs(usd) { larger += 1 } else if best != nil { break }
        }
        var previous = best.map { (magnitude: $0.magnitude, day: $0.day, name: symbol(Int($0.instrument))) }
        let others = comparable(list, sign: usd, own: (symbol(instrument), CivilTime.date(day: Int(day))), symbol)
        for record in others {
            if abs(record.usd) > abs(usd) { larger += 1 }
            guard let recorded = CivilTime.parseDate(record.date), recorded < Int(day) else { continue }
            guard abs(record.usd) > previous?.magnitude ?? 0 else { continue }
            previous = (abs(record.usd), Int32(recorded), record.subject)
        }
        let isBeyond = list.count == Self.limit && abs(usd) < list[Self.limit - 1].magnitude
        let since = min(firstDay, day)
        return Standing(
            rank: isBeyond ? 0 : UInt32(larger + 1),
            compared: UInt32(sessions + (isCounted ? 0 : 1) + others.count),
            since: CivilTime.date(day: Int(since)),
            previous: previous.map {
                (usd < 0 ? -$0.magnitude : $0.magnitude, "\($0.name) \(CivilTime.date(day: Int($0.day)))")
            })
    }

    /// Published records of a sign that are neither the change itself nor among the sessions kept.
    private func comparable(
        _ list: [Entry], sign: Double, own: (subject: String, date: String), _ symbol: (Int) -> String
    ) -> [Published] {
        published.filter { record in
            guard (record.usd < 0) == (sign < 0), record.subject != own.subject || record.date != own.date else {
                return false
            }
            let day = CivilTime.parseDate(record.date)
            return !list.contains { Int($0.day) == day && symbol(Int($0.instrument)) == record.subject }
        }
    }
}
