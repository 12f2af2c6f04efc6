import Glibc
import MCAP
import Schema

/// Where the records of a filtered copy come from: which sequences they had.
///
/// In a recording it is a Metadata record `epicenter.origin` at the front, which names the source, and
/// Attachments of the same name, which are CSV: `first,origin,count` for each run of records that were
/// consecutive in the source too.
public struct RecordingOrigin: Sendable, Equatable {
    /// Consecutive records: `first` and those after it were `origin` and those after it.
    public struct Run: Sendable, Equatable {
        public var first: UInt64
        public var origin: UInt64
        public var count: UInt64

        public init(first: UInt64, origin: UInt64, count: UInt64) {
            self.first = first
            self.origin = origin
            self.count = count
        }
    }

    static let name = "epicenter.origin"
    static let mediaType = "text/csv"
    static let header = "first,origin,count"

    /// Of the history that the origins are sequences of.
    public var epoch: UInt64
    /// The sequences that history held.
    public var firstSequence: UInt64
    public var head: UInt64
    /// What was kept, as the command line says it.
    public var filter: String
    /// By `first`, without gaps.
    public var runs: [Run] = []

    public init(epoch: UInt64, firstSequence: UInt64, head: UInt64, filter: String) {
        self.epoch = epoch
        self.firstSequence = firstSequence
        self.head = head
        self.filter = filter
    }

    /// The sequence that a record had, nil for one that is not here.
    ///
    /// - Complexity: Logarithmic in the runs.
    public func origin(of sequence: UInt64) -> UInt64? {
        let next = runs.partitioningIndex { $0.first > sequence }
        guard next > 0, sequence - runs[next - 1].first < runs[next - 1].count else { return nil }
        return runs[next - 1].origin + (sequence - runs[next - 1].first)
    }
}

// MARK: as it stands in a file

extension RecordingOrigin {
    var metadata: MetadataRecord {
        MetadataRecord(
            name: Self.name,
            metadata: [
                "epoch": String(epoch, radix: 16), "filter": filter, "first_sequence": String(firstSequence),
                "head": String(head),
            ])
    }

    init?(_ record: MetadataRecord) {
        guard record.name == Self.name else { return nil }
        var values: [String: String] = [:]
        for entry in record.metadata.entries { values[entry.key] = entry.value }
        guard let epoch = values["epoch"].flatMap({ UInt64($0, radix: 16) }),
            let first = values["first_sequence"].flatMap({ UInt64($0) }),
            let head = values["head"].flatMap({ UInt64($0) })
        else { return nil }
        self.init(epoch: epoch, firstSequence: first, head: head, filter: values["filter"] ?? "")
    }

    static func csv(_ runs: [Run]) -> [UInt8] {
        Array((header + "\n" + runs.map { "\($0.first),\($0.origin),\($0.count)\n" }.joined()).utf8)
    }

    /// Adds the runs of one attachment.
    ///
    /// - Returns: false for text that is not such a table, or one that does not go on where the last ended.
    mutating func add(csv: [UInt8]) -> Bool {
        var next = runs.last.map { $0.first + $0.count }
        for (index, line) in csv.split(separator: UInt8(ascii: "\n")).enumerated() {
            if index == 0 {
                guard line.elementsEqual(Self.header.utf8) else { return false }
                continue
            }
            let fields = line.split(separator: UInt8(ascii: ",")).map { UInt64(String(decoding: $0, as: UTF8.self)) }
            // No sum of what is read here may overflow.
            let limit = UInt64(Int64.max)
            guard fields.count == 3, let first = fields[0], let origin = fields[1], let count = fields[2],
                first > 0, origin > 0, count > 0, first <= limit, origin <= limit, count <= limit,
                next.map({ $0 == first }) ?? true
            else { return false }
            runs.append(Run(first: first, origin: origin, count: count))
            next = first + count
        }
        return true
    }

    /// The origin that one recording file names; nil where it names none.
    ///
    /// - Throws: ``LogError`` for a file that cannot be read, or whose origin is damaged.
    public static func read(_ path: String) throws(LogError) -> RecordingOrigin? {
        let descriptor = SharedDescriptor(try SegmentFile.open(path, O_RDONLY))
        var found: RecordingOrigin?
        do {
            var scanner = try FileScanner(descriptor.raw)
            while let place = try scanner.next() {
                guard place.opcode == .metadata || place.opcode == .attachment else { continue }
                switch try scanner.record() {
                case .metadata(let record): found = RecordingOrigin(record) ?? found
                case .attachment(let record) where record.name == name:
                    guard found?.add(csv: record.data) ?? false else {
                        throw LogError(.foreign("its \(name) at byte \(place.offset) is no table of origins"), path)
                    }
                default: break
                }
            }
        } catch let error as LogError {
            throw error
        } catch let error as ContainerError {
            throw LogError(.container(error), path)
        } catch {
            throw LogError(.foreign("\(error)"), path)
        }
        return found
    }
}
