/// Message indexes of the chunk being built, already in their file form.
///
/// One slot a channel, kept from chunk to chunk with its memory, so that a message costs sixteen
/// appended bytes and no allocation.
struct MessageIndexing: Sendable {
    private struct Slot: Sendable {
        let channelID: UInt16
        /// `logTime`, `offset` of each message, little-endian.
        var entries: [UInt8] = []

        var count: UInt64 { UInt64(entries.count / 16) }
    }

    private var slots: [Slot] = []  // by channel
    private var last = 0

    mutating func add(_ channelID: UInt16, logTime: UInt64, offset: Int) {
        let index = slot(of: channelID)
        let entry = (logTime.littleEndian, UInt64(offset).littleEndian)
        withUnsafeBytes(of: entry) { slots[index].entries.append(contentsOf: $0) }
    }

    mutating func removeAll() {
        for index in slots.indices {
            slots[index].entries.removeAll(keepingCapacity: true)
        }
    }

    /// Messages of each channel that has any, by channel.
    var counts: [ChannelMap.Entry] {
        slots.filter { $0.count > 0 }.map { ChannelMap.Entry(key: $0.channelID, value: $0.count) }
    }

    /// Whether a channel's index is the one ``append(to:)`` would append.
    func matches(_ index: MessageIndexRecord) -> Bool {
        guard let slot = slots.first(where: { $0.channelID == index.channelID }) else { return false }
        var content: [UInt8] = []
        content.reserveCapacity(6 + slot.entries.count)
        index.appendContent(to: &content)
        return content[6...].elementsEqual(slot.entries)
    }

    /// Appends a MessageIndex record for each channel with messages, by channel.
    ///
    /// - Returns: Where in `bytes` each begins.
    func append(to bytes: inout [UInt8]) -> ChannelMap {
        var offsets = ChannelMap()
        for slot in slots where !slot.entries.isEmpty {
            offsets.entries.append(.init(key: slot.channelID, value: UInt64(bytes.count)))
            bytes.append(Opcode.messageIndex.rawValue)
            bytes.append(littleEndian: UInt64(6 + slot.entries.count))
            bytes.append(littleEndian: slot.channelID)
            bytes.append(littleEndian: UInt32(slot.entries.count))
            bytes.append(contentsOf: slot.entries)
        }
        return offsets
    }

    private mutating func slot(of channelID: UInt16) -> Int {
        if last < slots.count, slots[last].channelID == channelID { return last }
        last = slots.firstIndex { $0.channelID >= channelID } ?? slots.count
        if last == slots.count || slots[last].channelID != channelID {
            slots.insert(Slot(channelID: channelID), at: last)
        }
        return last
    }
}
