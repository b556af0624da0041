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
    module(.hot, "StrategyKit", ["Units", "Model"]),
    // Lab
    module(.lab, "Loopback", ["Units"], packages: [.product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "NIOWebSocket", package: "swift-nio")]),
    module(.lab, "LoopbackBinance", ["Units", "Matching", "Loopback"], packages: [.product(name: "Crypto", package: "swift-crypto")]),
    .executableTarget(name: "loopback-venue", dependencies: ["LoopbackBinance", "Units"], path: "Sources/Lab/LoopbackVenue", swiftSettings: strict),
    module(.lab, "Matching", ["Units"]),
]

let testTargets: [Target] = [
    tests("LoopbackBinanceTests", ["LoopbackBinance", "Loopback", "Matching", "Units"], packages: [.product(name: "Crypto", package: "swift-crypto")]),
    tests("MatchingTests", ["Matching", "Units"]),
    tests("UnitsTests", ["Units"]),
]

let package = Package(
    name: "needletail",
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
    ],
    targets: targets + testTargets
)
