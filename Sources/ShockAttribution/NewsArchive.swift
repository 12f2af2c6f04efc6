import Schema

struct NewsArchive: Codable, Equatable, Sendable {
    mutating func watch(instruments: InstrumentTable, settings: ModelSettings) {}
    mutating func add(_ item: NewsItem) {}
}
