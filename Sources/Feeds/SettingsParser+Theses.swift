import Schema
import Yams

/// The section `theses`: what is believed, who is exposed to it, and the figures a reader of findings may want of it.
extension SettingsParser {
    func theses(_ node: Node?, _ symbols: Set<String>) -> [Thesis] {
        var taken = Names()
        let keys = [
            "id", "statement", "frozen", "hindsight", "exposures", "supporting", "opposing", "efficiency", "implied",
            "scenarios",
            "spenders", "payback", "chains", "pricing", "questions",
        ]
        return each(node, "theses", keys) { element, key, values in
            var thesis = Thesis()
            thesis.id = reader.text(values["id"], "\(key).id", in: element) ?? ""
            take(thesis.id, &taken, values["id"], "\(key).id")
            (thesis.statement, thesis.translations) = words(values["statement"], "\(key).statement", in: element)
            thesis.frozen = reader.text(values["frozen"], "\(key).frozen", in: element) ?? ""
            if !thesis.frozen.isEmpty, CivilTime.parseDate(thesis.frozen) == nil {
                reader.note(values["frozen"], "\(key).frozen", quoted(thesis.frozen), "a date YYYY-MM-DD")
            }
            thesis.hindsight =
                reader.word(
                    values["hindsight"], "\(key).hindsight", in: element, required: false,
                    ["true": true, "false": false]) ?? false
            thesis.exposures = exposures(values["exposures"], "\(key).exposures", symbols)
            thesis.supporting = reader.texts(values["supporting"], "\(key).supporting", in: element)
            thesis.opposing = reader.texts(values["opposing"], "\(key).opposing", in: element)
            if thesis.supporting.isEmpty != thesis.opposing.isEmpty {
                let found = thesis.supporting.isEmpty ? "only opposing" : "only supporting"
                reader.note(element, key, found, "sentences of both sides, or of none")
            }
            if let node = values["efficiency"] { thesis.efficiency = efficiency(node, "\(key).efficiency") }
            if let node = values["implied"] { thesis.implied = implied(node, "\(key).implied") }
            thesis.scenarios = scenarios(values["scenarios"], "\(key).scenarios")
            thesis.spenders = reader.texts(values["spenders"], "\(key).spenders", in: element)
            if let node = values["payback"] { thesis.payback = payback(node, "\(key).payback") }
            thesis.chains = chains(values["chains"], "\(key).chains")
            thesis.pricing = pricing(values["pricing"], "\(key).pricing", symbols)
            thesis.questions = questions(values["questions"], "\(key).questions")
            return thesis
        }
    }

    /// Text, or a mapping of texts by language, of which `en` must be one.
    func words(_ node: Node?, _ key: String, in parent: Node) -> (String, [Translation]) {
        guard let node, case .mapping(let mapping) = node else {
            return (reader.text(node, key, in: parent) ?? "", [])
        }
        var english = ""
        var translations: [Translation] = []
        for (name, value) in mapping {
            guard let language = name.scalar?.string, (2...16).contains(language.utf8.count) else {
                reader.note(name, key, "a key that is no language", "en and other languages (BCP 47)")
                continue
            }
            guard let text = reader.text(value, "\(key).\(language)", in: node) else { continue }
            if language == "en" {
                english = text
            } else {
                var translation = Translation()
                translation.language = language
                translation.text = text
                translations.append(translation)
            }
        }
        if english.isEmpty { reader.note(node, "\(key).en", "missing", "text in English") }
        return (english, translations.sorted { $0.language < $1.language })
    }

    private func exposures(_ node: Node?, _ key: String, _ symbols: Set<String>) -> [Exposure] {
        var taken = Names()
        return each(node, key, ["symbol", "sign"]) { element, key, values in
            var exposure = Exposure()
            exposure.symbol = reader.text(values["symbol"], "\(key).symbol", in: element) ?? ""
            requireDefined(exposure.symbol, values["symbol"], "\(key).symbol", symbols)
            take(exposure.symbol, &taken, values["symbol"], "\(key).symbol")
            if values["sign"] == nil { reader.note(element, "\(key).sign", "missing", "-1, 0 or 1") }
            exposure.sign = Int32(reader.integer(values["sign"], "\(key).sign", in: element, -1...1) ?? 0)
            return exposure
        }
    }

