public import Schema
import SwiftProtobuf

/// An alert as subscribers get it: a CloudEvents 1.0 document in JSON (structured mode).
///
/// The keys come in one fixed order and `data` is the alert's canonical protobuf JSON, so that the same
/// alert always has the same bytes. Nothing in it depends on the run.
public struct CloudEvent: Equatable, Sendable {
    public static let type = "org.epicenter.alert.v1"
    /// The `$id` of `docs/alert.schema.json`.
    public static let dataSchema = "urn:epicenter:schema:alert:1"

    /// Who says it: a constant of the installation, a URI reference.
    public var source: String
    /// When what it is about happened, ns since the Unix epoch.
    public var time: UInt64
    public var alert: Alert

    public init(source: String, time: UInt64, alert: Alert) {
        self.source = source
        self.time = time
        self.alert = alert
    }

    /// Unique within ``source``: `<fingerprint>/<revision>`.
    public var id: String { "\(alert.fingerprint)/\(alert.revision)" }

    /// The document's bytes, without white space.
    public func encoded() -> [UInt8] {
        var text = JSONText()
        text.append(fixed: "{\"specversion\":\"1.0\",\"id\":")
        text.append(quoted: id, escape: Self.escape)
        text.append(fixed: ",\"source\":")
        text.append(quoted: source, escape: Self.escape)
        text.append(fixed: ",\"type\":")
        text.append(quoted: Self.type, escape: Self.escape)
        text.append(fixed: ",\"subject\":")
        text.append(quoted: alert.subject, escape: Self.escape)
        text.append(fixed: ",\"time\":\"")
        text.append(CivilTime.rfc3339(time))
        text.append(fixed: "\",\"datacontenttype\":\"application/json\",\"dataschema\":")
        text.append(quoted: Self.dataSchema, escape: Self.escape)
        text.append(fixed: ",\"data\":")
        AlertJSON.append(alert, to: &text)
        text.append(byte: UInt8(ascii: "}"))
        return text.finished()
    }

    /// The alert in a document as ``encoded()`` writes it; nil for other bytes.
    ///
    /// `data` is the last member, and what comes before it is flat: within a string its quotes would be escaped. Reading the
    /// whole document by another parser and writing `data` again would cost five times as much.
    public static func alert(in document: [UInt8]) -> Alert? {
        let mark = Array(",\"data\":".utf8)
        guard document.last == UInt8(ascii: "}"),
            let start = document.indices.first(where: { document[$0...].starts(with: mark) })
        else { return nil }
        return try? Alert(jsonUTF8Bytes: Array(document[(start + mark.count)..<(document.count - 1)]))
    }

    /// Control characters by number; those above ASCII stand bare.
    static func escape(_ text: inout JSONText, _ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): text.append(fixed: "\\\"")
        case UInt8(ascii: "\\"): text.append(fixed: "\\\\")
        case 0x7F: text.append(byte: byte)
        case 0x80...:
            text.append(byte: 0xC2)
            text.append(byte: byte)
        default:
            text.append(fixed: "\\u00")
            for digit in [byte >> 4, byte & 15] {
                text.append(byte: digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }
}
