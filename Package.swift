// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// Every target of ours is built alike: language mode 6, warnings are errors.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]
/// The hot path crosses modules (records, models, stages): let the optimiser cross with it.
let hot: [SwiftSetting] = settings + [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))]
/// Generated messages keep their fields in objects of their own, to which nobody else has a way: that no two accesses to
/// one overlap need not be checked at each field, which costs a third of copying a message.
let messages: [SwiftSetting] =
    hot + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nio =
    ["NIOCore", "NIOPosix", "NIOHTTP1"].map { Target.Dependency.product(name: $0, package: "swift-nio") } + [
        .product(name: "NIOHTTPCompression", package: "swift-nio-extras")
    ]
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

/// - Parameter optimised: In debug builds too, because tests read a month of news.
func library(_ name: String, _ dependencies: [Target.Dependency] = [], optimised: Bool = false) -> Target {
    .target(
        name: name, dependencies: dependencies,
        swiftSettings: hot + (optimised ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : []))
}

func process(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: hot)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let package = Package(
    name: "epicenter",
    products: [
        .executable(name: "epicenter", targets: ["epicenter"]),
        .executable(name: "epicenterd", targets: ["epicenterd"]),
        .executable(name: "epicenter-ingest", targets: ["epicenter-ingest"]),
        .executable(name: "epicenter-analyze", targets: ["epicenter-analyze"]),
        .executable(name: "epicenter-attribute", targets: ["epicenter-attribute"]),
        .executable(name: "epicenter-publish", targets: ["epicenter-publish"]),
        .executable(name: "epicenter-embed", targets: ["epicenter-embed"]),
        .executable(name: "epicenter-notify", targets: ["epicenter-notify"]),
        .executable(name: "epicenter-metrics", targets: ["epicenter-metrics"]),
        .executable(name: "epicenter-dashboard", targets: ["epicenter-dashboard"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
    ],
    targets: [
        // Ground: bytes. Knows nothing of markets.
        .systemLibrary(name: "CZeroMQ"),
        .systemLibrary(name: "CCompression"),
        .systemLibrary(name: "CLibXML", pkgConfig: "libxml-2.0"),
        .target(name: "CXML", dependencies: ["CLibXML"]),
        .target(name: "CLinux"),
        library("ZeroMQ", ["CZeroMQ"]),
        library("MCAP", ["CCompression"]),
        library("DBN", ["CCompression"]),
        library("PlainYAML", [yams]),
        // Values.
        .target(
            name: "Schema", dependencies: [protobuf], exclude: ["proto"],
            swiftSettings: messages),
        library("Calendars", ["Schema"]),
        // Models: pure.
        library("MarketModels"),
        library("NewsModels", ["MarketModels"], optimised: true),
        library("EconomicModels", ["MarketModels"]),
        library("ShockAnalysis", ["Schema", "Calendars", "MarketModels"]),
        library("ShockAttribution", ["Schema", "Calendars", "MarketModels", "EconomicModels", "NewsModels"]),
        library("Alerting", ["Schema", crypto, protobuf]),
        library("Pages", ["Alerting", "Schema", crypto]),
        library("Notifying", ["Schema", "Calendars", "PlainYAML", yams, crypto]),
        // Machinery.
        library("EventLog", ["Schema", "MCAP", crypto]),
        library("Streaming", ["Schema", "EventLog", "ZeroMQ", "MCAP", protobuf]),
        library("Feeds", ["CXML", "Schema", "Calendars", "DBN", "NewsModels", "PlainYAML", yams, protobuf]),
        library("FeedPolling", ["Feeds", httpClient, metrics] + nio),
        library("Supervision", ["CLinux", "Schema", protobuf]),
        library(
            "ServiceKit",
            [
                "CLinux", "Schema", "MCAP", "EventLog", "Exposition", "Streaming", "ZeroMQ", "PlainYAML", "Notifying",
                configuration, coreMetrics, logging, metrics, yams, protobuf,
            ]),
        library("Exposition", ["Schema", coreMetrics]),
        library("Dashboard", ["Schema", "Alerting", "Pages", "ShockAttribution", protobuf]),
        library("Doctor", ["CLinux", "ServiceKit", "Schema", "ZeroMQ"]),
        library("Evaluation", ["Schema", "Calendars", "MarketModels", "ShockAnalysis", "ShockAttribution", "Feeds"]),
        library("Embedding", ["Schema", "NewsModels", crypto, protobuf]),
        library("Pipeline", ["ServiceKit", "EventLog", "Schema", "ShockAnalysis", "ShockAttribution", "Alerting"]),
        // Processes.
        process(
            "epicenterd",
            [
                "Supervision", "ServiceKit", "Exposition", "Feeds", "Schema", "Streaming", "ZeroMQ", logging, metrics,
                protobuf,
            ]),
        process(
            "epicenter-ingest",
            [
                "ServiceKit", "Feeds", "FeedPolling", "Calendars", "Schema", "EventLog", "Streaming", "ZeroMQ", "MCAP",
                logging, metrics, protobuf,
            ]),
        process("epicenter-analyze", ["ServiceKit", "ShockAnalysis"]),
        process(
            "epicenter-embed",
            ["ServiceKit", "Embedding", "Schema", "EventLog", "Streaming", "ZeroMQ", logging, protobuf]),
        process(
            "epicenter-notify",
            [
                "ServiceKit", "Notifying", "Schema", "EventLog", "Streaming", "ZeroMQ", logging, metrics, httpClient,
            ] + nio),
        process(
            "epicenter-metrics",
            ["ServiceKit", "Exposition", "Schema", "ZeroMQ", logging, metrics, protobuf] + nio),
        process(
            "epicenter-dashboard",
            [
                "ServiceKit", "Dashboard", "Alerting", "Pages", "Schema", "EventLog", "Streaming", "ZeroMQ", logging,
                hummingbird,
                hummingbirdCore, httpTypes, protobuf,
            ] + nio),
        process("epicenter-attribute", ["ServiceKit", "ShockAttribution"]),
        process(
            "epicenter-publish",
            ["ServiceKit", "Alerting", "Schema", "EventLog", "Streaming", "ZeroMQ", metrics, protobuf]),
        process(
            "epicenter",
            [
                "ServiceKit", "Doctor", "Notifying", "Pipeline", "Evaluation", "ShockAttribution", "Feeds", "Calendars",
                "DBN",
                "Schema",
                "EventLog", "Streaming", "ZeroMQ", "MCAP", "Alerting", "Pages", "CCompression", arguments, crypto,
                protobuf,
            ]),
        // Tests mirror Sources.
        library("TestKit"),
        library("TextEvaluation", ["NewsModels", "MarketModels"]),
        library(
            "FuzzKit",
            [
                "TestKit", "CCompression", "Schema", "MCAP", "DBN", "EventLog", "Streaming", "Feeds", "Calendars",
                "ServiceKit", "ZeroMQ",
                "ShockAnalysis", "ShockAttribution", "Alerting", logging, protobuf,
            ]),
        tests("SchemaTests", ["Schema"]),
        tests("CalendarsTests", ["Calendars", "Schema"], exclude: ["xnys.csv", "zones.csv"]),
        tests("ZeroMQTests", ["ZeroMQ", "TestKit"]),
        tests("MCAPTests", ["MCAP"]),
        tests("DBNTests", ["DBN", "CCompression", "TestKit"]),
        tests("PlainYAMLTests", ["PlainYAML", yams]),
        tests("MarketModelsTests", ["MarketModels", "TestKit"]),
        tests("EconomicModelsTests", ["EconomicModels", "MarketModels", "TestKit"]),
        tests("NewsModelsTests", ["NewsModels", "MarketModels", "TestKit", "TextEvaluation"]),
        tests("EmbeddingTests", ["Embedding", "Schema", "NewsModels", "TestKit"]),
        tests("ShockAnalysisTests", ["ShockAnalysis", "Schema", "MarketModels", "TestKit"]),
        tests("EvaluationTests", ["Evaluation", "EventLog", "Feeds", "Schema", "TestKit"]),
        tests(
            "ShockAttributionTests",
            ["ShockAttribution", "Schema", "MarketModels", "NewsModels", "TestKit", "TextEvaluation", protobuf]),
        tests("AlertingTests", ["Alerting", "Schema", "TestKit", protobuf]),
        tests("DoctorTests", ["Doctor", "ServiceKit", "ZeroMQ"]),
        tests("PagesTests", ["Pages", "Alerting", "Schema", "CXML", "TestKit"]),
        tests("NotifyingTests", ["Notifying", "Calendars", "Schema"]),
        tests("FeedsTests", ["Feeds", "Calendars", "Schema", "TestKit", protobuf]),
        tests("EventLogTests", ["EventLog", "MCAP", "Schema", "TestKit"]),
        tests("StreamingTests", ["Streaming", "EventLog", "Schema", "ZeroMQ", "TestKit", protobuf]),
        tests(
            "ExpositionTests",
            [
                "Exposition", "Schema", "TestKit", coreMetrics, protobuf,
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ]),
        tests("DashboardTests", ["Dashboard", "Alerting", "Schema", "TestKit", protobuf]),
        tests("SupervisionTests", ["Supervision", "Schema", "TestKit", protobuf]),
        tests("ServiceKitTests", ["ServiceKit", "Feeds", "EventLog", "Schema", "TestKit", "ZeroMQ", logging]),
        tests("FuzzTests", ["FuzzKit"]),
        tests(
            "ScenarioTests",
            [
                "Alerting", "EventLog", "Feeds", "MCAP", "Schema", "ServiceKit", "ShockAnalysis", "ShockAttribution",
                "Streaming", "TestKit", "ZeroMQ", protobuf,
            ]),
        tests(
            "ProcessTests",
            [
                "Alerting", "Dashboard", "NewsModels", "EventLog", "MCAP", "Schema", "Streaming", "ZeroMQ", "TestKit",
                protobuf,
            ]),
    ],
    swiftLanguageModes: [.v6]
)

// Stages that misbehave are built only for tests of the supervisor: make test.
if ProcessInfo.processInfo.environment["EPICENTER_TEST_PROGRAMS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "epicenter-misbehave", dependencies: ["ServiceKit", "Schema", logging],
            path: "Tests/Programs/epicenter-misbehave", swiftSettings: hot))
}

// Benchmarks and the fuzzer are built only when asked for: make bench, make fuzz.
if ProcessInfo.processInfo.environment["EPICENTER_BENCHMARKS"] != nil {
    package.targets += [
        .systemLibrary(name: "CSQLite", path: "Benchmarks/CSQLite"),
        .executableTarget(
            name: "epicenter-bench",
            dependencies: [
                "Alerting", "CLinux", "CSQLite", "EventLog", "MarketModels", "Schema", "ServiceKit", "ShockAnalysis",
                "ShockAttribution", "Streaming", "TestKit", "ZeroMQ", protobuf,
            ],
            path: "Benchmarks/epicenter-bench", swiftSettings: hot),
        .executableTarget(
            name: "epicenter-text-accuracy",
            dependencies: ["TextEvaluation", "Embedding", "NewsModels", "MarketModels", "TestKit"],
            path: "Benchmarks/epicenter-text-accuracy", swiftSettings: hot),
        .target(name: "CAllocationMeter", path: "Benchmarks/CAllocationMeter"),
        .executableTarget(
            name: "epicenter-fuzz", dependencies: ["FuzzKit", "CAllocationMeter", arguments],
            path: "Benchmarks/epicenter-fuzz", swiftSettings: hot),
    ]
}
