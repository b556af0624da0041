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
    // C shims
    shim("CPlatform"),
    shim("CCrypto", libraries: ["crypto"]),
    // Base
    module(.base, "Units"),
    module(.base, "Model", ["Units"]),
    module(.base, "Wire", ["Units"]),
    // App
    .executableTarget(
        name: "needletail",
        dependencies: names(["Units", "Model"]) + [
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "Yams", package: "Yams"),
        ], path: "Sources/App/needletail", swiftSettings: releaseFlags),
    module(.base, "Rings", ["CPlatform"]),
    // Hot
    module(.hot, "Signing", ["Wire", "CCrypto"]),
    module(.hot, "VenueKit", ["Units", "Model", "Wire", "Signing"]),
    module(.hot, "StrategyKit", ["Units", "Model"]),
    // Venues
    module(.venues, "Binance", ["Units", "Model", "Wire", "Signing", "VenueKit"]),
]

let testTargets: [Target] = [
    tests("BinanceTests", ["Units", "Model", "Wire", "Signing", "VenueKit", "Binance"]),
    tests("SigningTests", ["Wire", "Signing"]),
    tests("RingsTests", ["Rings", "CPlatform"]),
    tests("ModelTests", ["Model", "Units"]),
    tests("UnitsTests", ["Units"]),
    tests("WireTests", ["Units", "Wire"]),
    tests("TidyTests", []),
]

let package = Package(
    name: "needletail",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: targets + testTargets
)
