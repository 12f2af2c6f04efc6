import ArgumentParser
import DBN
import Foundation
import Glibc
import ServiceKit

extension Export {
    /// Named so because `DBN` is the module.
    struct DBNFile: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "dbn",
            abstract: "Print what a file in Databento Binary Encoding holds, as JSON lines.",
            discussion: """
                EXAMPLE
                  epicenter export dbn trades.dbn.zst
                  epicenter export dbn piece.dbn.frag --fragment 2

                First {"metadata": …}, then a record a line with all its fields as they are: prices in 1e-9, times in ns; \
                9223372036854775807 is no price, 18446744073709551615 no time. Of kinds not known only the header.
                Exit status: 0 done, 1 the file is torn or no DBN (what came before is printed), 64 wrong arguments.
                """)
        @Argument(help: "A DBN file.", completion: .file(extensions: ["dbn", "zst", "frag"])) var file: String
        @Option(help: "The file has records alone, of this version of the format: 1, 2 or 3.") var fragment: UInt8?

        func validate() throws {
            if let fragment, !(1...3).contains(fragment) {
                throw ValidationError("--fragment is \(fragment), allowed is 1, 2 or 3")
            }
        }

        func run() throws {
            let descriptor = open(file, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw SystemError(call: "open", path: file, errno: errno) }
            defer { close(descriptor) }
            var decoder = fragment.map { DBNDecoder(fragmentOfVersion: $0) } ?? DBNDecoder()
            let lines = LineOutput(1, "standard output")
            var block = [UInt8](repeating: 0, count: 1 << 16)
            do {
                while true {
                    let count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
                    if count < 0, errno == EINTR { continue }
                    guard count >= 0 else { throw SystemError(call: "read", path: file, errno: errno) }
                    guard count > 0 else { break }
                    try block.withUnsafeBytes { bytes in
                        try decoder.push(UnsafeRawBufferPointer(rebasing: bytes[..<count])) {
                            try lines.put(DBNText.line($0))
                        }
                    }
                }
                try decoder.finish { try lines.put(DBNText.line($0)) }
            } catch let error as DBNError {
                try lines.flush()
                throw Failure("\(file): \(error)")
            }
            try lines.flush()
        }
    }
}

/// DBN as JSON.
enum DBNText {
    static func line(_ item: DBNDecoder.Item) throws -> String {
        switch item {
        case .metadata(let metadata): "{\"metadata\":\(try metadataText(metadata))}"
        case .record(let record): record.layout.map { text(record, $0) } ?? header(record)
        }
    }

    private static func header(_ record: DBNRecord) -> String {
        "{\"length\":\(record.bytes.count / 4),\"rtype\":\(record.rtype),\"publisher_id\":\(record.publisherID),"
            + "\"instrument_id\":\(record.instrumentID),\"ts_event\":\(record.eventTime)}"
    }

    private static func text(_ record: DBNRecord, _ layout: RecordLayout) -> String {
        let fields = layout.fields.compactMap { field -> String? in
            switch field.kind {
            case .reserved: return nil
            case .text: return record.text(field).map { "\"\(field.name)\":\(quoted($0))" }
            case .character:
                let character = record.number(field).flatMap { Unicode.Scalar(UInt32($0)) }
                return "\"\(field.name)\":" + quoted(character.map { $0 == "\0" ? "" : String($0) } ?? "")
            case .unsigned, .signed: return record.number(field).map { "\"\(field.name)\":\($0)" }
            }
        }
        return "{" + fields.joined(separator: ",") + "}"
    }

    private static func metadataText(_ metadata: DBNMetadata) throws -> String {
        func list(_ texts: [String]) -> String { "[" + texts.map(quoted).joined(separator: ",") + "]" }
        let mappings = metadata.mappings.map { mapping in
            let intervals = mapping.intervals.map {
                "{\"start_date\":\($0.start),\"end_date\":\($0.end),\"symbol\":\(quoted($0.symbol))}"
            }
            return "\(quoted(mapping.symbol)):[\(intervals.joined(separator: ","))]"
        }
        func number(_ value: (some BinaryInteger)?) -> String { value.map { "\($0)" } ?? "null" }
        return """
            {"version":\(metadata.version),"dataset":\(quoted(metadata.dataset)),"schema":\(number(metadata.schema)),\
            "start":\(metadata.start),"end":\(number(metadata.end)),"limit":\(number(metadata.limit)),\
            "stype_in":\(metadata.inputSymbology),"stype_out":\(metadata.outputSymbology),\
            "ts_out":\(metadata.hasSendTimes),"symbols":\(list(metadata.symbols)),"partial":\(list(metadata.partial)),\
            "not_found":\(list(metadata.notFound)),"mappings":{\(mappings.joined(separator: ","))}}
            """
    }

    private static func quoted(_ text: String) -> String {
        var made = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": made += "\\" + String(scalar)
            case "\0"..<" ":
                made +=
                    "\\u" + String(repeating: "0", count: scalar.value < 16 ? 3 : 2) + String(scalar.value, radix: 16)
            default: made.unicodeScalars.append(scalar)
            }
        }
        return made + "\""
    }
}
