/// The words of need: what is wanted, bought, ordered and built, and what makes it needless. Written for this project, in
/// English and Chinese, licensed with it; the same form as ``ToneLexicon``.
enum DemandLexicon {
    static let entries = ToneLexicon.table(english + chinese)

    private static let english: [(ToneRole, Bool, String)] = [
        (
            .polar(1), false,
            """
            need, require, call for, depend on, rely on, more, additional, extra, further, invest, spend, build, expand,
            order, commit, commitment, sold out, sell out, shortage, short of, cannot get enough, hungry,
            insatiable, take off, boom, strong demand, high demand, large number of, large numbers of, thousands of,
            indispensable, essential, bet on, ramp up, step up, scale up, waiting list
            """
        ),
        (
            .polar(-1), false,
            """
            fewer, less, cheap, cheaper, low cost, lower cost, inexpensive, frugal, fraction of, tenth of, glut, oversupply,
            oversupplied, overcapacity, excess, excess capacity, too many, too much, overspend, overspending, overbuild,
            waste, wasted, needless, unnecessary, obsolete, idle, unsold, weak demand, scale back, cut back, do without,
            make do, replace, substitute, saturated, saturation, overestimate, overestimated, hold off, wait and see
            """
        ),
        (
            .move(1), false,
            """
            rise, climb, gain, jump, soar, surge, grow, increase, advance, spike, leap, swell, accelerate, double, triple, up,
            higher, pick up, go up
            """
        ),
        (
            .move(-1), false,
            """
            fall, drop, decline, slide, slip, sink, plunge, tumble, shrink, slow, dip, halve, fade, contract, dwindle, down,
            lower, cool, weaken, collapse, evaporate, disappear
            """
        ),
        (
            .move(1), true,
            "raise, lift, boost, hike, increase, expand, extend, add, double, drive, fuel, stoke, prove, confirm"
        ),
        (
            .move(-1), true,
            """
            cut, trim, slash, lower, reduce, curb, shrink, drop, slow, halve, scrap, cancel, pause, shelve, end, delay,
            postpone, doubt, question, threaten, destroy, undercut
            """
        ),
        (
            .quantity(1), false,
            """
            demand, spending, budget, capital expenditure, capex, investment, outlay, order, order book, backlog, use, usage,
            consumption, sales, shipment, production, output, capacity, purchase, need
            """
        ),
        (
            .negation, false,
            """
            not, no, never, without, cannot, can't, won't, don't, doesn't, didn't, isn't, aren't, hardly, no longer, none, few,
            fewer, less, little, deny, unlikely, dismiss
            """
        ),
        (.degree(0.5), false, "slightly, modestly, a little, somewhat, partly"),
        (.concession, false, "despite, although, though, even though, in spite of"),
        (.contrast, false, "but, however, yet"),
    ]

    private static let chinese: [(ToneRole, Bool, String)] = [
        (
            .polar(1), false,
            """
            需要,仍需,还需,更多,大量,离不开,依赖,投入,投资,投建,建设,新建,扩建,扩产,采购,订购,加大投入,追加,供不应求,短缺,缺货,售罄,
            抢购,不够用,必不可少
            """
        ),
        (
            .polar(-1), false,
            """
            更少,不需要,无需,不再需要,低成本,廉价,便宜,更便宜,过剩,供过于求,产能过剩,浪费,多余,闲置,替代,取代,观望,成本仅,成本只有,几分之一,
            十分之一
            """
        ),
        (.move(1), false, "涨,上涨,增长,提升,上升,攀升,大增,激增,增加,提高,扩大,翻倍,升,爆发"),
        (.move(-1), false, "跌,下跌,下滑,下降,减少,萎缩,放缓,回落,缩水,骤降,大减,减半,降温,消退,锐减,崩塌,降,减"),
        (.move(1), true, "上调,调高,提高,增加,扩大,推高,加大,拉动,带动,刺激,证明"),
        (.move(-1), true, "下调,调低,降低,削减,减少,缩减,取消,暂停,停止,推迟,压低,冲击,威胁,质疑"),
        (.quantity(1), false, "需求,支出,开支,预算,资本支出,资本开支,投资,订单,用量,使用量,销量,产量,产能,采购,算力需求"),
        (.negation, false, "不,未,没,没有,并非,否认,不再,无需"),
        (.concession, false, "尽管,虽然,即便"),
        (.contrast, false, "但,不过,然而,却"),
    ]
}
