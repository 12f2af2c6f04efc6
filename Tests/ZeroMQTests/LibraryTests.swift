import Testing
import ZeroMQ

@Suite("Library")
struct LibraryTests {
    @Test("is a libzmq this wrapper was written against")
    func version() {
        #expect(Library.version >= Library.Version(major: 4, minor: 3, patch: 4))
        #expect(Library.version < Library.Version(major: 5, minor: 0, patch: 0))
    }

    @Test("has what the daemon needs", arguments: [Library.Capability.ipc, .curve])
    func capability(_ capability: Library.Capability) {
        #expect(Library.has(capability))
    }

    @Test("versions are ordered by number, not by text")
    func order() {
        #expect(Library.Version(major: 4, minor: 3, patch: 10) > Library.Version(major: 4, minor: 3, patch: 9))
        #expect(Library.Version(major: 4, minor: 3, patch: 4).description == "4.3.4")
    }
}
