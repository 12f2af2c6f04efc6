import Calendars
import Schema

/// Turns one JSON object with a `kind` into a fact.
enum JSONFacts {
    static func fact(
        _ fields: inout JSONFields, _ zones: inout ZoneCache, _ ignored: (String) -> Void
    ) throws(Fault) -> Fact {
        var fact = Fact()
        fact.subject = try fields.requiredText("subject")
        let known = try fields.requiredText("known")
        let zone = try zones.zone(try fields.text("zone") ?? "UTC")
        fact.eventTime = try knownTime(known, zone)
        fact.asOf = try fields.text("as_of") ?? String(known.prefix(10))
        fact.source = try fields.requiredText("source")
        fact.title = try fields.text("title") ?? ""
        fact.tier = try fields.tier()
        fact.verified = try fields.flag("verified") ?? false
        fact.assumed = try fields.flag("assumed") ?? false
        fact.note = try fields.text("note") ?? ""
        fact.value = try value(&fields, subject: fact.subject, asOf: fact.asOf, ignored)
        return fact
    }

    /// When the public could know: an instant, or the end of a day in the source's zone.
    private static func knownTime(_ text: String, _ zone: ZoneRules) throws(Fault) -> UInt64 {
        guard text.utf8.count == 10 else { return try TimeText.instant(text, "known") }
        let day = try TimeText.day(text, "known")
        return zone.instant(day: day + 1, minute: 0)
    }

    private static let kinds = FactKind.allCases.map(\.rawValue)

    private static func value(
        _ fields: inout JSONFields, subject: String, asOf: String, _ ignored: (String) -> Void
    ) throws(Fault) -> Fact.OneOf_Value {
        guard let text = try fields.text("kind") else {
            throw JSONFields.missing("kind", kinds.joined(separator: ", "))
        }
        guard let kind = FactKind(rawValue: text) else {
            throw Fault(.notAllowed, "kind is \(quoted(text)), allowed are \(kinds.joined(separator: ", "))")
        }
        switch kind {
        case .sharesOutstanding: return .sharesOutstanding(try sharesOutstanding(&fields))
        case .split: return .split(try split(&fields))
        case .recordLoss: return .recordLoss(try recordLoss(&fields, asOf))
        case .capexCommitment: return .capexCommitment(try capexCommitment(&fields))
        case .etfLeverage: return .etfLeverage(try etfLeverage(&fields, ignored))
        case .ownership: return .ownership(try ownership(&fields, ignored))
        case .statement: return .statement(try statement(&fields))
        case .earningsResult: return .earningsResult(try earningsResult(&fields, asOf))
        case .signedFlow: return .signedFlow(try signedFlow(&fields))
        case .rentalPrice: return .rentalPrice(try rentalPrice(&fields, subject))
        case .shortInterest: return .shortInterest(try shortInterest(&fields))
        case .dividend: return .dividend(try dividend(&fields))
        case .tradingStatus: return .tradingStatus(try tradingStatus(&fields))
        case .claim: return .claim(try claim(&fields, ignored))
        case .valuation: return .valuation(try valuation(&fields))
        case .likeness: return .likeness(try likeness(&fields))
        case .optionInterest: return .optionInterest(try optionInterest(&fields))
        case .revenue: return .revenue(try revenue(&fields))
        case .fundCreation: return .fundCreation(try fundCreation(&fields, asOf))
        case .guidance: return .guidance(try guidance(&fields))
        case .scheduledRelease: return .scheduledRelease(try scheduledRelease(&fields))
        }
    }

    private static func sharesOutstanding(_ fields: inout JSONFields) throws(Fault) -> SharesOutstanding {
        var value = SharesOutstanding()
        value.value = try fields.requiredNumber("value")
        return value
    }

    private static func split(_ fields: inout JSONFields) throws(Fault) -> Split {
        var value = Split()
        value.ratio = try fields.requiredNumber("ratio")
        value.applied = try fields.flag("applied") ?? false
        return value
    }

