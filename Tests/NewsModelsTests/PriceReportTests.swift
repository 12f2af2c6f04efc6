import NewsModels
import Testing

@Suite("Price reports")
struct PriceReportTests {
    @Test(
        "headlines that only report a move are recognised",
        arguments: [
            ("Chip shares plunge in early trading", -1), ("Stocks tumble as traders take fright", -1),
            ("Aktie des Herstellers fällt deutlich", -1), ("Las acciones caen con fuerza", -1),
            ("芯片股集体暴跌", -1), ("Tech selloff deepens", 0), ("Rout wipes out half a trillion", -1),
            ("Market rout spreads to Europe", -1), ("What is moving premarket", 0), ("Maker of chips plunges 17%", -1),
            ("Nasdaq futures rise", 1), ("Stocks rebound after Monday's fall", 0), ("Kurse brechen ein", -1),
            ("La bolsa se desploma", -1), ("纳指期货大跌", -1),
        ] as [(String, Int)])
    func reports(headline: String, direction: Int) {
        let verdict = PriceReportClassifier.classify(headline)
        #expect(verdict.isPriceReport)
        #expect(verdict.direction == direction)
    }

    @Test(
        "headlines about something else are not",
        arguments: [
            "Laboratory publishes a model at a tenth of the cost", "Leader imposes tariffs on Colombia",
            "Company reports revenue fell 5% in the quarter", "App tops the download charts",
            "Das neue Modell und was es kann", "Qué es y cómo funciona", "研究人员发布低成本模型", "",
            "Climbers lost in storm", "Central bank holds rates",
        ])
    func others(headline: String) {
        #expect(!PriceReportClassifier.classify(headline).isPriceReport)
    }

    @Test(
        "a reason named is said",
        arguments: [
            ("Shares plunge as rival cuts prices", true), ("Aktien fallen nach Zinsentscheid", true),
            ("Acciones caen tras el anuncio", true), ("Shares plunge", false),
        ])
    func reasons(headline: String, namesReason: Bool) {
        #expect(PriceReportClassifier.classify(headline).namesReason == namesReason)
    }

    /// A table that knows two makers, so that "Abcdar falls" can be told from "Rain falls".
    static let names = try? AliasTable([
        EntityAliases(entity: "ABC", aliases: [Alias("Abcdar"), Alias("甲乙公司")]),
        EntityAliases(entity: "DEF", aliases: [Alias("Defoe")]),
    ])

    static func isReport(_ headline: String) -> Bool {
        let names = (names?.mentions(in: headline) ?? []).map { $0.token..<($0.token + $0.length) }
        return PriceReportClassifier.classify(headline, instruments: names).isPriceReport
    }

    @Test(
        "a move of something with a price is a report in every language, whatever reason it names",
        arguments: [
            "Technology shares sold after a newcomer tops the charts", "US chip stocks take a hit",
            "Rival sets off selling in AI shares", "US futures point to steep losses", "European markets open lower",
            "Wall Street slides", "Chip stocks under pressure", "Coin shares are sold off", "Nasdaq ends in the red",
            "A rival sets off a chip rout", "Newcomer hits chip stocks", "Oil drops below 80 dollars",
            "Maker's stock near its record", "Funds that hold chip makers: ETFs plunge", "The market falls again",
            "Maker on course for the largest one-day loss yet", "What fell before the opening bell",
            "Titulos tecnológicos bajo presión", "Wall Street se tiñe de rojo y cae", "Chipaktien brechen ein",
            "KI-Aktien unter Druck", "Les actions technologiques chutent", "La bourse de Paris recule",
            "Акции производителей рухнули", "半導体株が急落", "科技股盘前走低", "美股期货下挫", "日経平均は続落",
        ])
    func moreReports(headline: String) {
        #expect(Self.isReport(headline))
    }

    @Test(
        "an instrument's name and a verb without an object are a report",
        arguments: [
            "Abcdar falls sharply before the open as investors fear a rival", "Abcdar slips after weak orders",
            "Abcdar tumbles", "Defoe slides, Abcdar climbs", "Abcdar plunges 17 percent on fear that demand drops",
            "Two worries push Abcdar lower: rivals and tariffs", "Abcdar se desploma un 17%",
            "Abcdar fällt um 9 Prozent",
            "甲乙公司下跌", "甲乙公司大跌",
        ])
    func instrumentMoves(headline: String) {
        #expect(Self.isReport(headline))
    }

