import Schema

/// Whose shock it is: the market's, a group's (by index) or an instrument's (by number).
struct ShockSubject: Codable, Comparable, Sendable {
    private let rank: UInt8
    let index: Int

    static let market = ShockSubject(rank: 0, index: 0)
    static func group(_ index: Int) -> ShockSubject { .init(rank: 1, index: index) }
    static func instrument(_ number: Int) -> ShockSubject { .init(rank: 2, index: number) }

    var scope: ShockScope {
        switch rank {
        case 0: .market
        case 1: .group
        default: .instrument
        }
    }

    static func < (left: ShockSubject, right: ShockSubject) -> Bool {
        (left.rank, left.index) < (right.rank, right.index)
    }
}

/// A shock that is not over, with what was last said of it.
struct Shock: Codable, Sendable {
    var subject: ShockSubject
    var lifecycle: ShockLifecycle
    /// The session it began in, as a day number.
    let session: Int32
    /// The last session completed for it, or the one it began in.
    var lastDay: Int32
    /// P0, the price before; 1 for a group, whose prices are relative to the close before.
    var before = 0.0
    /// P1, the price at the close of the session it began in.
    var after = 0.0
    /// The latest close.
    var price = 0.0
    private var stored: StoredSignal

    init(subject: ShockSubject, name: String, session: Int32, lifecycle: ShockLifecycle) {
        self.subject = subject
        self.session = session
        self.lifecycle = lifecycle
        lastDay = session
        stored = StoredSignal()
        signal.shock = "\(name)/\(CivilTime.date(day: Int(session)))"
        signal.scope = subject.scope
        signal.subject = name
    }

    /// The last signal, to be changed into the next.
    var signal: ShockSignal {
        get { stored.value }
        _modify { yield &stored.value }
    }

    /// The shock, leaving one with nothing said behind: what is said is moved, not copied.
    fileprivate mutating func taken() -> Shock {
        var signal = StoredSignal()
        swap(&stored, &signal)
        var shock = self
        swap(&shock.stored, &signal)
        return shock
    }
}

extension ShockSignal {
    /// Adds a session that was followed.
    ///
    /// In place, unless others hold the signal: the generated accessors hand out what they keep, so that appending through
    /// them would copy the measure and all its sessions each time.
    mutating func append(_ session: FollowUpSession) {
        var measure = measure
        clearMeasure()
        var sessions = measure.followUp
        measure.followUp = []
        sessions.append(session)
        measure.followUp = sessions
        self.measure = measure
    }
}

/// A signal kept for later, stored in a checkpoint as the record that it is.
private struct StoredSignal: Codable, Sendable {
    var value = ShockSignal()

    init() {}

    init(from decoder: any Decoder) throws {
        guard case .shockSignal(let signal) = try StoredMessage(from: decoder).message else { return }
        value = signal
    }

    func encode(to encoder: any Encoder) throws { try StoredMessage(.shockSignal(value)).encode(to: encoder) }
}

/// The shocks that are not over, at most one to a subject, in the order of their subjects.
struct LiveShocks: Codable, Sendable {
    private(set) var all: [Shock] = []
    /// Counts which shocks there are and in which states, so that what is derived from that is made again only after a
    /// change.
    private(set) var changes = 0

    subscript(subject: ShockSubject) -> Shock? { index(of: subject).map { all[$0] } }

    /// The state of a subject's shock; nil: it has none.
    func state(of subject: ShockSubject) -> ShockLifecycle.State? { index(of: subject).map { all[$0].lifecycle.state } }

    /// Takes a subject's shock out to be changed: until it is put back, what it said is not here.
    mutating func take(_ subject: ShockSubject) -> Shock? { index(of: subject).map { all[$0].taken() } }

    /// Puts a shock in its place, new, changed or as it was taken; one that is over leaves the list.
    mutating func put(_ shock: consuming Shock) {
        let place = position(of: shock.subject)
        let known = place < all.count && all[place].subject == shock.subject ? all[place].lifecycle.state : nil
        if known != shock.lifecycle.state { changes += 1 }
        switch (known != nil, shock.lifecycle.isLive) {
        case (true, true): all[place] = shock
        case (true, false): all.remove(at: place)
        case (false, true): all.insert(shock, at: place)
        case (false, false): break
        }
    }

    private func index(of subject: ShockSubject) -> Int? {
        let place = position(of: subject)
        return place < all.count && all[place].subject == subject ? place : nil
    }

    private func position(of subject: ShockSubject) -> Int {
        all.partitioningIndex { !($0.subject < subject) }
    }

    /// Gives subjects new places, as when the groups were configured anew.
    mutating func renumber(_ place: (ShockSubject) -> ShockSubject) {
        all = all.map {
            var shock = $0
            shock.subject = place($0.subject)
            return shock
        }
        all.sort { $0.subject < $1.subject }
    }
}
