import Schema

/// What the values of a claim may be.
extension FactCheck {
    static func clean(_ value: Claim) throws(Fault) -> Claim {
        var value = value
        value.id = try TextRules.line(value.id, "id")
        value.statement = try TextRules.line(value.statement, "statement", limit: TextRules.titleBytes)
        try TextRules.required(value.id, "id")
        try TextRules.required(value.statement, "statement")
        value.translations = try clean(value.translations)
        if !value.due.isEmpty { _ = try TimeText.day(value.due, "due") }
        if !value.session.isEmpty { _ = try TimeText.day(value.session, "session") }
        guard let test = value.test else {
            throw Fault(.missingValue, "the claim has no test, allowed is one of the kinds of test")
        }
        value.test = try clean(test)
        return value
    }

    static func clean(_ translations: [Translation]) throws(Fault) -> [Translation] {
        guard translations.count <= maximumClasses else {
            throw Fault(
                .notAllowed, "translations has \(translations.count) elements, allowed are up to \(maximumClasses)")
        }
        var cleaned: [Translation] = []
        for var translation in translations {
            translation.language = try TextRules.line(translation.language, "translations.language")
            translation.text = try TextRules.line(translation.text, "translations.text", limit: TextRules.titleBytes)
            try TextRules.required(translation.language, "translations.language")
            try TextRules.required(translation.text, "translations.text")
            cleaned.append(translation)
        }
        return cleaned
    }

    private static func clean(_ test: Claim.OneOf_Test) throws(Fault) -> Claim.OneOf_Test {
        switch test {
        case .flow(var value):
            value.ownerClass = try name(value.ownerClass, "class")
            try sign(value.sign)
            return .flow(value)
        case .mechanism(var value):
            value.name = try name(value.name, "name")
            try sign(value.sign)
            return .mechanism(value)
        case .recovery(var value):
            value.symbol = try name(value.symbol, "symbol")
            value.than = try name(value.than, "than")
            return .recovery(value)
        case .rental(var value):
            value.item = try name(value.item, "item")
            try sign(value.sign)
            return .rental(value)
        case .runUp(let value):
            try number(value.multiple, "multiple", above: 0)
            try range(value.months, 1...36, "months")
        case .rebound(let value):
            try range(value.sessions, 1...250, "sessions")
        case .staticCase(var value):
            value.thesis = try name(value.thesis, "thesis")
            try number(value.gain, "gain", above: 1)
            return .staticCase(value)
        case .tail(let value):
            try number(value.move, "move")
            guard value.move != 0, value.move > -1 else {
                throw Fault(.notAllowed, "move is \(value.move), allowed is above -1 without 0")
            }
            try number(value.perYear, "per_year", above: 0)
        case .record: break
        case .plans(var value):
            guard (1...maximumClasses).contains(value.subjects.count) else {
                throw Fault(
                    .notAllowed, "subjects has \(value.subjects.count) elements, allowed are 1 to \(maximumClasses)")
            }
            for index in value.subjects.indices { value.subjects[index] = try name(value.subjects[index], "subjects") }
            return .plans(value)
        }
        return test
    }

    private static func name(_ text: String, _ key: String) throws(Fault) -> String {
        let line = try TextRules.line(text, key)
        try TextRules.required(line, key)
        return line
    }

    private static func sign(_ value: Int32) throws(Fault) {
        guard abs(value) == 1 else { throw Fault(.notAllowed, "sign is \(value), allowed is -1 or 1") }
    }

    private static func range(_ value: UInt32, _ allowed: ClosedRange<UInt32>, _ key: String) throws(Fault) {
        guard allowed.contains(value) else {
            throw Fault(.notAllowed, "\(key) is \(value), allowed is \(allowed.lowerBound) to \(allowed.upperBound)")
        }
    }
}
