import CXML
import Glibc

/// Bytes of a document as UTF-8, whatever they were.
struct FeedText {
    var utf8: [UInt8]
    /// What had to be repaired or guessed; nil: nothing.
    var repair: String?

    /// Decides the character set and converts.
    ///
    /// A byte-order mark decides; then what the server says, what the document says, UTF-8. Declarations are often
    /// wrong, so bytes that are UTF-8 are taken for it where a one-byte character set is declared, in which any bytes
    /// mean something.
    ///
    /// - Parameter contentType: The header's value, as `text/xml; charset=gb2312`.
    /// - Throws: ``RefusalReason/unknownCharset`` where what is declared is not known and the bytes are not UTF-8.
    static func decode(_ bytes: [UInt8], contentType: String?) throws(Fault) -> FeedText {
        if let (charset, length) = mark(bytes) {
            return try convert(Array(bytes.dropFirst(length)), from: charset)
        }
        let declared = contentType.flatMap(charset(ofContentType:)) ?? charset(ofDeclaration: bytes)
        let isUTF8 = String(validating: bytes.span) != nil
        guard let declared, let charset = Charset(label: declared) else {
            if isUTF8 { return FeedText(utf8: bytes) }
            guard let declared else {
                return try convert(bytes, from: .windows1252).noting("not UTF-8, as it should be")
            }
            throw Fault(
                .unknownCharset, "the character set is \(quoted(declared)), allowed are \(Charset.allowed)")
        }
        if isUTF8, charset.isSingleByte || charset == .utf8 { return FeedText(utf8: bytes) }
        let made = try convert(bytes, from: charset)
        if made.repair != nil, isUTF8 {
            return FeedText(utf8: bytes, repair: "not in \(declared), as it says, but UTF-8")
        }
        return made
    }

    private func noting(_ text: String) -> FeedText { FeedText(utf8: utf8, repair: repair ?? text) }

    private static func mark(_ bytes: [UInt8]) -> (Charset, Int)? {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) { return (Charset("UTF-32LE"), 4) }
        if bytes.starts(with: [0, 0, 0xFE, 0xFF]) { return (Charset("UTF-32BE"), 4) }
        if bytes.starts(with: [0xFE, 0xFF]) { return (Charset("UTF-16BE"), 2) }
        if bytes.starts(with: [0xFF, 0xFE]) { return (Charset("UTF-16LE"), 2) }
        // Without a mark, as the XML standard tells it (appendix F).
        if bytes.starts(with: [0, 0x3C, 0, 0x3F]) { return (Charset("UTF-16BE"), 0) }
        if bytes.starts(with: [0x3C, 0, 0x3F, 0]) { return (Charset("UTF-16LE"), 0) }
        return nil
    }

    private static func charset(ofContentType text: String) -> String? {
        for part in text.split(separator: ";").dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].trimmed.lowercased() == "charset" else { continue }
            let value = pair[1].trimmed.filter { $0 != "\"" && $0 != "'" }
            return value.isEmpty ? nil : value
        }
        return nil
    }

    /// `encoding` of an XML declaration.
    private static func charset(ofDeclaration bytes: [UInt8]) -> String? {
        let head = String(decoding: bytes.prefix(512), as: UTF8.self)
        guard let begin = head.firstRange(of: "<?xml"), let end = head[begin.upperBound...].firstRange(of: "?>"),
            let word = head[begin.upperBound..<end.lowerBound].firstRange(of: "encoding")
        else { return nil }
        let rest = head[word.upperBound..<end.lowerBound].drop { $0 == "=" || $0.isWhitespace }
        guard let quote = rest.first, quote == "\"" || quote == "'" else { return nil }
        let value = rest.dropFirst().prefix { $0 != quote }
        return value.isEmpty ? nil : String(value)
    }

    // MARK: conversion

    private static func convert(_ bytes: [UInt8], from charset: Charset) throws(Fault) -> FeedText {
        if charset == .utf8 {
            if String(validating: bytes.span) != nil { return FeedText(utf8: bytes) }
            return FeedText(utf8: Array(String(decoding: bytes, as: UTF8.self).utf8), repair: "invalid UTF-8 replaced")
        }
        guard let converter = iconv_open("UTF-8", charset.name), converter != iconv_t(bitPattern: -1) else {
            throw Fault(.unknownCharset, "the character set \(charset.name) is not known on this machine")
        }
        defer { iconv_close(converter) }
        var (utf8, replaced) = ([UInt8](), 0)
        utf8.reserveCapacity(bytes.count + bytes.count / 2 + 64)
        var input = bytes
        var block = [UInt8](repeating: 0, count: 64 << 10)
        input.withUnsafeMutableBytes { input in
            block.withUnsafeMutableBytes { block in
                var source = input.baseAddress?.assumingMemoryBound(to: CChar.self)
                var left = input.count
                while left > 0 {
                    var target = block.baseAddress?.assumingMemoryBound(to: CChar.self)
                    var room = block.count
                    errno = 0
                    let result = iconv(converter, &source, &left, &target, &room)
                    let failure = errno
                    utf8.append(contentsOf: block.prefix(block.count - room))
                    guard result == -1, failure != E2BIG else { continue }
                    // Invalid, or cut short: one byte is replaced.
                    utf8.append(contentsOf: [0xEF, 0xBF, 0xBD])
                    replaced += 1
                    left -= 1
                    source = source?.advanced(by: 1)
                }
            }
        }
        return FeedText(
            utf8: utf8, repair: replaced == 0 ? nil : "\(replaced) bytes that are not \(charset.name) replaced")
    }
}

