import Feeds
import Schema
import ServiceKit
import Testing

@Suite("The configuration to begin with")
struct StarterConfigurationTests {
    private func read(_ starter: StarterConfiguration) throws -> (ServiceConfiguration, SettingsFile) {
        let settings = try SettingsFile.parse(
            Array(starter.text.utf8).span, source: "e.yaml", ignoring: ServiceConfiguration.deploymentSections)
        return (try ServiceConfiguration.load(yaml: starter.text, name: "e.yaml"), settings)
    }

    @Test("it is a configuration, with the directories given and a market to measure against")
    func isOne() throws {
        let (configuration, settings) = try read(StarterConfiguration(runDirectory: "/r u/n", dataDirectory: "/d: #x"))
        #expect(configuration.runDirectory == "/r u/n")
        #expect(configuration.dataDirectory == "/d: #x")
        #expect(settings.model.benchmark == "SPY")
        #expect(settings.instruments.count == StarterConfiguration.funds.count)
    }

    @Test("symbols come in as they are, whatever YAML would take them for")
    func symbols() throws {
        let symbols = [
            "SPY", "NO", "true", "1e5", "007", "^VIX", "BRK.B", "A\"B", "A\\B", "a:b", "#x", "null", "~", "-", "é",
        ]
        let (_, settings) = try read(
            StarterConfiguration(runDirectory: "/r", dataDirectory: "/d", symbols: symbols))
        #expect(settings.instruments.map(\.symbol) == symbols)
        #expect(settings.model.benchmark == "SPY")
    }

    @Test("without a market that is known the best known is added, and it says so")
    func noMarket() throws {
        let starter = StarterConfiguration(runDirectory: "/r", dataDirectory: "/d", symbols: ["A", "B"])
        let (_, settings) = try read(starter)
        #expect(settings.model.benchmark == "SPY")
        #expect(settings.instruments.map(\.symbol) == ["SPY", "A", "B"])
        #expect(!starter.hasMarket)
    }

    @Test("places are those of the XDG specification, whose paths are absolute or none")
    func places() {
        let some = ConfigurationPlaces(
            environment: ["HOME": "/h", "XDG_DATA_HOME": "x", "XDG_RUNTIME_DIR": "/run/u"], user: 7)
        #expect(
            some.files == ["epicenter.yaml", "/h/.config/epicenter/epicenter.yaml", "/etc/epicenter/epicenter.yaml"])
        #expect(some.runDirectory == "/run/u/epicenter")
        #expect(some.dataDirectory == "/h/.local/share/epicenter/data")
        let none = ConfigurationPlaces(environment: [:], user: 7)
        #expect(none.files == ["epicenter.yaml", "/etc/epicenter/epicenter.yaml"])
        #expect(none.runDirectory == "/tmp/epicenter-7")
        #expect(none.dataDirectory == "/var/tmp/epicenter-7")
    }
}
