import Foundation
import Testing

/// The root of the checkout, found from this file.
private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// What each layer may import, beside the modules of its own layer.
private let allowedLayers: [String: Set<String>] = [
    "Base": [],
    "Hot": ["Base"],
    "Cold": ["Base", "Hot"],
    "Venues": ["Base", "Hot"],
    "Strategies": ["Base", "Hot"],
    "Lab": ["Base", "Hot", "Cold"],
    "App": ["Base", "Hot", "Cold", "Venues", "Strategies", "Lab"],
]

/// Modules of the toolchain that hot layers may import.
private let hotSystemModules: Set<String> = ["Synchronization", "Glibc"]

private struct SourceFile {
    let layer: String
    let module: String
    let path: String
    let text: String

    var imports: [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard let at = words.firstIndex(of: "import"), at + 1 < words.count, at <= 2 else { return nil }
            guard words[..<at].allSatisfy({ $0.hasPrefix("@") || ["public", "internal", "package", "private"].contains($0) })
            else { return nil }
            return words[at + 1].split(separator: ".").first.map(String.init)
        }
    }
}

private func sources() throws -> [SourceFile] {
    let base = root.appending(path: "Sources")
    let all = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)!
    return try all.compactMap { item in
        guard let url = item as? URL, url.pathExtension == "swift" else { return nil }
        let parts = url.path.dropFirst(base.path.count + 1).split(separator: "/").map(String.init)
        return SourceFile(
            layer: parts[0], module: parts.count > 2 ? parts[1] : parts[0], path: parts.joined(separator: "/"),
            text: try String(contentsOf: url, encoding: .utf8))
    }
}

@Test func dependenciesPointDownTheLayers() throws {
    let files = try sources()
    var layerOf: [String: String] = [:]
    for file in files { layerOf[file.module] = file.layer }
    #expect(files.count > 10)
    for file in files {
        let allowed = try #require(allowedLayers[file.layer], "\(file.path) lies in no known layer")
        for name in file.imports {
            guard let target = layerOf[name] else { continue }
            #expect(
                target == file.layer || allowed.contains(target),
                "\(file.path) imports \(name) of layer \(target)")
        }
    }
}

@Test func hotLayersImportNoFoundation() throws {
    for file in try sources() where ["Base", "Hot", "Venues", "Strategies"].contains(file.layer) {
        for name in file.imports {
            #expect(name != "Foundation" && name != "Dispatch", "\(file.path) imports \(name)")
        }
        #expect(!file.text.contains("NSLock") && !file.text.contains("Mutex<"), "\(file.path) takes a lock")
    }
}

@Test func noModuleHasTheNameOfATypeInIt() throws {
    for file in try sources() {
        for kind in ["struct", "enum", "class", "protocol", "actor"] {
            let pattern = try Regex("(^|\\s)\(kind) \(file.module)\\b")
            #expect(file.text.firstMatch(of: pattern) == nil, "\(file.path) declares \(file.module)")
        }
    }
}

@Test func venuesAreNamedOnlyByTheirFoldersAndTheRoster() throws {
    for file in try sources() where ["Base", "Hot", "Cold"].contains(file.layer) {
        for venue in ["Binance", "Hyperliquid", "Polymarket"] {
            #expect(!file.imports.contains(venue), "\(file.path) imports the venue \(venue)")
        }
    }
}
