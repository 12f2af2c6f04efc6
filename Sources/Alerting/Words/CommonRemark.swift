import Schema

/// What several figures of one name have in common beside their values, taken out of each so that it is said once.
struct CommonRemark {
    /// A figure without a value that has what all have: the source's words, date, number counted, method, assumptions,
    /// evidence.
    private(set) var common = Estimate()
    /// The figures without it.
    private(set) var rest: [Estimate]

    init(_ estimates: [Estimate]) {
        rest = estimates
        guard let first = estimates.first, estimates.count > 1 else { return }
        common.id = first.id
        func share<Value: Equatable>(_ field: WritableKeyPath<Estimate, Value>, _ none: Value) {
            let value = first[keyPath: field]
            guard value != none, estimates.allSatisfy({ $0[keyPath: field] == value }) else { return }
            common[keyPath: field] = value
            for place in rest.indices { rest[place][keyPath: field] = none }
        }
        share(\.asOf, "")
        share(\.observations, 0)
        share(\.method, "")
        share(\.evidence, [])
        if estimates.allSatisfy({ $0.textWords == first.textWords }) { share(\.text, "") }
        common.textWords = first.textWords
        common.assumptions = Self.assumptions(of: estimates)
        rest = Self.without(common.assumptions, rest)
    }

    /// What all of several figures assume that assume anything, or whose basis says that they do; nothing of one alone.
    static func assumptions(of estimates: [Estimate]) -> [String] {
        let assuming = estimates.filter {
            !$0.assumptions.isEmpty || $0.basis == .assumed || $0.basis == .whatIf
        }
        guard let first = assuming.first, assuming.count > 1 else { return [] }
        return first.assumptions.filter { name in assuming.allSatisfy { $0.assumptions.contains(name) } }
    }

    static func without(_ assumptions: [String], _ estimates: [Estimate]) -> [Estimate] {
        guard !assumptions.isEmpty else { return estimates }
        return estimates.map { estimate in
            var estimate = estimate
            estimate.assumptions.removeAll(where: assumptions.contains)
            return estimate
        }
    }
}

/// The basis that several figures have in common, said once beside their name.
struct CommonBasis {
    let basis: Basis
    /// Each of them rests on facts that are not verified.
    let isUnverified: Bool

    /// Nil where they differ, and of one alone.
    init?(_ estimates: [Estimate]) {
        guard let first = estimates.first, estimates.count > 1, estimates.allSatisfy({ $0.basis == first.basis }) else {
            return nil
        }
        basis = first.basis
        isUnverified = estimates.allSatisfy(\.unverified)
    }
}

extension FigureWords {
    /// What is still to be said of a figure's basis where that of its like was said already.
    func basis(of estimate: Estimate, beside common: CommonBasis?) -> String {
        guard let common else { return basis(of: estimate) }
        return estimate.unverified && !common.isUnverified ? unverified(estimate.basis) : ""
    }

    /// What several have in common; where what has more in common was said already, what they have besides.
    func basis(of common: CommonBasis?, beside wider: CommonBasis? = nil) -> String {
        guard let common else { return "" }
        var like = Estimate()
        like.basis = common.basis
        like.unverified = common.isUnverified
        return basis(of: like, beside: wider)
    }
}