/// A character set that is converted, under the name that iconv has for it.
struct Charset: Equatable {
    let name: String
    static let utf8 = Charset("UTF-8")
    static let windows1252 = Charset("WINDOWS-1252")
    static let allowed = "Unicode's, ISO 8859, Windows 125x, KOI8, GBK, Big5, Shift-JIS, EUC and ISO-2022-JP"

    init(_ name: String) { self.name = name }

    /// What is labelled as the smaller set is read as the larger, as browsers do (WHATWG, Encoding).
    init?(label: String) {
        let label = label.lowercased().replacing("_", with: "-")
        if let name = Self.names[label] {
            self.init(name)
        } else if let number = label.numberAfter("iso-8859-") ?? label.numberAfter("iso8859-"),
            (2...16).contains(number),
            number != 12
        {
            self.init(number == 9 ? "WINDOWS-1254" : "ISO-8859-\(number)")
        } else if let number = label.numberAfter("windows-") ?? label.numberAfter("cp"), (1250...1258).contains(number)
        {
            self.init("WINDOWS-\(number)")
        } else {
            return nil
        }
    }

    var isSingleByte: Bool { name.hasPrefix("WINDOWS-") || name.hasPrefix("ISO-8859") || name.hasPrefix("KOI8") }

    private static let names = [
        "utf-8": "UTF-8", "utf8": "UTF-8", "us-ascii": "WINDOWS-1252", "ascii": "WINDOWS-1252",
        "iso-8859-1": "WINDOWS-1252", "iso8859-1": "WINDOWS-1252", "latin1": "WINDOWS-1252",
        "utf-16": "UTF-16LE", "utf-16le": "UTF-16LE", "utf-16be": "UTF-16BE",
        "gb2312": "GB18030", "gbk": "GB18030", "gb18030": "GB18030", "x-gbk": "GB18030", "cp936": "GB18030",
        "big5": "BIG5-HKSCS", "big5-hkscs": "BIG5-HKSCS", "cp950": "BIG5-HKSCS",
        "shift-jis": "CP932", "sjis": "CP932", "x-sjis": "CP932", "windows-31j": "CP932", "cp932": "CP932",
        "euc-jp": "EUC-JP", "iso-2022-jp": "ISO-2022-JP", "euc-kr": "CP949", "ks-c-5601-1987": "CP949",
        "cp949": "CP949",
        "koi8-r": "KOI8-R", "koi8-u": "KOI8-U", "windows-874": "WINDOWS-874", "tis-620": "WINDOWS-874",
    ]
}

extension StringProtocol {
    fileprivate func numberAfter(_ prefix: String) -> Int? { hasPrefix(prefix) ? Int(dropFirst(prefix.count)) : nil }

    /// Without white space around it.
    var trimmed: String {
        var part = self[...]
        while part.first?.isWhitespace ?? false { part.removeFirst() }
        while part.last?.isWhitespace ?? false { part.removeLast() }
        return String(part)
    }
}
