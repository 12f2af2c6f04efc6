import EventLog
import Foundation
import Glibc
import Schema

/// How long a large stream takes to open and to find a place in, read from the disk, not from the page cache.
struct LogOpenBenchmark {
    let gigabytes: Int
    let directory: String

    func run() throws {
        let path = directory + "/market"
        let began = ContinuousClock.now
        let head = try write(path)
        print("wrote \(gigabytes) GB, \(head) records in \(seconds(ContinuousClock.now - began)) s, compacted")
        for isCold in [true, false] {
            if isCold, !dropCaches() { print("the page cache cannot be emptied here: figures are warm") }
            var opened: [Double] = []
            for _ in 0..<3 {
                let clock = ContinuousClock.now
                let log = try EventLog(
                    directory: path, stream: .market, newEpoch: 1, options: .init(sync: .never, boot: "bench"))
                opened.append(milliseconds(ContinuousClock.now - clock))
                try log.close()
                if isCold { _ = dropCaches() }
            }
            let index = try LogIndex(reading: path)
            if isCold { _ = dropCaches() }
            var took: [Double] = []
            let buffer = RawBuffer()
            var state: UInt64 = 20_250_127
            for _ in 0..<500 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let wanted = 1 + (state >> 16) % head
                let clock = ContinuousClock.now
                var cursor = LogCursor(at: wanted)
                guard let batch = try cursor.next(in: index, limit: 1, into: buffer),
                    (batch.firstSequence...batch.lastSequence).contains(wanted)
                else { throw Missing(sequence: wanted) }
                took.append(milliseconds(ContinuousClock.now - clock))
            }
            took.sort()
            print(
                "\(isCold ? "cold" : "warm"): open \(opened.map(text).joined(separator: ", ")) ms; seek and read of 500",
                "sequences: p50 \(text(took[250])), p99 \(text(took[495])), most \(text(took[499])) ms")
        }
    }

    struct Missing: Error { let sequence: UInt64 }

    /// Prices that do not compress, a mebibyte a commit, in segments of the usual size.
    private func write(_ path: String) throws -> UInt64 {
        let log = try EventLog(
            directory: path, stream: .market, newEpoch: 1,
            options: .init(sync: .never, compactsInBackground: false, boot: "bench"))
        var state: UInt64 = 1
        while log.index.bytes < UInt64(gigabytes) << 30 {
            var trades = Trades()
            for row in 0..<StreamMessage.maximumRows {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                trades.recordTime.append(UInt64(row))
                trades.instrument.append(UInt32(truncatingIfNeeded: state >> 32))
                trades.time.append(state &* 0x9E37_79B9_7F4A_7C15)
                trades.price.append(Int64(state >> 2))
                trades.size.append(state ^ state >> 29)
                trades.condition.append(0)
            }
            log.append(.trades(trades))
            if log.pendingBytes >= 1 << 20 { try log.commit() }
        }
        try log.close()
        return log.committed
    }

    private func dropCaches() -> Bool {
        sync()
        return (try? "3".write(toFile: "/proc/sys/vm/drop_caches", atomically: false, encoding: .utf8)) != nil
    }

    private func milliseconds(_ time: Duration) -> Double {
        Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) / 1e15
    }

    private func seconds(_ time: Duration) -> String { text(milliseconds(time) / 1e3) }

    private func text(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
