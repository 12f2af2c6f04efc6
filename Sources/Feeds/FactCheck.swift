import Schema

/// What the values of a fact may be.
enum FactCheck {
    static let maximumClasses = 64
    /// No amount, count or rate in a fact is larger.
    static let maximumNumber = 1e18

    static func clean(_ fact: inout Fact) throws(Fault) {
        fact.subject = try TextRules.line(fact.subject, "subject")
        fact.source = try TextRules.line(fact.source, "source")
        fact.title = try TextRules.line(fact.title, "title", limit: TextRules.titleBytes)
        fact.note = try TextRules.block(fact.note, "note")
        try TextRules.required(fact.subject, "subject")
        try TextRules.required(fact.source, "source")
        try EventCheck.check(fact.tier)
        if fact.eventTime == 0 { throw Fault(.missingValue, "known is missing, allowed is a date or an RFC 3339 time") }
        try SaneTime.check(fact.eventTime, "known")
        _ = try TimeText.day(fact.asOf, "as_of")
        fact.sequence = 0
        fact.recordTime = 0
        guard let value = fact.value else {
            throw Fault(.missingValue, "the fact has no value, allowed is one of the kinds of fact")
        }
        fact.value = try clean(value)
    }

    private static func clean(_ value: Fact.OneOf_Value) throws(Fault) -> Fact.OneOf_Value {
        switch value {
        case .sharesOutstanding(let value):
            try number(value.value, "value", above: 0)
        case .split(let value):
            try number(value.ratio, "ratio", above: 0)
        case .recordLoss(let value):
            try number(value.valueUsd, "value_usd")
            _ = try TimeText.day(value.date, "date")
        case .capexCommitment(var value):
            try number(value.valueUsd, "value_usd", from: 0)
            value.period = try TextRules.line(value.period, "period")
            try number(value.lowUsd, "low_usd", from: 0)
            try number(value.highUsd, "high_usd", from: 0)
            if case .UNRECOGNIZED(let found) = value.status { throw notAWord("status", found, 4) }
            return .capexCommitment(value)
        case .etfLeverage(let value): return .etfLeverage(try clean(value))
        case .ownership(let value): return .ownership(try clean(value))
        case .statement(let value): return .statement(try clean(value))
        case .earningsResult(var value):
            try number(value.epsActual, "eps_actual")
            try number(value.epsConsensus, "eps_consensus")
            value.period = try TextRules.line(value.period, "period")
            _ = try TimeText.day(value.reported, "reported")
            return .earningsResult(value)
        case .signedFlow(var value):
            try number(value.valueUsd, "value_usd")
            value.ownerClass = try TextRules.line(value.ownerClass, "class")
            value.period = try TextRules.line(value.period, "period")
            try TextRules.required(value.ownerClass, "class")
            return .signedFlow(value)
        case .rentalPrice(var value):
            try number(value.valueUsdPerHour, "value_usd_per_hour", above: 0)
            value.item = try TextRules.line(value.item, "item")
            return .rentalPrice(value)
        case .dividend(let value):
            try number(value.amount, "amount", from: 0)
        case .tradingStatus(let value):
            if case .UNRECOGNIZED(let found) = value.state { throw notAWord("state", found, 3) }
            guard value.state != .unspecified else {
                throw Fault(.missingValue, "state is missing, allowed are trading, halted, delisted")
            }
        case .scheduledRelease(var value):
            value.name = try TextRules.line(value.name, "name")
            try TextRules.required(value.name, "name")
            if value.hasActual { try number(value.actual, "actual") }
            if value.hasConsensus { try number(value.consensus, "consensus") }
            guard (-1...1).contains(value.sign) else {
                throw Fault(.notAllowed, "sign is \(value.sign), allowed is -1, 0 or 1")
            }
            value.translations = try clean(value.translations)
            return .scheduledRelease(value)
        case .shortInterest(let value):
            try number(value.shares, "shares", from: 0)
            try number(value.shareOfFloat, "share_of_float", from: 0)
            try number(value.daysToCover, "days_to_cover", from: 0)
            guard value.shares > 0 || value.shareOfFloat > 0 || value.daysToCover > 0 else {
                throw Fault(
                    .missingValue, "shares, share_of_float and days_to_cover are missing, allowed is at least one")
            }
        case .claim(let value): return .claim(try clean(value))
        case .valuation(var value):
            try number(value.priceToEarnings, "price_to_earnings", above: 0)
            value.earnings = try TextRules.line(value.earnings, "earnings")
            return .valuation(value)
        case .likeness(var value):
            value.other = try TextRules.line(value.other, "other")
            try TextRules.required(value.other, "other")
            guard abs(value.correlation) <= 1 else {
                throw Fault(.notAllowed, "correlation is \(value.correlation), allowed is -1 to 1")
            }
            guard (8...520).contains(value.weeks), (1...100_000).contains(value.windows) else {
                throw Fault(
                    .notAllowed,
                    "weeks is \(value.weeks) and windows \(value.windows), allowed are 8 to 520 and 1 to 100,000")
            }
            // A month or a day.
            let end = value.windowEnd.utf8.count == 7 ? value.windowEnd + "-01" : value.windowEnd
            if !value.windowEnd.isEmpty { _ = try TimeText.day(end, "window_end") }
            return .likeness(value)
        case .optionInterest(let value):
            try number(value.strike, "strike", above: 0)
            try number(value.contracts, "contracts", above: 0)
            try number(value.impliedVolatility, "implied_volatility", above: 0)
            try number(value.rate, "rate")
            _ = try TimeText.day(value.expiry, "expiry")
        case .revenue(var value):
            try number(value.valueUsd, "value_usd", from: 0)
            value.period = try TextRules.line(value.period, "period")
            return .revenue(value)
        case .guidance(var value):
            value.metric = try TextRules.line(value.metric, "metric")
            value.period = try TextRules.line(value.period, "period")
            guard abs(value.direction) <= 1 else {
                throw Fault(.notAllowed, "direction is \(value.direction), allowed is -1 to 1")
            }
            return .guidance(value)
        case .fundCreation(let value):
            try number(value.valueUsd, "value_usd")
            _ = try TimeText.day(value.date, "date")
        }
        return value
    }

