import NewsModels
import TestKit
import Testing

@Suite("Quantities")
struct QuantityTests {
    private static func check(_ text: String, _ expected: [Quantity], _ language: String) {
        let found = QuantityParser.quantities(in: text, language: language)
        #expect(found.count == expected.count, "\(text): \(found)")
        for (quantity, wanted) in zip(found, expected) {
            #expect(quantity.unit == wanted.unit, "\(text): \(found)")
            #expect(quantity.qualifier == wanted.qualifier, "\(text): \(found)")
            #expect(abs(quantity.lower - wanted.lower) <= 1e-12 * abs(wanted.lower), "\(text): \(found)")
            #expect(abs(quantity.upper - wanted.upper) <= 1e-12 * abs(wanted.upper), "\(text): \(found)")
        }
    }

    private static let usd = Quantity.Unit.money("USD")
    private static let eur = Quantity.Unit.money("EUR")

    @Test(
        "English",
        arguments: [
            ("erasing $593 billion", [Quantity(593e9, usd)]),
            ("a US$1.2tn company", [Quantity(1.2e12, usd)]),
            ("up to $65 billion on AI in 2025", [Quantity(65e9, usd, .atMost)]),
            ("nearly $600bn was lost", [Quantity(600e9, usd, .nearly)]),
            ("It cost $5.6-6M", [Quantity(5.6e6, to: 6e6, usd)]),
            ("between $5 and $6 million", [Quantity(5e6, to: 6e6, usd)]),
            ("$500bn to $600bn", [Quantity(500e9, to: 600e9, usd)]),
            (
                "C$3m, HK$4.5 billion and A$7k",
                [Quantity(3e6, .money("CAD")), Quantity(4.5e9, .money("HKD")), Quantity(7e3, .money("AUD"))]
            ),
            ("EUR 5bn and £3m", [Quantity(5e9, eur), Quantity(3e6, .money("GBP"))]),
            ("10 million US dollars", [Quantity(10e6, usd)]),
            ("more than 30 per cent", [Quantity(0.3, .share, .atLeast)]),
            ("down -17% or 5-10%", [Quantity(-0.17, .share), Quantity(0.05, to: 0.10, .share)]),
            ("cut from 5% to 4.75%", [Quantity(0.05, .share), Quantity(0.0475, .share)]),
            ("by 25 basis points", [Quantity(0.0025, .points)]),
            ("a 1.5 percentage point rise", [Quantity(0.015, .points)]),
            ("a three-fold increase, 10x more", [Quantity(3, .multiple), Quantity(10, .multiple)]),
            ("profit doubled; a tenfold rise", [Quantity(2, .multiple), Quantity(10, .multiple)]),
            ("it doubles down on a double-digit bet", []),
            (
                "half of voters, two-thirds of seats and a quarter of funds",
                [Quantity(0.5, .share), Quantity(2.0 / 3, .share), Quantity(0.25, .share)]
            ),
            ("first half of the third quarter", []),
            ("half a trillion dollars, a half-billion deal", [Quantity(0.5e12, usd), Quantity(0.5e9, .count)]),
            ("S&P 500, Nasdaq-100, Nasdaq 100 and Russell 2000", []),
            ("Nasdaq falls 100 points", [Quantity(100, .count)]),
            ("1,234,567 users and 1,234 phones", [Quantity(1_234_567, .count), Quantity(1_234, .count)]),
            ("about 3/4 of it", [Quantity(0.75, .share, .approximate)]),
            ("DeepSeek-R1, GPT-4, 5G, H100, iOS18 and Q3", []),
            ("on 27 January 2025 at 14:30, 2/2/2025, 2025-02-05", []),
            ("a $1 trillion rout", [Quantity(1e12, usd)]),
            ("100+ firms", [Quantity(100, .count, .atLeast)]),
            ("-$3bn", [Quantity(-3e9, usd)]),
            ("version 1.2.3", []), ("", []), ("$", []), ("%", []), ("nothing here", []),
        ] as [(String, [Quantity])])
    func english(text: String, expected: [Quantity]) { Self.check(text, expected, "en") }

    @Test(
        "other languages with their decimal commas",
        arguments: [
            ("600.000 millones de dólares", "es", [Quantity(600e9, usd)]),
            ("casi 1,2 billones de euros", "es", [Quantity(1.2e12, eur, .nearly)]),
            ("crece un 5,4% en 2024", "es", [Quantity(0.054, .share)]),
            ("rund 3,5 Mrd. Euro", "de", [Quantity(3.5e9, eur, .approximate)]),
            ("1 Billion Dollar", "de", [Quantity(1e12, usd)]),
            ("1.234,56 €", "de", [Quantity(1234.56, eur)]),
            ("minus 17 Prozent", "de", [Quantity(0.17, .share)]),
            ("plus de 6 milliards d'euros", "fr", [Quantity(6e9, eur, .atLeast)]),
            ("5,5 pour cent", "fr", [Quantity(0.055, .share)]),
            ("quasi 2 miliardi di euro", "it", [Quantity(2e9, eur, .nearly)]),
            ("28 euros", "pt", [Quantity(28, eur)]),
            ("почти 600 млрд долларов", "ru", [Quantity(600e9, usd, .nearly)]),
            ("упали на 6,6%", "ru", [Quantity(0.066, .share)]),
            ("2,5 mln zł", "pl", [Quantity(2.5e6, .money("PLN"))]),
            ("約3割の企業", "ja", [Quantity(0.3, .share, .approximate)]),
            ("40兆円", "ja", [Quantity(40e12, .money("JPY"))]),
            ("6000억 달러", "ko", [Quantity(600e9, usd)]),
        ] as [(String, String, [Quantity])])
    func others(text: String, language: String, expected: [Quantity]) { Self.check(text, expected, language) }

