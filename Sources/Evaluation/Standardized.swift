import Feeds
import MarketModels
import Schema

extension EvaluationMarket {
    /// SAR of a labelled day by the market model over 250 sessions that end ten before it, worked out here from the
    /// bars and not by the stage; nil without enough history or benchmark.
    func standardized(_ label: ShockLabel) -> Double? {
        let day = Int32(label.day)
        guard let number = number(of: label.symbol), let benchmark = self.number(of: settings.benchmark),
            number != benchmark, let index = sessionIndex(of: number, day: day), let sessions = sessions[number],
            let window = try? EstimationWindow.range(beforeEvent: index)
        else { return nil }
        func pair(_ session: Session) -> (asset: Double, market: Double)? {
            guard let place = sessionIndex(of: benchmark, day: session.day),
                let marketReturn = self.sessions[benchmark]?[place].simpleReturn, let own = session.simpleReturn
            else { return nil }
            return (own, marketReturn)
        }
        let pairs = sessions[window].compactMap(pair)
        guard let event = pair(sessions[index]),
            let model = try? MarketModel.fit(asset: pairs.map(\.asset), market: pairs.map(\.market))
        else { return nil }
        let value = model.abnormalReturn(asset: event.asset, market: event.market).standardized
        return value.isFinite ? value : nil
    }
}
