import Schema

extension Wording.English {
    /// A paragraph: what was measured with its errors, how the return splits, what may have set it off, what
    /// surrounds it, what came after, what changed and what is missing. Sentences whose numbers are missing are left out.
    static func summary(_ input: WordingInput) -> String {
        let measured = MeasureSentences(input.finding, .english)
        return [
            opening(input), measured.twoSessions, marketModel(input.measure), returnPeriod(input),
            overnight(input.measure), value(input.measure), ownRank(input), decomposition(input.finding),
            measured.members, trigger(input), alternatives(input.finding), rejected(input.finding),
            excluded(input.finding), telling(input), followUp(input.measure), measured.votes, measured.baseRate,
            revised(input.finding), missing(input.finding), unverified(input.finding),
        ]
        .compactMap { $0 }.joined(separator: " ")
    }

    /// Of what is withdrawn nothing surrounding is told.
    private static func telling(_ input: WordingInput) -> String? {
        let sentences = input.state == .withdrawn ? [] : TellingSentences(input.finding, .english).all
        return sentences.isEmpty ? nil : sentences.joined(separator: " ")
    }

    private static func opening(_ input: WordingInput) -> String {
        let finding = input.finding
        let measure = input.measure
        let name = Wording.line(finding.displayName)
        let subject = name == finding.subject ? name : "\(name) (\(Wording.line(finding.subject)))"
        let direction = measure.simpleReturn < 0 ? "fell" : measure.simpleReturn > 0 ? "rose" : "stood still"
        var text = "\(subject) \(direction)"
        if measure.simpleReturn != 0 {
            text += " by \(FixedNumber.percent(abs(measure.simpleReturn), decimals: 2, signed: false))"
        }
        if measure.hasPriceBefore && measure.hasPriceLast {
            text += " from \(FixedNumber.level(measure.priceBefore)) to \(FixedNumber.level(measure.priceLast))"
        }
        if !measure.session.isEmpty { text += " in the session of \(measure.session)" }
        return text + (measure.complete ? "." : ", which is not over.")
    }

    private static func marketModel(_ measure: Measure) -> String? {
        guard measure.hasMarketModel else { return nil }
        let model = measure.marketModel
        return "The market moved \(FixedNumber.percent(model.marketReturn, decimals: 2)); what it does not explain is"
            + " \(FixedNumber.percent(model.abnormalReturn, decimals: 2)) ± \(FixedNumber.points(model.standardError, signed: false))"
            + " pp (standard error; beta \(FixedNumber.decimal(model.beta, decimals: 2)) from"
            + " \(counted(model.observations, "session", "sessions")))."
    }

    private static func returnPeriod(_ input: WordingInput) -> String? {
        guard input.measure.hasReturnPeriod else { return nil }
        let period = input.measure.returnPeriod
        let table = RarityWords.table(period, input.finding.scope, .english).map { ", \($0)" } ?? ""
        let statistic = period.statistic.isEmpty ? "" : " of the \(Wording.line(period.statistic))"
        return "A move of \(FixedNumber.decimal(period.deviations, decimals: 1)) standard deviations\(statistic)"
            + " comes \(RarityWords.often(period.years, .english))\(table)."
    }

    private static func overnight(_ measure: Measure) -> String? {
        guard measure.hasOvernight else { return nil }
        let overnight = measure.overnight
        let night = FixedNumber.percent(overnight.overnightLog, decimals: 1)
        let day = FixedNumber.percent(overnight.intradayLog, decimals: 1)
        guard (0...1).contains(overnight.share) else {
            return "Overnight it moved \(night) and since the open \(day) (logarithms)."
        }
        let share = FixedNumber.percent(overnight.share, decimals: 0, signed: false)
        return "Of the move, \(share) came overnight (\(night)) and the rest after the open (\(day), logarithms)."
    }

    private static func value(_ measure: Measure) -> String? {
        guard measure.hasValue else { return nil }
        let value = measure.value
        let noun = value.usd < 0 ? "loss" : "gain"
        var text = "Value \(value.usd < 0 ? "lost" : "gained"): \(FixedNumber.dollars(abs(value.usd)))"
        if value.members > 0 {
            text += " over the \(value.covered) of \(value.members) members with a dated share count"
            if !value.withoutShares.isEmpty {
                text += " (without \(list(value.withoutShares.map { Wording.line($0) })))"
            }
        } else if value.shares > 0 {
            text += " at \(FixedNumber.count(value.shares)) shares"
            if !value.sharesAsOf.isEmpty { text += " (count of \(Wording.line(value.sharesAsOf)))" }
        }
        if value.rank > 0 && value.compared > 1 {
            let place = value.rank == 1 ? "largest" : "\(FixedNumber.ordinal(value.rank)) largest"
            text +=
                ", the \(place) one-day \(noun) among \(FixedNumber.decimal(Double(value.compared), decimals: 0)) changes known here"
            if !value.comparedSince.isEmpty {
                text += " (sessions since \(Wording.line(value.comparedSince)), and published records)"
            }
            if value.hasPreviousRecordUsd {
                text += "; the record before was \(FixedNumber.dollars(abs(value.previousRecordUsd)))"
                if !value.previousRecord.isEmpty { text += " (\(Wording.line(value.previousRecord)))" }
            }
        }
        return text + "."
    }

    private static func ownRank(_ input: WordingInput) -> String? {
        OwnHistory.phrase(input.measure).map { "It is \($0)." }
    }

    private static func decomposition(_ finding: Finding) -> String? {
        guard finding.hasDecomposition else { return nil }
        let parts = finding.decomposition
        var split = [
            "\(FixedNumber.points(parts.drift)) drift", "\(FixedNumber.points(parts.market)) with the market",
        ]
        if parts.hasGroup {
            let basket = counted(UInt32(parts.basket.count), "other name", "other names")
            split.append(
                "\(FixedNumber.points(parts.group)) with \(finding.name(of: parts.groupID, .english)) beyond the market (\(basket))"
            )
        }
        split.append(
            "\(FixedNumber.points(parts.own)) ± \(FixedNumber.points(parts.ownStandardError, signed: false)) its own")
        return "In percentage points the return splits into \(list(split))"
            + " (co-movement over \(counted(parts.observations, "session", "sessions")), not causes)."
    }
}