    /// The amounts, shares and multiples of the article this project began with, as short phrases.
    @Test(
        "Chinese, traditional and simplified: the article's own amounts and multiples",
        arguments: [
            ("市值單日蒸發1萬億美元", [Quantity(1e12, usd)]),
            ("市值蒸發近6000億美元", [Quantity(600e9, usd, .nearly)]),
            ("市值蒸发近6000亿美元", [Quantity(600e9, usd, .nearly)]),
            ("單日跌幅在5-10%", [Quantity(0.05, to: 0.10, .share)]),
            ("跌幅達17%", [Quantity(0.17, .share)]),
            ("市值在3萬億美元以上", [Quantity(3e12, usd, .atLeast)]),
            ("達到驚人的10倍", [Quantity(10, .multiple)]),
            ("最高觸及3.6-3.7萬億美元", [Quantity(3.6e12, to: 3.7e12, usd)]),
            ("估值數億美元", [Quantity(2e8, to: 9e8, usd, .approximate)]),
            ("占比約75%", [Quantity(0.75, .share, .approximate)]),
            ("約3/4是長期投資", [Quantity(0.75, .share, .approximate)]),
            ("而1/4 - 1/5屬于對沖基金", [Quantity(0.2, to: 0.25, .share)]),
            ("計劃投800億美元,Meta投650億", [Quantity(800e8, usd), Quantity(650e8, .count)]),
            ("用600萬美元", [Quantity(6e6, usd)]),
            ("一億美元訓練", [Quantity(1e8, usd)]),
            ("給25家大公司的CIO打電話", [Quantity(25, .count)]),
            ("成本降至1%", [Quantity(0.01, .share)]),
            ("兩三倍杠桿", [Quantity(2, to: 3, .multiple)]),
            ("將煤炭價格提高一倍", [Quantity(2, .multiple)]),
            ("利潤仍有5倍", [Quantity(5, .multiple)]),
            ("1月27日、2000年、19世紀", []),
            ("下跌三成,过半用户,一半", [Quantity(0.3, .share), Quantity(0.5, .share)]),
            ("百分之三十,三分之二", [Quantity(0.3, .share), Quantity(2.0 / 3, .share)]),
            ("市值突破万亿", [Quantity(1e12, .count, .atLeast)]),
            ("营收翻倍,亏损减半", [Quantity(2, .multiple), Quantity(0.5, .share)]),
            ("降息25个基点", [Quantity(0.0025, .points)]),
            ("上调0.5个百分点", [Quantity(0.005, .points)]),
            ("超过30亿元", [Quantity(3e9, .money("CNY"), .atLeast)]),
            ("100多亿元", [Quantity(1e10, .money("CNY"), .atLeast)]),
            ("三千五百万元左右", [Quantity(35e6, .money("CNY"), .approximate)]),
            ("效率提高十倍,百倍", [Quantity(10, .multiple), Quantity(100, .multiple)]),
            ("十几倍,十多倍", [Quantity(11, to: 19, .multiple), Quantity(10, .multiple, .atLeast)]),
            ("十几亿美元", [Quantity(11e8, to: 19e8, usd)]),
            ("成本只有十分之一,万分之五", [Quantity(0.1, .share), Quantity(5e-4, .share)]),
            ("两到三倍,三五倍", [Quantity(2, to: 3, .multiple), Quantity(3, to: 5, .multiple)]),
            ("一成半,一成七,三成半", [Quantity(0.15, .share), Quantity(0.17, .share), Quantity(0.35, .share)]),
            ("沪深300指数,标普500,十月,十大", []),
            ("万科、百度、亿纬锂能与三一重工成为", []),
        ] as [(String, [Quantity])])
    func chinese(text: String, expected: [Quantity]) { Self.check(text, expected, "zh") }

    @Test("a place is where the quantity stands with its unit")
    func place() throws {
        let text = "Lost nearly $600bn, 17%"
        let scalars = Array(text.unicodeScalars)
        let pieces = QuantityParser.quantities(in: text).map { quantity in
            String(String.UnicodeScalarView(scalars[quantity.place]))
        }
        #expect(pieces == ["$600bn", "17%"])
    }

    @Test("any text: no crash, places in order and inside the text, finite values")
    func hostile() {
        var generator = SeededGenerator(for: "hostile quantities", default: 6)
        let alphabet = Array("0123456789.,'$€%-/ 一二三万億亿兆数几分之倍成半多xmbk~:()half two million de a".unicodeScalars)
        for _ in 0..<3_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0..<60, using: &generator) {
                text.append(alphabet.randomElement(using: &generator) ?? " ")
            }
            var end = 0
            for quantity in QuantityParser.quantities(in: String(text)) {
                #expect(quantity.place.lowerBound >= end && quantity.place.upperBound <= text.count)
                #expect(quantity.lower.isFinite && quantity.upper.isFinite && quantity.lower <= quantity.upper)
                end = quantity.place.upperBound
            }
        }
        let long = String(repeating: "9", count: 100_000)
        #expect(QuantityParser.quantities(in: long).isEmpty)
        #expect(QuantityParser.quantities(in: String(repeating: "1 ", count: 50_000)).count == QuantityParser.most)
    }
}
