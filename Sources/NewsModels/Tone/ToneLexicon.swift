/// What a word does to the tone of a headline.
enum ToneRole: Equatable, Sendable {
    /// Good or bad by itself, by how much.
    case polar(Double)
    /// A move up (+) or down (−): good or bad by what moves.
    case move(Double)
    /// What is good when there is more of it (1: profit), or bad (−1: debt). The second is bad by itself too.
    case quantity(Double)
    /// Turns what follows into its opposite, or what stands before a Chinese 不.
    case negation
    /// Makes what stands beside it count for more or less.
    case degree(Double)
    /// What follows is granted, not said: despite.
    case concession
    /// What follows is the point: but.
    case contrast
}

/// The words of tone: written for this project, in English and Chinese, licensed with it.
///
/// English entries are base forms; ``EnglishForms`` finds the others. Chinese ones are simplified.
enum ToneLexicon {
    struct Entry: Sendable {
        let keys: [String]
        let role: ToneRole
        /// Whether what it moves stands after it ("cuts forecast").
        let isTransitive: Bool
    }

    /// By key of the first token, longest first.
    static let entries = table(english + chinese)

    static func table(_ groups: [(ToneRole, Bool, String)]) -> [String: [Entry]] {
        var table: [String: [Entry]] = [:]
        for (role, isTransitive, words) in groups {
            for keys in phrases(of: words) {
                table[keys[0], default: []].append(Entry(keys: keys, role: role, isTransitive: isTransitive))
            }
        }
        return table.mapValues { $0.sorted { $0.keys.count > $1.keys.count } }
    }

    /// The keys of each phrase of a list. Commas alone separate: a line may end inside a phrase.
    static func phrases(of words: String) -> [[String]] {
        words.split(separator: ",").map { Tokenizer.tokens(String($0)).map(\.key) }.filter { !$0.isEmpty }
    }

