import Schema

/// Decides who is told what when: alerts and the time go in, deliveries come out. `docs/design/notify.md`.
///
/// A value without I/O. All times are ns since the Unix epoch, by the wall clock.
public struct NotifyRouter: Sendable {
    public private(set) var settings: NotifySettings
    /// Told to it whenever they change.
    public private(set) var silences = SilenceBook()
    public private(set) var state: State
    /// The groups an alert is in; follows from ``state``.
    private var places: [String: Set<GroupKey>] = [:]
    /// No group is due before.
    private var nextDue: UInt64 = 0

    /// What outlives the process.
    public struct State: Codable, Equatable, Sendable {
        /// Alerts whose record time is before are history.
        public var liveFrom: UInt64
        /// What fires, by fingerprint.
        var live: [String: NotifyAlert] = [:]
        /// When wider alerts ended, for a moment: those that are part of one end right after it.
        var ended: [String: UInt64] = [:]
        var groups: [GroupKey: Group] = [:]
        var limits: [String: TokenBucket] = [:]
        var refreshed: [String: UInt64] = [:]
        /// When it was looked at last.
        var clock: UInt64 = 0
        public var routed: UInt64 = 0
        public var history: UInt64 = 0
        public var unrouted: UInt64 = 0

        public init(liveFrom: UInt64) { self.liveFrom = liveFrom }

        public var firing: Int { live.count }
    }

    struct GroupKey: Codable, Hashable, Comparable {
        var route: String
        var sink: String
        var values: [String]

        static func < (left: Self, right: Self) -> Bool {
            (left.route, left.sink) != (right.route, right.sink)
                ? (left.route, left.sink) < (right.route, right.sink)
                : left.values.lexicographicallyPrecedes(right.values)
        }
    }

    struct Group: Codable, Equatable, Sendable {
        var members: [String: Member] = [:]
        var due: UInt64?
        var told: UInt64?
    }

    struct Member: Codable, Equatable, Sendable {
        var alert: NotifyAlert
        /// The revision told last; nil: it was not told that it fires.
        var told: UInt32?
        /// What is told once it was told that it fires, though it is over already.
        var end: NotifyAlert?
    }

    /// What a wider alert kept back is kept back for so long after its end, ns: most of it ends with it.
    static let grace: UInt64 = 10 * CivilTime.second

    /// Alerts of one delivery.
    static let maximumAlerts = 500

    public init(_ settings: NotifySettings, state: State) {
        self.settings = settings
        self.state = state
        // What a route or sink that is gone was told is not told again.
        self.state.groups = state.groups.filter { key, _ in
            settings.sink(key.sink) != nil && settings.route(key.route)?.sinks.contains(key.sink) ?? false
        }
        for (key, group) in self.state.groups {
            for fingerprint in group.members.keys { places[fingerprint, default: []].insert(key) }
        }
    }

    /// Groups that have something to say, or may have, when their time comes.
    public var dueGroups: Int { state.groups.values.count { $0.due != nil && !$0.members.isEmpty } }

    // MARK: what happens

    public mutating func apply(_ alert: NotifyAlert, now: UInt64) {
        if alert.isFiring { state.live[alert.fingerprint] = alert }
        if alert.isOver, state.live.removeValue(forKey: alert.fingerprint) != nil {
            release(alert.fingerprint, now: now)
        }
        guard settings.history || alert.recordTime >= state.liveFrom else {
            state.history += 1
            return
        }
        if alert.isFiring { place(alert, now: now) }
        // What was told that it fires is told that it is over, whatever the routes say by now.
        for key in places[alert.fingerprint] ?? [] {
            guard let member = state.groups[key]?.members[alert.fingerprint] else { continue }
            if alert.isOver, member.told == nil {
                // A shock that is over is no matter any more; a claim that is settled is what was waited for.
                if alert.isClaim {
                    state.groups[key]?.members[alert.fingerprint]?.end = alert
                } else {
                    remove(alert.fingerprint, from: key)
                }
            } else if alert.isOver || alert.isFiring {
                state.groups[key]?.members[alert.fingerprint]?.alert = alert
                state.groups[key]?.members[alert.fingerprint]?.end = nil
                schedule(key, now: now)
            }
        }
    }

    /// Records from `first` on were taken back: what they said that fires does not, until it is said again.
    public mutating func withdraw(from first: UInt64, now: UInt64) {
        for alert in state.live.values.sorted(by: { $0.sequence < $1.sequence }) where alert.sequence >= first {
            var over = alert
            over.state = .withdrawn
            over.endsAt = CivilTime.rfc3339(now)
            over.recordTime = now
            apply(over, now: now)
        }
    }