    private static func recordLoss(_ fields: inout JSONFields, _ asOf: String) throws(Fault) -> RecordLoss {
        var value = RecordLoss()
        value.valueUsd = try fields.requiredNumber("value_usd")
        value.date = try fields.text("date") ?? asOf
        return value
    }

    private static func capexCommitment(_ fields: inout JSONFields) throws(Fault) -> CapexCommitment {
        var value = CapexCommitment()
        value.valueUsd = try fields.requiredNumber("value_usd")
        value.period = try fields.requiredText("period")
        value.status =
            try fields.word(
                "status", ["announced": .announced, "raised": .raised, "reaffirmed": .reaffirmed, "cut": .cut])
            ?? .unspecified
        value.lowUsd = try fields.number("low_usd") ?? 0
        value.highUsd = try fields.number("high_usd") ?? 0
        return value
    }

    private static func etfLeverage(
        _ fields: inout JSONFields, _ ignored: (String) -> Void
    ) throws(Fault) -> ETFLeverage {
        var value = ETFLeverage()
        value.leverage = try fields.requiredNumber("leverage")
        value.aumUsd = try fields.requiredNumber("aum_usd")
        value.underlying = try fields.requiredText("underlying")
        let weight = try fields.number("weight")
        let underlyingWeight = try fields.number("underlying_weight")
        value.weight = weight ?? underlyingWeight ?? 1
        for element in (try fields.list("holds") ?? []).prefix(FactCheck.maximumClasses + 1) {
            var member = try JSONFields(element)
            var holding = Holding()
            holding.symbol = try member.requiredText("symbol")
            holding.weight = try member.requiredNumber("weight")
            for key in member.leftOver { ignored("holds." + key) }
            value.holds.append(holding)
        }
        return value
    }

    private static func ownership(
        _ fields: inout JSONFields, _ ignored: (String) -> Void
    ) throws(Fault) -> Ownership {
        var value = Ownership()
        guard let classes = try fields.list("classes") else {
            throw JSONFields.missing("classes", "an array of {name, share}")
        }
        for element in classes.prefix(FactCheck.maximumClasses + 1) {
            var member = try JSONFields(element)
            var owner = OwnerClass()
            owner.name = try member.requiredText("name")
            owner.share = try member.requiredNumber("share")
            for key in member.leftOver { ignored("classes." + key) }
            value.classes.append(owner)
        }
        value.within = try fields.text("within") ?? ""
        return value
    }

    private static func statement(_ fields: inout JSONFields) throws(Fault) -> Statement {
        var value = Statement()
        value.speaker = try fields.requiredText("speaker")
        value.thesis = try fields.requiredText("thesis")
        guard
            let stance = try fields.word(
                "stance", ["supports": Stance.supports, "neutral": .neutral, "opposes": .opposes])
        else { throw JSONFields.missing("stance", "supports, neutral or opposes") }
        value.stance = stance
        value.horizon = try fields.text("horizon") ?? ""
        value.respondents = UInt32(clamping: try fields.unsigned("respondents") ?? 0)
        value.changed = UInt32(clamping: try fields.unsigned("changed") ?? 0)
        return value
    }

    private static func earningsResult(_ fields: inout JSONFields, _ asOf: String) throws(Fault) -> EarningsResult {
        var value = EarningsResult()
        value.period = try fields.requiredText("period")
        value.epsActual = try fields.requiredNumber("eps_actual")
        value.epsConsensus = try fields.requiredNumber("eps_consensus")
        value.reported = try fields.text("reported") ?? asOf
        return value
    }

    private static func signedFlow(_ fields: inout JSONFields) throws(Fault) -> SignedFlow {
        var value = SignedFlow()
        value.ownerClass = try fields.requiredText("class")
        value.valueUsd = try fields.requiredNumber("value_usd")
        value.period = try fields.text("period") ?? ""
        return value
    }

