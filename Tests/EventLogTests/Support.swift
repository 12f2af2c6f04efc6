import EventLog
import Foundation
import Glibc
import MCAP
import Schema
import Synchronization

func tick(_ time: UInt64) -> StreamMessage {
    var tick = ClockTick()
    tick.recordTime = time
    tick.eventTime = time
    return .clockTick(tick)
}

/// A signal caused by a market record.
func signal(cause: UInt64) -> StreamMessage {
    var signal = ShockSignal()
    signal.recordTime = cause
    signal.eventTime = cause
    signal.cause.sequence = cause
    signal.cause.ordinal = 1
    return .shockSignal(signal)
}

func sequences(_ index: LogIndex, from: UInt64 = 1) throws -> [UInt64] {
    var found: [UInt64] = []
    try index.forEachMessage(from: from) { message in
        found += (message.firstSequence...message.lastSequence)
        return true
    }
    return found
}

/// System calls that fail when told to.
final class FailingCalls: FileCalls {
    private struct State {
        var writeError: Int32 = 0
        var syncError: Int32 = 0
        /// Bytes that may still be written.
        var room = Int.max
        var syncs = 0
    }

    private let state = Mutex(State())
    private let system = SystemFileCalls()

    func fail(write error: Int32) { state.withLock { $0.writeError = error } }
    func fail(sync error: Int32) { state.withLock { $0.syncError = error } }
    func leave(room: Int) { state.withLock { $0.room = room } }
    var syncs: Int { state.withLock { $0.syncs } }

    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> Int {
        let (error, allowed) = state.withLock { state in
            let allowed = min(bytes.count, state.room)
            if state.writeError == 0 { state.room -= allowed }
            return (state.writeError != 0 ? state.writeError : allowed == 0 ? ENOSPC : 0, allowed)
        }
        guard error == 0 else {
            errno = error
            return -1
        }
        return system.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes[..<allowed]), at: offset)
    }

    func sync(_ descriptor: Int32) -> Int32 {
        let error = state.withLock { state in
            state.syncs += 1
            return state.syncError
        }
        guard error == 0 else {
            errno = error
            return -1
        }
        return system.sync(descriptor)
    }

    func truncate(_ descriptor: Int32, to length: UInt64) -> Int32 { system.truncate(descriptor, to: length) }
    func open(_ path: String, _ flags: Int32) -> Int32 { system.open(path, flags) }
    func rename(_ from: String, _ to: String) -> Int32 { system.rename(from, to) }
    func unlink(_ path: String) -> Int32 { system.unlink(path) }
}

final class Countdown: Sendable {
    private let left = Mutex(Int.max)

    func set(_ count: Int) { left.withLock { $0 = count } }

    /// Whether there was one left.
    func take() -> Bool {
        left.withLock { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
    }
}