    private static let english: [(ToneRole, Bool, String)] = [
        (
            .polar(1), false,
            """
            win, award, approve, approval, clear, strong, stronger, strength, robust, solid, resilient, healthy, upbeat,
            optimism, optimistic, hope, confident, brisk, boom, thrive, flourish, success, successful, succeed,
            breakthrough, innovative, leading, lead, best, better, improve, improvement, upgrade, rebound, recover,
            recovery, rally, relief, calm, stabilise, stabilize, stable, sound, safe, protect, rescue, agree, deal, pact,
            truce, settle, exempt, exemption, exempted, spare, cheer, welcome, reward, refund, benefit, boon, popular,
            lure, attractive, efficient, eligible, profitable, oversubscribed, outsell, outpace, outperform, buyback,
            partnership, expand, expansion, sold out, sell out, waiting list, record high, record number, new high,
            all time high, swing to profit, return to profit, back in profit, top forecast, top estimate, beat, beat
            forecast, beat estimate, beat expectation, better than expected, better
            than feared, ahead of forecast, buy rating, come back, back to market, open door, to spare,
            take off, pass, hit a record, good news, high demand, take share, win share, rising demand, bull, bullish,
            stronger than expected, faster than expected, positive, thriving, unlock, brighten, bright, ease fear,
            growth, gains, gainer, winner, cure, effective, work better, soothe, reassure, queue, scramble
            """
        ),
        (
            .polar(-1), false,
            """
            lose, weak, weaker, weaken, weakness, poor, bad, worse, worst, gloom, gloomy, bleak, fear, fears, worry,
            worried, worries, concern, anxious, anxiety, doubt, uncertain, uncertainty, threat, threaten, danger, warn,
            warning, alarm, trouble, troubled, problem, crisis, crash, collapse, panic, rout, selloff, sell off, slump,
            turmoil, chaos, shock, fraud, probe, investigation, investigate, lawsuit, sue, sued, fine, fined, penalty,
            ban, banned, block, halt, suspend, suspension, delay, delayed, postpone, shelve, scrap, cancel, cancelled,
            abandon, withdraw, withdrawn, fail, failure, failed, miss, disappoint, disappointing, disappointment, sour,
            reject, dispute, strike, protest, recall, breach, leak, hack, outage, shutdown, close outlet, layoff, lay off,
            job cut, jobs at risk, at risk, downgrade, insolvency, insolvent, bankrupt, bankruptcy, chapter 11, going
            concern, run on deposit, glut, oversupply, oversupplied, overcapacity, shortage, squeeze, pressure, under
            pressure, hurt, hit by, haunt, blame, suffer, struggle, shun, skip, dry up, stall, stagnate, stagnation,
            recession, downturn, dash, drag, burden, overhang, headwind, dump, freeze, frozen, cold water, flop, profit
            warning, worse than expected, worse than feared, short of, fall short,
            record low, new low, lowest, sell rating, price target cut, bear, bearish, scandal, corrupt,
            seize, retaliate, retaliation, hit back, trade war, blast, explosion, disrupt, disruption, unsold, empty, pile
            up, mount, side effect, void, break down, talk break down, crack, hole, bubble, overvalued, overheated,
            critical, damage, deepen, dire, negative, put off, trade down, fall behind, walk away, run hot, late payment,
            wipe out, eat into, blow, setback, victim, flood, shut, slip away, bite, fragile, sicken, dead, death, killed
            """
        ),
        (.polar(2), false, "soar to record, blowout, smash forecast, smash record, surge to record"),
        (
            .polar(-2), false,
            "catastrophe, catastrophic, disaster, meltdown, bloodbath, plummet to record, default deepen"
        ),
        (
            .move(1), false,
            """
            rise, climb, gain, jump, soar, surge, grow, increase, advance, rocket, spike, leap, swell, mount, accelerate,
            double, triple, bounce, up, higher, roar ahead, pick up, heat up, go up, add to gain, edge up, skyrocket,
            extend gain, build, spread, top, above forecast, above expectation, more than forecast, more than expected, higher than
            expected
            """
        ),
        (
            .move(-1), false,
            """
            fall, drop, decline, slide, slip, sink, plunge, tumble, shrink, slow, dip, retreat, plummet, dive, skid, halve,
            recede, fade, contract, dwindle, drain, down, lower, fewer, ease off, cool, cooling, thin, wane, nosedive,
            descend, sag, shed, give up gain, go down, dented, slowdown, below forecast, below expectation, below estimate, less than forecast, less than expected, less
            than feared, lower than expected
            """
        ),
        (
            .move(1), true,
            """
            raise, lift, boost, hike, increase, expand, extend, add, double, upgrade, swell, drive up, push up, bid up,
            stoke, rekindle, widen, impose, slap, vow
            """
        ),
        (
            .move(-1), true,
            """
            cut, trim, slash, lower, reduce, cap, curb, narrow, shrink, axe, drop, slow, ease, halve, lose, miss, pare,
            withdraw, lift ban, scrap, cancel, pause, shelve, end, remove, avert, spare, void, strike down, suspend
            """
        ),
        (
            .quantity(1), false,
            """
            profit, revenue, sales, demand, earnings, margin, order, growth, share, shares, stock, stocks, guidance,
            outlook, forecast, goal, target, dividend, confidence, delivery, deliveries, shipment, booking, hiring, job,
            jobs, employment, payroll, wage, export, rating, user, subscriber, customer, backlog, output, production,
            capacity, index, market, bond, bonds, currency, investment, spending, purchase, budget, deposit, capital, price,
            prices, business, visit, traffic, prescription, approval, registration, reservation, supply deal, workforce,
            second shift, plant, buyer, diner, shopper, value, market value, volume, permit, housing start, new start,
            contract, order book, gadget maker, index, bank, builder, carmaker, lender, land deal, new project, project
            """
        ),
        (
            .quantity(-1), false,
            """
            loss, losses, cost, debt, inflation, unemployment, jobless rate, jobless, jobless claim, claim, default,
            delinquency, arrears, deficit, tariff, tariffs, duty, duties, levy, levies, tax, taxes, vacancy, inventory,
            inventories, complaint, defect, bad loan, bad debt, bad loans, bad debts, loan loss, provision, yield, interest
            rate, short interest, churn, sanction, risk, tension, stress, expense, writedown, bond yield, bond yields,
            credit loss, cost of fund, funding cost, mortgage rate, price pressure, price pressures, emission, dispute,
            fuel price, late fee, crime
            """
        ),
        (
            .negation, false,
            """
            not, no, never, without, cannot, can't, won't, don't, doesn't, didn't, isn't, aren't, wasn't, hardly, no
            longer, none, deny, denies, avoid, avert, escape, rule out, unlikely, free of, shrug off, despite fear of,
            defy, dismiss, fail to, lack, lack of, little, no sign of, end to, end of, withstand, ease, easing of, overblown, unfounded
            """
        ),
        (
            .degree(1.5), false,
            "sharply, sharp, steeply, heavily, deeply, strongly, record, massive, huge, biggest, most"
        ),
        (.degree(0.5), false, "slightly, modestly, a little, marginally, somewhat, partly, may, might, could"),
        (.concession, false, "despite, although, though, even as, even though, in spite of, after, while"),
        (.contrast, false, "but, however, yet"),
    ]

