/// The names of HTML 4 for characters, with the numbers that Windows 1252 gave some.
enum HTMLEntities {
    /// Names that stand for a character, without `&` and `;`.
    static let named: [String: String] = {
        var table = ["amp": "&", "lt": "<", "gt": ">", "quot": "\""]
        for entry in list.split(separator: ",") {
            let parts = entry.split(separator: " ")
            guard parts.count == 2, let value = UInt32(parts[1], radix: 16), let scalar = Unicode.Scalar(value) else {
                continue
            }
            table[String(parts[0])] = String(Character(scalar))
        }
        return table
    }()

    /// The character of a number, `8211` or `x2013`; nil for those that no text has.
    static func scalar(_ number: some StringProtocol) -> Unicode.Scalar? {
        let isHexadecimal = number.first == "x" || number.first == "X"
        guard
            let value = UInt32(
                isHexadecimal ? String(number.dropFirst()) : String(number), radix: isHexadecimal ? 16 : 10)
        else { return nil }
        let meant = (0x80..<0xA0).contains(value) ? windows1252[Int(value) - 0x80] : value
        guard meant >= 0x20 || [9, 10, 13].contains(meant), meant != 0xFFFE, meant != 0xFFFF else { return nil }
        return Unicode.Scalar(meant)
    }

    private static let windows1252: [UInt32] = [
        0x20AC, 0x20, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x20, 0x17D,
        0x20,
        0x20, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x20, 0x17E,
        0x178,
    ]

    private static let list = """
        nbsp A0,iexcl A1,cent A2,pound A3,curren A4,yen A5,brvbar A6,sect A7,uml A8,copy A9,ordf AA,laquo AB,not AC,\
        shy AD,reg AE,macr AF,deg B0,plusmn B1,sup2 B2,sup3 B3,acute B4,micro B5,para B6,middot B7,cedil B8,sup1 B9,\
        ordm BA,raquo BB,frac14 BC,frac12 BD,frac34 BE,iquest BF,Agrave C0,Aacute C1,Acirc C2,Atilde C3,Auml C4,\
        Aring C5,AElig C6,Ccedil C7,Egrave C8,Eacute C9,Ecirc CA,Euml CB,Igrave CC,Iacute CD,Icirc CE,Iuml CF,ETH D0,\
        Ntilde D1,Ograve D2,Oacute D3,Ocirc D4,Otilde D5,Ouml D6,times D7,Oslash D8,Ugrave D9,Uacute DA,Ucirc DB,\
        Uuml DC,Yacute DD,THORN DE,szlig DF,agrave E0,aacute E1,acirc E2,atilde E3,auml E4,aring E5,aelig E6,ccedil E7,\
        egrave E8,eacute E9,ecirc EA,euml EB,igrave EC,iacute ED,icirc EE,iuml EF,eth F0,ntilde F1,ograve F2,oacute F3,\
        ocirc F4,otilde F5,ouml F6,divide F7,oslash F8,ugrave F9,uacute FA,ucirc FB,uuml FC,yacute FD,thorn FE,yuml FF,\
        OElig 152,oelig 153,Scaron 160,scaron 161,Yuml 178,fnof 192,circ 2C6,tilde 2DC,Alpha 391,Beta 392,Gamma 393,\
        Delta 394,Epsilon 395,Zeta 396,Eta 397,Theta 398,Iota 399,Kappa 39A,Lambda 39B,Mu 39C,Nu 39D,Xi 39E,Omicron 39F,\
        Pi 3A0,Rho 3A1,Sigma 3A3,Tau 3A4,Upsilon 3A5,Phi 3A6,Chi 3A7,Psi 3A8,Omega 3A9,alpha 3B1,beta 3B2,gamma 3B3,\
        delta 3B4,epsilon 3B5,zeta 3B6,eta 3B7,theta 3B8,iota 3B9,kappa 3BA,lambda 3BB,mu 3BC,nu 3BD,xi 3BE,omicron 3BF,\
        pi 3C0,rho 3C1,sigmaf 3C2,sigma 3C3,tau 3C4,upsilon 3C5,phi 3C6,chi 3C7,psi 3C8,omega 3C9,thetasym 3D1,\
        upsih 3D2,piv 3D6,ensp 2002,emsp 2003,thinsp 2009,zwnj 200C,zwj 200D,lrm 200E,rlm 200F,ndash 2013,mdash 2014,\
        lsquo 2018,rsquo 2019,sbquo 201A,ldquo 201C,rdquo 201D,bdquo 201E,dagger 2020,Dagger 2021,bull 2022,hellip 2026,\
        permil 2030,prime 2032,Prime 2033,lsaquo 2039,rsaquo 203A,oline 203E,frasl 2044,euro 20AC,image 2111,\
        weierp 2118,real 211C,trade 2122,alefsym 2135,larr 2190,uarr 2191,rarr 2192,darr 2193,harr 2194,crarr 21B5,\
        lArr 21D0,uArr 21D1,rArr 21D2,dArr 21D3,hArr 21D4,forall 2200,part 2202,exist 2203,empty 2205,nabla 2207,\
        isin 2208,notin 2209,ni 220B,prod 220F,sum 2211,minus 2212,lowast 2217,radic 221A,prop 221D,infin 221E,ang 2220,\
        and 2227,or 2228,cap 2229,cup 222A,int 222B,there4 2234,sim 223C,cong 2245,asymp 2248,ne 2260,equiv 2261,\
        le 2264,ge 2265,sub 2282,sup 2283,nsub 2284,sube 2286,supe 2287,oplus 2295,otimes 2297,perp 22A5,sdot 22C5,\
        lceil 2308,rceil 2309,lfloor 230A,rfloor 230B,lang 2329,rang 232A,loz 25CA,spades 2660,clubs 2663,hearts 2665,\
        diams 2666,apos 27
        """
}

