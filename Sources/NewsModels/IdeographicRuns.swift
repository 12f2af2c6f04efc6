/// Words of Chinese and Japanese headlines, found without a dictionary: names and the longest runs that recur.
///
/// Text without spaces is searched by pairs of characters (``SalientTerms``), but half of the pairs are cut from inside of
/// words and say nothing to people. What is shown is what stands between breaks, and what several headlines share.
public enum IdeographicRuns {
    /// Headlines read: in a story of more the first tell as well what it is about.
    public static let mostHeadlines = 200
    /// Characters of the longest run listed.
    public static let longest = 10

    /// Whether a term (``SalientTerm/text``) is two characters of a text without spaces.
    public static func isPair(_ term: String) -> Bool {
        guard let scalar = term.unicodeScalars.first, case .ideograph = CharacterClass(scalar) else { return false }
        return true
    }

    /// The runs of several headlines, each with how many of them have it: those that recur and are not most often part
    /// of one longer run; of what does not recur only whole pieces between breaks. O(characters · ``longest``).
    public static func runs(of headlines: [[Token]]) -> [(text: String, headlines: Int)] {
        var counts: [String: Int] = [:]
        var whole: Set<String> = []
        for tokens in headlines.prefix(mostHeadlines) {
            var own: Set<String> = []
            for piece in pieces(of: tokens) {
                if piece.count <= longest { whole.insert(String(piece)) }
                for start in piece.indices {
                    for end in (start + 2)..<max(start + 3, min(piece.count, start + longest) + 1)
                    where end <= piece.count {
                        own.insert(String(piece[start..<end]))
                    }
                }
            }
            for run in own { counts[run, default: 0] += 1 }
        }
        let extended = longerRuns(counts)
        return counts.filter { run, count in
            if count == 1 { return whole.contains(run) }
            // Two characters that few share are as often the end of one word and the beginning of another.
            guard run.count > 2 || count > 2 || whole.contains(run) else { return false }
            return 2 * (extended[run] ?? 0) <= count || (whole.contains(run) && extended[run] != count)
        }
        .map { (text: $0.key, headlines: $0.value) }
        .sorted { ($1.headlines, $1.text.count, $0.text) < ($0.headlines, $0.text.count, $1.text) }
    }

    /// Of each run, how many headlines have the commonest one that is a character longer.
    private static func longerRuns(_ counts: [String: Int]) -> [String: Int] {
        var longer: [String: Int] = [:]
        for (run, count) in counts where run.count > 2 {
            for part in [String(run.dropFirst()), String(run.dropLast())] {
                longer[part] = max(longer[part] ?? 0, count)
            }
        }
        return longer
    }

    /// What stands between breaks: anything that is no ideograph, grammar, a common verb, a change between Han and katakana.
    private static func pieces(of tokens: [Token]) -> [[Character]] {
        var pieces: [[Character]] = []
        var piece: [Character] = []
        func end() {
            if piece.count > 1 { pieces.append(piece) }
            piece.removeAll()
        }
        var index = 0
        while index < tokens.count {
            let token = tokens[index]
            guard token.kind == .ideograph, let character = token.surface.first else {
                end()
                index += 1
                continue
            }
            if let length = breakLength(tokens, at: index) {
                end()
                index += length
                continue
            }
            if let last = piece.last, isKatakana(last) != isKatakana(character) { end() }
            piece.append(character)
            // Punctuation after it, or a space.
            if let next = token.following, index + 1 < tokens.count, !next.isLetter { end() }
            index += 1
        }
        end()
        return pieces
    }

    private static func breakLength(_ tokens: [Token], at index: Int) -> Int? {
        let key = HanFolding.simplified(tokens[index].key)
        if let scalar = key.unicodeScalars.first, (0x3041...0x309F).contains(scalar.value) || grammar.contains(scalar) {
            return 1
        }
        guard index + 1 < tokens.count, tokens[index + 1].kind == .ideograph else { return nil }
        return verbs.contains(key + HanFolding.simplified(tokens[index + 1].key)) ? 2 : nil
    }

    private static func isKatakana(_ character: Character) -> Bool {
        character.unicodeScalars.first.map { (0x30A0...0x30FF).contains($0.value) } ?? false
    }

    private static let grammar = Set("的了和与在是将被为对从向及并或把让就也又这那其于以着过吗呢吧们".unicodeScalars)
    private static let verbs = Set(
        """
        推出 发布 宣布 表示 计划 称为 成为 可能 可以 能够 如何 为何 什么 导致 引发 冲击 打击 影响 下跌 上涨 暴跌 大跌 暴涨 大涨 下滑 增长 提高 降低
        减少 增加 超过 超越 达到 报道 公布 启动 要求 禁止 限制 调查 投资 收购 面临 遭遇 回应 警告 预计 认为 正在 已经 开始 继续 没有 不再 因为 由于
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}
