extension PriceLexicon {
    static let spanish = PriceLexicon(
        subjects: set(
            """
            accion acciones bolsa bolsas mercado mercados indice indices titulos futuros nasdaq ibex dow cotizacion
            bitcoin
            """),
        subjectPhrases: phrases("wall street, s p 500"),
        falls: set(
            """
            cae caen cayo cayeron caida caidas desploma desploman desplomo desplome hunde hunden hundio pierde pierden
            baja bajan retroceden retrocede derrumba derrumban derrumbe tropieza tropiezan sacude
            """),
        rises: set("sube suben subio dispara disparan disparo alza alzas rebota rebotan repunta repunte trepa trepan"),
        weak: set("pierde pierden baja bajan sacude dispara sube suben alza hunde"),
        closeMoves: set("perdidas rojo minimos"),
        closePhrases: phrases("bajo presion, a la baja"),
        wholePhrases: phrases(
            "lunes negro, en rojo, en bolsa, antes de la apertura, desplome bursatil, valor de mercado"),
        losing: set("pierde pierden perdio perdieron borra borran evapora"),
        worth: set("valor capitalizacion"), hasDecimalComma: true,
        fundamentals: set(
            """
            ventas beneficio beneficios ingresos inflacion paro precio precios demanda coste costes usuarios tasa tasas
            aranceles empleo exportaciones alquiler alquileres
            """),
        percent: phrases("por ciento"),
        otherSenses: phrases(
            """
            cuota de mercado, acciones legales, acciones militares, acciones judiciales, en el mercado, al mercado
            """),
        prepositions: set("de a con en por contra"),
        reasons: set("tras por debido ante despues"),
        circumstances: set("un una mas casi cerca hasta este hoy"),
        adverbs: set("fuerte"), adverbEndings: ["mente"], reflexives: ["se"]
    )

    static let german = PriceLexicon(
        subjects: set(
            """
            aktie aktien aktienkurs aktienkurse kurs kurse borse borsen markt markte chipwerte techwerte futures dax
            nasdaq dow nikkei bitcoin borsenwert
            """),
        subjectEndings: ["aktie", "aktien", "borse", "borsen"],
        subjectPhrases: phrases("wall street, s p 500"),
        falls: set(
            """
            fallt fallen fiel fielen sturzt sturzen sturzte sturzten absturz bricht brechen brach brachen einbruch
            verliert verlieren verlor sinkt sinken sackt sacken rutscht rutschen rutschte verlust verluste minus
            abgestraft
            """),
        rises: set("steigt steigen stieg klettert klettern springt springen erholt erholen legt zulegen plus"),
        weak: set("bricht brechen brach brachen verliert verlieren verlor legt minus plus verlust verluste springt"),
        closePhrases: phrases("unter druck, auf talfahrt"),
        whole: set(
            """
            kurssturz kursrutsch kurseinbruch kursverlust kursverluste aktiencrash ausverkauf borsenbeben vorborslich
            """),
        wholePhrases: phrases("in den keller, vor borsenstart"),
        losing: set("verliert verlieren verlor verloren"), worth: set("wert borsenwert marktwert"),
        hasDecimalComma: true,
        fundamentals: set(
            """
            umsatz gewinn inflation arbeitslosigkeit preis preise nachfrage kosten mieten miete zoll zolle nutzer zinsen
            absatz exporte
            """),
        percent: phrases("prozent"),
        otherSenses: phrases("auf den markt, auf dem markt"),
        modals: set("soll sollte konnte wird werden durfte"),
        prepositions: set("von bei mit fur an in gegen"),
        reasons: set("nach wegen weil"),
        circumstances: set("um rund fast bis vor heute"),
        adverbs: set("deutlich stark kraftig weiter massiv")
    )

    static let french = PriceLexicon(
        subjects: set("actions l'action titre titres bourse bourses marches indice indices cac nasdaq dow bitcoin"),
        subjectPhrases: phrases("wall street, contrats a terme"),
        falls: set(
            """
            chute chutent chuter chuta plonge plongent recule reculent baisse baissent devisse devissent degringole
            degringolent s'effondre s'effondrent effondrement perd perdent cede cedent
            """),
        rises: set("bondit bondissent grimpe grimpent s'envole s'envolent rebondit rebondissent hausse progressent"),
        weak: set("baisse perd perdent cede cedent hausse"),
        closePhrases: phrases("sous pression, dans le rouge"),
        whole: set("krach"),
        wholePhrases: phrases("en bourse, avant l'ouverture"),
        losing: set("perd perdent perdu efface effacent"), worth: set("valeur capitalisation"), hasDecimalComma: true,
        fundamentals: set("ventes benefice benefices chiffre inflation prix demande couts chomage loyers utilisateurs"),
        percent: phrases("pour cent"),
        otherSenses: phrases("actions en justice, part de marche, bourses d'etudes, sous titres"),
        modals: set("devrait pourrait va vont"),
        prepositions: set("de a avec chez en par pour contre"),
        reasons: set("apres sur alors face suite"),
        circumstances: set("de pres avant"),
        adverbs: set("fortement lourdement"), adverbEndings: ["ement"]
    )

    static let russian = PriceLexicon(
        subjects: set(
            """
            акции акций акциям акциях бумаги бумаг котировки индекс индексы индекса биржа биржи рынок рынки рынков
            рынка фьючерсы капитализация биткоин биткоина
            """),
        falls: set(
            """
            упали упал упала падают падает падение рухнули рухнул рухнула обвал обвалились обвалился обвалила обвалил
            обвалило обрушил обрушила обрушились снизились снизился снижаются дешевеют подешевели просели потеряли
            """),
        rises: set("выросли вырос растут растет рост подорожали взлетели подскочили отскочили"),
        weak: set("рост растет упал упала рухнул рухнула"),
        losing: set("потеряла потерял потеряли теряет"), worth: set("капитализации капитализация стоимости"),
        hasDecimalComma: true,
        fundamentals: set("выручка прибыль инфляция цены цена спрос продажи доходы ставка пользователей"),
        percent: phrases("процента, процентов, процент"),
        otherSenses: phrases("акции протеста, рынок труда, рынка труда"),
        reasons: set("после из за на"),
        circumstances: set("почти более")
    )
}