/// Text out of HTML: tags go, blocks become lines, references become characters.
enum HTMLText {
    /// Elements that are taken out. What looks like another, as `a<b`, is text.
    private static let elements: Set<String> = [
        "a", "abbr", "address", "article", "aside", "audio", "b", "big", "blockquote", "body", "br", "button",
        "caption",
        "center", "cite", "code", "col", "dd", "del", "div", "dl", "dt", "em", "embed", "figcaption", "figure", "font",
        "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "i", "iframe", "img",
        "input",
        "ins", "kbd", "label", "li", "link", "main", "mark", "meta", "nav", "noscript", "object", "ol", "p", "param",
        "picture",
        "pre", "q", "s", "samp", "script", "section", "small", "source", "span", "strike", "strong", "style", "sub",
        "sup",
        "svg", "table", "tbody", "td", "tfoot", "th", "thead", "time", "title", "tr", "tt", "u", "ul", "var", "video",
        "wbr",
    ]
    private static let inline: Set<String> = [
        "a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "label", "mark", "q", "s",
        "samp",
        "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    ]

    /// - Parameter keepsLines: Whether blocks become lines of their own; else spaces.
    /// - Complexity: O(bytes).
    static func plain(_ html: String, keepsLines: Bool) -> String {
        var text = html
        text.makeContiguousUTF8()
        let bytes = Array(text.utf8)
        guard bytes.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") }) else {
            return collapsed(bytes, keepsLines: keepsLines)
        }
        var made: [UInt8] = []
        made.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "<"), let tag = tag(bytes, at: index) {
                if !inline.contains(tag.name) { made.append(0x0A) }
                index = tag.end
                if tag.opens, tag.name == "script" || tag.name == "style" {
                    index = closing(tag.name, bytes, from: index)
                }
            } else if bytes[index] == UInt8(ascii: "&"), let (value, end) = reference(bytes, at: index) {
                made.append(contentsOf: value)
                index = end
            } else {
                made.append(bytes[index])
                index += 1
            }
        }
        return collapsed(made, keepsLines: keepsLines)
    }

    private static func tag(_ bytes: [UInt8], at start: Int) -> (name: String, opens: Bool, end: Int)? {
        var index = start + 1
        guard index < bytes.count else { return nil }
        if bytes[start...].starts(with: "<!--".utf8) {
            return ("span", false, bytes[...].range(of: "-->", from: start + 4) ?? bytes.count)
        }
        let closes = bytes[index] == UInt8(ascii: "/")
        if closes { index += 1 }
        let begin = index
        while index < bytes.count, index - begin < 12, bytes[index].isLetterOrDigit { index += 1 }
        guard index > begin else { return nil }
        let name = String(decoding: bytes[begin..<index], as: UTF8.self).lowercased()
        guard elements.contains(name), index < bytes.count,
            [0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: "/"), UInt8(ascii: ">")].contains(bytes[index])
        else { return nil }
        // A > within quotes does not end it; beyond 1 KiB it is no tag.
        var quote: UInt8?
        let limit = min(bytes.count, start + 1_024)
        while index < limit {
            let byte = bytes[index]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return (name, !closes, index + 1)
            } else if byte == UInt8(ascii: "<") {
                // Its end is missing: the next one begins.
                return (name, !closes, index)
            }
            index += 1
        }
        // Cut off in the middle, as summaries are.
        return limit == bytes.count ? (name, false, limit) : nil
    }

    private static func closing(_ name: String, _ bytes: [UInt8], from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "<"), let tag = tag(bytes, at: index), tag.name == name, !tag.opens {
                return tag.end
            }
            index += 1
        }
        return bytes.count
    }

    private static func reference(_ bytes: [UInt8], at start: Int) -> ([UInt8], Int)? {
        let name = bytes[(start + 1)...].prefix(12).prefix { $0.isLetterOrDigit || $0 == UInt8(ascii: "#") }
        let end = start + 1 + name.count
        guard end < bytes.count, bytes[end] == UInt8(ascii: ";"), !name.isEmpty else { return nil }
        let text = String(decoding: name, as: UTF8.self)
        if text.hasPrefix("#") {
            guard let scalar = HTMLEntities.scalar(text.dropFirst()) else { return nil }
            return (Array(String(Character(scalar)).utf8), end + 1)
        }
        return HTMLEntities.named[text].map { (Array($0.utf8), end + 1) }
    }

    /// Runs of white space as one space, or one line break where there was one; none around.
    private static func collapsed(_ bytes: [UInt8], keepsLines: Bool) -> String {
        var made: [UInt8] = []
        made.reserveCapacity(bytes.count)
        var pending: UInt8?
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            // U+00A0 is C2 A0.
            let isWide = byte == 0xC2 && index + 1 < bytes.count && bytes[index + 1] == 0xA0
            if byte <= 0x20 || isWide {
                if byte == 0x0A, keepsLines { pending = 0x0A } else if pending == nil { pending = 0x20 }
            } else {
                if let space = pending, !made.isEmpty { made.append(space) }
                pending = nil
                made.append(byte)
            }
            index += isWide ? 2 : 1
        }
        return String(decoding: made, as: UTF8.self)
    }
}

extension UInt8 {
    var isLetterOrDigit: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
}
