import Schema
import Testing

@testable import Alerting

@Suite("Words for rarity, two sessions, members, votes and base rates")
struct MeasureWordsTests {
    private static func english(_ finding: Finding) -> String {
        Wording.English.summary(.init(finding: finding, state: .firing))
    }

    private static func chinese(_ finding: Finding) -> String {
        Wording.Chinese.summary(.init(finding: finding, state: .firing))
    }

    private static func text(_ page: Page) -> String {
        page.blocks.flatMap(\.rows).map { row in
            switch row {
            case .entry(let entry): "\(entry.name)|\(entry.value)|\(entry.remark)"
            case .table(let header, let rows):
                ([header] + rows).map { $0.joined(separator: "|") }.joined(separator: "\n")
            case .line(let line): line
            default: ""
            }
        }.joined(separator: "\n")
    }

    private static func page(_ finding: Finding, _ language: Language = .english) -> String {
        text(PageComposer(finding, language).page)
    }

    private static func group() -> Finding { Samples.finding(.open, subject: "chips", scope: .group) }

    @Test("a return period says which table it was read from")
    func table() {
        var finding = Samples.full()
        finding.measure.returnPeriod.basis = "this stream, 10 to 100 M USD a day, 234 stock-years"
        #expect(
            Self.english(finding).contains(
                "comes about once in 1.8 years of one name, as counted in this stream (10 to 100 M USD a day, 234 stock-years)."
            ))
        #expect(Self.page(finding).contains("as counted in this stream (10 to 100 M USD a day, 234 stock-years)"))
        #expect(Self.chinese(finding).contains("约1.8年一遇，据本数据流计数（日成交额1000万至1亿美元，234个股票年）。"))
        finding.measure.returnPeriod.basis = "large US shares 2009-2026, |SAR|"
        let shipped = "by the shipped table (large US shares 2009-2026, |SAR|)"
        #expect(Self.english(finding).contains("years of one name, \(shipped)."))
        #expect(Self.page(finding).contains(shipped))
        #expect(Self.page(finding, .chinese).contains("据内置的表（2009–2026年美国大盘股的标准化超额收益）"))
        finding.measure.returnPeriod.basis = ""
        #expect(Self.english(finding).contains("once in 1.8 years of one name."))
    }

    @Test("groups and the market are said to have no table of their own", arguments: [ShockScope.group, .market])
    func tableOfGroups(scope: ShockScope) {
        var finding = Samples.finding(.open, scope: scope)
        finding.measure.returnPeriod.basis = "large US shares 2009-2026, |SAR|"
        let words = "|SAR|; \(scope == .group ? "groups" : "markets") have none of their own)"
        #expect(Self.english(finding).contains(words) && Self.page(finding).contains(words))
        #expect(Self.chinese(finding).contains(scope == .group ? "；板块没有自己的表）" : "；大盘没有自己的表）"))
    }

    @Test("a move of two sessions is told as one in headline, summary and page")
    func twoSessions() {
        var finding = Samples.finding(.open)
        finding.measure.simpleReturn = -0.047
        finding.measure.twoSessions.simpleReturn = -0.091791
        finding.measure.twoSessions.standardized = -5.04
        finding.measure.twoSessions.since = "2025-01-24"
        let headline = Wording.English.headline(.init(finding: finding, state: .firing))
        #expect(headline == "ABC −4.70 %, −9.18 % over two sessions: not yet explained")
        #expect(
            Self.english(finding).contains(
                "With the session before it, since 2025-01-24, the move is −9.18 %, 5.0 standard errors; alone it was too little."
            ))
        #expect(Self.page(finding).contains("two sessions|−9.18 % since 2025-01-24, t = −5.04"))
        #expect(
            Wording.Chinese.headline(.init(finding: finding, state: .firing)) == "ABC 下跌4.70%，两日合计下跌9.18%：尚无解释")
        #expect(Self.chinese(finding).contains("自2025年1月24日起）共−9.18%，为标准误的5.0倍"))
    }

    @Test("members are told with their own parts, and those beyond the noise by name")
    func members() {
        var finding = Self.group()
        #expect(!Self.english(finding).contains("members"))
        func member(_ symbol: String, _ own: Double, _ error: Double, weight: Double = 1) -> MemberMeasure {
            var member = MemberMeasure()
            member.symbol = symbol
            member.simpleReturn = -0.12624
            member.weight = weight
            member.marketPart = -0.04959
            member.groupPart = -0.18023
            member.ownPart = own
            member.ownStandardError = error
            return member
        }
        finding.measure.members = [member("AAA", 0.01, 0.02), member("SMCI", 0.10094, 0.07622, weight: 0)]
        #expect(Self.page(finding).contains("SMCI|−12.62 %||−4.96|−18.02|+10.09±7.62|"))
        #expect(
            Self.english(finding).contains(
                "None of 2 members moved by two standard errors or more beyond market and group."))
        #expect(Self.chinese(finding).contains("2家成分中，没有一家超出大盘与板块两个标准误以上。"))
        finding.measure.members += [
            member("BBB", -0.06, 0.02), member("CCC", 0.09, 0.02), member("DDD", 0.05, 0.02),
            member("EEE", 0.045, 0.02),
        ]
        finding.measure.members.append(MemberMeasure())  // without a price
        #expect(
            Self.english(finding).contains(
                "Beyond market and group, 4 of 6 members moved by two standard errors or more: CCC +9.00 ± 2.00 pp,"
                    + " BBB −6.00 ± 2.00 pp and DDD +5.00 ± 2.00 pp most clearly."))
    }

    @Test("votes name who is ahead of whom by how much")
    func votes() {
        var finding = Self.group()
        var followed = FollowUpSession()
        followed.session = "2025-01-28"
        finding.measure.followUp = [followed]
        #expect(!Self.english(finding).contains("Ahead"))
        var vote = RecoveryVote()
        vote.ahead = "AAA"
        vote.behind = "BBB"
        vote.difference = 0.0929
        vote.standardError = 0.0281
        finding.measure.followUp[0].votes = [vote]
        #expect(
            Self.english(finding).contains(
                "Ahead in recovering by two tracking errors or more: AAA over BBB (+9.29 ± 2.81 pp); of other pairs it cannot be told."
            ))
        #expect(Self.chinese(finding).contains("AAA领先BBB（+9.29±2.81个百分点）；其余各对无法判断。"))
        // The last session's are in the recovery section; earlier ones stay on the page.
        #expect(!Self.page(finding).contains("ahead beyond"))
        finding.measure.followUp.append(followed)
        #expect(Self.page(finding).contains("2025-01-28: ahead beyond the noise AAA of BBB"))
        #expect(Self.page(finding, .chinese).contains("2025-01-28：超出噪声的领先：AAA领先BBB"))
        finding.measure.followUp.removeLast()
        finding.measure.followUp[0].votes = Array(repeating: vote, count: 10)
        #expect(Self.english(finding).contains(", and 7 more;"))
    }

    @Test("under the shocks needed it is said how many are missing", arguments: [UInt32(0), 1, 3])
    func insufficient(shocks: UInt32) {
        var finding = Samples.finding(.open)
        finding.measure.baseRate.shocks = shocks
        finding.measure.baseRate.needed = 20
        let seen = shocks == 0 ? "none seen to their end" : shocks == 1 ? "1 seen to its end" : "3 seen to their end"
        let words = "insufficient, \(seen), 20 needed"
        #expect(Self.english(finding).contains("What follows falls of single names is not known here: \(words)."))
        #expect(Self.page(finding).contains("what followed falls of single names|\(words)"))
        #expect(Self.chinese(finding).contains("不足（已观察到终点的有\(shocks)次，需要20次）"))
        finding.phase = .withdrawn
        #expect(!Self.english(finding).contains("insufficient"))
    }

    @Test("from the shocks needed on, what followed is told with its interval")
    func baseRate() {
        var finding = Samples.finding(.open, scope: .market)
        finding.measure.simpleReturn = 0.04
        var rate = BaseRate()
        rate.shocks = 34
        rate.recoveredHalf = 9
        rate.wentOn = 14
        rate.medianRetraced = 0.12
        rate.lower = -0.03
        rate.upper = 0.25
        rate.needed = 20
        finding.measure.baseRate = rate
        #expect(
            Self.english(finding).contains(
                "Of the last 34 rises of the market seen to their end here, 9 had taken back half or more and 14 had gone"
                    + " further; the median took back 12 % (95 %: −3 % to 25 %)."))
        #expect(
            Self.chinese(finding).contains(
                "最近34次已观察到终点的大盘上涨中，9次收复过半，14次继续扩大；中位数为收复12%（95%区间−3%至25%）。"))
    }

    @Test("with an alert budget the page says what severity is, and what was announced with the worst week")
    func budget() {
        var finding = Samples.finding(.open)
        var budget = BudgetThreshold()
        (budget.severity, budget.threshold, budget.budget, budget.weeks) = (5.75, 5.29, 2, 52)
        finding.measure.budget = budget
        let before = Self.page(finding, .english)
        #expect(before.contains("severity 5.75 (|SAR| times the root of the move over the least move of a shock)"))
        #expect(!before.contains("announced"))
        (budget.average, budget.announcedWeeks, budget.worstWeek, budget.worstWeekShocks) = (1.98, 30, "2022-11-07", 7)
        finding.measure.budget = budget
        #expect(
            Self.page(finding, .english).contains(
                "threshold 5.29 for 2.00 a week and 100 names; announced in the last 30 weeks: 1.98, most in the week of "
            ))
        #expect(Self.page(finding, .chinese).contains("最近30周实际为1.98次，最多的一周始于2022年11月7日，共7次"))
    }
}