    public mutating func adopt(_ silences: SilenceBook, now: UInt64) {
        guard silences != self.silences else { return }
        self.silences = silences
        // Whoever was kept back by one may be told now.
        for (key, group) in state.groups where group.members.values.contains(where: { $0.told == nil }) {
            schedule(key, now: now)
        }
    }

    private mutating func place(_ alert: NotifyAlert, now: UInt64) {
        var isRouted = false
        for route in settings.routes where route.match.matches(alert.labels) {
            isRouted = true
            let values = route.groupBy.map { alert.labels[$0] ?? "" }
            for sink in route.sinks {
                let key = GroupKey(route: route.name, sink: sink, values: values)
                guard state.groups[key]?.members[alert.fingerprint] == nil else { continue }
                state.groups[key, default: Group()].members[alert.fingerprint] = Member(alert: alert)
                places[alert.fingerprint, default: []].insert(key)
            }
            if !route.continues { break }
        }
        if isRouted { state.routed += 1 } else { state.unrouted += 1 }
    }

    /// A wider alert is over: those that are part of it and still fire are no longer kept back by it.
    private mutating func release(_ wider: String, now: UInt64) {
        state.ended = state.ended.filter { $0.value + Self.grace > now && $0.value <= now }
        let kept = state.live.values.filter { $0.partOf.contains(wider) }
        guard settings.inhibit, !kept.isEmpty else { return }
        state.ended[wider] = now
        for alert in kept {
            for key in places[alert.fingerprint] ?? [] {
                set(key, due: min(state.groups[key]?.due ?? .max, now + Self.grace))
            }
        }
    }

    private mutating func remove(_ fingerprint: String, from key: GroupKey) {
        state.groups[key]?.members[fingerprint] = nil
        places[fingerprint]?.remove(key)
        if places[fingerprint]?.isEmpty ?? false { places[fingerprint] = nil }
        if state.groups[key]?.members.isEmpty ?? false, state.groups[key]?.told == nil { state.groups[key] = nil }
    }

    private mutating func schedule(_ key: GroupKey, now: UInt64) {
        guard let route = settings.route(key.route), let group = state.groups[key] else { return }
        let due = group.told.map { max(now, min($0, now) + route.interval) } ?? now + route.wait
        set(key, due: min(group.due ?? .max, due))
    }

    private mutating func set(_ key: GroupKey, due: UInt64?) {
        state.groups[key]?.due = due
        if let due { nextDue = min(nextDue, due) }
    }

    // MARK: what is told

    /// What is to be sent by now, in the order of routes, sinks and groups.
    public mutating func tick(now: UInt64) -> [Delivery] {
        var made: [Delivery] = []
        notice(now)
        if nextDue <= now {
            nextDue = .max
            var due: [GroupKey] = []
            for (key, group) in state.groups {
                guard let time = group.due else { continue }
                if time <= now { due.append(key) } else { nextDue = min(nextDue, time) }
            }
            for key in due.sorted() { made += flush(key, now: now) }
        }
        for sink in settings.sinks where sink.isAlertmanager { made += refresh(sink, now: now) }
        return made
    }

    /// A clock that was set back by more than a minute takes what is due with it.
    private mutating func notice(_ now: UInt64) {
        if state.clock > now + 60 * CivilTime.second {
            let back = state.clock - now
            state.groups = state.groups.mapValues { group in
                var group = group
                group.due = group.due.map { $0 - min($0, back) }
                group.told = group.told.map { $0 - min($0, back) }
                return group
            }
            nextDue = 0
        }
        state.clock = now
    }