    private func efficiency(_ node: Node, _ key: String) -> EfficiencyCase {
        var value = EfficiencyCase()
        let keys = ["gains", "pass_through", "lag_years", "elasticities"]
        guard let values = reader.mapping(node, key, keys) else { return value }
        value.gains = reader.list(values["gains"], "\(key).gains").enumerated().compactMap { index, element in
            reader.number(element, "\(key).gains[\(index)]", in: node, 1.000_001...1e6)
        }
        if value.gains.isEmpty { reader.note(node, "\(key).gains", "missing or empty", "a list of numbers above 1") }
        value.passThrough = reader.number(values["pass_through"], "\(key).pass_through", in: node, 0.001...1) ?? 0
        value.lagYears = reader.number(values["lag_years"], "\(key).lag_years", in: node, 0.001...100) ?? 0
        value.elasticities = each(values["elasticities"], "\(key).elasticities", ["name", "value"]) {
            element, key, values in
            var elasticity = Elasticity()
            (elasticity.name, elasticity.translations) = words(values["name"], "\(key).name", in: element)
            elasticity.value = required(values, "value", key, in: element, 0...100)
            return elasticity
        }
        return value
    }

    private func implied(_ node: Node, _ key: String) -> ImpliedCase {
        var value = ImpliedCase()
        guard let values = reader.mapping(node, key, ["bear", "other", "discount_rate", "growth"]) else { return value }
        value.bear = required(values, "bear", key, in: node, -1...100)
        value.other = required(values, "other", key, in: node, -1...100)
        value.discountRate = reader.number(values["discount_rate"], "\(key).discount_rate", in: node, 0.001...1) ?? 0
        value.growth = reader.number(values["growth"], "\(key).growth", in: node, -0.5...1) ?? 0
        if value.bear == value.other { reader.note(node, key, "bear is other", "two different changes of value") }
        if value.discountRate > 0, value.growth >= value.discountRate {
            reader.note(node, "\(key).growth", "\(value.growth)", "below discount_rate, \(value.discountRate)")
        }
        return value
    }

    private func scenarios(_ node: Node?, _ key: String) -> [WhatIf] {
        each(node, key, ["name", "weight", "value_change"]) { element, key, values in
            var scenario = WhatIf()
            (scenario.name, scenario.translations) = words(values["name"], "\(key).name", in: element)
            scenario.weight = required(values, "weight", key, in: element, 0...1)
            scenario.valueChange = required(values, "value_change", key, in: element, -1...1_000)
            return scenario
        }
    }

    private func payback(_ node: Node, _ key: String) -> PaybackCase {
        var value = PaybackCase()
        guard let values = reader.mapping(node, key, ["margin", "life_years", "discount_rate", "revenue_shares"]) else {
            return value
        }
        value.margin = required(values, "margin", key, in: node, 0.001...1)
        value.lifeYears = required(values, "life_years", key, in: node, 0.5...100)
        value.discountRate = required(values, "discount_rate", key, in: node, 0...1)
        value.revenueShares = reader.list(values["revenue_shares"], "\(key).revenue_shares").enumerated().compactMap {
            reader.number($1, "\(key).revenue_shares[\($0)]", in: node, 0.000_1...1)
        }
        return value
    }

    private func chains(_ node: Node?, _ key: String) -> [ProfitChain] {
        each(node, key, ["name", "gain", "price_multiple", "input_share", "other_cost", "rents"]) {
            element, key, values in
            var chain = ProfitChain()
            (chain.name, chain.translations) = words(values["name"], "\(key).name", in: element)
            chain.gain = required(values, "gain", key, in: element, 1.000_001...1e6)
            chain.priceMultiple = required(values, "price_multiple", key, in: element, 0.001...1e6)
            chain.inputShare = required(values, "input_share", key, in: element, 0.001...1)
            chain.otherCost = required(values, "other_cost", key, in: element, 0...1)
            chain.rents = reader.texts(values["rents"], "\(key).rents", in: element)
            return chain
        }
    }