    private static let chinese: [(ToneRole, Bool, String)] = [
        (
            .polar(1), false,
            """
            好于预期,优于预期,利好,获批,中标,扭亏为盈,扭亏,盈利,领先,看好,增持,回购,签约,签订,签署,复苏,回暖,新高,创新高,
            创纪录,历史新高,受益,强劲,火爆,畅销,乐观,改善,企稳,反弹,回升,走强,走高,上扬,跳涨,大涨,飙升,暴涨,供不应求,售罄,抢购,
            突破,成功,通过,批准,豁免,达成,协议,休战,松了一口气,安抚,稳健,稳定,充足,保障,抵御,收复失地,信心恢复,升温,积极,
            重返,回归,买入,上调评级,扩产,扩建,锁定,提振,利多,喜人,亮眼,优异,红火,热潮,走红,爆发,争抢,扩大产能,排起长队,
            人潮涌动,回流,落地,治愈,降低心梗,跑赢,赢得,获奖,收购要约,增长强劲,合作,七连涨,连涨,打开,放松,宽松,大门打开,上市获批,
            退款,看涨,加大投入,率先,达标,好转,便宜,缓和
            """
        ),
        (
            .polar(-1), false,
            """
            逊于预期,利空,暴雷,爆雷,诉讼,处罚,调查,被罚,罚款,退市,破产,违约,裁员,看空,减持,担忧,担心,忧虑,召回,
            停产,断供,跳水,崩盘,崩跌,崩塌,抛售,恐慌,疲软,疲弱,低迷,悲观,下架,造假,警告,预警,遇冷,寒意,观望,积压,滞销,过剩,供大于求,
            失败,令人失望,失望,落空,搁置,取消,推迟,暂停,停止,中断,停开,关闭,告急,挤兑,接管,流失,恶化,拖累,冲击,吞噬,挤压,承压,吃紧,
            紧张,短缺,危机,衰退,顽固,过热,泼冷水,消退,见顶,质疑,威胁,反制,破裂,崩溃,爆炸,火灾,丑闻,副作用,瘫,无效,违法,逾期,
            亏损,暴跌,重挫,大跌,重创,腰斩,走低,走弱,下挫,低点,新低,最低,收紧,加息,意外加息,未能,无法,难以,枯竭,空荡荡,空置,空空,
            库存高企,堆积,囤货,隐患,蔓延,流产,叫停,封禁,禁止,制裁,停用,退地,离场,松动,削减,骤降,大减,降级,撤回,转亏,迫降,死亡,
            坏账,坍塌,降价,打折,疲态,看跌,缩水,萎缩,有限
            """
        ),
        (
            .move(1), false,
            """
            涨,上涨,增长,提升,上升,攀升,大增,激增,增加,提高,扩大,翻倍,跳升,升至,走高,上扬,提价,增多,加速,加剧,加深,飙升,增,升,
            涨价,居高不下,高企,超预期,高于预期
            """
        ),
        (
            .move(-1), false,
            """
            跌,下跌,下滑,下降,减少,萎缩,放缓,收窄,回落,缩水,骤降,大减,砍半,走低,降至,跌至,减半,降温,消退,下挫,骤减,减,降,低位,
            缩减,锐减,低于预期,不及预期,逊于预期
            """
        ),
        (.move(1), true, "上调,调高,提高,增加,加征,征收,扩大,推高,加大,拉动,带动,刺激,重燃,加剧,引发"),
        (.move(-1), true, "下调,调低,降低,削减,减少,缩减,取消,暂停,停止,推迟,压低,减免,撤回,冲击,避免,消除"),
        (
            .quantity(1), false,
            """
            利润,营收,销量,销售,需求,订单,股价,业绩,毛利率,毛利,出货,交付,收入,净利,评级,目标价,预期,出口,客流,份额,信心,指引,目标,指数,
            存款,产能,投资,开支,支出,消费,就业,工资,薪资,房价,成交,价格,报价,合约价,现货价,零售额,零售,零售走高,产量,预算,采购,
            上牌量,申请,贷款需求,拿地,新开工面积,新开工,岗位,股息,渗透率,股,债市,股票,航运股,增长,建筑需求,客户,到店量,租金,
            油价,原油,审批量,资本开支,看房人数
            """
        ),
        (
            .quantity(-1), false,
            """
            亏损,成本,债务,负债,通胀,失业率,失业,违约,坏账,库存,裁员,关税,空置率,投诉,风险,赤字,不良率,罚款,逾期率,拨备,诉讼,去化周期,
            国债收益率,收益率,利率,物价,价格压力,税,副作用,担忧,贸易战
            """
        ),
        (.negation, false, "不,未,没,没有,无人,并非,否认,避免,免于,摆脱,无惧,排除,不再,难言,缓解,仅限,不减,扛住,抵御,停用一年"),
        (.degree(1.5), false, "大幅,急剧,严重,强劲,重大,显著,创纪录,意外"),
        (.degree(1), false, "不断,不仅,不少,不久,不同,不锈钢,未来,未必"),
        (.degree(0.5), false, "小幅,略,略微,微,轻微,部分,个别,少数"),
        (.concession, false, "尽管,虽然,即便"),
        (.contrast, false, "但,不过,然而,却"),
    ]
}

