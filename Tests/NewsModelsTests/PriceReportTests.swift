import NewsModels
import Testing

@Suite("Price reports")
struct PriceReportTests {
    @Test(
        "headlines that only report a move are recognised",
        arguments: [
            ("Chip shares plunge in early trading", -1), ("Stocks tumble as traders take fright", -1),
            ("Aktie des Herstellers fällt deutlich", -1), ("Las acciones caen con fuerza", -1),
            ("芯片股集体暴跌", -1), ("Tech selloff deepens", 0), ("Rout wipes out half a trillion", 0),
            ("Market rout spreads to Europe", 0), ("What is moving premarket", 0), ("Maker of chips plunges 17%", -1),
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
}
