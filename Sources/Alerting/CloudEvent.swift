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
        var json = JSONObjectWriter()
        json.add("specversion", "1.0")
        json.add("id", id)
        json.add("source", source)
        json.add("type", Self.type)
        json.add("subject", alert.subject)
        json.add("time", CivilTime.rfc3339(time))
        json.add("datacontenttype", "application/json")
        json.add("dataschema", Self.dataSchema)
        json.add("data", json: alertJSON())
        return json.finished()
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

    private func alertJSON() -> [UInt8] {
        do {
            return try alert.jsonUTF8Bytes()
        } catch {
            // Only a timestamp outside the years 1 to 9999 or an unknown `Any` cannot be written, and an
            // alert has neither.
            preconditionFailure("an alert that cannot be written as JSON: \(error)")
        }
    }
}

/// Writes one flat JSON object, its keys in the order given.
struct JSONObjectWriter {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    /// Adds a member whose value is a string.
    mutating func add(_ key: String, _ value: String) {
        add(key, json: Self.quoted(value))
    }

    /// Adds a member whose value is JSON already.
    mutating func add(_ key: String, json value: [UInt8]) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes += Self.quoted(key)
        bytes.append(UInt8(ascii: ":"))
        bytes += value
    }

    /// The object's bytes; the writer is used up.
    consuming func finished() -> [UInt8] { bytes + [UInt8(ascii: "}")] }

    /// A JSON string: quotation mark, backslash and control characters escaped, all else as UTF-8.
    static func quoted(_ text: String) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        var quoted = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: quoted += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: quoted.append(byte)
            }
        }
        quoted.append(UInt8(ascii: "\""))
        return quoted
    }
}
