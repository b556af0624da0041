// swift-tools-version: 6.2
// One helper per layer; one line per module. Dependencies point down the table in docs/ARCHITECTURE.md;
// Tests/TidyTests reads the imports and fails on any other.
import PackageDescription

/// Release builds drop run-time exclusivity checks (debug and test builds keep them) and specialise generics
/// across modules; both were measured to matter on the hot path.
let releaseFlags: [SwiftSetting] = [
    .unsafeFlags(["-enforce-exclusivity=unchecked", "-cross-module-optimization"], .when(configuration: .release))
]

/// The one switch of the compile-time proof: HotProof.swift of each module then has the compiler check that what it calls
/// neither allocates nor locks. Debug builds cannot: without the whole module at hand every callee is unknown.
let hotProof: [SwiftSetting] = [.define("HOT_PROOF", .when(configuration: .release))]

let strict: [SwiftSetting] = [.strictMemorySafety()] + releaseFlags + hotProof

enum Layer: String {
    case base = "Base"
    case hot = "Hot"
    case cold = "Cold"
    case venues = "Venues"
    case lab = "Lab"
    case strategies = "Strategies"
    case app = "App"
}

func names(_ list: [String]) -> [Target.Dependency] { list.map { .init(stringLiteral: $0) } }

func module(
    _ layer: Layer, _ name: String, _ dependencies: [String] = [], packages: [Target.Dependency] = []
) -> Target {
    .target(
        name: name, dependencies: names(dependencies) + packages, path: "Sources/\(layer.rawValue)/\(name)",
        swiftSettings: strict)
}

/// A C shim: declarations and static inlines; public headers include nothing but <stdint.h> and <stddef.h>.
func shim(
    _ name: String, libraries: [String] = [], linkerFlags: [String] = [], dependencies: [String] = [], in folder: String = "CShims"
) -> Target {
    .target(
        name: name, dependencies: names(dependencies), path: "\(folder)/\(name)", publicHeadersPath: "include",
        cSettings: [.unsafeFlags(["-O3"], .when(configuration: .release))],
        cxxSettings: [.unsafeFlags(["-O3"], .when(configuration: .release))],
        linkerSettings: libraries.map { .linkedLibrary($0) }
            + (linkerFlags.isEmpty ? [] : [.unsafeFlags(linkerFlags.flatMap { ["-Xlinker", $0] })]))
}

func tests(_ name: String, _ dependencies: [String], packages: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: names(dependencies) + packages, path: "Tests/\(name)", swiftSettings: releaseFlags)
}

/// Products of packages, by the package's name.
func products(_ package: String, _ list: String...) -> [Target.Dependency] {
    list.map { .product(name: $0, package: package) }
}

let shims: [Target] = [
    shim("CCrypto", libraries: ["crypto"]),
    shim("CHeap", linkerFlags: [
        "--wrap=swift_retain", "--wrap=swift_release", "--wrap=swift_bridgeObjectRetain", "--wrap=swift_bridgeObjectRelease",
    ]),
    shim("CPlatform"),
    shim("CTLS", libraries: ["ssl", "crypto"]),
    shim("CUring", libraries: ["uring"]),
]

let base: [Target] = [
    module(.base, "Units"),
    module(.base, "Memory"),
    module(.base, "Model", ["Units", "Memory"]),
    module(.base, "Wire", ["Units"]),
    module(.base, "Rings", ["CPlatform"]),
]

let hot: [Target] = [
    module(.hot, "Agents", ["Units", "Rings", "CPlatform"]),
    module(.hot, "Uring", ["Units", "CUring"]),
    module(.hot, "Transport", ["Units", "CUring", "CTLS", "Uring"]),
    module(.hot, "Signing", ["Wire", "CCrypto"]),
    module(.hot, "VenueKit", ["Units", "Memory", "Model", "Wire", "Signing", "Books"]),
    module(.hot, "Books", ["Units", "Memory", "Model"]),
    module(.hot, "Orders", ["Units", "Memory", "Model"]),
    module(.hot, "Risk", ["Units", "Memory", "Model"]),
    module(.hot, "StrategyKit", ["Units", "Memory", "Model"]),
    module(.hot, "Core", ["Units", "Memory", "Model", "Orders", "Risk", "StrategyKit"]),
    module(.hot, "Gateway", [
        "Units", "Model", "Wire", "Rings", "Agents", "Uring", "Transport", "StrategyKit", "Orders", "Core", "VenueKit",
    ]),
]

