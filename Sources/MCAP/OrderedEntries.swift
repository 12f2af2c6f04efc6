/// A map as the file has it: pairs, in file order.
///
/// A dictionary would lose the order, and with it "the same value gives the same bytes". Look-up
/// is linear; these maps hold a handful of entries. The specification forbids duplicate keys
/// without saying what one means; here the first wins in look-ups, and all are written back.
public struct OrderedEntries<Key: Hashable & Sendable, Value: Hashable & Sendable>: Hashable, Sendable {
    /// One pair.
    public struct Entry: Hashable, Sendable {
        public var key: Key
        public var value: Value

        public init(key: Key, value: Value) {
            self.key = key
            self.value = value
        }
    }

    public var entries: [Entry]

    public init(_ entries: [Entry] = []) {
        self.entries = entries
    }

    public var isEmpty: Bool { entries.isEmpty }
    public var count: Int { entries.count }

    /// The value of the first entry with this key.
    public subscript(key: Key) -> Value? {
        entries.first { $0.key == key }?.value
    }
}

extension OrderedEntries: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (Key, Value)...) {
        self.init(elements.map { Entry(key: $0.0, value: $0.1) })
    }
}

/// Free-form text by name: a channel's or a Metadata record's map.
public typealias TextMap = OrderedEntries<String, String>

/// A number by channel: message counts, or offsets of message indexes.
public typealias ChannelMap = OrderedEntries<UInt16, UInt64>

extension ByteReader {
    mutating func readTextMap() throws(ContainerError) -> TextMap {
        TextMap(
            try readEntries { (reader) throws(ContainerError) in
                TextMap.Entry(key: try reader.readString(), value: try reader.readString())
            })
    }

    mutating func readChannelMap() throws(ContainerError) -> ChannelMap {
        ChannelMap(
            try readEntries { (reader) throws(ContainerError) in
                ChannelMap.Entry(key: try reader.read(), value: try reader.read())
            })
    }
}

extension [UInt8] {
    mutating func append(map: TextMap) {
        appendEntries { bytes in
            for entry in map.entries {
                bytes.append(string: entry.key)
                bytes.append(string: entry.value)
            }
        }
    }

    mutating func append(map: ChannelMap) {
        appendEntries { bytes in
            for entry in map.entries {
                bytes.append(littleEndian: entry.key)
                bytes.append(littleEndian: entry.value)
            }
        }
    }
}
