import MarketModels
import Schema

/// Daily returns of a name and of the benchmark over the sessions both have, around a shock's.
struct PairedSessions: Equatable, Sendable {
    /// Day number of each session before the shock's, rising; its returns have the same places.
    let days: [Int64]
    let asset: [Double]
    let market: [Double]
    /// Of the shock's session; nil where there is no price of it.
    let event: Double?
    let marketEvent: Double?
    let evidence: [UInt64]

    /// Returns of the window that ends before an event, as in the decomposition.
    func window(_ range: EstimationRange) -> (asset: [Double], market: [Double]) {
        let rows = range.window(before: days.count)
        return (Array(asset[rows]), Array(market[rows]))
    }
}

extension PointInTimeView {
    var estimation: EstimationRange { EstimationRange(settings) }

    /// A name's returns beside the benchmark's; nil where one of the two has no closes.
    func paired(_ symbol: String, around session: Int64) -> PairedSessions? {
        guard let own = prices(of: symbol, around: session),
            let benchmark = prices(of: settings.benchmark, around: session)
        else { return nil }
        let days = own.commonDays(with: benchmark)
        let (asset, market) = (own.returns(over: days), benchmark.returns(over: days))
        let rows = (0..<max(0, days.count - 1)).filter { isUsable(asset[$0]) && isUsable(market[$0]) }
        return PairedSessions(
            days: rows.map { days[$0 + 1] }, asset: rows.map { asset[$0] ?? 0 }, market: rows.map { market[$0] ?? 0 },
            event: asset.last ?? nil, marketEvent: market.last ?? nil,
            evidence: [own.sequenceBefore, own.eventSequence, benchmark.sequenceBefore, benchmark.eventSequence])
    }

    /// Daily returns of several names over the sessions after a day that are over and of which all have the close, oldest
    /// first: an array for each name.
    func returns(of symbols: [String], after session: Int64) -> [[Double]] {
        let all = symbols.map { prices(of: $0, around: day) }
        guard let first = all.first ?? nil, !all.contains(nil) else { return symbols.map { _ in [] } }
        let known = all.compactMap { $0 }
        var days = first.days.filter { $0 >= session }
        for other in known.dropFirst() {
            let theirs = Set(other.days)
            days.removeAll { !theirs.contains($0) }
        }
        guard days.first == session else { return symbols.map { _ in [] } }
        let isClosed = day > session && known.allSatisfy { $0.isClosed && $0.event != nil }
        let rows = known.map { isClosed ? $0.returns(over: days) : $0.returns(over: days).dropLast() }
        let usable = rows[0].indices.filter { row in rows.allSatisfy { isUsable($0[row]) } }
        return rows.map { values in usable.map { values[$0] ?? 0 } }
    }

    private func isUsable(_ value: Double?) -> Bool { value?.isFinite == true }
}
