import Schema

@testable import ShockAttribution

/// A made-up world for sections and claims: ABC, its benchmark IDX and the fund LEV on ABC, two years of sessions, then
/// a fall of ABC by a fifth on 2025-01-27.
struct ExplanationFixture {
    static let session = "2025-01-27"
    static let before = MarketFixture.at("2025-01-24", "21:00:00")
    static let open = MarketFixture.at("2025-01-27", "14:30:00")
    static let close = MarketFixture.at("2025-01-27", "21:00:00")

    var market = MarketFixture()
    var settings = ModelSettings()

    /// - Parameters:
    ///   - days: Weekdays before the shock that have a close.
    ///   - facts: Known before the shock unless their own time says otherwise.
    init(days: Int = 520, thesis: Thesis? = ExplanationFixture.thesis, facts: [Fact] = []) {
        settings.benchmark = "IDX"
        if let thesis { settings.theses = [thesis] }
        market.configure(settings)
        market.define("ABC", name: "Abcdar Corporation", aliases: ["Abcdar"])
        market.define("DEF", name: "Defoe Works", aliases: ["Defoe"])
        market.define("IDX", name: "Index", kind: .etf)
        let last = CivilTime.parseDate("2025-01-24")!
        let dates = (0..<days * 7 / 5 + 7).map { last - $0 }.filter { (0...4).contains(($0 + 3) % 7) }.prefix(days)
        for (age, day) in dates.enumerated().reversed() {
            let date = CivilTime.date(day: day)
            let wiggle = age % 2 == 0 ? 1.01 : 0.99
            // ABC came from 10 to 100 over the time; DEF stands, a little less nervous.
            let path = age == 0 ? 100 : 10 + 90 * Double(days - age) / Double(days) * wiggle
            market.daily("ABC", date, close: path)
            market.daily("DEF", date, close: 50 * (age == 0 ? 1 : age % 3 == 0 ? 1.005 : 0.995))
            market.daily("IDX", date, close: 100)
        }
        for fact in facts { market.fact(fact) }
        market.daily("ABC", Self.session, close: 80)
        market.daily("DEF", Self.session, close: 45)
        market.daily("IDX", Self.session, close: 99)
    }

    static var thesis: Thesis {
        var thesis = Thesis()
        thesis.id = "fewer"
        thesis.statement = "Fewer widgets will be needed."
        thesis.frozen = "2025-01-20"
        thesis.exposures = [("ABC", -1), ("DEF", -1)].map { symbol, sign in
            var exposure = Exposure()
            exposure.symbol = symbol
            exposure.sign = Int32(sign)
            return exposure
        }
        return thesis
    }

    static func signal(
        _ phase: ShockPhase = .open, simpleReturn: Double = -0.2, at time: UInt64 = close, followUp: Int = 0
    ) -> ShockSignal {
        var signal = ShockSignal.made(
            phase, "ABC", session: session, onset: before..<open, simpleReturn: simpleReturn)
        signal.eventTime = time
        signal.recordTime = time
        signal.measure.priceBefore = 100
        signal.measure.priceLast = 100 * (1 + simpleReturn)
        signal.measure.volatility = 0.02
        for day in 0..<followUp {
            var session = FollowUpSession()
            session.session = CivilTime.date(day: CivilTime.parseDate(Self.session)! + 1 + day)
            session.retraced = 0.1 * Double(day + 1)
            signal.measure.followUp.append(session)
        }
        return signal
    }

    static func fact(
        about subject: String = "ABC", known: UInt64 = before, asOf: String? = nil, tier: Schema.SourceTier = .t5,
        _ value: Fact.OneOf_Value
    ) -> Fact {
        var fact = Fact()
        fact.subject = subject
        fact.eventTime = known
        fact.recordTime = known
        fact.asOf = asOf ?? CivilTime.date(day: CivilTime.dayNumber(known))
        fact.source = "Somebody"
        fact.tier = tier
        fact.value = value
        return fact
    }

    static func claim(
        id: String = "it", known: UInt64 = before, due: String = "", _ test: Claim.OneOf_Test
    ) -> Fact {
        var claim = Claim()
        claim.id = id
        claim.statement = "It is so."
        claim.due = due
        claim.test = test
        return fact(known: known, .claim(claim))
    }

    /// The finding of a signal at the shock's close.
    func finding(_ signal: ShockSignal = Self.signal()) -> Finding {
        var market = market
        market.signal(signal)
        var stage = AttributeStage()
        return stage.findings(market.messages).last!
    }
}

extension Finding {
    func section(_ id: SectionID) -> Section? { sections.first { $0.id == id.rawValue } }

    func estimate(_ section: SectionID, _ id: String, of: String = "") -> Estimate? {
        self.section(section)?.estimates.first { $0.id == id && $0.of == of }
    }

    func status(of claim: String) -> ClaimStatus? { claims.first { $0.id == claim }?.status }
}
