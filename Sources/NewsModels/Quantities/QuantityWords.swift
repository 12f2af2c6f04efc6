/// The words quantities are made of, in lower case without accents, for all languages together: what a word means as a
/// scale or a currency is the same in each, with the exceptions that ``QuantityParser`` knows.
enum QuantityWords {
    static let scales: [String: Double] = table(
        """
        1e3 thousand thousands k mil tausend tsd mille mila tys tis duizend тыс тысяч тысячи nghin ribu
        1e5 lakh lakhs
        1e6 million millions mn mio mln m mm millon millones millionen mill milioni milione milhao milhoes miljoen milionow
        1e6 miliony milion млн миллион миллиона миллионов trieu juta miljoner milyon milionu milioane
        1e7 crore crores
        1e9 billion billions bn b mld mrd md mds milliarde milliarden milliard milliards miliardi miliardo bilhao bilhoes
        1e9 bi miljard miliardow miliardy miliard млрд миллиард миллиарда миллиардов ty miliar miljarder milyar miliarde
        1e12 trillion trillions tn trn t billon billones billionen trilhao trilhoes biljoen bln bilion biliony bilionow
        1e12 трлн триллион триллиона триллионов biljoner trilyun trilyon bilioni
        """)

    /// Scales of one letter, which elsewhere are units or names: they count only beside a currency.
    static let letters: Set<String> = ["k", "m", "b", "t", "mm", "bi", "ty", "mil", "mill"]

    static let ideographScales: [Unicode.Scalar: Double] = [
        "十": 10, "百": 100, "千": 1_000, "万": 1e4, "亿": 1e8, "兆": 1e12, "億": 1e8, "만": 1e4, "억": 1e8, "조": 1e12,
        "천": 1_000,
    ]

