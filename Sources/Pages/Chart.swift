/// A figure of a page: what it shows, as values, and the same as a table. Text and drawing are made of it.
public struct Chart: Equatable, Sendable {
    /// Of the chart within its page: letters, digits and hyphens.
    public var id: String
    /// The id of the ``Alerting/Page/Block`` it stands in.
    public var section: String
    public var title: String
    /// What is to be seen on it, for who does not see it.
    public var description: String
    public var content: Content
    /// The same values in words.
    public var table = Table()

    public enum Content: Equatable, Sendable {
        case series(SeriesDrawing)
        case waterfall(WaterfallDrawing)
        case intervals(IntervalDrawing)
        case bounds(BoundDrawing)
        /// The table is all there is to see.
        case table
        /// What it would need.
        case missing(String)
    }

    public struct Table: Equatable, Sendable {
        public var header: [String] = []
        /// The first column is text.
        public var rows: [[String]] = []
    }
}

/// Values over time: a line with its points, or bars that stand on zero.
public struct SeriesDrawing: Equatable, Sendable {
    public struct Point: Equatable, Sendable {
        /// ns since the Unix epoch.
        public var time: UInt64
        public var value: Double
    }

    public struct Mark: Equatable, Sendable {
        public var time: UInt64
        /// A few characters: the number of its note below.
        public var label: String
        public var note = ""
    }

    public var isBars = false
    /// In order of time. Each value stands until the next where they are bars.
    public var points: [Point]
    /// A second series of bars, drawn within the first.
    public var part: [Point] = []
    /// When the move began: last trade before it, first after it.
    public var onset: ClosedRange<UInt64>?
    public var marks: [Mark] = []
    /// Levels to compare with.
    public var references: [(Double, String)] = []
    public var unit: Unit

    public enum Unit: Equatable, Sendable { case price, count, percent }

    public static func == (one: Self, other: Self) -> Bool {
        one.isBars == other.isBars && one.points == other.points && one.part == other.part && one.onset == other.onset
            && one.marks == other.marks && one.unit == other.unit
            && one.references.elementsEqual(other.references) { $0 == $1 }
    }
}

/// Signed parts that add up to a whole, in percentage points.
public struct WaterfallDrawing: Equatable, Sendable {
    public struct Step: Equatable, Sendable {
        public var name: String
        public var points: Double
        public var error = 0.0
        public var isTotal = false
    }
    public var steps: [Step]
}

/// Values with their intervals on one scale.
public struct IntervalDrawing: Equatable, Sendable {
    public struct Row: Equatable, Sendable {
        public var name: String
        public var value: Double
        public var lower: Double?
        public var upper: Double?
    }
    public var rows: [Row]
    public var scale: ClosedRange<Double>
    /// What the ends of the scale mean.
    public var ends: (String, String)

    public static func == (one: Self, other: Self) -> Bool {
        one.rows == other.rows && one.scale == other.scale && one.ends == other.ends
    }
}

/// Sizes that something can have had at most, in percentage points, beside the move itself.
public struct BoundDrawing: Equatable, Sendable {
    public struct Row: Equatable, Sendable {
        public var name: String
        public var points: Double
        /// It could have had either sign.
        public var isTwoSigned = false
        public var isMove = false
    }
    public var rows: [Row]
}

/// One record that a figure rests on.
public struct EvidenceRecord: Equatable, Sendable {
    public var sequence: UInt64
    /// Its kind, by id: `news`, `bar`, `trade`, or that of a fact.
    public var kind: String
    public var time: UInt64
    public var source = ""
    public var text = ""
    /// Where it was read; shown as a link only where it is an address of the web.
    public var address = ""
    /// Of a fact that could not be opened at its source, so that it is cited, not verified.
    public var isUnverified = false
    /// What is known of a fact, by who entered it; may be empty.
    public var note = ""

    public init(
        sequence: UInt64, kind: String, time: UInt64, source: String = "", text: String = "", address: String = "",
        isUnverified: Bool = false, note: String = ""
    ) {
        self.sequence = sequence
        self.kind = kind
        self.time = time
        self.source = source
        self.text = text
        self.address = address
        self.isUnverified = isUnverified
        self.note = note
    }
}
