/// Whether a headline only reports that prices moved.
///
/// Such a headline is an effect of the move. Inside the interval in which the move began it would
/// otherwise be the best-timed and most relevant candidate for its cause.
public enum PriceReportClassifier {
    public struct Verdict: Codable, Equatable, Sendable {
        /// Whether a price move is what the headline reports.
        public let isPriceReport: Bool
        /// Whether it also names a reason ("as …", "after …", "tras …"), which is worth reading but was
        /// written when the move was known.
        public let namesReason: Bool
        /// −1 down, +1 up, 0 unsaid or both.
        public let direction: Int
    }

    /// Judges a headline in English, Spanish, German or Chinese. O(words).
    ///
    /// It is a price report if it has a word that says the whole thing (selloff, premarket, 暴跌), or a
    /// verb of falling or rising together with something that has a price (shares, Nasdaq, acciones,
    /// Aktie, 股) or with a percentage that is not of revenue, profit and the like.
    public static func classify(_ headline: String) -> Verdict {
        let tokens = Tokenizer.tokens(headline)
        let words = tokens.map(\.key)
        // Spaces around every key, so that a phrase matches whole words only.
        let spaced = " " + words.joined(separator: " ") + " "
        let ideographs = tokens.filter { $0.kind == .ideograph }.map(\.key).joined()

        let falls = PriceWords.falls.contains(in: words) || ideographs.holds(PriceWords.chineseFalls)
        let rises = PriceWords.rises.contains(in: words) || ideographs.holds(PriceWords.chineseRises)
        let hasSubject = PriceWords.subjects.contains(in: words) || ideographs.holds(PriceWords.chineseSubjects)
        let isWhole =
            PriceWords.whole.contains(in: words) || PriceWords.phrases.contains { spaced.contains(" \($0) ") }
            || ideographs.holds(PriceWords.chineseWhole)
        let hasPercentage =
            tokens.contains { $0.kind == .number && ($0.following == "%" || $0.following == "％") }
            && !PriceWords.fundamentals.contains(in: words)
        return Verdict(
            isPriceReport: isWhole || ((hasSubject || hasPercentage) && (falls || rises)),
            namesReason: PriceWords.reasons.contains(in: Array(words.dropFirst()))
                || ideographs.holds(["因", "引发", "由于"]),
            direction: (rises ? 1 : 0) - (falls ? 1 : 0)
        )
    }
}

extension Set<String> {
    fileprivate func contains(in words: [String]) -> Bool { words.contains { contains($0) } }
}

extension String {
    fileprivate func holds(_ parts: [String]) -> Bool { parts.contains { contains($0) } }
}

/// Words of price moves, as ``Token/key``.
private enum PriceWords {
    static let subjects = set(
        """
        share shares stock stocks equities futures index indexes indices nasdaq dow nikkei dax ibex stoxx yields
        market markets bitcoin crypto oil gold dollar bonds chipmakers semis
        accion acciones bolsa bolsas mercado mercados indice indices titulos futuros
        aktie aktien aktienkurs kurs kurse borse borsen markt markte chipwerte
        """)
    static let falls = set(
        """
        fall falls fell falling drop drops dropped dropping plunge plunges plunged plunging tumble tumbles tumbled
        tumbling slide slides slid sliding sink sinks sank sinking slump slumps slumped slumping crash crashes crashed
        plummet plummets plummeted dive dives dip dips dipped tank tanks tanked lose loses lost slip slips slipped
        retreat retreats rattle rattles rattled lower down decline declines declined skid skids
        cae caen cayo cayeron caida caidas desploma desploman desplome hunde hunden hundio pierde pierden baja bajan
        retroceden retrocede
        fallt fallen fiel fielen sturzt sturzen sturzte absturz bricht brechen einbruch verliert verlieren sinkt sinken
        rutscht rutschen verlust verluste
        """)
    static let rises = set(
        """
        rise rises rose rising jump jumps jumped surge surges surged surging soar soars soared soaring gain gains gained
        climb climbs climbed rally rallies rallied rebound rebounds rebounded spike spikes spiked higher
        sube suben subio dispara disparan alza alzas rebota rebotan repunte
        steigt steigen stieg klettert klettern springt springen erholt erholen
        """)
    static let whole = set(
        """
        selloff selloffs premarket bloodbath kurssturz kursrutsch kurseinbruch kursverlust aktiencrash
        """)
    static let fundamentals = set(
        """
        revenue revenues profit profits sales earnings income margin margins inflation prices cpi unemployment gdp rate
        rates output demand orders jobs spending ventas beneficio beneficios ingresos inflacion paro umsatz gewinn
        inflation arbeitslosigkeit
        """)
    static let phrases = [
        "sell off", "pre market", "market rout", "stock rout", "tech rout", "wipes out", "wiped out", "wipe out",
        "wipes billions", "market cap loss", "market crash", "tech wreck", "in the red", "biggest one day loss",
        "loses billions", "lost billions", "erases billions", "shed billions", "stock market today",
        "lunes negro", "en rojo", "en bolsa", "in den keller", "after hours trading", "market value",
    ]
    static let reasons = set(
        """
        as after on amid over because following due tras por debido ante despues nach wegen weil
        """)
    static let chineseSubjects = ["股", "指数", "市值", "美股", "期货", "纳指", "道指", "期貨", "納指"]
    static let chineseFalls = ["跌", "下挫", "重挫", "大挫", "跳水", "蒸发", "蒸發", "崩盘", "崩盤"]
    static let chineseRises = ["涨", "漲", "飙升", "飆升", "反弹", "反彈", "走高"]
    static let chineseWhole = ["暴跌", "大跌", "闪崩", "閃崩", "市值蒸发", "市值蒸發", "抛售", "拋售", "盘前", "盤前", "股价", "股價"]

    private static func set(_ words: String) -> Set<String> {
        Set(words.split(whereSeparator: \.isWhitespace).map(String.init))
    }
}