    static let ideographDigits: [Unicode.Scalar: Double] = [
        "零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    ]

    static let currencySymbols: [Unicode.Scalar: String] = [
        "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₫": "VND",
        "₪": "ILS", "฿": "THB",
    ]

    /// What before a dollar sign says whose.
    static let dollars: [String: String] = [
        "us": "USD", "u": "USD", "c": "CAD", "ca": "CAD", "a": "AUD", "au": "AUD", "hk": "HKD", "s": "SGD", "sg": "SGD",
        "nt": "TWD", "nz": "NZD", "r": "BRL", "mx": "MXN",
    ]

    static let currencyWords: [String: String] = names(
        """
        USD dollar dollars usd dolares dolar dollari dollaro dollaren dolarow dolary доллар доллара долларов dolara
        EUR euro euros eur евро eura
        GBP pound pounds gbp sterling libras pfund livres funtow
        JPY yen jpy yenes иен
        CNY yuan cny rmb renminbi yuanes юаней юань
        CHF franc francs chf franken
        INR rupee rupees inr rs
        KRW won krw
        RUB rouble roubles ruble rubles rub рублей рубля руб
        PLN zloty zlotych zl pln
        HKD hkd
        TWD twd
        CAD cad
        AUD aud
        BRL reais real brl
        SEK krona kronor sek
        TRY lira tl try
        VND dong vnd
        IDR rupiah idr
        """)

    /// Longest first.
    static let ideographCurrencies: [(name: [Unicode.Scalar], code: String)] = namesOfCurrencies.map {
        (Array($0.0.unicodeScalars), $0.1)
    }

    private static let namesOfCurrencies: [(String, String)] = [
        ("新台币", "TWD"), ("人民币", "CNY"), ("加拿大元", "CAD"), ("新加坡元", "SGD"), ("美元", "USD"), ("美金", "USD"), ("欧元", "EUR"),
        ("英镑", "GBP"), ("日元", "JPY"), ("日圆", "JPY"), ("日円", "JPY"), ("港元", "HKD"), ("港币", "HKD"), ("韩元", "KRW"),
        ("台币", "TWD"), ("台元", "TWD"), ("卢布", "RUB"), ("澳元", "AUD"), ("加元", "CAD"), ("瑞郎", "CHF"), ("法郎", "CHF"),
        ("卢比", "INR"), ("달러", "USD"), ("유로", "EUR"), ("ドル", "USD"), ("ユーロ", "EUR"), ("元", "CNY"), ("円", "JPY"),
        ("원", "KRW"),
        ("块", "CNY"),
    ]

    static let percentWords: Set<String> = [
        "percent", "pct", "prozent", "procent", "процент", "процента", "процентов", "persen",
    ]
    /// "per cent", "por ciento" and the like.
    static let percentPairs: Set<String> = [
        "per cent", "por ciento", "por cento", "pour cent", "per cento", "pour cents", "phan tram", "yuzde",
    ]
    /// What after a share makes it a difference of shares.
    static let pointWords: Set<String> = ["point", "points", "puntos", "punti", "pontos"]
    static let pointCompounds: Set<String> = [
        "pp", "prozentpunkt", "prozentpunkte", "prozentpunkten", "procentenheter",
    ]
    static let basisWords: Set<String> = ["bp", "bps", "basispunkte", "basispunkten"]
    static let basisPairs: Set<String> = ["basis point", "basis points", "puntos basicos", "punti base", "pontos base"]

    static let multipleWords: Set<String> = [
        "x", "times", "fold", "fach", "fache", "veces", "fois", "volte", "vezes", "раз", "раза", "krat", "krotnie",
        "keer",
        "lan", "kali",
    ]
    /// One word for a multiple.
    static let multiples: [String: Double] = numbers(
        """
        2 twofold double doubles doubled doubling duplica duplican duplico doppelt verdoppelt verdoppeln double doublent
        2 raddoppia raddoppiano вдвое удвоил удвоила
        3 threefold triple triples tripled tripling triplica triplican verdreifacht triplent втрое
        4 fourfold quadruple quadruples quadrupled vierfach vervierfacht вчетверо
        5 fivefold quintuple quintupled funffach
        10 tenfold zehnfach verzehnfacht
        100 hundredfold
        """)
    /// One word for a part.
    static let parts: [String: Double] = numbers(
        """
        0.5 half halves halved halving mitad halfte moitie metade половина половину polowa polowe helft halbiert
        """)
    static let partNames: [String: Double] = numbers(
        """
        0.5 half
        0.3333333333333333 third thirds tercio tercios drittel tiers terzo terzi
        0.25 quarter quarters cuarto cuartos viertel quart quarts
        0.2 fifth fifths quinto funftel
        0.1 tenth tenths zehntel
        """)
    static let numberWords: [String: Double] = numbers(
        """
        1 a an one un una uno ein eine einem
        2 two dos zwei deux due dois duas два две
        3 three tres drei trois tre три
        4 four cuatro vier quatre quattro quatro
        5 five cinco funf cinq cinque пять
        6 six seis sechs sei
        7 seven siete sieben sept sette sete
        8 eight ocho acht huit otto oito
        9 nine nueve neun neuf nove
        10 ten diez zehn dix dieci dez десять
        11 eleven
        12 twelve dozen doce zwolf douze
        15 fifteen
        20 twenty veinte zwanzig vingt
        30 thirty
        40 forty
        50 fifty
        60 sixty
        70 seventy
        80 eighty
        90 ninety
        100 hundred cien hundert cent
        """)

    /// Before a number, the longest first: one to three words joined by spaces.
    static let before: [String: Quantity.Qualifier] = qualifiers(
        """
        approximate about around roughly approximately circa ca some unos unas alrededor_de aproximadamente rund etwa
        approximate ungefahr gut environ circa intorno_a около примерно zirka okolo ongeveer ungefar
        nearly nearly almost close_to just_under just_shy_of casi cerca_de fast beinahe knapp pres_de presque quasi quase
        nearly почти prawie bijna nastan approaching
        atLeast more_than over at_least above exceeding exceeds exceed exceeded upwards_of topping tops topped surpassing
        atLeast surpasses surpassed greater_than no_less_than mas_de al_menos por_encima_de supera superan uber mehr_als
        atLeast mindestens plus_de au_moins oltre piu_di almeno mais_de pelo_menos более свыше ponad powyzej meer_dan
        atMost less_than under below fewer_than up_to as_much_as at_most no_more_than menos_de hasta bis_zu weniger_als
        atMost unter hochstens moins_de jusqu_a fino_a meno_di menos_de ate менее до ponizej minder_dan
        """)

    /// Right before a Chinese number, the longest first.
    static let ideographsBefore: [(name: [Unicode.Scalar], qualifier: Quantity.Qualifier)] = namesBefore.map {
        (Array($0.0.unicodeScalars), $0.1)
    }

    private static let namesBefore: [(String, Quantity.Qualifier)] = [
        ("不低于", .atLeast), ("不少于", .atLeast), ("不超过", .atMost), ("大约", .approximate), ("大概", .approximate),
        ("左右", .approximate), ("将近", .nearly), ("接近", .nearly), ("逼近", .nearly), ("超过", .atLeast), ("突破", .atLeast),
        ("高于", .atLeast), ("至少", .atLeast), ("多达", .atMost), ("高达", .atMost), ("不到", .atMost), ("不足", .atMost),
        ("最多", .atMost), ("低于", .atMost), ("至多", .atMost), ("约", .approximate), ("近", .nearly), ("超", .atLeast),
        ("逾", .atLeast), ("破", .atLeast), ("上", .atLeast),
    ]

    /// Right after a Chinese number with its unit.
    static let ideographsAfter: [(name: [Unicode.Scalar], qualifier: Quantity.Qualifier)] = namesAfter.map {
        (Array($0.0.unicodeScalars), $0.1)
    }

    private static let namesAfter: [(String, Quantity.Qualifier)] = [
        ("左右", .approximate), ("上下", .approximate), ("以上", .atLeast), ("以下", .atMost), ("以内", .atMost), ("多", .atLeast),
        ("余", .atLeast),
    ]

    private static func table(_ text: String) -> [String: Double] { numbers(text) }

    private static func rows(_ text: String) -> [(head: Substring, words: [Substring])] {
        text.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            return (words[0], Array(words.dropFirst()))
        }
    }

    private static func numbers(_ text: String) -> [String: Double] {
        var table: [String: Double] = [:]
        for (head, words) in rows(text) { for word in words { table[String(word)] = Double(head) } }
        return table
    }

    private static func names(_ text: String) -> [String: String] {
        var table: [String: String] = [:]
        for (head, words) in rows(text) { for word in words { table[String(word)] = String(head) } }
        return table
    }

    private static func qualifiers(_ text: String) -> [String: Quantity.Qualifier] {
        var table: [String: Quantity.Qualifier] = [:]
        for (head, words) in rows(text) {
            for word in words {
                table[String(word).replacing("_", with: " ")] = Quantity.Qualifier(rawValue: String(head))
            }
        }
        return table
    }
}
