extension PriceLexicon {
    static let english = PriceLexicon(
        subjects: set(
            """
            share shares stock stocks equities futures index indexes indices nasdaq dow nikkei dax ibex stoxx ftse cac
            kospi sensex yields etf etfs markets bitcoin chipmakers semis megacaps adrs
            """),
        closeSubjects: set("oil gold silver copper dollar euro yen pound crypto bonds"),
        subjectPhrases: phrases("wall street, s p 500, hang seng, stock market"),
        closeSubjectPhrases: phrases("the market"),
        falls: set(
            """
            fall falls fell falling fallen drop drops dropped dropping plunge plunges plunged plunging tumble tumbles
            tumbled tumbling slide slides slid sliding sink sinks sank sinking slump slumps slumped slumping crash
            crashes crashed crashing plummet plummets plummeted plummeting dive dives dived dip dips dipped dipping tank
            tanks tanked lose loses lost losing slip slips slipped slipping retreat retreats retreated retreating rattle
            rattles rattled roil roils roiled jolt jolts jolted batter batters battered hammer hammers hammered pummel
            pummels pummeled lower down decline declines declined declining skid skids skidded nosedive nosedives
            nosedived collapse collapses collapsed rout routs routed shed sheds
            reel reels reeled reeling stagger staggers staggered crater craters cratered cratering
            """),
        rises: set(
            """
            rise rises rose rising jump jumps jumped jumping surge surges surged surging soar soars soared soaring gain
            gains gained climb climbs climbed climbing rally rallies rallied rallying rebound rebounds rebounded spike
            spikes spiked higher rocket rockets rocketed recover recovers recovered
            """),
        weak: set(
            """
            lose loses lost losing down gain gains gained crash crashes crashed crashing collapse collapses
            collapsed tank tanks dive dives rattle rattles rattled roil roils roiled jolt jolts jolted batter batters
            battered hammer hammers hammered pummel pummels pummeled rout routs routed shed sheds rocket rockets
            rocketed rally spike recover recovers recovered
            """),
        closeMoves: set("losses record records low lows lowest high highs highest sold up wobble wobbles shaken hit"),
        closePhrases: phrases(
            """
            take a hit, takes a hit, took a hit, taking a hit, take a beating, takes a beating, took a beating,
            under pressure, selling in, selling of, selling hits, hits, knocks, knocked
            """),
        whole: set("selloff selloffs premarket bloodbath"),
        wholePhrases: phrases(
            """
            sell off, pre market, market rout, stock rout, tech rout, technology rout, chip rout, ai rout,
            semiconductor rout, market cap loss, market crash, tech wreck, in the red, one day loss,
            one day gain, closes at a record, closed at a record, 
            loses billions, lost billions, shed billions, stock market today, after hours trading, market value, closing bell,
            market cap, market capitalization, market capitalisation, market valuation
            """),
        tradingTimes: phrases(
            """
            before the open, ahead of the open, at the open, before the bell, before the opening bell, after the bell,
            at the close, early trading, early trade, late trading, morning trading, afternoon trading,
            extended trading, after hours, overnight trading, in trading
            """),
        wipes: phrases(
            """
            wipe out, wipes out, wiped out, wiping out, wipe off, wipes off, wiped off, wiping off, wipes, wiped,
            erase, erases, erased, erasing, sheds, evaporates, evaporate
            """),
        money: set("billion billions trillion trillions bn tn bln trln"),
        losing: set("lose loses lost losing shed sheds shedding erase erases erased erasing wipes wiped"),
        worth: set("value valuation"),
        fundamentals: set(
            """
            revenue revenues profit profits sales earnings income margin margins inflation price prices cpi unemployment
            gdp rate rates output demand orders jobs spending cost costs rent rents rental rentals wage wages tariff
            tariffs users subscribers shipments deliveries downloads traffic exports imports capacity capex production
            emissions population turnout turnover pay salary salaries use risk
            """),
        percent: phrases("percent, per cent, pct"),
        otherSenses: phrases(
            """
            market share, share of, market shares, out of stock, in stock, wall street journal, shares its, shares his,
            shares her, shares their, shares a, shares the, shares how, shares what, shares why, shares new,
            shares plans, shares details, shares data, shares code, share your, share a, share the, share their,
            job market, labor market, labour market, housing market, rental market, smartphone market, pc market,
            car market, used market, black market, market for, market leader, market research, to market, gold medal,
            gold medals, gold standard, gold star, oil spill, oil tanker, oil major, oil giant, to sell off, selling off, stock photo, stock photos, rolling stock, back down, shut down,
            shuts down, shutting down, slow down, slows down, slowing down, break down, breaks down, crack down,
            cracks down, step down, steps down, stepping down, stepped down, turn down, turns down, turned down,
            bring down, brings down, take down, takes down, double down, doubles down, lower cost, lower costs,
            lower price, lower prices, higher education, fall short, falls short, fell short, fall behind,
            falls behind, fell behind, fall for, falls for, fell for, fall apart, falls apart, this fall, next fall,
            last fall, in the fall, price index,
            opening up, opens up, leg up, shaking up, shakes up, shake up, up for, up to, sold by, sold to, sold in, sold for, give up, set up, sets up, start up
            """),
        objects: set(
            """
            plan plans support case cases charge charges lawsuit lawsuits suit bid bids deal deals claim claims price
            prices cost costs requirement requirements feature features hint hints name names word words album trailer
            app apps model models product products ban bans policy policies program programme project projects appeal
            investigation probe merger talks stake ceo logo subscription weapons bombs games game teaser update out
            short behind jobs workers customers users weight sight lives
            """),
        determiners: set("a an the its his her their our all some more new old"),
        modals: set("should must could may might would will can cannot won't wouldn't shouldn't"),
        prepositions: set("of at in by with for from to on against"),
        reasons: set("as after on amid over because following due"),
        circumstances: set(
            """
            before ahead despite since when while by nearly almost about around monday tuesday wednesday thursday friday
            today overnight premarket pre
            """),
        adverbs: set("hard again further lower deeper sharply big fast most least too"),
        adverbEndings: ["ly"]
    )
}