let venues: [Target] = [
    module(.venues, "Binance", ["Units", "Memory", "Model", "Wire", "Books", "Signing", "VenueKit"]),
]

let strategies: [Target] = [
    module(.strategies, "Quoting", ["Units", "Model", "StrategyKit"]),
    module(.strategies, "Taking", ["Units", "Model", "StrategyKit"]),
]

let cold: [Target] = [
    module(.cold, "Alerts", ["Units", "Model", "Telemetry"]),
    module(.cold, "Config", ["Units", "Model", "Agents"], packages: products("Yams", "Yams")),
    module(.cold, "Console", ["Units", "Model", "Telemetry"]),
    module(.cold, "Control", ["CPlatform", "Units", "Model", "Telemetry"]),
    module(.cold, "Doctor", ["CPlatform", "CTLS", "Telemetry", "Uring"]),
    module(.cold, "Guard", ["Units", "Model", "Rings"]),
    module(.cold, "Journal", ["Units", "Model", "Rings", "CPlatform", "CCrypto"]),
    module(.cold, "Rest", ["VenueKit"], packages: products("async-http-client", "AsyncHTTPClient")
        + products("swift-nio", "NIOCore", "NIOHTTP1") + products("swift-nio-ssl", "NIOSSL")),
    module(.cold, "Signals"),
    module(.cold, "Telemetry", ["Units", "Model"]),
]

