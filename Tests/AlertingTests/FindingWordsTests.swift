import Foundation
import Schema
import SwiftProtobuf
import TestKit
import Testing

@testable import Alerting

@Suite("The words of sections, in both languages")
struct FindingWordsTests {
    static func figure(
        _ id: String, _ value: Double, _ unit: Schema.Unit, of: String = "", basis: Basis = .measured,
        _ more: (inout Estimate) -> Void = { _ in }
    ) -> Estimate {
        var estimate = Estimate()
        estimate.id = id
        estimate.of = of
        estimate.value = value
        estimate.unit = unit
        estimate.basis = basis
        more(&estimate)
        return estimate
    }

    static func section(_ id: String, _ kind: SectionKind, _ estimates: [Estimate], lacks: [String] = []) -> Section {
        var section = Section()
        section.id = id
        section.kind = kind
        section.estimates = estimates
        section.missing = lacks.map { what in
            .with {
                $0.what = what
                $0.of = "ABC"
            }
        }
        return section
    }

    /// A finding with one section of each kind that has words of its own in the paragraph.
    static func told() -> Finding {
        var finding = Samples.full()
        finding.sections = [
            section(
                "run-up", .condition,
                [
                    figure("multiple", 7.003, .ratio) { $0.asOf = "2023-01-27" },
                    figure("crash-rate", 0.78, .probability, basis: .stated),
                    figure("crash-base-rate", 0.31, .probability, basis: .stated),
                ]),
            section(
                "leveraged-funds", .amplifier,
                [figure("bound", 0.0081, .fraction, basis: .assumed) { $0.assumptions = ["prefactor=1"] }]),
            section("dealer-gamma", .amplifier, [figure("bound", 0.5, .fraction, basis: .whatIf)]),
            section(
                "efficiency", .thesis,
                [
                    figure("break-even-elasticity", 0.919, .plain, of: "10", basis: .assumed) {
                        $0.assumptions = ["gain=10", "value=demand"]
                    }
                ]),
            section(
                "information", .gap,
                [
                    figure("gap", -1.05, .plain) {
                        $0.lower = -1.32
                        $0.upper = -0.78
                    }
                ]),
        ]
        finding.claims = [
            ClaimAlertTests.claim(.contradicted), ClaimAlertTests.claim(.supported, id: "b"),
            ClaimAlertTests.claim(.notYetDue, id: "c"),
        ]
        return finding
    }

