/// A finding as a page, in one language: titles, rows and remarks without any layout. Text and hypertext are made of it.
public struct Page: Equatable, Sendable {
    public var language: Language
    public var title: String
    /// Phase, revision and time; what it is part of; why, in one line.
    public var subtitle: [String] = []
    public var blocks: [Block] = []

    public init(language: Language, title: String, subtitle: [String] = [], blocks: [Block] = []) {
        self.language = language
        self.title = title
        self.subtitle = subtitle
        self.blocks = blocks
    }

    /// A part of the page with its heading.
    public struct Block: Equatable, Sendable {
        /// What it is about, the same in every language: `measured`, `cause`, `claims` …
        public var id: String
        public var heading: String
        /// What has to be known to read it; may be empty.
        public var note = ""
        public var rows: [Row] = []

        public init(id: String, heading: String, note: String = "", rows: [Row] = []) {
            self.id = id
            self.heading = heading
            self.note = note
            self.rows = rows
        }
    }

    /// How an item stands, for a mark beside its words.
    public enum Standing: String, CaseIterable, Sendable { case plain, supported, unsupported, contradicted, pending }

    public enum Row: Equatable, Sendable {
        /// The title of what follows within a block, with what all of it assumes and rests on.
        case heading(String, remark: String = "", basis: String = "")
        /// The name of several figures that follow, each of something else, with what they have in common.
        case subheading(String, remark: String = "", basis: String = "", evidence: [UInt64] = [])
        case entry(Entry)
        /// A signed part of a whole; `share` is its size over the largest's, 0 to 1.
        case bar(name: String, value: String, share: Double)
        /// One of several that compete or stand side by side: a probability or a status, what it is, what speaks for it.
        case item(
            lead: String, text: String, details: [String], standing: Standing = .plain, evidence: [UInt64] = [])
        case line(String)
        /// The first column is text, the others are numbers. `header` may be empty.
        case table(header: [String], rows: [[String]])
        /// Sequences in `market` that the page rests on besides those of its rows.
        case evidence([UInt64])
    }

    /// A named value with what it rests on.
    public struct Entry: Equatable, Sendable {
        public var name: String
        public var value: String
        /// Interval, date, method, assumptions; may be empty.
        public var remark = ""
        /// Measured, stated, assumed or what-if, in words; may be empty.
        public var basis = ""
        /// Sequences in `market`.
        public var evidence: [UInt64] = []
        /// 0 beside what was measured, 1 within a section, 2 below a subheading.
        public var level = 0

        public init(
            name: String, value: String, remark: String = "", basis: String = "", evidence: [UInt64] = [],
            level: Int = 0
        ) {
            self.name = name
            self.value = value
            self.remark = remark
            self.basis = basis
            self.evidence = evidence
            self.level = level
        }
    }
}