    @Test(
        "market value that is lost is a report, in whatever words and however the amount is written",
        arguments: [
            "Abcdar loses $593bn in market cap", "Abcdar: market cap wiped by $593bn", "Abcdar erases $589bn in value",
            "Abcdar to lose $400bn in market cap at open", "Abcdar loses $593bn", "Abcdar sheds 300 billion dollars",
            "Abcdar pierde 593.000 millones de dólares", "Abcdar verliert 593 Milliarden Dollar",
            "Abcdar perd 593 milliards de dollars", "甲乙公司损失5930亿美元", "甲乙公司一夜损失近6000亿美元", "甲乙公司市值缩水6000亿美元",
        ])
    func lostValue(headline: String) {
        #expect(Self.isReport(headline))
    }

    @Test(
        "money lost by business, or that might be lost, is none",
        arguments: [
            "Abcdar loses $7bn in its foundry business", "Abcdar loses $16.6 billion in the quarter",
            "Abcdar could lose $400bn if demand collapses", "Abcdar loses a bid worth $3bn",
            "Abcdar loses key engineer to rival", "甲乙公司损失三名高管", "甲乙公司季度亏损20亿美元",
        ])
    func lostMoney(headline: String) {
        #expect(!Self.isReport(headline))
    }

    @Test(
        "what is not known to be an instrument may fall without its price",
        arguments: ["Rain falls", "Prime minister slips"])
    func othersMove(headline: String) {
        #expect(!Self.isReport(headline))
    }

    @Test(
        "the same verbs with an object, and the same nouns in another sense, are not",
        arguments: [
            "Abcdar drops plan to build a plant", "Abcdar drops its new plan", "Abcdar cuts prices",
            "Abcdar slips out of the top five", "Abcdar falls behind its rivals", "Abcdar falls badly behind",
            "Abcdar slides show the next machine", "Abcdar rises to lead the ranking", "Abcdar gains subscribers",
            "Sales of Abcdar fall after recall", "Price of machines rises 20%", "Rents of machines climb 10%",
            "Abcdar gains market share", "Defoe's share of machines falls",
            "Abcdar's chief sells shares worth millions",
            "Abcdar shares its plans as costs fall", "Analyst: Abcdar shares could fall by half",
            "Power shares should not have crashed", "Abcdar's profit rises and its 80 billion dollar plan stays",
            "Flood wipes out village", "Tanker spills oil as pumps fail",
            "Families of gold star winners rise", "Wall Street Journal reports decline of print",
            "Legal actions drop after reform", "Home prices fall 3% in December", "The case against Abcdar shares",
            "Firms must think again because of a newcomer", "Cae la demanda de máquinas un 10%",
            "Cuota de mercado de Abcdar cae", "Bourses d'études en baisse",
            "Neues Gerät kommt auf den Markt und fällt auf",
            "甲乙公司跌出前五", "机器价格暴跌", "股东会后员工涨薪",
        ])
    func moreOthers(headline: String) {
        #expect(!Self.isReport(headline))
    }
}

@Suite("Round-ups and languages")
struct HeadlineKindTests {
    @Test(
        "collections of news are told from news",
        arguments: [
            ("Brief market notes on makers, among them Abcdar", true), ("Makers Roundup: Market Talk", true),
            ("Five stocks to watch", true), ("Morning round-up: storms and tariffs", true),
            ("Abcdar notes a fall in orders", false), ("Abcdar rounds up investors", false), ("", false),
        ])
    func roundups(headline: String, expected: Bool) {
        #expect(Roundup.isRoundup(headline) == expected)
    }

    @Test(
        "English is told from other languages, and assumed of a few names",
        arguments: [
            ("What the new machine means for makers", true), ("Abcdar buys Defoe", true), ("", true),
            ("La nueva máquina y lo que significa para todos", false),
            ("Was die neue Maschine kann und was nicht", false),
            ("新机器发布", false), ("Новая машина", false),
        ])
    func english(headline: String, expected: Bool) {
        #expect(EnglishText.isLikely(headline) == expected)
    }
}