/// The other forms of English words: plurals, third persons, past tenses and participles.
enum EnglishForms {
    /// What a form may be of, the form itself first. Not linguistics: a form too many finds nothing.
    static func bases(of word: String) -> [String] {
        if let base = irregular[word] { return [word, base] }
        guard word.utf8.count > 3 else { return [word] }
        var bases = [word]
        func add(dropping count: Int, adding ending: String = "") {
            bases.append(word.dropLast(count) + ending)
        }
        if word.hasSuffix("s"), !word.hasSuffix("ss") {
            add(dropping: 1)
            if word.hasSuffix("es") { add(dropping: 2) }
            if word.hasSuffix("ies") { add(dropping: 3, adding: "y") }
        }
        for (ending, length) in [("ed", 2), ("ing", 3)] where word.hasSuffix(ending) && word.utf8.count > length + 2 {
            add(dropping: length)
            add(dropping: length, adding: "e")
            let stem = word.dropLast(length)
            if let last = stem.last, stem.dropLast().last == last { bases.append(String(stem.dropLast())) }
            if ending == "ed", word.hasSuffix("ied") { add(dropping: 3, adding: "y") }
        }
        return bases
    }

    private static let irregular: [String: String] = {
        let pairs = """
            rose rise risen rise fell fall fallen fall grew grow grown grow sank sink sunk sink shrank shrink shrunk shrink
            won win lost lose beat beat beaten beat hit hit built build sold sell bought buy led lead slid slide sprang
            spring swollen swell shut shut overcame overcome broke break cut cut shed shed outsold outsell hurt hurt
            lent lend spent spend thrown throw froze freeze bid bid struck strike
            """.split(whereSeparator: \.isWhitespace).map(String.init)
        var table: [String: String] = [:]
        for index in stride(from: 0, to: pairs.count - 1, by: 2) { table[pairs[index]] = pairs[index + 1] }
        return table
    }()
}
