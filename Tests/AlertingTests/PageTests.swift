import Schema
import SwiftProtobuf
import TestKit
import Testing

@testable import Alerting

@Suite("A finding as a page")
struct PageTests {
    @Test("why is said in one line, with what is not known")
    func why() {
        #expect(
            Wording.why(FindingWordsTests.told(), .english)
                == "Most likely set off by “Cheap \"model\" startles the market” (61 %; 28 % unexplained); before it the"
                + " price stood at 7.00× that of 2023-01-27; the largest amplifier known is leveraged and inverse funds,"
                + " at most 0.81 pp.")
        #expect(
            Wording.why(FindingWordsTests.told(), .chinese)
                == "最可能由“Cheap \"model\" startles the market”引发（61%；28%未能解释）；此前股价为2023年1月27日的7.00倍；"
                + "已知最大的放大因素为杠杆与反向ETF，至多0.81个百分点。")
        #expect(Wording.why(Samples.finding(.pending), .english) == "Not yet explained.")
        #expect(Wording.why(Samples.finding(.withdrawn), .chinese) == "未能持续到收盘。")
    }

    @Test(
        "the blocks come in order, those without anything are left out, and the verdict tells kinds of knowledge apart")
    func blocks() throws {
        var finding = FindingWordsTests.told()
        finding.sections.append(FindingWordsTests.section("self-excitation", .amplifier, [], lacks: ["trades"]))
        let page = PageComposer(finding, .english).page
        #expect(
            page.blocks.map(\.heading) == [
                "WHAT WAS MEASURED", "VALUE", "WHERE IT CAME FROM", "WHAT MAY HAVE SET IT OFF", "CONDITIONS",
                "AMPLIFIERS",
                "THESIS", "GAPS", "SINCE THEN", "WHAT THIS REVISION CHANGED", "CLAIMS",
                "MEASURED / ASSUMED / NOT KNOWN",
            ])
        let verdict = try #require(page.blocks.last)
        let entries = verdict.rows.compactMap { row in if case .entry(let entry) = row { entry } else { nil } }
        #expect(
            entries.map(\.name) == [
                "measured", "stated by dated facts", "assumed", "what-if, no evidence", "not known",
            ])
        #expect(entries[2].value == "prefactor 1; 10 times as efficient; value follows demand")
        #expect(entries[3].value == "Option dealers' hedging")
        #expect(
            entries[4].value.hasPrefix("what set it off (28 % unexplained)")
                && entries[4].value.hasSuffix("Self-excitation of trading (stampede): trades of ABC within the session")
        )
        #expect(PageComposer(Samples.finding(.pending), .chinese).page.blocks.map(\.heading) == ["实测", "实测／假设／未知"])
    }

    @Test("no figure, lack, claim or question is lost, whatever its id, and no line is too wide", arguments: 1...40)
    func nothingLost(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let finding = Self.random(&random)
        for language in Language.allCases {
            let page = PageComposer(finding, language).page
            let rows = page.blocks.flatMap(\.rows)
            // Each section has a row of what is missing besides; without figures that is in its title, if it has one.
            let entries = rows.count { if case .entry(let entry) = $0 { entry.level > 0 } else { false } }
            let sections = finding.sections.filter { !$0.estimates.isEmpty || $0.kind == .recovery }
            #expect(entries == sections.flatMap(\.estimates).count + sections.count, "seed \(seed)")
            let items = rows.compactMap { row in if case .item(_, let text, _, _, _) = row { text } else { nil } }
            for claim in finding.claims { #expect(items.contains(Wording.line(claim.statement)), "seed \(seed)") }
            for question in finding.questions { #expect(items.contains(Wording.line(question.text)), "seed \(seed)") }
            let text = PageText(page).text
            for lack in finding.sections.flatMap(\.missing) {
                // A line may end within it.
                let flat = text.filter { !$0.isWhitespace }
                let told = FigureWords(language).lacks([lack])[0].filter { !$0.isWhitespace }
                #expect(flat.contains(told.prefix(12)), "seed \(seed)")
            }
            for line in text.split(separator: "\n") {
                // Punctuation that must not begin a line may stand one character beyond.
                #expect(TextColumns.width(line) <= PageText.width + 2, "seed \(seed): \(line)")
            }
            for line in PageText(page, width: 80).text.split(separator: "\n") {
                #expect(TextColumns.width(line) <= 82, "seed \(seed): \(line)")
            }
        }
    }

    @Test("what all figures of a section assume is in its title, what those of one name have in common beside the name")
    func common() throws {
        func cost(_ of: String, _ value: Double, _ elasticity: String, _ evidence: [UInt64] = [7]) -> Estimate {
            FindingWordsTests.figure("demand", value, .ratio, of: of, basis: .whatIf) {
                ($0.method, $0.evidence) = ("jevons", evidence)
                $0.assumptions = ["gain=10", "elasticity=\(elasticity)", "pass-through=1"]
            }
        }
        let alone = FindingWordsTests.figure("rebound", 0.2, .fraction, basis: .assumed) {
            $0.assumptions = ["gain=10"]
        }
        let stated = FindingWordsTests.figure("rent", 2, .usdPerHour, basis: .stated)
        var finding = Samples.finding(.open)
        finding.sections = [
            FindingWordsTests.section(
                "efficiency", .thesis, [cost("low", 0.1, "0"), cost("high", 2.5, "1.4"), alone, stated])
        ]
        let block = try #require(PageComposer(finding, .english).page.blocks.first { $0.id == "thesis" })
        #expect(
            block.rows == [
                .heading("Efficiency and demand (Jevons effect)", remark: "assumed below: 10 times as efficient"),
                .subheading(
                    "demand for the input", remark: "constant elasticity; assuming: pass-through 100 %",
                    basis: "what-if", evidence: [7]),
                .entry(.init(name: "low", value: "0.10×", remark: "assuming: elasticity 0", level: 2)),
                .entry(.init(name: "high", value: "2.50×", remark: "assuming: elasticity 1.4", level: 2)),
                .entry(.init(name: "share of the saving used again", value: "20.0 %", basis: "assumed", level: 1)),
                .entry(.init(name: "rent", value: "$2.00 an hour", basis: "stated", level: 1)),
            ])
        // What is not common stays with each.
        finding.sections[0].estimates[1].basis = .assumed
        finding.sections[0].estimates[1].evidence = [8]
        let rows = try #require(PageComposer(finding, .english).page.blocks.first { $0.id == "thesis" }).rows
        #expect(
            rows[2...3] == [
                .entry(
                    .init(
                        name: "low", value: "0.10×", remark: "assuming: elasticity 0", basis: "what-if", evidence: [7],
                        level: 2)),
                .entry(
                    .init(
                        name: "high", value: "2.50×", remark: "assuming: elasticity 1.4", basis: "assumed",
                        evidence: [8], level: 2)),
            ])
        // A basis that all have is said in the title, and of what is not verified only that.
        finding.sections[0].estimates = [cost("low", 0.1, "0"), cost("high", 2.5, "1.4"), cost("mid", 1, "1")]
        finding.sections[0].estimates[2].unverified = true
        let same = try #require(PageComposer(finding, .english).page.blocks.first { $0.id == "thesis" }).rows
        #expect(
            same.first
                == .heading(
                    "Efficiency and demand (Jevons effect)",
                    remark: "assumed below: 10 times as efficient, pass-through 100 %", basis: "what-if"))
        #expect(same[1] == .subheading("demand for the input", remark: "constant elasticity", evidence: [7]))
        #expect(
            same.last
                == .entry(
                    .init(
                        name: "mid", value: "1.00×", remark: "assuming: elasticity 1", basis: "facts not verified",
                        level: 2)))
        // Figures of one name that are of nobody are told apart by their dates.
        finding.sections = [
            FindingWordsTests.section(
                "run-up", .condition,
                ["2023-02-01", "2023-06-13"].map { day in
                    FindingWordsTests.figure("milestone", 1e12, .usd, basis: .assumed) { $0.asOf = day }
                })
        ]
        let text = PageText(PageComposer(finding, .english).page).text
        #expect(text.contains("on 2023-02-01") && text.contains("on 2023-06-13"))
        #expect(text.ranges(of: "market value first above").count == 1)
    }

    @Test("a shock that is over without an explanation is of unknown cause, wholly unexplained, with why")
    func unexplained() throws {
        var finding = Samples.finding(.closed)
        finding.missing = ["attribution: under a week of news to compare attention with"]
        let block = try #require(PageComposer(finding, .english).page.blocks.first { $0.id == "cause" })
        #expect(
            block.rows == [
                .item(lead: "100 %", text: "unexplained", details: []),
                .line("attribution: under a week of news to compare attention with"),
            ])
        #expect(Wording.why(finding, .english) == "Cause unknown (100 % unexplained).")
        #expect(Wording.why(finding, .chinese) == "原因不明（100%未能解释）。")
        let input = WordingInput(finding: finding, state: .resolved)
        #expect(Wording.headline(input, .english) == "Over: ABC −10.00 %: cause unknown, 100 % unexplained")
        #expect(Wording.headline(input, .chinese) == "已结束：ABC 下跌10.00%：原因不明，100%未能解释")
        #expect(Wording.English.trigger(input) == "Its cause is unknown: 100 % is unexplained.")
        #expect(Wording.Chinese.trigger(input) == "原因不明：100%未能解释。")
        // While it goes on somebody may still find out.
        #expect(PageComposer(Samples.finding(.open), .english).page.blocks.allSatisfy { $0.id != "cause" })
    }

    @Test("weights are said to be no calibrated probabilities, and facts that nobody could open are counted")
    func honest() throws {
        var finding = FindingWordsTests.told()
        finding.unverified = [
            .with { ($0.sequence, $0.note) = (7, "From memory.") },
            .with { ($0.sequence, $0.note, $0.assumed) = (8, "A guess.", true) },
        ]
        let page = PageComposer(finding, .english).page
        let cause = try #require(page.blocks.first { $0.id == "cause" })
        #expect(cause.note.hasSuffix("weights, not calibrated probabilities"))
        #expect(
            PageComposer(finding, .chinese).page.blocks.first { $0.id == "cause" }?.note.hasSuffix("未经校准") == true)
        let verdict = try #require(page.blocks.last)
        #expect(
            verdict.rows.contains { row in
                guard case .entry(let entry) = row, entry.name == "cited, not verified" else { return false }
                return entry.value.hasPrefix("2 facts, assumptions by their own note: 1;")
            })
        let input = WordingInput(finding: finding, state: .firing)
        #expect(Wording.summary(input, .english).hasSuffix("Cited, not verified: 2 facts that it rests on."))
        #expect(Wording.summary(input, .chinese).hasSuffix("所依据的事实中有2条系引用而未经核实。"))
        let records = Samples.publish([finding])
        #expect(try Samples.alert(records[0]).unverified == finding.unverified)
    }

    /// Sections of known and unknown ids and kinds, with numbers that may be anything.
    private static func random(_ random: inout SeededGenerator) -> Finding {
        let ids = Array(Vocabulary.english.figures.keys.sorted().prefix(200)) + ["x-y", "", "新"]
        var finding = Samples.finding(.open)
        for number in 0..<8 {
            var section = Section()
            section.id =
                (Array(Vocabulary.english.sections.keys.sorted()) + ["unheard-of"]).randomElement(using: &random) ?? ""
            section.kind = SectionKind(rawValue: Int.random(in: 0...9, using: &random)) ?? .unspecified
            section.about = Bool.random(using: &random) ? "a-thesis" : ""
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                var estimate = Estimate()
                estimate.id = ids.randomElement(using: &random) ?? ""
                estimate.of =
                    ["", "institutions", "A B", "长名称长名称长名称长名称长名称长名称长名称长名称"].randomElement(using: &random) ?? ""
                estimate.value = [0, -1.5, 3e12, .nan, .infinity, 1e-9, 250_000].randomElement(using: &random) ?? 0
                estimate.unit = Schema.Unit(rawValue: Int.random(in: 0...14, using: &random)) ?? .plain
                estimate.basis = Basis(rawValue: Int.random(in: 1...6, using: &random)) ?? .measured
                estimate.text = Bool.random(using: &random) ? String(repeating: "w", count: 150) : "years"
                estimate.assumptions = ["correlation=0.3", "=", "x=", "所有=全部"]
                if Bool.random(using: &random) {
                    estimate.lower = -1
                    estimate.upper = 1
                }
                estimate.evidence = Array(1...UInt64.random(in: 1...9, using: &random))
                section.estimates.append(estimate)
            }
            section.missing = [
                .with {
                    $0.what = "lack-\(number)"
                    $0.of = "of"
                }
            ]
            finding.sections.append(section)
        }
        finding.claims = [ClaimAlertTests.claim(.UNRECOGNIZED(7), id: "odd")]
        finding.claims[0].translations = []
        finding.questions = [
            .with {
                $0.text = "What next?"; $0.decidedBy = ["no_such_kind"]
            }
        ]
        return finding
    }

    @Test("columns count an ideograph as two, and lines break between ideographs but not before their punctuation")
    func columns() {
        #expect(TextColumns.width("−16.97 %") == 8)
        #expect(TextColumns.width("市值蒸发，") == 10)
        #expect(TextColumns.pad("市值", 6) == "市值  " && TextColumns.padLeft("市", 3) == " 市")
        #expect(TextColumns.wrap("one two three", first: "> ", rest: "  ", width: 9) == ["> one two", "  three"])
        #expect(TextColumns.wrap("市值蒸发了很多。", first: "", rest: "", width: 8) == ["市值蒸发", "了很多。"])
        #expect(TextColumns.wrap("市值蒸发了。", first: "", rest: "", width: 10) == ["市值蒸发", "了。"])
        #expect(TextColumns.wrap("aaaaaaaaaa", first: "", rest: " ", width: 4) == ["aaaa", " aaa", " aaa"])
        #expect(TextColumns.wrap("", first: "x ", rest: "", width: 4) == ["x"])
    }
}
