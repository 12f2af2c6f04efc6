/// Words without a subject of their own, as ``Token/key``.
enum FunctionWords {
    static let all = englishWords.union(foreignWords)

    /// Whether a word is one of English, whatever else it may be.
    static func isEnglish(_ word: String) -> Bool { englishWords.contains(word) }

    /// Whether a word is one of another language, whatever else it may be.
    static func isForeign(_ word: String) -> Bool { foreignWords.contains(word) }

    private static let englishWords = words([english])
    private static let foreignWords = words([spanish, german, french, other])

    private static func words(_ lists: [String]) -> Set<String> {
        Set(lists.flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) })
    }

    private static let english = """
        a about after again against all also am an and any are as at be because been before being but by can could
        did do does doing don't down for from get gets give go going got had has have he her here his how i if in
        into is isn't it its just last like make makes may might more most much must my new news next no not now of
        off on one only or other our out over own part per say says said see she should show shows since so some
        still such take takes than that the their them then there these they this those through to too top two
        under until up us use used using very want was way we week were what what's when where which while who why
        will with won't would year years yet you your day days first here's it's live vs via
        """
    private static let spanish = """
        al algo ante asi aun como con contra cual cuando de del desde donde dos el ella ellos en entre era es esa ese
        eso esta estan estas este esto estos fue ha han hasta hay la las le les lo los mas me mi mucho muy nada ni no
        nos nuevo nueva o otra otro para pero por porque que quien se segun ser si sido sin sobre solo son su sus
        tambien te tiene todo todos tras tu un una uno unos y ya lo puede hoy
        """
    private static let german = """
        aber als am an auch auf aus bei bis das dass dem den der des die doch durch ein eine einem einen einer eines er
        es fur gegen hat haben ich im in ist ja jetzt kann kein keine mehr mit nach nicht noch nun nur ob oder ohne
        schon sein seine sich sie sind so soll uber um und uns unter vom von vor war warum was wegen wenn wer werden wie
        wieder will wird wo zu zum zur
        """
    private static let french = """
        au aux avec ce ces cette comme dans des du elle est et il ils je la le les leur lui mais ne nous on ou par pas
        plus pour qu'il que qui sa sans ses son sont sur une vous
        """
    private static let other = """
        в во и на с со что как не по из за для от о об у к это его ее их но а или при до же то был была было быть
        di il che per non del della una gli i e nel con sono da em um uma os as ao na no dos das para com mais
        """
}
