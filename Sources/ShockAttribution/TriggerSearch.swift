import Schema

struct TriggerSearch {
    let subject: String
    let scope: ShockScope
    let onset: Range<UInt64>
    let settings: ModelSettings
    struct Result { var attribution: Attribution?; var missing: [String] = [] }
    func run(in news: NewsArchive) -> Result { .init(missing: ["attribution: not yet"]) }
}
