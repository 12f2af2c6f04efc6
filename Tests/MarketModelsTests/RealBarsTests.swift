import Foundation
import MarketModels
import TestKit
import Testing

/// Daily closes that do not ship with the repository: from `EPICENTER_SHARED_DATA`, or `../shared/data` beside it.
enum RealBars {
    static let folder: URL? = {
        let environment = ProcessInfo.processInfo.environment["EPICENTER_SHARED_DATA"].map { URL(filePath: $0) }
        let repository = URL(filePath: #filePath).resolvingSymlinksInPath().appending(path: "../../..").standardized
        let candidates = [environment, repository.appending(path: "../shared/data").standardized].compactMap { $0 }
        return candidates.first { FileManager.default.fileExists(atPath: $0.appending(path: "benchmark").path) }
    }()

    /// Closes by symbol and day of a CSV whose columns begin `date,symbol,open,high,low,close`.
    static func closes(_ text: Data, keep: (String) -> Bool) -> [String: [String: Double]] {
        var closes: [String: [String: Double]] = [:]
        for line in text.split(separator: UInt8(ascii: "\n")).dropFirst() {
            let fields = line.split(separator: UInt8(ascii: ","))
            let symbol = String(decoding: fields[1], as: UTF8.self)
            guard keep(symbol), let close = Double(String(decoding: fields[5], as: UTF8.self)) else { continue }
            closes[symbol, default: [:]][String(decoding: fields[0], as: UTF8.self)] = close
        }
        return closes
    }

    /// Returns of several symbols over the days all of them have.
    static func returns(
        _ closes: [String: [String: Double]], _ symbols: [String]
    ) throws -> (days: [String], values: [[Double]]) {
        let series = try symbols.map { try #require(closes[$0]) }
        let days = series[0].keys.filter { day in series.allSatisfy { $0[day] != nil } }.sorted()
        let values = try series.map { prices in
            try zip(days.dropFirst(), days).map { try #require(prices[$0]) / #require(prices[$1]) - 1 }
        }
        return (Array(days.dropFirst()), values)
    }
}

@Suite(
    "Real daily bars",
    .enabled(if: RealBars.folder != nil, "no daily bars: set EPICENTER_SHARED_DATA to the shared data"))
struct RealBarsTests {
    /// 2017 to 2023, seven years of every tenth symbol with SPY for the market and QQQ for the factor.
    @Test("the rolling models equal the batch formulas bar by bar")
    func equalsBatch() throws {
        let folder = try #require(RealBars.folder)
        let text = try gunzipped(folder.appending(path: "benchmark/bars_daily_2017_2023.csv.gz").path)
        let closes = RealBars.closes(text) { _ in true }
        let symbols = closes.keys.sorted().enumerated().filter { $0.offset % 10 == 3 }.map(\.element)
        #expect(symbols.count >= 13)
        var (worst, compared) = (0.0, 0)
        for symbol in symbols where symbol != "SPY" && symbol != "QQQ" {
            let (_, series) = try RealBars.returns(closes, [symbol, "SPY", "QQQ"])
            let (asset, market, factor) = (series[0], series[1], series[2])
            var (rolling, two) = (RollingMarketModel(), RollingTwoFactorModel())
            for bar in asset.indices {
                if bar % 97 == 80 || bar == asset.count - 1 {
                    let window = try EstimationWindow.range(beforeEvent: bar)
                    let (model, pair) = (try rolling.model(), try two.model())
                    let truth = PreciseMarketModel(asset: asset[window], market: market[window])
                    let second = PreciseTwoFactorModel(
                        asset: asset[window], market: market[window], factor: factor[window])
                    worst = max(
                        worst, abs(model.alpha - truth.alpha) / truth.alphaScale, abs(model.beta / truth.beta - 1),
                        abs(model.residualDeviation / truth.residualDeviation - 1),
                        abs(pair.factorBeta - second.factorBeta) / (abs(second.factorBeta) + second.factorScale),
                        abs(pair.residualDeviation / second.residualDeviation - 1))
                    // What the service computed until now, to its own precision.
                    let batch = try MarketModel.fit(asset: Array(asset[window]), market: Array(market[window]))
                    #expect(model.beta.isClose(to: batch.beta))
                    #expect(model.betaStandardError.isClose(to: batch.betaStandardError))
                    #expect(
                        model.abnormalReturn(asset: asset[bar], market: market[bar]).standardized
                            .isClose(to: batch.abnormalReturn(asset: asset[bar], market: market[bar]).standardized))
                    compared += 1
                }
                rolling.add(asset: asset[bar], market: market[bar])
                two.add(asset: asset[bar], market: market[bar], factor: factor[bar])
            }
        }
        print("real bars: \(compared) fits, worst \(worst)")
        #expect(compared > 150)
        #expect(worst < 1e-12)
    }

    /// Source: numpy 2.4.6, `docs/golden/recovery_real.py`.
    @Test("AVGO over NVDA after 27 January 2025: ahead on the seventh day, but no vote")
    func relativeRecovery() throws {
        let file = try #require(RealBars.folder).appending(path: "deepseek/bars_daily.csv")
        let closes = RealBars.closes(try Data(contentsOf: file)) { ["SPY", "NVDA", "AVGO"].contains($0) }
        let (days, series) = try RealBars.returns(closes, ["SPY", "NVDA", "AVGO"])
        let event = try #require(days.firstIndex(of: "2025-01-27"))
        let window = try EstimationWindow.range(beforeEvent: event)
        #expect(window.count == 250)
        let abnormal = try series[1...].map { asset in
            let model = try MarketModel.fit(asset: Array(asset[window]), market: Array(series[0][window]))
            return zip(asset, series[0]).map { model.abnormalReturn(asset: $0, market: $1).value }
        }
        let recovery = try RelativeRecovery.compute(
            firstBefore: Array(abnormal[1][window]), secondBefore: Array(abnormal[0][window]),
            firstAfter: Array(abnormal[1][(event + 1)...]), secondAfter: Array(abnormal[0][(event + 1)...]))
        #expect(recovery.trackingError.isClose(to: 0.0313013118082442, within: 1e-9))
        #expect(days[event + 7] == "2025-02-05")
        for (horizon, difference, standardized) in [
            (1, -0.061939613727121506, -1.9788184631548806), (7, 0.08639462645582933, 1.0432182414350466),
            (14, -0.010265434369689783, -0.08764976864935017),
        ] {
            let day = recovery.days[horizon - 1]
            #expect(day.difference.isClose(to: difference, within: 1e-9))
            #expect(day.standardized.isClose(to: standardized, within: 1e-9))
        }
        #expect(recovery.days.allSatisfy { $0.vote == nil })
    }
}
