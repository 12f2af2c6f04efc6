import CLinux
import Foundation
import Glibc

/// What children started and left behind when they ended.
public enum Orphans {
    /// From now on they come to us, not to init.
    public static func adopt() { _ = epicenter_adopt_orphans() }

    /// Kills those that descend from our children, and reaps all that have ended.
    ///
    /// - Parameters:
    ///   - children: Pids that are looked after elsewhere.
    ///   - mark: `NAME=value` in the environment of our children, and of nobody else.
    /// - Returns: Pids that were killed.
    public static func sweep(except children: Set<Int32>, mark: String) -> [Int32] {
        let pid = getpid()
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8) else {
            return []
        }
        let strangers = text.split(separator: " ").compactMap { Int32($0) }.filter { !children.contains($0) }
        return strangers.filter { stranger in
            let environment = FileManager.default.contents(atPath: "/proc/\(stranger)/environ") ?? Data()
            let isOurs = environment.split(separator: 0).contains { $0.elementsEqual(mark.utf8) }
            if isOurs { kill(stranger, SIGKILL) }
            // One that was just killed is reaped the next time, if not now.
            waitpid(stranger, nil, WNOHANG)
            return isOurs
        }
    }
}
