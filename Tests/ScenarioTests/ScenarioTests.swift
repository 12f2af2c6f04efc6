import Foundation
import TestKit
import Testing

/// All stages in one process over a simulated clock, network and disk, in the manner of TigerBeetle's simulator:
/// whatever breaks, what comes out is what an undisturbed run says.
@Suite("Scenarios")
struct ScenarioTests {
    /// `EPICENTER_SEED=N` runs that seed alone, `EPICENTER_SCENARIOS=N` the first N, `EPICENTER_SCENARIOS=A-B` those.
    static let seeds: [UInt64] = {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["EPICENTER_SEED"].flatMap(UInt64.init) { return [seed] }
        let wanted = environment["EPICENTER_SCENARIOS"] ?? "200"
        let bounds = wanted.split(separator: "-").compactMap { UInt64($0) }
        switch bounds.count {
        case 1 where bounds[0] > 0: return Array(0..<bounds[0])
        case 2 where bounds[0] <= bounds[1]: return Array(bounds[0]...bounds[1])
        default:
            preconditionFailure("EPICENTER_SCENARIOS is \"\(wanted)\", allowed is a number from 1, or a range as 10-19")
        }
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
