import NewsModels
import Testing

/// The golden headlines of `golden/g6.py`, written for it.
enum GoldenText {
    static let a = "Nvidia shares plunge 17% as DeepSeek's low-cost AI model rattles investors"
    static let b =
        "Nvidia stock plunges 17% as DeepSeek low-cost AI model rattles investors, erasing $593 billion"
    static let c = "Meta to spend up to $65 billion on AI infrastructure in 2025, Zuckerberg says"
    static let d = "英伟达股价暴跌17% DeepSeek低成本模型引发投资者恐慌"
    static let e = "DeepSeek低成本模型引发恐慌 英伟达股价暴跌近17%"

    static func shingles(_ text: String) -> [UInt64] { Shingles.hashes(Tokenizer.words(text)) }
}

@Suite("Tokens, shingles and hashes")
struct TextTests {
    /// Source: `golden/g6.json`, `fnv1a`.
    @Test(
        "hashes match the golden values",
        arguments: [
            ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("nvidia", 0x56d8_6709_b67f_4e7e),
            ("英伟达", 0x8fdc_d11e_437f_afac),
        ] as [(String, UInt64)])
    func hash(text: String, expected: UInt64) {
        #expect(FNV1a.hash(text) == expected)
    }

    /// Source: `golden/g6.json`, `toks_A` and `toks_D`, Python's `re`.
    @Test("words of the golden headlines are the reference's")
    func goldenWords() {
        #expect(
            Tokenizer.words(GoldenText.a) == [
                "nvidia", "shares", "plunge", "0", "as", "deepseek's", "low", "cost", "ai", "model", "rattles",
                "investors",
            ])
        #expect(
            Tokenizer.words(GoldenText.d) == [
                "英", "伟", "达", "股", "价", "暴", "跌", "0", "deepseek", "低", "成", "本", "模", "型", "引", "发", "投", "资",
                "者", "恐", "慌",
            ])
    }

    @Test(
        "words of other kinds",
        arguments: [
            ("", []), ("— … !", []), ("¿Por qué cae NVIDIA?", ["por", "que", "cae", "nvidia"]),
            ("Große Überraschung für Ørsted", ["grosse", "uberraschung", "fur", "orsted"]),
            ("$5.6m, 1,000.50 and 3M", ["0m", "0", "and", "0m"]), ("ＡＩ　１７％", ["ai", "0"]),
            ("China’s e\u{301}lan", ["china's", "elan"]), ("О'Нил: Акции упали", ["о'нил", "акции", "упали"]),
            ("エヌビディア株", ["エ", "ヌ", "ビ", "デ", "ィ", "ア", "株"]), ("삼성전자 주가", ["삼성전자", "주가"]),
        ] as [(String, [String])])
    func words(text: String, expected: [String]) {
        #expect(Tokenizer.words(text) == expected)
    }

    @Test("a token keeps its digits and its spelling, and loses a possessive, for finding names")
    func keys() {
        let tokens = Tokenizer.tokens("DeepSeek's R1 beats $ARM")
        #expect(tokens.map(\.key) == ["deepseek", "r1", "beats", "arm"])
        #expect(tokens.map(\.surface) == ["DeepSeek", "R1", "beats", "ARM"])
        #expect(tokens[3].preceding == "$")
        #expect(tokens[3].following == nil)
    }

    /// Source: `golden/g6.json`, `jaccard_k2`.
    @Test("similarities match the golden values")
    func jaccard() {
        let (a, b, c) = (
            GoldenText.shingles(GoldenText.a), GoldenText.shingles(GoldenText.b), GoldenText.shingles(GoldenText.c)
        )
        let (d, e) = (GoldenText.shingles(GoldenText.d), GoldenText.shingles(GoldenText.e))
        #expect(Shingles.jaccard(a, b) == 0.3157894736842105)
        #expect(Shingles.jaccard(d, e) == 0.5833333333333334)
        #expect(Shingles.jaccard(a, c) == 0)
        #expect(Shingles.jaccard(a, d) == 0)
        #expect(Shingles.jaccard(a, a) == 1)
        #expect(Shingles.jaccard(b, a) == Shingles.jaccard(a, b))
        #expect(Shingles.jaccard([], []) == 0)
    }

    @Test("short texts are one shingle, empty ones none")
    func shortTexts() {
        #expect(Shingles.hashes([]) == [])
        #expect(Shingles.hashes(["nvidia"]) == [FNV1a.hash("nvidia")])
        #expect(Shingles.hashes(["a", "b"], size: 3) == [FNV1a.hash("a b")])
        #expect(Shingles.hashes(["a", "b", "a", "b"]).count == 2)
    }

    /// Source: `golden/g6.json`, `perm0`, `minhash128` and `LSH_prob`.
    @Test("signatures match the golden values")
    func minHash() {
        #expect(MinHash.parameters[0].a == 362_813_271_861_039)
        #expect(MinHash.parameters[0].b == 483_000_870_743_718_513)
        let signatures = [GoldenText.a, GoldenText.b, GoldenText.c, GoldenText.d, GoldenText.e]
            .map { MinHash.signature(GoldenText.shingles($0)) }
        #expect(signatures[0][0] == 48_851_171_335_983_482)
        #expect(MinHash.similarity(signatures[0], signatures[1]) == 0.3125)
        #expect(MinHash.similarity(signatures[3], signatures[4]) == 0.5546875)
        #expect(MinHash.similarity(signatures[0], signatures[2]) == 0)
        #expect(MinHash.similarity(MinHash.signature([]), MinHash.signature([])) == 0)
        for (similarity, expected) in [(0.3, 0.229145365), (0.5, 0.873211213), (0.7, 0.999847171)] {
            #expect(abs(MinHash.matchProbability(similarity: similarity) - expected) < 1e-9)
        }
    }
}

@Suite("Words of text without spaces")
struct IdeographicRunTests {
    private func runs(_ headlines: [String]) -> [String] {
        IdeographicRuns.runs(of: headlines.map(Tokenizer.tokens)).map(\.text)
    }

    @Test("of one headline what stands between breaks")
    func single() {
        #expect(runs(["字节跳动发布豆包大模型 1.5 Pro"]) == ["豆包大模型", "字节跳动"])
        #expect(runs(["月之暗面推出 Kimi k1.5 推理模型"]) == ["推理模型", "月之暗面"])
        #expect(runs(["Nothing of the kind", "", "大"]).isEmpty)
    }

    @Test(
        "of several the longest that recur, and no two characters that are the end of a word and the start of another")
    func several() {
        let found = runs(["英伟达股价暴跌，新模型冲击美股", "深度求索打击美国芯片股，英伟达大跌", "英伟达股价重挫17%", "深度求索的模型"])
        #expect(found.first == "英伟达")
        #expect(found.contains("深度求索") && found.contains("英伟达股价"))
        for fragment in ["击美", "伟达", "度求", "求索", "达股", "深度"] { #expect(!found.contains(fragment), "\(fragment)") }
    }

    @Test("a long text is read in time")
    func long() {
        let text = String((0..<3_000).map { Character(Unicode.Scalar(0x4E00 + UInt32($0 * 7 % 5_000)) ?? "一") })
        #expect(runs([text]).count <= 3_000)
    }
}
