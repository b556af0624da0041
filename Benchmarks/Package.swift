// swift-tools-version: 6.2
// The benchmarks as a program of their own: `swift build --package-path Benchmarks -c release`, then
// Benchmarks/.build/release/needletail-bench. Their targets are declared in the root's Package.swift, where
// `needletail bench` uses them too: two packages of one graph may not declare the same target.
import PackageDescription

let package = Package(
    name: "needletail-bench",
    dependencies: [
        .package(name: "needletail", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    ],
    targets: [
        .executableTarget(
            name: "needletail-bench",
            dependencies: [
                .product(name: "benchmarks", package: "needletail"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ])
    ]
)
