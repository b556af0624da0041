// swift-tools-version: 6.2
// What reads bytes that others wrote (journal, wire, transport) with its fuzzers, so that a build under the address
// sanitizer compiles nothing else. The folders are links to the modules themselves. Run by Tests/run.sh.
import PackageDescription

let package = Package(
    name: "address-sanitizer",
    targets: [
        .target(name: "CPlatform", publicHeadersPath: "include"),
        .target(name: "CCrypto", publicHeadersPath: "include", linkerSettings: [.linkedLibrary("crypto")]),
        .target(
            name: "CTLS", publicHeadersPath: "include", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(name: "CUring", publicHeadersPath: "include", linkerSettings: [.linkedLibrary("uring")]),
        .target(name: "Units", swiftSettings: [.strictMemorySafety()]),
        .target(name: "Memory", swiftSettings: [.strictMemorySafety()]),
        .target(name: "Model", dependencies: ["Units", "Memory"], swiftSettings: [.strictMemorySafety()]),
        .target(name: "Wire", dependencies: ["Units"], swiftSettings: [.strictMemorySafety()]),
        .target(name: "Rings", dependencies: ["CPlatform"], swiftSettings: [.strictMemorySafety()]),
        .target(name: "Uring", dependencies: ["Units", "CUring"], swiftSettings: [.strictMemorySafety()]),
        .target(
            name: "Transport", dependencies: ["Units", "CUring", "CTLS", "Uring"], swiftSettings: [.strictMemorySafety()]),
        .target(
            name: "Journal", dependencies: ["Units", "Model", "Rings", "CPlatform", "CCrypto"],
            swiftSettings: [.strictMemorySafety()]),
        .target(name: "TestSupport"),
        .testTarget(name: "JournalTests", dependencies: ["Journal", "Rings", "Units", "Model"]),
        .testTarget(name: "WireTests", dependencies: ["Units", "Wire", "TestSupport"]),
        .testTarget(
            name: "FuzzTests", dependencies: ["TestSupport", "Units", "Model", "Wire", "Rings", "Transport", "Journal"],
            sources: ["JSONFuzz.swift", "JournalFuzz.swift", "RecordFuzz.swift", "TextFuzz.swift", "TransportFuzz.swift"]),
    ]
)
