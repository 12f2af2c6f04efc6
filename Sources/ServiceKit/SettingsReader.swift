import Configuration
import PlainYAML
import Synchronization
import Yams

/// A YAML document as dotted keys, with the line each stands on.
struct FlatYAML {
    struct Entry {
        let key: String
        let line: Int
        let value: ConfigValue
        let text: String
    }

    let name: String
    private(set) var entries: [Entry] = []

    init(_ yaml: String, name: String) throws(ConfigurationError) {
        self.name = name
        let root: Node?
        do {
            root = try PlainYAML.compose(yaml)
        } catch {
            throw ConfigurationError(["\(name):\(error.line): \(error)"])
        }
        guard let root else { return }
        guard case .mapping = root else {
            throw ConfigurationError(["\(name): must be a mapping of sections at the top"])
        }
        var problems: [String] = []
        add(root, key: "", &problems)
        if !problems.isEmpty { throw ConfigurationError(problems) }
    }

    mutating func remove(section: String) {
        entries.removeAll { $0.key == section || $0.key.hasPrefix(section + ".") }
    }

    private mutating func add(_ node: Node, key: String, _ problems: inout [String]) {
        let line = node.mark?.line ?? 0
        switch node {
        case .mapping(let mapping):
            for (name, value) in mapping {
                guard let name = name.string else { continue }
                let path = key.isEmpty ? name : key + "." + name
                // Model settings have shapes of their own and are checked where they are read.
                if key.isEmpty, ServiceConfiguration.nestedSections.contains(name) { continue }
                add(value, key: path, &problems)
            }
        case .sequence(let sequence):
            let strings = sequence.compactMap(\.string)
            guard strings.count == sequence.count else {
                problems.append("\(name):\(line): \(key) is a list of lists or sections, allowed is a list of texts")
                return
            }
            entries.append(
                Entry(key: key, line: line, value: .init(.stringArray(strings), isSecret: false), text: "a list"))
        case .scalar(let scalar):
            let value: ConfigContent =
                if let bool = node.bool {
                    .bool(bool)
                } else if scalar.string.contains(":") {
                    // YAML 1.1 takes 1:30 for the number 90; the parser's sum of it can overflow.
                    .string(scalar.string)
                } else if let int = node.int {
                    .int(int)
                } else if let double = node.float {
                    .double(double)
                } else {
                    .string(scalar.string)
                }
            entries.append(Entry(key: key, line: line, value: .init(value, isSecret: false), text: scalar.string))
        case .alias: problems.append("\(name):\(line): \(key) is a YAML alias, which is not supported here")
        }
    }
}

/// Reads settings through swift-configuration and gathers everything that is wrong.
///
/// swift-configuration's optional readers answer nil for a value of the wrong type as for a missing one. So
/// each value is asked for with its type after ``FlatYAML`` or the environment said that it is there.
final class SettingsReader {
    private let file: FlatYAML
    private let config: ConfigReader
    private let rejected = RejectedKeys()
    private var known: Set<String> = []
    private var problems: [String] = []

    init(_ file: FlatYAML, environment: [String: String]) {
        self.file = file
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for entry in file.entries {
            values[AbsoluteConfigKey(entry.key.split(separator: ".").map(String.init))] = entry.value
        }
        config = ConfigReader(
            providers: [
                EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "epicenter"),
                InMemoryProvider(name: file.name, values: values),
            ], accessReporter: rejected)
    }

    func string(_ key: String, _ take: (String) -> Void) {
        read(key, "a text", { config.string(forKey: $0) }, take)
    }

    func strings(_ key: String, _ take: ([String]) -> Void) {
        read(key, "a list of texts", { config.stringArray(forKey: $0) }, take)
    }

    func bool(_ key: String, _ take: (Bool) -> Void) {
        read(key, "true or false", { config.bool(forKey: $0) }, take)
    }

    func int(_ key: String, in range: ClosedRange<Int>, _ take: (Int) -> Void) {
        let allowed = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        read(key, allowed, { config.int(forKey: $0) }) { value in
            if range.contains(value) { take(value) } else { refuse(key, allowed, "\(value)") }
        }
    }

    func choice(_ key: String, of choices: [String], _ take: (String) -> Void) {
        checked(key, "one of \(choices.joined(separator: ", "))", { choices.contains($0) ? $0 : nil }, take)
    }

    /// A text or a number that `parse` must accept.
    func checked<Value>(
        _ key: String, _ allowed: String, _ parse: (String) -> Value?, _ take: (Value) -> Void
    ) {
        read(key, allowed, text) { found in
            if let value = parse(found) { take(value) } else { refuse(key, allowed, found) }
        }
    }

    /// The value as it is written, be it a number or a word.
    private func text(_ key: ConfigKey) -> String? {
        config.string(forKey: key) ?? config.double(forKey: key).map { "\($0)" } ?? config.int(forKey: key).map {
            "\($0)"
        }
            ?? config.bool(forKey: key).map { "\($0)" }
    }

    private func read<Value>(
        _ key: String, _ allowed: String, _ ask: (ConfigKey) -> Value?, _ take: (Value) -> Void
    ) {
        known.insert(key)
        rejected.clear()
        let value = ask(ConfigKey(key))
        if let inEnvironment = rejected.inEnvironment {
            problems.append("environment: \(key) is not \(allowed) (\(inEnvironment))")
        } else if let value {
            take(value)
        } else if let line = file.entries.first(where: { $0.key == key }) {
            problems.append("\(file.name):\(line.line): \(key) is \"\(line.text)\", allowed is \(allowed)")
        }
    }

    func refuse(_ key: String, _ allowed: String, _ found: String) {
        let entry = file.entries.first { $0.key == key }
        let place = entry.map { "\(file.name):\($0.line): " } ?? "environment: "
        problems.append("\(place)\(key) is \"\(entry?.text ?? found)\", allowed is \(allowed)")
    }

    /// Unknown keys that are told one by one.
    private static let maximumUnknown = 100

    /// All problems, keys that nobody asked for included.
    func finish() -> [String] {
        let allowed = known.sorted().joined(separator: ", ")
        let unknown = file.entries.filter { !known.contains($0.key) }
        let told = unknown.prefix(Self.maximumUnknown).map { entry in
            "\(file.name):\(entry.line): \(entry.key) is not a setting; allowed are \(allowed)"
        }
        let more = unknown.count - told.count
        return problems + told + (more > 0 ? ["\(file.name): \(more) more keys are not settings"] : [])
    }
}

/// Values in the environment that could not be converted. Those of the file are seen by their absence.
private final class RejectedKeys: AccessReporter, Sendable {
    private let found = Mutex<String?>(nil)

    var inEnvironment: String? { found.withLock { $0 } }

    func clear() { found.withLock { $0 = nil } }

    func report(_ event: AccessEvent) {
        for result in event.providerResults where result.providerName.contains("Environment") {
            if case .failure(let error) = result.result { found.withLock { $0 = "\(error)" } }
        }
    }
}
