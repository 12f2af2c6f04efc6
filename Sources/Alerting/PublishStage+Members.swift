import Schema

extension PublishStage {
    /// Announces a group's or the market's alert on its members' topics.
    ///
    /// Members are told when it fires and when it ends, not of every revision. Who joins while it fires is
    /// told then; who was told that it fires is told that it resolved, even if no longer a member. A
    /// withdrawal goes to the members of the finding, whose own alerts may say they are part of it.
    ///
    /// - Parameters:
    ///   - alert: The wider alert as just published.
    ///   - members: Who was told that it fires; brought up to date.
    mutating func announce(
        _ finding: Finding, as alert: Alert, members told: inout [ToldMember], to outbox: inout Outbox
    ) {
        guard finding.scope == .group || finding.scope == .market, alert.state != .pending else { return }
        // Each notice has one line of them, and a market has thousands: copying all for each would take seconds.
        var bare = finding
        bare.measure.members = []
        let lines = Dictionary(grouping: finding.measure.members, by: \.symbol)
        func notify(_ member: ToldMember) {
            self.notify(member, with: lines[member.symbol] ?? [], of: alert, finding: bare, to: &outbox)
        }
        switch alert.state {
        case .firing:
            let known = Set(told.map(\.symbol))
            let joined = finding.toldMembers.filter { !known.contains($0.symbol) }
            joined.forEach(notify)
            if !joined.isEmpty { told = (told + joined).sorted { $0.symbol < $1.symbol } }
        case .resolved:
            told.forEach(notify)
        case .withdrawn:
            finding.toldMembers.forEach(notify)
        case .pending, .unspecified, .UNRECOGNIZED: break
        }
    }

    /// Puts one notice on a member's topic: the wider alert's state and words under the member's name.
    ///
    /// It carries the measure with the member's own line only, and no decomposition, attribution, sections, claims or
    /// questions: `part_of` names the alert that has them, and a market has a thousand members.
    private mutating func notify(
        _ member: ToldMember, with lines: [MemberMeasure], of wider: Alert, finding: Finding, to outbox: inout Outbox
    ) {
        let labels = AlertLabels(
            scope: finding.scope, subject: member.symbol, shock: finding.shock, partOf: wider.fingerprint)
        var notice = Self.alert(of: finding, state: wider.state, labels: labels, fingerprint: labels.fingerprint)
        notice.subject = member.symbol
        notice.subjectName = member.name
        notice.partOf = [wider.fingerprint]
        notice.headline = Wording.notice(of: finding, headline: wider.headline, .english)
        notice.summary = wider.summary
        notice.words = wider.words.map { words in
            var words = words
            // What a revision changed is told with the wider alert, in every language.
            words.revised = []
            if let language = Language(rawValue: words.language) {
                words.headline = Wording.notice(of: finding, headline: words.headline, language)
            }
            return words
        }
        notice.measure = finding.measure
        notice.measure.members = lines
        emit(notice, at: finding.eventTime, to: &outbox)
    }
}

extension Finding {
    /// Its members by symbol, each once, the subject itself left out (the market's is its benchmark).
    fileprivate var toldMembers: [ToldMember] {
        guard scope == .group || scope == .market else { return [] }
        var unique: [ToldMember] = []
        for member in members.sorted(by: { $0.symbol < $1.symbol })
        where member.symbol != unique.last?.symbol && member.symbol != subject && !member.symbol.isEmpty {
            unique.append(ToldMember(symbol: member.symbol, name: member.name))
        }
        return unique
    }

    /// What to call its subject: the name where it has one.
    var displayName: String { subjectName.isEmpty ? subject : subjectName }
}