    private func pricing(_ node: Node?, _ key: String, _ symbols: Set<String>) -> [PricingPower] {
        let keys = [
            "subject", "segment", "unit_cost", "share", "margin", "elasticity", "market_shares", "cases",
        ]
        return each(node, key, keys) { element, key, values in
            var power = PricingPower()
            power.subject = reader.text(values["subject"], "\(key).subject", in: element) ?? ""
            requireDefined(power.subject, values["subject"], "\(key).subject", symbols)
            (power.segment, power.translations) = words(values["segment"], "\(key).segment", in: element)
            power.unitCost = required(values, "unit_cost", key, in: element, 0.000_001...1e9)
            power.share = required(values, "share", key, in: element, 0.001...1)
            power.margin = required(values, "margin", key, in: element, 0.001...0.999)
            power.elasticity = reader.number(values["elasticity"], "\(key).elasticity", in: element, 0.001...100) ?? 0
            power.marketShares = reader.list(values["market_shares"], "\(key).market_shares").enumerated().compactMap {
                reader.number($1, "\(key).market_shares[\($0)]", in: element, 0...1)
            }
            check(power, values, key)
            power.cases = each(values["cases"], "\(key).cases", ["name", "demand", "share", "margin"]) {
                element, key, values in
                var scenario = PricingCase()
                (scenario.name, scenario.translations) = words(values["name"], "\(key).name", in: element)
                scenario.demand = required(values, "demand", key, in: element, 0.001...1e6)
                scenario.share = required(values, "share", key, in: element, 0.001...1)
                scenario.margin = required(values, "margin", key, in: element, 0.001...0.999)
                return scenario
            }
            return power
        }
    }

    /// Figures of one market that contradict each other would be printed side by side.
    private func check(_ power: PricingPower, _ values: [String: Node], _ key: String) {
        if let own = power.marketShares.first, power.share > 0, abs(own - power.share) > 1e-9 {
            reader.note(
                values["market_shares"], "\(key).market_shares[0]", "\(own)",
                "the subject's own share first, which is \(power.share) by \(key).share")
        }
        let total = power.marketShares.reduce(0, +)
        if total > 1 + 1e-9 {
            reader.note(
                values["market_shares"], "\(key).market_shares", "a sum of \(total)", "shares of 1 in all at most")
        }
        if power.elasticity > 0, power.elasticity < power.share {
            reader.note(
                values["elasticity"], "\(key).elasticity", "\(power.elasticity)",
                "at least share, \(power.share): below, any price could be raised")
        }
    }

    private func questions(_ node: Node?, _ key: String) -> [Question] {
        var taken = Names()
        return each(node, key, ["id", "text", "decided_by", "due"]) { element, key, values in
            var question = Question()
            question.id = reader.text(values["id"], "\(key).id", in: element) ?? ""
            take(question.id, &taken, values["id"], "\(key).id")
            (question.text, question.translations) = words(values["text"], "\(key).text", in: element)
            for (index, node) in reader.list(values["decided_by"], "\(key).decided_by").enumerated() {
                let key = "\(key).decided_by[\(index)]"
                guard let kind = reader.text(node, key, in: element) else { continue }
                if FactKind(rawValue: kind) == nil {
                    reader.note(
                        node, key, quoted(kind), FactKind.allCases.map(\.rawValue).joined(separator: ", "))
                }
                question.decidedBy.append(kind)
            }
            question.due = reader.text(values["due"], "\(key).due", in: element, required: false) ?? ""
            if !question.due.isEmpty, CivilTime.parseDate(question.due) == nil {
                reader.note(values["due"], "\(key).due", quoted(question.due), "a date YYYY-MM-DD")
            }
            return question
        }
    }

    private func required(
        _ values: [String: Node], _ name: String, _ key: String, in parent: Node, _ range: ClosedRange<Double>
    ) -> Double {
        if values[name] == nil {
            reader.note(
                parent, "\(key).\(name)", "missing", "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return reader.number(values[name], "\(key).\(name)", in: parent, range) ?? 0
    }
}
