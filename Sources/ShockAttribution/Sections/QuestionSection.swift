import Schema

/// The watch-list: what is not known, and which kinds of fact would decide it.
enum OpenQuestions {
    static func all(_ view: PointInTimeView) -> [OpenQuestion] {
        view.theses.flatMap { thesis in thesis.questions.map { question($0, thesis, view) } }
    }

    private static func question(_ question: Question, _ thesis: Thesis, _ view: PointInTimeView) -> OpenQuestion {
        var open = OpenQuestion()
        open.id = question.id
        open.text = question.text
        open.translations = question.translations
        open.thesis = thesis.id
        open.decidedBy = question.decidedBy
        open.due = question.due
        let subjects = Set(thesis.exposures.map(\.symbol) + thesis.spenders + [view.subject])
        for name in question.decidedBy {
            guard let kind = FactKind(rawValue: name) else { continue }
            // A fact from before the shock decides nothing of what it left open.
            let facts = view.facts(kind).filter {
                subjects.contains($0.subject) && $0.eventTime > view.measure.onsetUntil
            }
            guard !facts.isEmpty else { continue }
            open.known.append(name)
            open.evidence += facts.suffix(8).map(\.sequence)
        }
        return open
    }
}
