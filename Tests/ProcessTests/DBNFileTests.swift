import Foundation
import TestKit
import Testing

/// Files by Databento's own tools, beside their own reader in Python (`scripts/setup --tests`).
@Suite(
    "Databento files", .enabled(if: Binaries.areHere && Python.isHere, "no EPICENTER_BIN or EPICENTER_PYTHON"))
struct DBNFileTests {
    static let folder =
        (ProcessInfo.processInfo.environment["EPICENTER_SHARED_DATA"] ?? Binaries.root + "/../shared/data")
        + "/conformance/dbn"

    @Test(
        "databento-dbn reads the same metadata and the same value in every field of every record",
        .enabled(if: FileManager.default.fileExists(atPath: folder), "no shared data"))
    func comparison() throws {
        let ended = try run(Python.path, [Binaries.root + "/scripts/check-dbn", Self.folder])
        #expect(ended.status == 0, "\(ended.output) \(ended.errors)")
        #expect(ended.output.contains("81 files, 10 of them DBZ"))
    }

    @Test("import makes a recording of a file, says what it passes over, and what is torn")
    func importing() throws {
        let directory = TemporaryDirectory()
        func path(_ name: String) -> String { directory.path + "/" + name }
        func write(_ name: String, _ bytes: [UInt8]) {
            _ = FileManager.default.createFile(atPath: path(name), contents: Data(bytes))
        }
        write(
            "s.yaml",
            Array(
                """
                settings: {benchmark: ACME, calendar: XNYS}
                instruments:
                  - {symbol: ACME, kind: equity, currency: USD}
                  - {symbol: BOLT, kind: equity, currency: USD}
                """.utf8))
        let bytes = DBNBytes.file(version: 3)
        write("x.dbn", bytes)
        write("torn.dbn", Array(bytes.dropLast(2)))
        let settings = ["--settings", path("s.yaml")]
        let whole = try run(
            Binaries.path("epicenter"), ["import", "dbn", path("x.dbn"), "--out", path("x.mcap")] + settings)
        #expect(whole.status == 0, "\(whole.errors)")
        #expect(whole.errors.contains("the gateway said: \"no such symbol\""))
        #expect(whole.errors.contains("records of unknown kinds: 1 passed over"))
        let trades = try run(Binaries.path("epicenter"), ["export", "csv", path("x.mcap"), "--topic", "trades"])
        #expect(trades.output.contains("2025-01-27T14:30:00Z,ACME,12.34,100,regular"))
        #expect(trades.output.contains("2025-01-27T14:30:00.000000001Z,BOLT,5.000000001,0,regular"))
        let torn = try run(
            Binaries.path("epicenter"), ["import", "dbn", path("torn.dbn"), "--out", path("t.mcap")] + settings)
        #expect(torn.status == 1 && torn.errors.contains("the file ends with 18 of 20 bytes"))
        #expect(torn.errors.contains("malformedDBN"))
        let again = try run(Binaries.path("epicenter"), ["export", "csv", path("t.mcap"), "--topic", "trades"])
        #expect(again.output == trades.output)
    }

    @Test("files of ingest.dbn are played like others")
    func feeding() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/x.dbn"
        _ = FileManager.default.createFile(atPath: path, contents: Data(DBNBytes.file(version: 2)))
        let service = try Service(
            """
            ingest: {dbn: [\(directory.path)]}
            settings: {benchmark: ACME, calendar: XNYS}
            instruments:
              - {symbol: ACME, kind: equity, currency: USD}
              - {symbol: BOLT, kind: equity, currency: USD}
            """)
        // Two definitions, settings, three trades, two bars, and at least the ticks of a session.
        #expect(try service.wait(60) { $0.watermark(of: "epicenter-publish") >= 12 } != nil, "\(service.log)")
        #expect(service.stop() == 0)
        let trades = try run(
            Binaries.path("epicenter"), ["export", "csv", service.dataDirectory + "/market", "--topic", "trades"])
        #expect(trades.output.split(separator: "\n").count == 4, "\(trades.output)")
    }
}
