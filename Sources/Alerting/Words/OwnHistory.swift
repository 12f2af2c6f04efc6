public import Schema

/// Where a move stands among the moves of its own name, in words.
public enum OwnHistory {
    /// `its largest fall in 580 sessions since 2022-10-04`, `its 3rd largest rise in …`; nil where it was not ranked.
    ///
    /// A move is compared with those of the same sign; the sessions are all that were looked at.
    public static func phrase(_ measure: Measure, _ language: Language = .english) -> String? {
        guard measure.hasOwnRank, measure.ownRank.rank > 0 else { return nil }
        let rank = measure.ownRank
        if language == .chinese {
            let since = rank.since.isEmpty ? "" : "自\(language.date(rank.since))以来"
            let place = rank.rank == 1 ? "最大" : "第\(rank.rank)大"
            return "其\(since)\(rank.sessions)个交易日中\(place)的\(measure.simpleReturn < 0 ? "跌幅" : "涨幅")"
        }
        let place = rank.rank == 1 ? "largest" : "\(FixedNumber.ordinal(rank.rank)) largest"
        let sessions = Wording.English.counted(rank.sessions, "session", "sessions")
        let since = rank.since.isEmpty ? "" : " since \(Wording.line(rank.since))"
        return "its \(place) \(measure.simpleReturn < 0 ? "fall" : "rise") in \(sessions)\(since)"
    }
}