    @Test("both languages have a word for the same things, for each kind of fact and each status")
    func complete() {
        let english = Vocabulary.english
        let chinese = Vocabulary.chinese
        #expect(Set(english.sections.keys) == Set(chinese.sections.keys))
        #expect(Set(english.figures.keys) == Set(chinese.figures.keys))
        #expect(Set(english.methods.keys) == Set(chinese.methods.keys))
        #expect(Set(english.assumptions.keys) == Set(chinese.assumptions.keys))
        #expect(Set(english.lacks.keys) == Set(chinese.lacks.keys))
        #expect(Set(english.texts.keys) == Set(chinese.texts.keys))
        #expect(Set(english.signs.keys) == Set(chinese.signs.keys))
        #expect(Set(english.trades.keys) == Set(chinese.trades.keys))
        #expect(Set(english.textTemplates.keys) == Set(chinese.textTemplates.keys))
        #expect(Set(english.tests.keys) == Set(chinese.tests.keys))
        #expect(Set(english.bases.keys) == Set(chinese.bases.keys))
        for kind in FactKind.allCases {
            #expect(english.facts[kind.rawValue] != nil && chinese.facts[kind.rawValue] != nil, "\(kind)")
        }
        for status in ClaimStatus.allCases {
            #expect(english.statuses[status] != nil && chinese.statuses[status] != nil)
        }
        for (name, template) in english.assumptions {
            #expect(template.contains("{}") == chinese.assumptions[name]?.contains("{}"), "\(name)")
        }
        for table in [chinese.sections, chinese.figures, chinese.lacks, chinese.facts, chinese.tests] {
            for text in table.values { #expect(!text.contains(where: { ",;:!?()".contains($0) }), "\(text)") }
        }
    }

    @Test("docs/FINDINGS.md names every section and figure there is a word for")
    func documented() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/FINDINGS.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let ids = Set(Vocabulary.english.sections.keys).union(
            Vocabulary.english.figures.keys.map { String($0.split(separator: "/").last ?? "") })
        for id in ids { #expect(text.contains("`\(id)`"), "\(id)") }
    }

    @Test(
        "a value has its unit, in English and in Chinese",
        arguments: [
            ("multiple", 7.0032, Schema.Unit.ratio, "7.00×", "7.00倍"), ("share", 0.664, .fraction, "66.4 %", "66.4%"),
            ("move", 0.0893, .fraction, "+8.9 %", "+8.9%"),
            ("bound", 0.0081, .fraction, "at most 0.81 pp", "至多0.81个百分点"),
            ("probability", 4.8e-7, .probability, "1 in 2.1 m", "约208.3万分之一"),
            ("crash-rate", 0.775, .probability, "78 %", "78%"), ("value", -592.658e9, .usd, "−$592.7 bn", "−5926.6亿美元"),
            ("committed", 80e9, .usd, "$80.0 bn", "800亿美元"), ("milestone", 3e12, .usd, "$3.00 tn", "3.00万亿美元"),
            ("short-interest", 286_533_000, .shares, "286.5 m shares", "2.87亿股"),
            ("days-to-cover", 1.302, .days, "1.3 days", "1.3天"), ("payback-years", 4, .years, "4.0 years", "4.0年"),
            ("hits", 21, .count, "21", "21"), ("effective-size", 2.75, .count, "2.75", "2.75"),
            ("divergence", 0.2729, .bits, "0.273 bits", "0.273比特"),
            ("difference", -2.1, .deviations, "−2.10 σ", "−2.10个标准差"),
            ("rent", 2.4, .usdPerHour, "$2.40 an hour", "每小时2.40美元"), ("hhi", 7_350, .plain, "7,350", "7350"),
            ("rank-correlation", 0.7465, .plain, "0.747", "0.747"),
            ("first-voice", -1, .plain, "against the thesis", "反对论点"),
            ("hits", .nan, .count, "n/a", "无"), ("committed", .infinity, .usd, "n/a", "无"),
        ])
    func values(id: String, value: Double, unit: Schema.Unit, english: String, chinese: String) {
        let estimate = Self.figure(id, value, unit)
        #expect(FigureWords(.english).value(estimate) == english)
        #expect(FigureWords(.chinese).value(estimate) == chinese)
    }

    @Test("an interval is called by what it is, and a repeated method is not said twice")
    func remarks() {
        let english = FigureWords(.english)
        let chinese = FigureWords(.chinese)
        let hedge = Self.figure("hedge", 2e6, .shares, basis: .whatIf) {
            $0.lower = -2e6
            $0.upper = 2e6
        }
        #expect(english.interval(hedge) == "by its sign, which is not known: −2.0 m shares to 2.0 m shares")
        let plan = Self.figure("raised", 65e9, .usd, basis: .stated) {
            $0.lower = 60e9
            $0.upper = 65e9
        }
        #expect(english.interval(plan) == "range given $60.0 bn to $65.0 bn")
        #expect(chinese.interval(plan) == "所给区间600亿美元至650亿美元")
        let rate = Self.figure("gap", 0.5, .plain) {
            $0.lower = 0
            $0.upper = 1
            $0.method = "dirichlet"
            $0.assumptions = ["correlation=0.3"]
            $0.observations = 1
        }
        #expect(
            english.remark(rate)
                == "95 %: 0.000 to +1.000; 1 voice; Dirichlet posterior; assuming: voices correlated by 0.3")
        #expect(chinese.remark(rate) == "95%区间0.000至+1.000；1个声音；狄利克雷后验；假设：各声音相关系数0.3")
        #expect(english.remark(rate, after: rate).hasSuffix("1 voice; as above"))
        #expect(english.interval(Self.figure("gap", 1, .plain)) == nil)
        let undecided = Self.figure("gap", 0.2, .plain) {
            $0.lower = -0.5
            $0.upper = 0.9
        }
        #expect(english.interval(undecided) == "95 %: −0.500 to +0.900, not distinguishable from zero")
        #expect(chinese.interval(undecided) == "95%区间−0.500至+0.900，无法与零区分")
    }

