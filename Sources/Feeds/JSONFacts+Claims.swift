import Schema

/// Claims: `{"kind": "claim", "id": …, "statement": …, "test": "flow", "class": "private", "sign": -1}`.
extension JSONFacts {
    static func claim(_ fields: inout JSONFields, _ ignored: (String) -> Void) throws(Fault) -> Claim {
        var value = Claim()
        value.id = try fields.requiredText("id")
        value.statement = try fields.requiredText("statement")
        value.translations = try translations(&fields)
        value.due = try fields.text("due") ?? ""
        value.session = try fields.text("session") ?? ""
        value.test = try test(&fields)
        return value
    }

    /// `"translations": {"zh": "…"}`, by language.
    static func translations(_ fields: inout JSONFields) throws(Fault) -> [Translation] {
        guard let value = fields.take("translations") else { return [] }
        guard case .object(let members) = value else {
            throw JSONFields.wrongType("translations", value, "an object of texts by language")
        }
        var list: [Translation] = []
        for member in members.prefix(FactCheck.maximumClasses + 1) {
            guard case .string(let text) = member.value else {
                throw JSONFields.wrongType("translations.\(member.key.prefix(16))", member.value, "a string")
            }
            var translation = Translation()
            translation.language = member.key
            translation.text = text
            list.append(translation)
        }
        return list.sorted { $0.language < $1.language }
    }

    private enum Test {
        case flow, mechanism, recovery, rental, runUp, rebound, staticCase, tail, record, plans
    }

    private static let tests: KeyValuePairs<String, Test> = [
        "flow": .flow, "mechanism": .mechanism, "recovery": .recovery, "rental": .rental, "run_up": .runUp,
        "rebound": .rebound, "static_case": .staticCase, "tail": .tail, "record": .record, "plans": .plans,
    ]

    private static func test(_ fields: inout JSONFields) throws(Fault) -> Claim.OneOf_Test {
        guard let test = try fields.word("test", tests) else {
            throw JSONFields.missing("test", tests.map(\.key).joined(separator: ", "))
        }
        switch test {
        case .flow:
            var value = FlowTest()
            value.ownerClass = try fields.requiredText("class")
            value.sign = try sign(&fields)
            return .flow(value)
        case .mechanism:
            var value = MechanismTest()
            value.name = try fields.requiredText("name")
            value.sign = try sign(&fields)
            return .mechanism(value)
        case .recovery:
            var value = RecoveryTest()
            value.symbol = try fields.requiredText("symbol")
            value.than = try fields.requiredText("than")
            return .recovery(value)
        case .rental:
            var value = RentalTest()
            value.item = try fields.requiredText("item")
            value.sign = try sign(&fields)
            return .rental(value)
        case .runUp:
            var value = RunUpTest()
            value.multiple = try fields.requiredNumber("multiple")
            value.months = UInt32(clamping: try fields.unsigned("months") ?? 24)
            return .runUp(value)
        case .rebound:
            var value = ReboundTest()
            value.sessions = UInt32(clamping: try fields.unsigned("sessions") ?? 5)
            return .rebound(value)
        case .staticCase:
            var value = StaticCaseTest()
            value.thesis = try fields.requiredText("thesis")
            value.gain = try fields.requiredNumber("gain")
            return .staticCase(value)
        case .tail:
            var value = TailTest()
            value.move = try fields.requiredNumber("move")
            value.perYear = try fields.number("per_year") ?? 1
            return .tail(value)
        case .record:
            var value = RecordTest()
            guard let measure = try fields.word("measure", ["dollars": true, "percent": false]) else {
                throw JSONFields.missing("measure", "dollars or percent")
            }
            value.inDollars = measure
            return .record(value)
        case .plans:
            var value = PlansTest()
            guard let subjects = try fields.list("subjects") else {
                throw JSONFields.missing("subjects", "an array of symbols or names")
            }
            for subject in subjects.prefix(FactCheck.maximumClasses + 1) {
                guard case .string(let text) = subject else {
                    throw JSONFields.wrongType("subjects", subject, "an array of strings")
                }
                value.subjects.append(text)
            }
            return .plans(value)
        }
    }

    private static func sign(_ fields: inout JSONFields) throws(Fault) -> Int32 {
        guard let number = try fields.number("sign") else { throw JSONFields.missing("sign", "-1 or 1") }
        guard abs(number) == 1 else { throw Fault(.notAllowed, "sign is \(number), allowed is -1 or 1") }
        return Int32(number)
    }
}
