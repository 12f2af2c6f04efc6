import PlainYAML
import Testing
import Yams

@Suite("Plain YAML")
struct PlainYAMLTests {
    @Test("aliases of aliases are refused at their first anchor, at once")
    func laughs() {
        let lines = (1...40).map { "a\($0): &a\($0) {x: *a\($0 - 1), y: *a\($0 - 1)}\n" }
        let text = "# thirty lines\na0: &a0 {x: 1, y: 2}\n" + lines.joined() + "? *a40\n: 1\n"
        #expect { try PlainYAML.compose(text) } throws: { ($0 as? PlainYAML.Problem)?.line == 2 }
    }

    @Test(
        "an anchor is one wherever a value may begin",
        arguments: [
            "a: &b 1", "- &b 1", "[&b 1]", "{x: 1,&b y: 2}", "{\"x\":&b 1}", "&b x: 1", "a:\n  &b\n  - 1", "a: ! &b 1",
        ])
    func anchors(_ text: String) {
        #expect(throws: PlainYAML.Problem.self) { try PlainYAML.compose(text) }
    }

    @Test(
        "an ampersand within words is none",
        arguments: [
            "name: S&P 500", "name: Procter & Gamble", "url: http://x/?a=1&b=2&c=%20&d", "name: R&D", "a: \"&\"",
        ])
    func words(_ text: String) throws {
        #expect(try PlainYAML.compose(text)?.mapping?.count == 1)
    }

    @Test("sixteen levels are read, more are refused, however many")
    func depth() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        #expect(try PlainYAML.compose(nested(16)) != nil)
        for levels in [18, 900, 100_000] {
            #expect(throws: PlainYAML.Problem.self) { try PlainYAML.compose(nested(levels)) }
        }
    }

    @Test("a text over four mebibytes is refused unread")
    func size() {
        let text = String(repeating: "#", count: PlainYAML.maximumBytes + 1)
        #expect { try PlainYAML.compose(text) } throws: { ($0 as? PlainYAML.Problem)?.found == "4194305 bytes" }
    }
}
