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
    private var stored: StoredMessage

    init(subject: ShockSubject, name: String, session: Int32, lifecycle: ShockLifecycle) {
        self.subject = subject
        self.session = session
        self.lifecycle = lifecycle
        lastDay = session
        var signal = ShockSignal()
        signal.shock = "\(name)/\(CivilTime.date(day: Int(session)))"
        signal.scope = subject.scope
        signal.subject = name
        stored = StoredMessage(.shockSignal(signal))
    }

    /// The last signal, to be changed into the next.
    var signal: ShockSignal {
        get {
            guard case .shockSignal(let signal) = stored.message else { return ShockSignal() }
            return signal
        }
        set { stored = StoredMessage(.shockSignal(newValue)) }
    }

    /// Changes the last signal in place: what it says of the shock's first session is not copied, unless others hold it.
    mutating func change(_ body: (inout ShockSignal) -> Void) {
        var signal = signal
        stored = Self.nothing
        body(&signal)
        self.signal = signal
    }

    /// The shock, leaving one with nothing said behind.
    fileprivate mutating func taken() -> Shock {
        let shock = self
        stored = Self.nothing
        return shock
    }

    private static let nothing = StoredMessage(.shockSignal(ShockSignal()))
}

/// The shocks that are not over, at most one to a subject, in the order of their subjects.
struct LiveShocks: Codable, Sendable {
    private(set) var all: [Shock] = []
    /// Counts changes, so that what is derived from the list is made again only after one.
    private(set) var changes = 0

    subscript(subject: ShockSubject) -> Shock? {
        get {
            let index = position(of: subject)
            return index < all.count && all[index].subject == subject ? all[index] : nil
        }
        set {
            changes += 1
            let index = position(of: subject)
            let isKnown = index < all.count && all[index].subject == subject
            switch (newValue, isKnown) {
            case (let shock?, true): all[index] = shock
            case (let shock?, false): all.insert(shock, at: index)
            case (nil, true): all.remove(at: index)
            case (nil, false): break
            }
        }
    }

    /// Takes a subject's shock out to be changed: until it is put back or set anew, what it said is not here.
    mutating func take(_ subject: ShockSubject) -> Shock? {
        let index = position(of: subject)
        return index < all.count && all[index].subject == subject ? all[index].taken() : nil
    }

    /// Puts back what was taken, unchanged.
    mutating func put(_ shock: Shock) {
        let index = position(of: shock.subject)
        if index < all.count, all[index].subject == shock.subject { all[index] = shock }
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
