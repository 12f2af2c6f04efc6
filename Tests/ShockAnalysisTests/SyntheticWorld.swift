import Foundation
import Schema

/// A market of made-up names: a benchmark, a theme of six and six others, each following the market
/// with noise of its own, where chosen moves are planted.
struct SyntheticWorld {
    static let benchmark: UInt32 = 0
    static let theme: ClosedRange<UInt32> = 1...6
    static let others: ClosedRange<UInt32> = 7...12
    static let lastDate = "2024-06-28"

    let seed: Int64
    var sessions = 200
    /// Replaces the return of a session (counted back from the last, which is 0) of a name.
    var planted: [Int: [UInt32: Double]] = [:]
    /// Replaces the market's return of a session.
    var plantedMarket: [Int: Double] = [:]
    /// Share of a session's log move made at the open.
    var overnight = 0.6
    /// Grouped shocks per 100 names and week; 0: a fixed return period.
    var budget = 0.0
    /// Shuffles the records of equal record time.
    var order: Int64?

    static func symbol(_ number: UInt32) -> String {
        number == benchmark ? "MKT" : theme.contains(number) ? "THEME\(number)" : "NAME\(number)"
    }

    static var group: Group { Group("theme", theme.map { (symbol($0), 1) } + [(symbol(7), 0)]) }

    /// The seed of random tests: from the environment, or fixed. Printed by those that use it.
    static var environmentSeed: Int64 {
        let text = ProcessInfo.processInfo.environment["EPICENTER_TEST_SEED"] ?? ""
        return Int64(text) ?? 20_250_127
    }

    func script() -> Script {
        var script = Script()
        let days = Session.days(sessions, until: Self.lastDate)
        let start = Session.open(days[0]) - CivilTime.day
        script.configure(benchmark: Self.symbol(Self.benchmark), groups: [Self.group], at: start) {
            $0.alertBudget = budget
        }
        for number in 0...Self.others.upperBound {
            script.define(number, Self.symbol(number), kind: number == 0 ? .etf : .equity, at: start)
        }
        for number in 1...Self.others.upperBound {
            script.shares(Self.symbol(number), 1e9, asOf: CivilTime.date(day: days[0]), eventTime: start)
        }
        var prices = [Double](repeating: 100, count: Int(Self.others.upperBound) + 1)
        var random = LCG(seed)
        var shuffle = order.map { LCG($0) }
        for (index, day) in days.enumerated() {
            let returns = returns(back: sessions - 1 - index, &random)
            var numbers = Array(UInt32(0)..<UInt32(prices.count))
            let opens = numbers.map { prices[Int($0)] * pow(1 + returns[Int($0)], overnight) }
            shuffle?.shuffle(&numbers)
            for number in numbers {
                script.trade(number, opens[Int(number)], time: Session.open(day), condition: .openingAuction)
            }
            script.tick(at: Session.open(day) + 2 * CivilTime.second)
            shuffle?.shuffle(&numbers)
            for number in numbers {
                prices[Int(number)] *= 1 + returns[Int(number)]
                script.bar(
                    number, from: Session.open(day), to: Session.close(day), open: opens[Int(number)],
                    close: prices[Int(number)])
            }
            script.tick(at: Session.close(day) + 2 * CivilTime.second)
        }
        return script
    }

    private func returns(back: Int, _ random: inout LCG) -> [Double] {
        let market = 0.0004 + 0.008 * random.normal()
        let moved = plantedMarket[back] ?? market
        return (0...Self.others.upperBound).map { number in
            let noise = random.normal()
            if number == Self.benchmark { return moved }
            let beta = 0.8 + 0.1 * Double(number % 6)
            return planted[back]?[number] ?? beta * moved + 0.011 * noise
        }
    }
}

extension ShockSignal {
    /// Without what names records by their sequence, which changes with their order.
    var withoutSequences: ShockSignal {
        var signal = self
        signal.evidence = []
        return signal
    }
}