    private mutating func flush(_ key: GroupKey, now: UInt64) -> [Delivery] {
        guard let group = state.groups[key], let route = settings.route(key.route), let sink = settings.sink(key.sink),
            group.due != nil
        else { return [] }
        for member in group.members.values where member.end != nil && mutedUntil(member.alert, now) != nil {
            remove(member.alert.fingerprint, from: key)
        }
        let members = (state.groups[key]?.members ?? [:]).values.sorted {
            ($0.alert.startsAt, $0.alert.fingerprint) < ($1.alert.startsAt, $1.alert.fingerprint)
        }
        let firing = members.filter { $0.alert.isFiring && (isTold($0, by: route) || mutedUntil($0.alert, now) == nil) }
        let changed = members.filter { $0.alert.isOver } + firing.filter { !isTold($0, by: route) }
        let isRepeat =
            route.repeatAfter > 0 && firing.contains { $0.told != nil }
            && (group.told.map { $0 + route.repeatAfter <= now } ?? false)
        let said = changed.isEmpty && isRepeat ? firing : changed
        guard !said.isEmpty else {
            settle(key, route, now: now)
            return []
        }
        if let later = held(sink, said, now: now) {
            set(key, due: later)
            return []
        }
        for member in said {
            if member.alert.isOver {
                remove(member.alert.fingerprint, from: key)
            } else {
                state.groups[key]?.members[member.alert.fingerprint] = Member(
                    alert: member.end ?? member.alert, told: member.alert.revision)
            }
        }
        state.groups[key]?.told = now
        settle(key, route, now: now)
        if said.contains(where: { $0.end != nil }) { schedule(key, now: now) }
        let labels = Dictionary(zip(route.groupBy, key.values)) { first, _ in first }
        return stride(from: 0, to: said.count, by: Self.maximumAlerts).map { start in
            Delivery(
                sink: key.sink, route: key.route, group: labels, reason: changed.isEmpty ? .again : .change,
                alerts: said[start...].prefix(Self.maximumAlerts).map(\.alert), time: now)
        }
    }

    private func isTold(_ member: Member, by route: NotifySettings.Route) -> Bool {
        route.revisions || member.alert.isClaim
            ? member.told == member.alert.revision : member.told != nil
    }

    /// When the sink may be told, if not now: by its quiet hours, else by its limit.
    private mutating func held(_ sink: NotifySettings.Sink, _ said: [Member], now: UInt64) -> UInt64? {
        if let quiet = sink.quiet, let end = quiet.end(at: now) {
            let isUrgent = quiet.except.map { except in said.contains { except.matches($0.alert.labels) } } ?? false
            if !isUrgent { return end }
        }
        return state.limits[sink.name, default: TokenBucket()].take(sink.perHour, now: now)
    }

    /// Until when nobody is told of an alert; nil: it is told. `.max`: as long as a wider one fires.
    private func mutedUntil(_ alert: NotifyAlert, _ now: UInt64) -> UInt64? {
        if settings.inhibit, !alert.isClaim {
            if alert.partOf.contains(where: { state.live[$0] != nil }) { return .max }
            let ended = alert.partOf.compactMap { state.ended[$0] }.max()
            if let ended, ended <= now, ended + Self.grace > now { return ended + Self.grace }
        }
        return silences.silent(alert.labels, at: now)
    }

    /// When the group is looked at next.
    private mutating func settle(_ key: GroupKey, _ route: NotifySettings.Route, now: UInt64) {
        guard let group = state.groups[key] else { return }
        let rest = group.told.map { max(now + 1, $0 + route.interval) } ?? now + 1
        guard !group.members.isEmpty else {
            // Kept for its interval, so that what comes and goes is not told each time.
            if let told = group.told, told + route.interval > now {
                set(key, due: rest)
            } else {
                state.groups[key] = nil
            }
            return
        }
        var due = UInt64.max
        if route.repeatAfter > 0, group.members.values.contains(where: { $0.told != nil }), let told = group.told {
            due = max(rest, told + route.repeatAfter)
        }
        for member in group.members.values where member.alert.isFiring && !isTold(member, by: route) {
            if let end = mutedUntil(member.alert, now) { due = min(due, max(rest, end)) }
        }
        set(key, due: due == .max ? nil : due)
    }

    /// What a sink was told that fires, said again lest it forgets.
    private mutating func refresh(_ sink: NotifySettings.Sink, now: UInt64) -> [Delivery] {
        let last = min(state.refreshed[sink.name] ?? now, now)
        state.refreshed[sink.name] = last
        guard last + UInt64(sink.resend) * CivilTime.second <= now else { return [] }
        state.refreshed[sink.name] = now
        var told: [String: NotifyAlert] = [:]
        for (key, group) in state.groups where key.sink == sink.name {
            for member in group.members.values where member.told != nil && member.alert.isFiring {
                told[member.alert.fingerprint] = member.alert
            }
        }
        let alerts = told.values.sorted { ($0.startsAt, $0.fingerprint) < ($1.startsAt, $1.fingerprint) }
        guard !alerts.isEmpty else { return [] }
        return [Delivery(sink: sink.name, route: "", group: [:], reason: .refresh, alerts: alerts, time: now)]
    }
}