let lab: [Target] = [
    .executableTarget(
        name: "autobahn-testee", dependencies: names(["Transport", "Uring", "Units"]), path: "Sources/Lab/AutobahnTestee"),
    module(.lab, "Launch"),
    module(.lab, "Loopback", ["Units"], packages: products("swift-nio", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOWebSocket")
        + products("swift-nio-ssl", "NIOSSL")),
    module(.lab, "LoopbackBinance", ["Units", "Matching", "Loopback"], packages: products("swift-crypto", "Crypto")),
    .executableTarget(
        name: "loopback-venue", dependencies: names(["LoopbackBinance", "Signals", "Units"]), path: "Sources/Lab/LoopbackVenue",
        swiftSettings: strict),
    module(.lab, "MarketFile", ["Units", "Books", "VenueKit", "CPlatform"]),
    module(.lab, "Matching", ["Units"]),
    module(.lab, "Replay", ["Units", "Model", "Journal", "Orders"]),
    module(.lab, "Simulation", [
        "Units", "Memory", "Model", "Wire", "Rings", "Books", "StrategyKit", "Core", "VenueKit", "Gateway", "Journal",
        "Matching", "Replay", "Transport", "Orders", "Telemetry",
    ]),
    module(.lab, "SimulatedBinance", ["Units", "Model", "Wire", "Simulation"]),
]

func benchmark(
    _ name: String, _ dependencies: [String], in folder: String = "Sources", packages: [Target.Dependency] = []
) -> Target {
    .target(
        name: name, dependencies: names(dependencies) + packages, path: "Benchmarks/\(folder)/\(name)", swiftSettings: strict)
}

/// The benchmarks lie in `Benchmarks/`, a package of its own that builds them as a program of their own. A package that
/// depends on this one cannot be a dependency of it, so their targets are declared here, once, for `needletail bench` too.
let benchmarks: [Target] = [
    shim("CBench", libraries: ["ssl", "crypto"], dependencies: ["CTLS", "CUring"], in: "Benchmarks/Rig"),
    shim("CBenchJSON", libraries: ["simdjson"], in: "Benchmarks/Rig"),
    benchmark("BenchKit", ["CBench", "CPlatform", "Agents", "Rings", "Telemetry"]),
    benchmark("RingsBenchmarks", ["BenchKit", "CBench", "CPlatform", "Agents", "Rings"]),
    benchmark("BooksBenchmarks", ["Books", "Memory", "Model", "Units"]),
    benchmark("BinanceBenchmarks", [
        "BenchKit", "BooksBenchmarks", "CBench", "Binance", "Model", "Units", "VenueKit", "Wire",
    ]),
    benchmark("CoreBenchmarks", ["BenchKit", "Core", "Model", "Quoting", "Rings", "StrategyKit", "Units"]),
    benchmark("RiskBenchmarks", ["BenchKit", "CoreBenchmarks", "Model", "Risk", "Units"]),
    benchmark("SigningBenchmarks", ["BenchKit", "Signing", "Wire"]),
    benchmark("JournalBenchmarks", ["BenchKit", "CoreBenchmarks", "Journal", "Model", "Rings", "Units"]),
    benchmark("FlatBenchmarks", [
        "BenchKit", "BinanceBenchmarks", "CoreBenchmarks", "Binance", "Core", "Model", "StrategyKit", "Units", "VenueKit", "Wire",
    ]),
    benchmark("ReplayBenchmarks", [
        "BenchKit", "Binance", "Books", "Core", "Gateway", "Journal", "Loopback", "MarketFile", "Memory", "Model", "Quoting",
        "Rings", "Simulation", "StrategyKit", "Units", "VenueKit", "Wire",
    ]),
    benchmark("WireToWire", [
        "BenchKit", "CoreBenchmarks", "CBench", "CHeap", "CPlatform", "Agents", "Binance", "Core", "Gateway", "Journal",
        "Launch", "Model", "Rings", "StrategyKit", "Transport", "Units", "Uring", "VenueKit", "Wire",
    ], in: "Rig"),
    benchmark("KillBenchmarks", ["BenchKit", "CPlatform", "Config", "Control", "Launch", "Model", "Rings", "Units"]),
    benchmark("BurstBenchmarks", [
        "BenchKit", "ReplayBenchmarks", "CHeap", "CPlatform", "Agents", "Binance", "Core", "Gateway", "Journal", "Model", "Quoting",
        "Rings", "Simulation", "StrategyKit", "Units", "VenueKit",
    ]),
    benchmark("BenchCommands", [
        "BenchKit", "BinanceBenchmarks", "BurstBenchmarks", "CoreBenchmarks", "FlatBenchmarks", "JournalBenchmarks", "KillBenchmarks", "ReplayBenchmarks",
        "RingsBenchmarks", "RiskBenchmarks",
        "SigningBenchmarks", "WireToWire", "CBench", "CPlatform", "Launch", "Telemetry", "Transport",
    ], packages: products("swift-argument-parser", "ArgumentParser")),
]

let app: [Target] = [
    module(.app, "WorldRoster", [
        "Units", "Model", "StrategyKit", "Binance", "Quoting", "Taking", "Simulation", "SimulatedBinance",
    ]),
    .executableTarget(
        name: "needletail",
        dependencies: names([
            "BenchCommands", "CHeap", "CPlatform", "Units", "Memory", "Model", "Wire", "Rings", "Agents", "Books", "Gateway", "Transport", "Uring",
            "VenueKit", "Core", "StrategyKit", "Risk", "Signing",
            "Binance", "Quoting", "Taking", "Alerts", "Config", "Console", "Control", "Doctor", "Guard", "Journal", "Rest", "Signals", "Telemetry",
            "Launch", "LoopbackBinance", "MarketFile", "Replay", "Simulation", "Loopback", "WorldRoster",
        ]) + products("swift-argument-parser", "ArgumentParser"),
        path: "Sources/App/needletail", swiftSettings: strict),
]

let testTargets: [Target] = [
    tests("AlertsTests", ["Alerts", "Units", "Model", "Telemetry"]),
    tests("AgentsTests", ["Agents", "Rings", "Units", "CPlatform"]),
    tests("AllocationTests", ["CHeap"]),
    tests("BenchTests", [
        "BenchKit", "BurstBenchmarks", "Binance", "Model", "Rings", "Units", "VenueKit", "Wire",
    ]),
    tests("BooksTests", ["Books", "Units", "Memory", "Model", "TestSupport"]),
    tests("BinanceTests", ["Units", "Model", "Wire", "Books", "Signing", "VenueKit", "Binance", "TestSupport"]),
    tests("ConfigTests", ["Config", "Units", "Model", "Agents"]),
    tests("CeremonyTests", ["Units", "Model", "StrategyKit", "Quoting", "Core", "Telemetry", "Control", "TestSupport"]),
    tests("ControlTests", ["Units", "Model", "Telemetry", "Control"]),
    tests("ConsoleTests", ["Units", "Model", "Telemetry", "Console"]),
    tests("CoreTests", ["Core", "Orders", "StrategyKit", "Quoting", "Units", "Model", "TestSupport"]),
    tests("GatewayTests", [
        "Gateway", "Agents", "Core", "Model", "Orders", "Quoting", "Rings", "StrategyKit", "Transport", "Units", "VenueKit",
        "Wire", "TestSupport",
    ]),
    tests("GuardTests", ["Guard", "Rings", "Units", "Model"]),
    tests("DoctorTests", ["Doctor", "Telemetry", "Uring"]),
    tests("FuzzTests", [
        "TestSupport", "Units", "Model", "Wire", "Rings", "Transport", "Signing", "VenueKit", "Binance", "Config", "Control",
        "Telemetry", "Guard", "Journal", "Loopback", "LoopbackBinance", "Core", "StrategyKit", "Quoting", "Taking",
        "MarketFile",
    ]),
    tests("JournalTests", ["Journal", "Rings", "Units", "Model"]),
    tests("LoopbackBinanceTests", ["LoopbackBinance", "TestSupport"]),
    tests("MarketFileTests", ["MarketFile", "Units", "Books", "Memory", "VenueKit", "CPlatform", "TestSupport"]),
    tests("MatchingTests", ["Matching", "Units"]),
    tests("MemoryTests", ["Memory"]),
    tests("ModelTests", ["Model", "Units"]),
    tests("OrdersTests", ["Orders", "Units", "Model", "TestSupport"]),
    tests("QuotingTests", ["Units", "Model", "StrategyKit", "Quoting", "TestSupport"]),
    tests("ReplayTests", ["Replay", "Journal", "Rings", "Units", "Model"]),
    tests("RestTests", ["Rest", "VenueKit", "Binance", "LoopbackBinance", "Units", "Model"]),
    tests("RingsTests", ["Rings", "CPlatform"]),
    tests("SimulationTests", [
        "WorldRoster", "SimulatedBinance", "Simulation", "Transport", "Units", "Model", "Core", "StrategyKit", "Gateway", "Binance",
        "Quoting", "Taking", "Matching",
    ]),
    tests("RiskTests", ["Risk", "Units", "Model", "TestSupport"]),
    tests("ScenarioTests", ["Config", "Core", "Model", "Orders", "StrategyKit", "Units"]),
    tests("SigningTests", ["Wire", "Signing", "TestSupport"]),
    tests("StrategyKitTests", ["StrategyKit", "Units", "Model"]),
    tests("TakingTests", ["Units", "Model", "StrategyKit", "Taking"]),
    tests("TelemetryTests", ["Units", "Model", "Telemetry"]),
    tests("TidyTests", []),
    tests("TransportTests", ["CTLS", "Transport", "Uring", "Units", "TestSupport"]),
    tests("UnitsTests", ["Units", "TestSupport"]),
    tests("WireTests", ["Units", "Wire", "TestSupport"]),
]

/// What tests share: the shared files, seeded dice, guarded bytes, the fuzzer and its mutator.
let testSupport: [Target] = [
    .target(name: "TestSupport", path: "Tests/TestSupport"),
    // Functions of the hot path for a counter of instructions: Tests/Instructions/README.md.
    .executableTarget(
        name: "instructions",
        dependencies: names([
            "Binance", "Books", "Core", "Memory", "Model", "Quoting", "Rings", "Risk", "Signing", "StrategyKit", "Units",
            "VenueKit", "Wire",
        ]),
        path: "Tests/Instructions", exclude: ["README.md", "count.py", "thresholds.txt"], swiftSettings: strict),
]

let package = Package(
    name: "needletail",
    products: [
        // The other parser that `needletail bench decode` measures beside ours: loaded by it, not linked to it.
        .library(name: "benchjson", type: .dynamic, targets: ["CBenchJSON"]),
        // For Benchmarks/Package.swift.
        .library(name: "benchmarks", targets: ["BenchCommands"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
    ],
    targets: shims + base + hot + venues + strategies + cold + lab + benchmarks + app + testTargets + testSupport,
    cxxLanguageStandard: .cxx17
)