    private static func rentalPrice(_ fields: inout JSONFields, _ subject: String) throws(Fault) -> RentalPrice {
        var value = RentalPrice()
        value.item = try fields.text("item") ?? subject
        value.valueUsdPerHour = try fields.requiredNumber("value_usd_per_hour")
        return value
    }

    private static func dividend(_ fields: inout JSONFields) throws(Fault) -> Dividend {
        var value = Dividend()
        value.amount = try fields.requiredNumber("amount")
        return value
    }

    private static func scheduledRelease(_ fields: inout JSONFields) throws(Fault) -> ScheduledRelease {
        var value = ScheduledRelease()
        value.name = try fields.requiredText("name")
        if let actual = try fields.number("actual") { value.actual = actual }
        if let consensus = try fields.number("consensus") { value.consensus = consensus }
        value.sign = try fields.word("more_is", ["good": 1, "bad": -1]) ?? 0
        value.translations = try translations(&fields)
        return value
    }

    private static func tradingStatus(_ fields: inout JSONFields) throws(Fault) -> TradingStatus {
        var value = TradingStatus()
        let states: KeyValuePairs<String, TradingState> = [
            "trading": .trading, "halted": .halted, "delisted": .delisted,
        ]
        guard let state = try fields.word("state", states) else {
            throw JSONFields.missing("state", "trading, halted or delisted")
        }
        value.state = state
        return value
    }

    private static func shortInterest(_ fields: inout JSONFields) throws(Fault) -> ShortInterest {
        var value = ShortInterest()
        value.shares = try fields.number("shares") ?? 0
        value.shareOfFloat = try fields.number("share_of_float") ?? 0
        value.daysToCover = try fields.number("days_to_cover") ?? 0
        return value
    }

    private static func valuation(_ fields: inout JSONFields) throws(Fault) -> Valuation {
        var value = Valuation()
        value.priceToEarnings = try fields.requiredNumber("price_to_earnings")
        value.earnings = try fields.text("earnings") ?? "trailing"
        return value
    }

    private static func likeness(_ fields: inout JSONFields) throws(Fault) -> Likeness {
        var value = Likeness()
        value.other = try fields.requiredText("other")
        value.correlation = try fields.requiredNumber("correlation")
        value.weeks = UInt32(clamping: try fields.unsigned("weeks") ?? 104)
        value.windows = UInt32(clamping: try fields.unsigned("windows") ?? 1)
        value.windowEnd = try fields.text("window_end") ?? ""
        return value
    }

    private static func optionInterest(_ fields: inout JSONFields) throws(Fault) -> OptionInterest {
        var value = OptionInterest()
        guard let isPut = try fields.word("type", ["call": false, "put": true]) else {
            throw JSONFields.missing("type", "call or put")
        }
        value.isPut = isPut
        value.strike = try fields.requiredNumber("strike")
        value.expiry = try fields.requiredText("expiry")
        value.contracts = try fields.requiredNumber("contracts")
        value.impliedVolatility = try fields.requiredNumber("implied_volatility")
        value.rate = try fields.number("rate") ?? 0
        return value
    }

    private static func revenue(_ fields: inout JSONFields) throws(Fault) -> Revenue {
        var value = Revenue()
        value.valueUsd = try fields.requiredNumber("value_usd")
        value.period = try fields.requiredText("period")
        return value
    }

    private static func guidance(_ fields: inout JSONFields) throws(Fault) -> Guidance {
        var value = Guidance()
        value.metric = try fields.requiredText("metric")
        value.period = try fields.text("period") ?? ""
        guard let direction = try fields.word("direction", ["cut": Int32(-1), "reaffirmed": 0, "raised": 1]) else {
            throw JSONFields.missing("direction", "cut, reaffirmed or raised")
        }
        value.direction = direction
        return value
    }

    private static func fundCreation(_ fields: inout JSONFields, _ asOf: String) throws(Fault) -> FundCreation {
        var value = FundCreation()
        value.valueUsd = try fields.requiredNumber("value_usd")
        value.date = try fields.text("date") ?? asOf
        return value
    }
}
