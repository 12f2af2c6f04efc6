import NewsModels
import Schema

/// The headlines that bear on each thesis, with the side each takes.
///
/// Made from the archive and the settings when it is first asked for, and kept up as items come: a finding that asked
/// every headline of a month anew would take a second. Nothing of it is in a checkpoint.
struct ThesisVoices: Sendable {
    struct Voice: Sendable {
        /// Market sequence of the item.
        let sequence: UInt64
        /// 1 for the thesis, −1 against it, 0 neither.
        let stance: Int
    }

    private struct Measure: Sendable {
        let thesis: String
        let symbols: Set<String>
        let groups: Set<String>
        let model: StanceModel
    }

    private let measures: [Measure]
    private var voices: [String: [Voice]] = [:]

    init(_ settings: ModelSettings, items: [ArchivedItem]) {
        measures = settings.theses.compactMap { thesis in
            guard
                let model = StanceModel(
                    supporting: thesis.supporting, opposing: thesis.opposing, statement: thesis.statement)
            else { return nil }
            let symbols = Set(thesis.exposures.map(\.symbol))
            let groups = settings.groups.filter { $0.members.contains { symbols.contains($0.symbol) } }.map(\.id)
            return Measure(thesis: thesis.id, symbols: symbols, groups: Set(groups), model: model)
        }
        guard !measures.isEmpty else { return }
        for item in items { take(item) }
    }

    /// Whether headlines are measured for a thesis: it has sentences of both sides.
    func isMeasured(_ thesis: String) -> Bool { measures.contains { $0.thesis == thesis } }

    func voices(on thesis: String) -> [Voice] { voices[thesis] ?? [] }

    /// Takes an item that is about a thesis and what is exposed to it, reprints and reports of prices left out.
    mutating func take(_ item: ArchivedItem) {
        guard !item.isReprint, !item.isPriceReport else { return }
        var read: ReadText?
        for measure in measures {
            let relevance = max(
                item.names.reduce(0) { measure.symbols.contains($1.entity) ? max($0, $1.relevance) : $0 },
                item.groups.reduce(0) { measure.groups.contains($1.entity) ? max($0, $1.relevance) : $0 })
            guard relevance >= EntityRelevance.actionable else { continue }
            let text = read ?? ReadText(item.title)
            read = text
            guard measure.model.isAbout(text) else { continue }
            voices[measure.thesis, default: []].append(
                Voice(sequence: item.sequence, stance: measure.model.score(text).stance.rawValue))
        }
    }

    /// Drops what came before the oldest item kept.
    mutating func forget(before sequence: UInt64) {
        for thesis in voices.keys { voices[thesis]?.removeAll { $0.sequence < sequence } }
    }
}