    private static func clean(_ value: ETFLeverage) throws(Fault) -> ETFLeverage {
        var value = value
        try number(value.leverage, "leverage")
        guard value.leverage != 0, abs(value.leverage) <= 10 else {
            throw Fault(.notAllowed, "leverage is \(value.leverage), allowed is -10 to 10 without 0")
        }
        try number(value.aumUsd, "aum_usd", from: 0)
        try number(value.weight, "weight", from: 0)
        guard value.weight <= 1 else { throw Fault(.notAllowed, "weight is \(value.weight), allowed is 0 to 1") }
        value.underlying = try TextRules.line(value.underlying, "underlying")
        try TextRules.required(value.underlying, "underlying")
        guard value.holds.count <= maximumClasses else {
            throw Fault(.notAllowed, "holds has \(value.holds.count) elements, allowed are up to \(maximumClasses)")
        }
        for index in value.holds.indices {
            value.holds[index].symbol = try TextRules.line(value.holds[index].symbol, "holds.symbol")
            let weight = value.holds[index].weight
            guard weight >= 0, weight <= 1 else {
                throw Fault(.notAllowed, "holds.weight is \(weight), allowed is 0 to 1")
            }
        }
        return value
    }

    private static func clean(_ value: Ownership) throws(Fault) -> Ownership {
        var value = value
        guard (1...maximumClasses).contains(value.classes.count) else {
            throw Fault(.notAllowed, "classes has \(value.classes.count) elements, allowed are 1 to \(maximumClasses)")
        }
        for index in value.classes.indices {
            value.classes[index].name = try TextRules.line(value.classes[index].name, "classes.name")
            let share = value.classes[index].share
            guard share >= 0, share <= 1 else {
                throw Fault(.notAllowed, "classes.share is \(share), allowed is 0 to 1")
            }
        }
        value.within = try TextRules.line(value.within, "within")
        return value
    }

    private static func clean(_ value: Statement) throws(Fault) -> Statement {
        var value = value
        value.speaker = try TextRules.line(value.speaker, "speaker")
        value.thesis = try TextRules.line(value.thesis, "thesis")
        value.horizon = try TextRules.line(value.horizon, "horizon")
        try TextRules.required(value.speaker, "speaker")
        try TextRules.required(value.thesis, "thesis")
        guard value.changed <= value.respondents else {
            throw Fault(
                .notAllowed, "changed is \(value.changed), allowed is up to respondents, \(value.respondents)")
        }
        if case .UNRECOGNIZED(let found) = value.stance { throw notAWord("stance", found, 3) }
        return value
    }

    private static func notAWord(_ name: String, _ found: Int, _ last: Int) -> Fault {
        Fault(.notAllowed, "\(name) is \(found), allowed are 0 to \(last)")
    }

    static func number(
        _ value: Double, _ name: String, above lowest: Double? = nil, from least: Double? = nil
    ) throws(Fault) {
        guard value.isFinite else { throw Fault(.notANumber, "\(name) is \(value), allowed are finite numbers") }
        guard abs(value) <= maximumNumber else {
            throw Fault(.numberTooLarge, "\(name) is \(value), allowed is -1e18 to 1e18")
        }
        if let lowest, value <= lowest { throw Fault(.notAllowed, "\(name) is \(value), allowed is above \(lowest)") }
        if let least, value < least { throw Fault(.notAllowed, "\(name) is \(value), allowed is from \(least)") }
    }
}