    @Test("what was counted has a word, parts of a whole are per cent, and spans of time are said in the language")
    func counted() {
        let (english, chinese) = (FigureWords(.english), FigureWords(.chinese))
        for (id, count, words, said) in [
            ("multiple", UInt32(105), "105 weeks", "105周"), ("multiple", 1, "1 week", "1周"),
            ("hits", 21, "of 21 names", "共21只"), ("odd", 3, "n = 3", "样本3"),
        ] {
            let figure = Self.figure(id, 1, .ratio) { $0.observations = count }
            #expect(english.remark(figure) == words && chinese.remark(figure) == said)
        }
        for (assumption, words, said) in [
            ("margin=0.5", "margin 50 %", "利润率50%"),
            ("revenue-share=0.025", "2.5 % of their revenue would not come without it", "营收的2.5%来自该投入"),
            ("bear=-0.6", "change of −60 % if the thesis holds", "论点成立则变动−60%"),
            ("correlation=0.3", "voices correlated by 0.3", "各声音相关系数0.3"),
            ("sessions=4", "the same hours of 4 sessions before", "取此前4个交易日的同一时段"),
            ("sessions=1", "one session before alone", "仅取此前一个交易日的同一时段"), ("margin=odd", "margin odd", "利润率odd"),
        ] {
            #expect(english.assumption(assumption) == words && chinese.assumption(assumption) == said)
        }
        for (period, said) in [
            ("FY2025", "2025财年"), ("FY2024Q1", "2024财年第一季度"), ("2022Q2", "2022年第二季度"), ("2025", "2025年"),
            ("2026-2027", "2026至2027年"), ("2022Q5", "2022Q5"), ("1996-06", "1996年6月"), ("1996-13", "1996-13"),
            ("H2 2025", "H2 2025"), ("", ""), ("FY", "FY"),
            ("20255", "20255"),
        ] {
            #expect(Language.chinese.period(period) == said && Language.english.period(period) == period)
        }
        let asked = Self.figure("survey-bound", 0.1, .probability, of: "A Broker")
        #expect(english.owner(asked) == "those asked by A Broker" && chinese.owner(asked) == "A Broker所询者")
        let share = Self.figure("payback-years", 5, .years, of: "10%")
        #expect(english.owner(share) == "if it brings 10 % of their revenue" && chinese.owner(share) == "若带来其营收的10%")
    }

    @Test("what was taken back, what went further, and what is as usual is said so, with no sign that misleads")
    func directions() {
        for (fraction, words, said) in [
            (0.4368, "44 % retraced", "已收复44%"), (-0.37, "gone 37 % further", "同向扩大37%"), (0, "0 % retraced", "已收复0%"),
            (-0.001, "0 % retraced", "已收复0%"),
        ] {
            #expect(Language.english.retraced(fraction) == words && Language.chinese.retraced(fraction) == said)
        }
        for (z, words, said) in [
            (3.04, "3.0 σ above usual", "高于平常3.0个标准差"), (-0.5, "0.5 σ below usual", "低于平常0.5个标准差"),
            (-0.04, "as usual", "与平常相当"), (0.0, "as usual", "与平常相当"),
        ] {
            #expect(Language.english.usual(z) == words && Language.chinese.usual(z) == said)
        }
        #expect(RarityWords.often(1.84, .english) == "about once in 1.8 years of one name")
        #expect(RarityWords.often(0.4, .english) == "about 2.5 times a year of one name")
        #expect(RarityWords.often(0.4, .chinese) == "单只股票每年约2.5次")
    }

