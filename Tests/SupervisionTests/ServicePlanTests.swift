import Supervision
import Testing

@Suite("Service plan")
struct ServicePlanTests {
    static func plan() -> ServicePlan {
        func spec(_ name: String, _ dependencies: [String] = []) -> ChildSpec {
            ChildSpec(name: name, executable: name, dependencies: dependencies, heartbeatDeadline: .seconds(1_000))
        }
        return ServicePlan([spec("a"), spec("b", ["a"]), spec("c", ["b"])]) { 1 }
    }

    static func started() -> ServicePlan {
        var plan = plan()
        _ = plan.start(at: .zero)
        for child in 0..<3 { _ = plan.heartbeat(child, ready, at: .seconds(child + 1)) }
        return plan
    }

    private static var ready: Beat { Beat(isReady: true, turns: 1) }
    private var ready: Beat { Self.ready }
    private func names(_ steps: [ServicePlan.Step]) -> [String] { steps.map { "\($0.child) \($0.action)" } }

    @Test("each child starts when the one before is ready, and the service is ready with the last")
    func starts() {
        var plan = Self.plan()
        #expect(names(plan.start(at: .zero)) == ["0 spawn"])
        #expect(names(plan.heartbeat(0, Beat(isReady: false, turns: 1), at: .seconds(1))) == [])
        #expect(names(plan.heartbeat(0, ready, at: .seconds(2))) == ["1 spawn"])
        #expect(names(plan.heartbeat(1, ready, at: .seconds(3))) == ["2 spawn"])
        #expect(plan.condition == "starting: c")
        #expect(!plan.isReady && !plan.hasStarted)
        _ = plan.heartbeat(2, ready, at: .seconds(4))
        #expect(plan.isReady && plan.hasStarted)
        #expect(plan.condition == "ready")
    }

    @Test("a child that is given up before it was ever ready does not keep the others from starting")
    func hopelessDependency() {
        var plan = Self.plan()
        _ = plan.start(at: .zero)
        #expect(names(plan.exited(0, .status(78), at: .seconds(1))) == ["0 giveUp", "1 spawn"])
        #expect(plan.condition == "degraded: a given up")
        _ = plan.heartbeat(1, ready, at: .seconds(2))
        #expect(!plan.hasStarted)
        _ = plan.heartbeat(2, ready, at: .seconds(3))
        #expect(plan.hasStarted && !plan.isReady)
    }

    @Test("so does one that the operator stops")
    func stoppedDependency() {
        var plan = Self.plan()
        _ = plan.start(at: .zero)
        #expect(names(plan.stop(0, at: .seconds(1))) == ["0 terminate", "1 spawn"])
    }

    @Test("a death restarts the one child and no other")
    func oneForOne() {
        var plan = Self.started()
        #expect(names(plan.exited(1, .signal(9), at: .seconds(4))) == [])
        #expect(plan.condition == "degraded: b restarting")
        #expect(names(plan.tick(at: .seconds(4))) == ["1 spawn"])
        #expect(names(plan.heartbeat(1, ready, at: .seconds(4))) == [])
        #expect(plan.isReady)
    }

    @Test("an operator's stop holds, whatever the child does")
    func operatorStop() {
        var plan = Self.started()
        #expect(names(plan.stop(1, at: .seconds(4))) == ["1 terminate"])
        #expect(names(plan.exited(1, .signal(11), at: .seconds(4))) == [])
        #expect(plan.condition == "degraded: b stopped by the operator")
        _ = plan.heartbeat(0, Beat(isReady: true, turns: 1_000, patience: .seconds(200)), at: .seconds(4))
        _ = plan.heartbeat(2, Beat(isReady: true, turns: 1_000, patience: .seconds(200)), at: .seconds(4))
        #expect(names(plan.tick(at: .seconds(100))) == [])
        #expect(names(plan.start(1, at: .seconds(101))) == ["1 spawn"])
    }

    @Test("they stop one after the other, in the data's order")
    func stops() {
        var plan = Self.started()
        #expect(names(plan.stop(at: .seconds(5), within: .seconds(30))) == ["0 terminate"])
        #expect(names(plan.exited(0, .status(0), at: .seconds(6))) == ["1 terminate"])
        #expect(names(plan.exited(1, .status(0), at: .seconds(7))) == ["2 terminate"])
        #expect(names(plan.exited(2, .status(0), at: .seconds(8))) == [])
        #expect(plan.mode == .stopped)
    }

    @Test("one that dies while others are stopped is started again, for it has still to deal with what it was given")
    func deathWhileStopping() {
        var plan = Self.started()
        _ = plan.stop(at: .seconds(5), within: .seconds(30))
        #expect(names(plan.exited(1, .signal(9), at: .seconds(5))) == [])
        #expect(names(plan.exited(0, .status(0), at: .seconds(5))) == [])
        #expect(names(plan.tick(at: .seconds(5))) == ["1 spawn"])
        #expect(names(plan.heartbeat(1, ready, at: .seconds(6))) == ["1 terminate"])
    }

    @Test("asked twice, all are told to end at once")
    func hastens() {
        var plan = Self.started()
        _ = plan.stop(at: .seconds(5), within: .seconds(30))
        #expect(names(plan.stop(at: .seconds(6), within: .seconds(30))) == ["0 hasten", "1 hasten", "2 hasten"])
        #expect(names(plan.tick(at: .milliseconds(10_999))) == [])
        #expect(names(plan.tick(at: .seconds(11))) == ["0 kill(nil)", "1 kill(nil)", "2 kill(nil)"])
    }

    @Test("a stop is bounded, whatever the children do")
    func bounded() {
        var plan = Self.started()
        _ = plan.stop(at: .seconds(5), within: .seconds(10))
        #expect(names(plan.tick(at: .milliseconds(12_999))) == [])
        #expect(names(plan.tick(at: .seconds(13))) == ["0 hasten", "1 hasten", "2 hasten"])
        #expect(names(plan.tick(at: .milliseconds(14_999))) == [])
        #expect(names(plan.tick(at: .seconds(15))) == ["0 kill(nil)", "1 kill(nil)", "2 kill(nil)"])
    }

    @Test("one that has nobody to give to is told to end at once")
    func nobodyToGiveTo() {
        var plan = Self.started()
        #expect(names(plan.stop(1, at: .seconds(4))) == ["1 terminate"])
        _ = plan.exited(1, .status(0), at: .seconds(4))
        #expect(names(plan.restart(0, at: .seconds(4))) == ["0 hasten"])
        _ = plan.exited(0, .status(0), at: .seconds(4))
        #expect(names(plan.stop(at: .seconds(5), within: .seconds(30))) == ["0 hasten"])
        #expect(names(plan.exited(0, .status(0), at: .seconds(6))) == ["2 terminate"])
    }

    @Test("one that waits for its restart does not hold up a stop that is hastened")
    func deadChildInHaste() {
        var plan = Self.started()
        _ = plan.exited(1, .signal(9), at: .seconds(5))
        #expect(names(plan.stop(at: .seconds(5), within: .seconds(10))) == [])
        #expect(names(plan.stop(at: .seconds(5), within: .seconds(10))) == ["0 hasten", "2 hasten"])
        _ = plan.exited(0, .status(0), at: .seconds(6))
        _ = plan.exited(2, .status(0), at: .seconds(6))
        #expect(plan.mode == .stopped)
    }
}
