// swift-tools-version: 6.2
// One helper per layer; one line per module. Dependencies point down the table in docs/ARCHITECTURE.md;
// Tests/TidyTests reads the imports and fails on any other.
import PackageDescription

/// Release builds drop run-time exclusivity checks (debug and test builds keep them) and specialise generics
/// across modules; both were measured to matter on the hot path.
let releaseFlags: [SwiftSetting] = [
    .unsafeFlags(["-enforce-exclusivity=unchecked", "-cross-module-optimization"], .when(configuration: .release))
]

let strict: [SwiftSetting] = [.strictMemorySafety()] + releaseFlags

enum Layer: String {
    case base = "Base"
    case hot = "Hot"
    case cold = "Cold"
    case venues = "Venues"
    case lab = "Lab"
    case strategies = "Strategies"
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
func shim(_ name: String, libraries: [String] = []) -> Target {
    .target(
        name: name, path: "CShims/\(name)", publicHeadersPath: "include",
        cSettings: [.unsafeFlags(["-O3"], .when(configuration: .release))],
        linkerSettings: libraries.map { .linkedLibrary($0) })
}

func tests(_ name: String, _ dependencies: [String], packages: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: names(dependencies) + packages, path: "Tests/\(name)", swiftSettings: releaseFlags)
}

let targets: [Target] = [
    // Base
    module(.base, "Units"),
    module(.base, "Model", ["Units"]),

    // Hot
    module(.hot, "Books", ["Units", "Model"]),
    module(.hot, "Core", ["Units", "Model", "Orders", "Risk", "StrategyKit"]),
    module(.hot, "Orders", ["Units", "Model"]),
    module(.hot, "Risk", ["Units", "Model"]),
    module(.hot, "StrategyKit", ["Units", "Model"]),

    // Strategies
    module(.strategies, "Quoting", ["Units", "Model", "StrategyKit"]),
    module(.strategies, "Taking", ["Units", "Model", "StrategyKit"]),
]

let testTargets: [Target] = [
    tests("CoreTests", ["Core", "Model", "Quoting", "StrategyKit", "Units"]),
    tests("ModelTests", ["Model", "Units"]),
    tests("UnitsTests", ["Units"]),
]

let package = Package(
    name: "needletail",
    dependencies: [
    ],
    targets: targets + testTargets
)
