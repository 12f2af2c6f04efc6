import Schema

/// What a name in no group has to do with others by the theses it is exposed to.
///
/// A group says what a name is; a thesis only what its holder believes the name to depend on. So a thesis counts where no
/// group does, and below one.
enum ThesisTies {
    /// The theses a name in no group is exposed to, with a sign.
    static func theses(of symbol: String, _ settings: ModelSettings) -> [Thesis] {
        guard !settings.groups.contains(where: { $0.members.contains { $0.symbol == symbol } }) else { return [] }
        return settings.theses.filter { sign(of: symbol, in: $0) != 0 }
    }

    static func sign(of symbol: String, in thesis: Thesis) -> Int32 {
        thesis.exposures.first { $0.symbol == symbol }?.sign ?? 0
    }

    /// The group whose members a thesis says most of; of several the first of the configuration.
    static func group(of thesis: Thesis, _ settings: ModelSettings) -> Group? {
        let exposed = Set(thesis.exposures.filter { $0.sign != 0 }.map(\.symbol))
        var best: (group: Group, members: Int)?
        for group in settings.groups {
            let members = group.members.count { exposed.contains($0.symbol) }
            if members > best?.members ?? 0 { best = (group, members) }
        }
        return best?.group
    }

    /// The group that a name in none is taken to move with, and the thesis that says so.
    static func tie(of symbol: String, _ settings: ModelSettings) -> (group: Group, thesis: Thesis)? {
        for thesis in theses(of: symbol, settings) {
            if let group = group(of: thesis, settings) { return (group, thesis) }
        }
        return nil
    }

    /// Whether a move is to the side that its sign says, on a day on which the thesis's other names moved as they did. Where
    /// they did not move, or their prices are not known yet, it is not to the other side either.
    ///
    /// - Parameter change: A name's return in the session; nil where it is not known.
    static func agrees(
        _ symbol: String, moved: Double, _ thesis: Thesis, change: (String) -> Double?
    ) -> Bool {
        let others = thesis.exposures.filter { $0.symbol != symbol && $0.sign != 0 }
        let tilt = others.reduce(0.0) { sum, exposure in
            sum + (change(exposure.symbol).map { $0 < 0 ? -1 : $0 > 0 ? 1 : 0 } ?? 0) * Double(exposure.sign)
        }
        return tilt * Double(sign(of: symbol, in: thesis)) * moved >= 0
    }
}
