import Foundation
import TestKit
import Testing

/// All stages in one process over a simulated clock, network and disk, in the manner of TigerBeetle's simulator:
/// whatever breaks, what comes out is what an undisturbed run says.
@Suite("Scenarios")
struct ScenarioTests {
    /// `EPICENTER_SEED=N` runs that seed alone; `EPICENTER_SCENARIOS=N` that many of them.
    static let seeds: [UInt64] = {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["EPICENTER_SEED"].flatMap(UInt64.init) { return [seed] }
        return Array(0..<(environment["EPICENTER_SCENARIOS"].flatMap(UInt64.init) ?? 200))
    }()

    @Test("whatever breaks, nothing acknowledged is lost and the alerts are the same", arguments: seeds)
    func scenario(seed: UInt64) {
        let machine = Machine(seed: seed)
        do {
            try machine.run()
        } catch {
            Issue.record("\(machine.report(error))")
        }
    }
}
