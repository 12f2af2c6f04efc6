/// The configuration to begin with: commented for who edits it, and enough to run as it is.
///
/// Its instruments are funds on broad markets, of which the first is the market; a desk's own names take their place.
public struct StarterConfiguration: Sendable {
    public var runDirectory: String
    public var dataDirectory: String
    /// Symbols to watch instead of the funds, as they stand in somebody's files.
    public var symbols: [String] = []

    public init(runDirectory: String, dataDirectory: String, symbols: [String] = []) {
        self.runDirectory = runDirectory
        self.dataDirectory = dataDirectory
        self.symbols = symbols
    }

    /// Markets that returns can be measured against, the best known first.
    private static let markets = ["SPY", "IVV", "VOO", "^GSPC", "SPX", "VTI"]

    /// Whether one of the symbols is a market that is known here.
    public var hasMarket: Bool { symbols.isEmpty || Self.markets.contains(where: symbols.contains) }

    /// One that is there, else the best known: without its prices no return has a market's part.
    var benchmark: String { Self.markets.first(where: symbols.contains) ?? Self.markets[0] }

    public static let funds: [(symbol: String, name: String)] = [
        ("SPY", "SPDR S&P 500 ETF Trust"), ("QQQ", "Invesco QQQ Trust"), ("IWM", "iShares Russell 2000 ETF"),
        ("DIA", "SPDR Dow Jones Industrial Average ETF"), ("EFA", "iShares MSCI EAFE ETF"),
        ("EEM", "iShares MSCI Emerging Markets ETF"), ("TLT", "iShares 20+ Year Treasury Bond ETF"),
        ("HYG", "iShares iBoxx High Yield Corporate Bond ETF"), ("GLD", "SPDR Gold Shares"),
        ("USO", "United States Oil Fund"), ("XLK", "Technology Select Sector SPDR Fund"),
        ("XLF", "Financial Select Sector SPDR Fund"), ("XLE", "Energy Select Sector SPDR Fund"),
        ("XLV", "Health Care Select Sector SPDR Fund"),
    ]

    /// Where the pages for people are.
    public static let dashboard = "127.0.0.1:8790"

    /// The file, YAML with comments.
    public var text: String {
        """
        # Epicenter's configuration. After a change:
        #
        #   epicenter config check FILE      says everything that is wrong with it
        #   epicenter reload --config FILE   has a running service read it again, whole or not at all
        #
        # Every key, its default and the environment variable that overrides it: docs/OPERATIONS.md. Instruments, groups,
        # theses, sources and feeds: docs/FORMATS.md.

        run:
          directory: \(Self.quoted(runDirectory))   # sockets, for this user alone
        data:
          directory: \(Self.quoted(dataDirectory))   # streams and checkpoints: what must be backed up
          retainDays: 0        # 0: everything is kept

        # Where events come from. Programs send them to the socket producers.sock in run.directory (docs/PROTOCOL.md, 3),
        # `epicenter backfill` loads history; files and standard input (-) can be read too:
        # ingest:
        #   csv: [bars.csv]
        #   silentSeconds: 900   # a live feed that is silent for so long in session gets a notice

        # Where subscribers find alerts. Without these, in run.directory:
        # publish:
        #   alerts: tcp://127.0.0.1:5556
        #   replay: tcp://127.0.0.1:5557

        # Pages for people, on this machine alone; and for Prometheus:
        dashboard: {listen: "\(Self.dashboard)"}
        # metrics: {listen: "127.0.0.1:9464"}

        # Who is told (docs/OPERATIONS.md, Telling people):
        # notify:
        #   sinks:
        #     - {name: desk, type: file, path: /srv/epicenter/alerts.jsonl}
        #   routes:
        #     - {sinks: [desk]}

        # News feeds that are polled:
        # feeds:
        #   - {name: wire, url: "https://wire.example/rss", source: The Wire, tier: T3, interval: 300}

        settings:
          benchmark: \(Self.quoted(benchmark))     # the market that returns are measured against
          calendar: XNYS       # New York's sessions, holidays and half-days included
          # detection:
          #   alert_budget: 2    # shocks a week and 100 names, grouped; else: a move that comes once in half a year

        # What is watched. Symbols are those of your events, letter for letter; others are refused.
        instruments:
        \(instruments)

        # Names that move together; a shock of most of them is one shock:
        # groups:
        #   - {id: semiconductors, name: Semiconductors, members: [{symbol: AAA, weight: 1}, {symbol: BBB, weight: 1}]}

        """
    }

    private var instruments: String {
        let names = Dictionary(uniqueKeysWithValues: Self.funds)
        let watched = symbols.isEmpty ? Self.funds.map(\.symbol) : (hasMarket ? [] : [benchmark]) + symbols
        return watched.map { symbol in
            "  - {symbol: \(Self.quoted(symbol)), name: \(Self.quoted(names[symbol] ?? symbol)), "
                + "kind: \(Self.kind(symbol)), currency: USD}"
        }.joined(separator: "\n")
    }

    /// What a symbol is taken to be: one of the funds known here, an index by the caret that vendors write, else a share.
    static func kind(_ symbol: String) -> String {
        if funds.contains(where: { $0.symbol == symbol }) { return "etf" }
        return symbol.hasPrefix("^") ? "index" : "equity"
    }

    /// How many of the symbols are taken to be shares.
    public var shareCount: Int { symbols.count { Self.kind($0) == "equity" } }

    /// A scalar that YAML reads as this text, whatever is in it.
    static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || " _/.".utf8.contains(byte)
        }
        // Words that YAML takes for something else, numbers among them, begin or end unlike a name.
        let isName = plain && text.utf8.count > 5 && text.first.map { $0.isLetter || $0 == "/" } ?? false
        if isName && !text.contains("  ") && !text.hasSuffix(" ") { return text }
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\""
    }
}