    @Test("names are those of the language, and a candidate that is no story is told in it")
    func named() {
        var finding = Samples.full()
        finding.names = [
            .with {
                ($0.id, $0.name) = ("chips", "Chip makers")
                $0.translations = [.with { ($0.language, $0.text) = ("zh", "芯片制造商") }]
            },
            .with {
                ($0.id, $0.name) = ("ABC", "ABC Incorporated")
                $0.translations = [.with { ($0.language, $0.text) = ("zh", "字母公司") }]
            },
        ]
        #expect(finding.name(of: "chips", .chinese) == "芯片制造商" && finding.name(of: "XYZ", .chinese) == "XYZ")
        #expect(PageComposer(finding, .chinese).page.title.hasPrefix("字母公司（ABC）"))
        #expect(Wording.headline(.init(finding: finding, state: .firing), .chinese).hasPrefix("字母公司（ABC）2025年"))
        func said(_ kind: CandidateKind, _ story: String, _ headline: String, of subject: String = "XYZ") -> String {
            let candidate = TriggerCandidate.with {
                ($0.kind, $0.story, $0.headline, $0.subject) = (kind, story, headline, subject)
            }
            return Wording.Chinese.named(candidate, in: finding)
        }
        #expect(said(.filing, "filing/XYZ/1", "A lower forecast by XYZ for 2022Q2") == "XYZ下调2022年第二季度业绩指引")
        #expect(said(.peer, "peer/XYZ/1", "A higher forecast by XYZ") == "同业XYZ上调业绩指引")
        #expect(said(.release, "release/XYZ/1", "Results of XYZ for FY2024") == "XYZ的2024财年财报")
        #expect(said(.filing, "filing/XYZ/1", "Commitment of XYZ to spend") == "XYZ的资本投入承诺")
        #expect(said(.peer, "peer/XYZ/1", "The shock of XYZ in the session of 2025-01-24") == "同业XYZ在2025年1月24日的波动")
        #expect(said(.theme, "theme/chips", "A move of its group", of: "chips") == "所属板块“芯片制造商”在大盘之外的整体波动")
        #expect(
            said(.theme, "theme/chips/fewer", "A move of chips", of: "chips") == "论点所及的“芯片制造商”板块在大盘之外的整体波动")
        var release = TriggerCandidate.with {
            ($0.kind, $0.story, $0.headline) = (.release, "release/BMK/Prices/2022-10-31", "Prices")
        }
        #expect(Wording.Chinese.named(release, in: finding) == "“Prices”的公布")
        #expect(Wording.English.named(release) == "the release of Prices")
        release.translations = [.with { ($0.language, $0.text) = ("zh", "物价") }]
        #expect(Wording.Chinese.named(release, in: finding) == "“物价”的公布")
    }

    @Test("a figure that changed is told by its name, from what to what, and by which records")
    func figureChange() {
        var finding = Finding()
        finding.sections = [
            .with {
                $0.id = "information"
                $0.estimates = [Self.figure("gap", 0.931, .plain)]
            }
        ]
        finding.changes = [
            .with {
                ($0.kind, $0.of, $0.before, $0.after, $0.names) = ("figure", "information/gap", 1.048, 0.931, ["27581"])
            },
            .with { ($0.kind, $0.of, $0.after) = ("figure", "nothing/known", 1) },
        ]
        finding.revised = ["information/gap 1.048 → 0.931 (#27581)", "nothing/known 1.000"]
        #expect(
            ChangeWords(finding, .english).all == [
                "Information gap: press and public less insiders +1.048 → +0.931 (#27581)", "nothing/known 1.000",
            ])
        #expect(ChangeWords(finding, .chinese).all[0] == "信息差：媒体大众减业内+1.048→+0.931（#27581）")
    }

    @Test("what there is no word for is shown by its id")
    func unknown() {
        for language in Language.allCases {
            let words = FigureWords(language)
            #expect(words.section("new-kind") == "new kind")
            #expect(
                words.label(Self.figure("some_figure", 1, .ratio, of: "A\nB"), in: "new-kind").hasPrefix("some figure"))
            #expect(words.assumption("rate=2.0") == "rate 2" && words.assumption("odd") == "odd")
            #expect(words.lacks([.with { $0.what = "some-thing" }]) == ["some thing"])
            #expect(words.fact("new_fact") == "new fact" && words.status(.UNRECOGNIZED(9)) != "")
        }
        let lacks = ["a", "b"].map { of in
            Lack.with {
                $0.what = "signed_flow"
                $0.of = of
            }
        }
        #expect(FigureWords(.english).lacks(lacks) == ["signed flow (who bought, who sold) of a and b"])
        #expect(FigureWords(.chinese).lacks(lacks) == ["资金流向（a、b）"])
        #expect(FigureWords(.english).lacks(lacks, about: "a") == ["signed flow (who bought, who sold) of b"])
    }

    @Test("money traded is sold or bought, and whose the missing trades are stands where a reader expects it")
    func trades() {
        let (english, chinese) = (FigureWords(.english), FigureWords(.chinese))
        let net = Self.figure("net-flow", 562e6, .usd)
        #expect(english.value(net, in: "flow") == "bought $562 m net" && chinese.value(net, in: "flow") == "净买入5.6亿美元")
        let funds = Self.figure("gross-flow", -2.3e9, .usd)
        #expect(english.value(funds, in: "leveraged-funds") == "sell $2.3 bn")
        #expect(chinese.value(funds, in: "leveraged-funds") == "卖出23亿美元")
        #expect(!english.value(Self.figure("net-flow", .nan, .usd), in: "flow").contains("{}"))
        let lack = Lack.with { ($0.what, $0.of) = ("more-trades", "ABC") }
        #expect(english.lacks([lack]) == ["100 trades of ABC after the move began"])
        #expect(english.lacks([lack], about: "ABC") == ["100 trades after the move began"])
        #expect(chinese.lacks([lack]) == ["波动开始后的100笔成交（ABC）"])
    }

    @Test("a figure that rests on what is not verified is marked, by what it is")
    func unverified() {
        let (english, chinese) = (FigureWords(.english), FigureWords(.chinese))
        var figure = Self.figure("share", 0.66, .fraction, basis: .stated)
        #expect(english.basis(of: figure) == "stated" && chinese.basis(of: figure) == "据事实")
        figure.unverified = true
        #expect(english.basis(of: figure) == "stated, not verified" && chinese.basis(of: figure) == "据事实·未核实")
        figure.basis = .assumed
        #expect(english.basis(of: figure) == "assumed, facts not verified" && chinese.basis(of: figure) == "含假设·事实未核实")
        #expect(english.remarkWithBasis(figure) == "assumed, facts not verified")
    }

    @Test("who speaks is called as the language calls him, where the settings know it")
    func speakers() {
        let figure = Self.figure("first-voice", -1, .plain) {
            $0.text = "ABC Incorporated"
            $0.textWords = [.with { ($0.language, $0.text) = ("zh", "字母公司") }]
        }
        #expect(
            FigureWords(.english).remark(figure) == "ABC Incorporated" && FigureWords(.chinese).remark(figure) == "字母公司"
        )
        var claim = ClaimAlertTests.claim(.supported)
        claim.assertedBy = "A Paper"
        claim.assertedByWords = [.with { ($0.language, $0.text) = ("zh", "某报") }]
        #expect(ClaimWords(claim, of: Samples.full(), before: nil).summary(.chinese).hasPrefix("某报"))
    }

    @Test("the paragraph has the most telling of the sections, with bounds called bounds and no scenario among them")
    func telling() {
        let english = TellingSentences(Self.told(), .english).all
        #expect(
            english == [
                "Before it, the price stood at 7.00× that of 2023-01-27; 78 % of names with such a run-up later fell"
                    + " 40 %, of all 31 %.",
                "Amplifiers, as bounds and not as what they did: Leveraged and inverse funds at most 0.81 pp.",
                "The move is what an elasticity of demand of 0.919 would bring (assuming: 10 times as efficient, value"
                    + " follows demand; 0 is the static case, at 1 nothing is lost).",
                "Stance of press and public less that of insiders, from −2 to 2: −1.050 (95 %: −1.320 to −0.780).",
                "Of 3 claims: 1 contradicted, 1 supported, 1 not yet due; contradicted: “Private investors sold”.",
            ])
        let chinese = TellingSentences(Self.told(), .chinese).all
        #expect(
            chinese == [
                "此前股价为2023年1月27日的7.00倍；有此等涨幅的股票此后跌去40%的占78%，不论涨幅则为31%。",
                "放大因素的上限（并非实际影响）：杠杆与反向ETF至多0.81个百分点。",
                "此次波动相当于需求弹性为0.919（假设：效率提升至10倍、价值随需求变动；0为静态思维，1为毫无损失）。",
                "信息差：媒体与大众立场减去业内立场（−2至2）为−1.050（95%区间−1.320至−0.780）。",
                "3条说法中，1条与事实相反，1条有依据，1条未到期；与事实相反的有“散户在抛售”。",
            ])
        #expect(TellingSentences(Samples.full(), .english).all.isEmpty)
        var few = Self.told()
        few.sections[0].estimates.removeLast()
        few.claims = [ClaimAlertTests.claim(.unsupported)]
        #expect(TellingSentences(few, .english).runUp == "Before it, the price stood at 7.00× that of 2023-01-27.")
        #expect(TellingSentences(few, .english).claims == "Of 1 claim: 1 unsupported.")
        #expect(TellingSentences(few, .chinese).claims == "1条说法中，1条证据不足。")
        #expect(Wording.summary(.init(finding: Self.told(), state: .withdrawn), .english).contains("claims") == false)
    }

    @Test("a Chinese headline says the same as the English one")
    func chineseHeadline() {
        var finding = Samples.full()
        finding.measure.followUp = []
        let wider = [WordingInput.Wider(name: "Chip makers", chineseName: "芯片制造商", simpleReturn: -0.159)]
        #expect(
            Wording.headline(.init(finding: finding, state: .firing, wider: wider), .chinese)
                == "ABC 2025年1月27日下跌16.97%，市值蒸发5926.6亿美元（按美元计为此处有记录以来最大单日损失），芯片制造商下跌15.9%："
                + "最可能由“Cheap \"model\" startles the market”（Quixotron；1条；61%）引发，28%未能解释")
        let over = Wording.headline(.init(finding: Samples.full(), state: .resolved), .chinese)
        #expect(over.hasPrefix("已结束：ABC 2025年1月27日下跌16.97%") && over.contains("，1个交易日后已收复44%："))
        let bare = WordingInput(finding: Samples.finding(.pending), state: .pending)
        #expect(Wording.headline(bare, .chinese) == "截至目前：ABC 下跌10.00%：尚无解释")
        #expect(Wording.summary(bare, .chinese) == "ABC2025年1月27日下跌10.00%，当日尚未收盘。起因尚未查考。")
        var unknown = Samples.full()
        unknown.attribution = Samples.attribution(probability: 0.2, unexplained: 0.7)
        #expect(Wording.headline(.init(finding: unknown, state: .firing), .chinese).contains("原因不明（70%未能解释）"))
        #expect(!Wording.summary(.init(finding: unknown, state: .firing), .chinese).contains("最可能"))
        unknown.attribution.candidates = []
        #expect(Wording.headline(.init(finding: unknown, state: .firing), .chinese).hasSuffix("：原因不明"))
    }

    @Test("a Chinese paragraph has every number of the English one, with full-width punctuation")
    func chineseSummary() {
        let summary = Wording.summary(.init(finding: Self.told(), state: .firing), .chinese)
        for sentence in [
            "ABC Incorporated（ABC）2025年1月27日下跌16.97%，由142.62至118.42。",
            "大盘下跌1.41%，大盘未能解释的部分为−13.50%±2.52个百分点（标准误；贝塔1.90，250个交易日）。",
            "其中72%发生在隔夜（−13.3%），其余在开盘之后（−5.2%，对数）。",
            "市值蒸发5926.6亿美元（总股本244.90亿股，截至2024年11月15日），在此处已知的1234次单日变动中为最大的损失（2022年6月1日以来的交易日及已公布的纪录）；"
                + "此前的纪录为−2790亿美元".replacing("−", with: "") + "（ABC, 2024-09-03）。",
            "这是其自2022年6月2日以来666个交易日中第2大的跌幅。",
            "漂移+0.48、随大盘−3.96、随板块“chips”（大盘之外，另外2只股票）−9.50、自身−3.99±2.01（250个交易日的联动，并非因果）。",
            "28%未能解释（均为权重，未经校准）。截至2025年1月27日12:00（UTC）共考察64条消息。", "未计为证据：3条（只是报道涨跌）。",
            "此后1个交易日：2025年1月28日上涨8.93%，累计已收复44%。",
        ] {
            #expect(summary.contains(sentence), "\(sentence)")
        }
    }
}
