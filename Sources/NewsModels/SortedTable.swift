/// A table by 64-bit key that is written in the order of its keys, so that equal states have equal
/// checkpoints. There is no iteration in hash order: ``keys`` are sorted.
struct SortedTable<Value: Equatable & Sendable>: Equatable, Sendable {
    private var storage: [UInt64: Value] = [:]

    init() {}

    var count: Int { storage.count }
    /// All keys in increasing order. O(n log n).
    var keys: [UInt64] { storage.keys.sorted() }

    subscript(key: UInt64) -> Value? {
        get { storage[key] }
        set { storage[key] = newValue }
    }

    subscript(key: UInt64, default value: @autoclosure () -> Value) -> Value {
        get { storage[key, default: value()] }
        _modify { yield &storage[key, default: value()] }
    }
}

extension SortedTable: Codable where Value: Codable {
    private enum CodingKeys: String, CodingKey {
        case keys, values
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let keys = try container.decode([UInt64].self, forKey: .keys)
        let values = try container.decode([Value].self, forKey: .values)
        guard keys.count == values.count else {
            throw DecodingError.dataCorruptedError(
                forKey: .values, in: container, debugDescription: "\(keys.count) keys but \(values.count) values"
            )
        }
        for (key, value) in zip(keys, values) { storage[key] = value }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let keys = keys
        try container.encode(keys, forKey: .keys)
        try container.encode(keys.compactMap { storage[$0] }, forKey: .values)
    }
}
