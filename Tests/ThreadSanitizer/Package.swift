// swift-tools-version: 6.2
// The rings and their two-thread tests alone, so that a build under the thread sanitizer compiles nothing else.
// The folders are links to the modules themselves. Run by Tests/run.sh.
import PackageDescription

let package = Package(
    name: "thread-sanitizer",
    targets: [
        .target(name: "CPlatform", publicHeadersPath: "include"),
        .target(name: "Rings", dependencies: ["CPlatform"], swiftSettings: [.strictMemorySafety()]),
        .testTarget(name: "RingsTests", dependencies: ["Rings", "CPlatform"]),
    ]
)
