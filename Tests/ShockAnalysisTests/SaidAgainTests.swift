import Schema
import Testing

@testable import ShockAnalysis

/// Definitions and settings that are said again, as where a segment of `market` begins.
@Suite("said again")
struct SaidAgainTests {
    @Test("definitions and settings said again anywhere change nothing of what is said")
    func again() {
        var world = SyntheticWorld(seed: SyntheticWorld.environmentSeed)
        world.planted[20] = [9: -0.25]
        world.plantedMarket[8] = -0.06
        let messages = world.script().messages
        let known = messages.filter {
            switch $0 {
            case .instrumentDefinition, .configurationChanged: true
            default: false
            }
        }
        #expect(known.count > 10)
        let whole = signals(messages)
        #expect(!whole.isEmpty)
        let end = messages.count
        for cut in [end / 2, end - 200, end - 61, end - 60, end - 5] {
            var stage = AnalyzeStage()
            var said = signals(messages[..<cut], stage: &stage)
            #expect(signals(known[...], stage: &stage).isEmpty)
            said += signals(messages[cut...], stage: &stage)
            #expect(said == whole, "said again at \(cut)")
        }
    }
}
