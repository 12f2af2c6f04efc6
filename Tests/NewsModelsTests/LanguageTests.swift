import Foundation
import MarketModels
import NewsModels
import Testing

@Suite("Language and normalisation")
struct LanguageTests {
    @Test(
        "tells languages and scripts",
        arguments: [
            ("Nvidia shares plunge as cheap model rattles investors", "en"),
            ("Las acciones se desploman por la nueva inteligencia artificial", "es"),
            ("Die Aktien stürzen ab, weil Anleger um das Geschäft fürchten", "de"),
            ("Les actions chutent, les investisseurs ont peur", "fr"),
            ("Le azioni crollano, gli investitori temono il peggio", "it"),
            ("As ações despencam e os investidores não sabem o que fazer", "pt"),
            ("De aandelen kelderen en beleggers zijn bang voor meer", "nl"),
            ("Akcje spadają, a inwestorzy boją się o przyszłość", "pl"),
            ("Акции рухнули из-за новой модели", "ru"),
            ("Акції впали через нову модель, інвестори налякані", "uk"),
            ("英伟达股价暴跌，投资者恐慌", "zh-Hans"), ("輝達股價暴跌，投資者恐慌", "zh-Hant"),
            ("エヌビディア株が急落、投資家に不安", "ja"), ("삼성전자 주가 급락", "ko"), ("سقوط سهام شرکت‌های فناوری", "fa"),
            ("تراجع أسهم شركات التكنولوجيا بعد النتائج", "ar"), ("Πτώση στις μετοχές", "el"), ("", "und"),
            ("1234 %$", "und"),
        ])
    func identifies(text: String, expected: String) {
        #expect(LanguageIdentifier.identify(text).language == expected)
    }

    @Test(
        "short headlines are told by their small words more than by the names in them",
        arguments: [
            ("Nvidia falls 17%", "en"), ("Nasdaq up 2%", "en"), ("Nvidia loses $593bn", "en"),
            ("Vistra plunges 28%", "en"), ("Meta capex up", "en"), ("1,000 basis points", "en"),
            ("Nvidia Falls 17%", "en"), ("Repsol dips", "en"), ("Renault sinks", "en"),
            ("Strong Dollar vs. Weak Dollar", "en"), ("Tesla cae 5%", "es"), ("Nvidia pierde 593.000 millones", "es"),
            ("Nvidia stürzt ab", "de"), ("Nvidia verliert 17%", "de"), ("Nvidia chute de 17%", "fr"),
            ("Nvidia crolla", "it"), ("Nvidia cai 17%", "pt"), ("Nvidia spada o 17%", "pl"),
        ])
    func short(text: String, expected: String) {
        #expect(LanguageIdentifier.identify(text).language == expected)
    }

    @Test("what follows the first characters, and a megabyte of it, changes nothing")
    func bounded() {
        let start = String(repeating: "the company said on Monday that profits rose ", count: 10)
        let long = start + String(repeating: "кот ", count: 300_000)
        #expect(LanguageIdentifier.identify(long) == LanguageIdentifier.identify(start))
    }

    /// Labels by FNV-1a of the title: where two published identifiers and this reading of it agree, the language; the 57
    /// others were read one by one.
    @Test(
        "of the recorded headlines at least 95 in 100 are told",
        .enabled(if: SharedData.headlines != nil, "shared data is absent"))
    func recorded() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Labels/languages.tsv")
        var labels: [String: String] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            let fields = line.split(separator: "\t").map(String.init)
            labels[fields[0]] = fields[1]
        }
        var (right, all) = (0, 0)
        for (item, _) in try SharedData.load() {
            let hash = FNV1a.hash(item.headline)
            let key = String(repeating: "0", count: 16 - String(hash, radix: 16).count) + String(hash, radix: 16)
            guard let label = labels[key] else { continue }
            let guess = LanguageIdentifier.identify(item.headline).language
            all += 1
            right += guess == label ? 1 : 0
            if guess != label { print("\(label) taken for \(guess): \(item.headline)") }
        }
        let interval = try WilsonInterval(successes: right, trials: all)
        print("languages: \(right) of \(all) right, 95 % interval \(interval.lower) to \(interval.upper)")
        #expect(all >= 700)
        #expect(Double(right) >= 0.95 * Double(all))
    }

    @Test(
        "normalises",
        arguments: [
            ("<p>Profit &amp; loss</p>\n<b>up</b>\u{A0}&#36;5&nbsp;bn", "Profit & loss up $5 bn"),
            ("ＡＩ　１７％", "AI 17%"), ("a\u{200B}b\u{202E}c\u{0}d", "abcd"), ("profit < loss > 3", "profit < loss > 3"),
            ("5 < 6 & 7 &unknown; &#xZZ; &#99999999;", "5 < 6 & 7 &unknown; &#xZZ; &#99999999;"),
            ("<!-- <b>no</b> -->yes", "yes"), ("&amp;lt;b&amp;gt;", "&lt;b&gt;"), ("<br/>one<br>two", "one two"),
            ("", ""),
            ("<", "<"), ("<a", "<a"), ("<!--", "<!--"), ("&", "&"), ("&;", "&;"), ("x &lt;script&gt;", "x <script>"),
        ])
    func normalises(text: String, expected: String) {
        #expect(TextNormalizer.normalize(text) == expected)
    }

    @Test("a hostile text is bounded and read once")
    func hostile() {
        #expect(TextNormalizer.normalize(String(repeating: "x", count: 1_000_000)).count == TextNormalizer.longest)
        #expect(TextNormalizer.normalize(String(repeating: "<", count: 200_000)).count == TextNormalizer.longest)
        #expect(
            TextNormalizer.normalize(String(repeating: "<!--", count: 20_000) + ">").count <= TextNormalizer.longest)
        #expect(TextNormalizer.normalize(String(repeating: "&amp;", count: 20_000)).count <= TextNormalizer.longest)
    }

    @Test("traditional characters are folded to the simplified ones of word lists")
    func folding() {
        #expect(HanFolding.simplified("輝達股價創新高,市值近6000億美元 Nvidia") == "辉达股价创新高,市值近6000亿美元 Nvidia")
    }
}
