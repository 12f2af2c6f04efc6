import Foundation
import Glibc
import Logging
import Schema
import Synchronization

/// How a log line is written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// `time=… level=… process=… msg="…" key=value`
    case logfmt
    /// `{"time":"…","level":"…","process":"…","msg":"…","key":"value"}`
    case json
}

/// Where this process's log lines go, and how they are written.
public enum LogOutput {
    private static let place = Atomic<Int32>(2)
    private static let isJSON = Atomic<Bool>(false)

    /// Standard error, unless the supervisor gave us another.
    public static var descriptor: Int32 {
        get { place.load(ordering: .relaxed) }
        set { place.store(newValue, ordering: .relaxed) }
    }

    public static var format: LogFormat {
        get { isJSON.load(ordering: .relaxed) ? .json : .logfmt }
        set { isJSON.store(newValue == .json, ordering: .relaxed) }
    }

    private static let listener = Mutex<(@Sendable (String) -> Void)?>(nil)

    /// Who else is to have every line this process logs; not those of ``write(_:)``.
    public static func listen(_ body: @escaping @Sendable (String) -> Void) {
        listener.withLock { $0 = body }
    }

    static func log(_ line: String) {
        write(line)
        listener.withLock { $0 }?(line)
    }

    /// Writes a line, whole.
    public static func write(_ line: String) {
        // Foundation's write traps when nobody reads; a log line is not worth a life.
        var bytes = Array((line + "\n").utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// A line as this process would write it.
    public static func line(
        level: Logger.Level, process: String, message: String, metadata: Logger.Metadata, format: LogFormat = format,
        time: UInt64 = ServiceClock.wall
    ) -> String {
        let fixed = [
            ("time", CivilTime.rfc3339(time)), ("level", level.rawValue), ("process", process), ("msg", message),
        ]
        let taken = Set(fixed.map(\.0))
        let more = metadata.keys.sorted().map { (taken.contains($0) ? $0 + "_" : $0, "\(metadata[$0]!)") }
        switch format {
        case .logfmt: return (fixed + more).map { "\($0)=\(logfmt($1))" }.joined(separator: " ")
        case .json: return "{" + (fixed + more).map { "\(json($0)):\(json($1))" }.joined(separator: ",") + "}"
        }
    }

    static func logfmt(_ text: String) -> String {
        let isPlain =
            !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-:/+".contains($0)) }
        return isPlain ? text : json(text)
    }

    /// A JSON string, which logfmt's quoted value is too.
    static func json(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            case "\r": out += "\\r"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// The level of a line that one of our processes wrote; nil for any other.
    public static func level(of line: String) -> Logger.Level? {
        for key in [" level=", #","level":""#] {
            guard let range = line.range(of: key) else { continue }
            return Logger.Level(rawValue: String(line[range.upperBound...].prefix { $0.isLetter }))
        }
        return nil
    }
}

/// Log lines to ``LogOutput``, one write a line.
public struct LogLineHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var logLevel: Logger.Level = .info
    private let process: String

    public init(process: String) { self.process = process }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        LogOutput.log(
            LogOutput.line(
                level: event.level, process: process, message: "\(event.message)",
                metadata: metadata.merging(event.metadata ?? [:]) { $1 }))
    }
}
