import Foundation
import Testing

/// What each layer may import, beside the modules of its own layer.
private let lowerLayers: [String: Set<String>] = [
    "Base": [],
    "Hot": ["Base"],
    "Cold": ["Base", "Hot"],
    "Venues": ["Base", "Hot"],
    "Strategies": ["Base", "Hot"],
    "Lab": ["Base", "Hot", "Cold"],
    "App": ["Base", "Hot", "Cold", "Venues", "Strategies", "Lab"],
]

/// Layers whose code runs on the hot threads.
let hotLayers: Set<String> = ["Base", "Hot", "Venues", "Strategies"]

@Suite struct ImportTests {
    @Test func `Every module imports what the table in ARCHITECTURE allows it, and the table allows nothing else`() throws {
        let table = try ImportTable.read()
        #expect(table.rows.count > 30)
        for problem in table.problems(sources) { Issue.record("\(problem)") }
    }

    @Test func `Dependencies point down the layers`() throws {
        let layers = Dictionary(sources.map { ($0.module, $0.layer) }, uniquingKeysWith: { first, _ in first })
        #expect(layers.count > 30)
        for file in sources {
            let lower = try #require(lowerLayers[file.layer], "\(file.path) lies in no known layer")
            for name in file.imports {
                guard let layer = layers[name] else { continue }
                #expect(layer == file.layer || lower.contains(layer), "\(file.path) imports \(name) of layer \(layer)")
            }
        }
    }

    /// A row imports only rows above it: so no circle of modules can exist.
    @Test func `Dependencies point up the table, so that there is no circle`() throws {
        let rows = try ImportTable.read().rows
        let names = Set(rows.map(\.module))
        var above: Set<String> = []
        for row in rows {
            #expect(!above.contains(row.module), "\(row.module) has two rows")
            let below = row.allowed.intersection(names).subtracting(above)
            #expect(below.isEmpty, "\(row.module) imports \(below.sorted()), which stand at or below it")
            above.insert(row.module)
        }
    }

    /// SwiftPM builds an undeclared import of a sibling without a word.
    @Test func `Every import of our own is declared in the manifest`() throws {
        let declared = try manifestDependencies()
        #expect(declared.count > 30)
        let all = sources + benchmarkSources
        #expect(benchmarkSources.count > 10)
        let ours = Set(all.map(\.module) + folders(in: "CShims") + ["CBench"])
        let targets = ["AutobahnTestee": "autobahn-testee", "LoopbackVenue": "loopback-venue"]
        for file in all {
            let target = targets[file.module] ?? file.module
            let dependencies = try #require(declared[target], "the manifest has no target \(target)")
            for name in file.imports where ours.contains(name) {
                #expect(dependencies.contains(name), "\(file.path) imports \(name), which its target does not declare")
            }
        }
    }

    @Test func `Hot layers import our own modules and, where the table says so, Glibc and Synchronization`() throws {
        let ours = Set(sources.map(\.module) + folders(in: "CShims"))
        for file in sources where hotLayers.contains(file.layer) {
            for name in file.imports where !ours.contains(name) {
                #expect(["Glibc", "Synchronization"].contains(name), "\(file.path) imports \(name)")
            }
        }
    }

    @Test func `The table's test sees a wrong import, a stale permission, a module without a row and a wrong layer`() {
        let table = ImportTable("""
            | layer | module | its job | may import |
            |---|---|---|---|
            | Base | `Units` | money | – |
            | Hot | `Books` | books | Units, Rings |
            """)
        let files = [
            SourceFile(layer: "Base", module: "Units", path: "a", text: "import Foundation\n// import Rings\n"),
            SourceFile(layer: "Cold", module: "Books", path: "b", text: "@preconcurrency import struct Units.Price\n"),
            SourceFile(layer: "Hot", module: "Extra", path: "c", text: "let text = \"\"\"\nimport Units\n\"\"\"\n"),
        ]
        let problems = table.problems(files)
        #expect(problems.count == 4)
        for part in ["imports Foundation", "lies in Cold", "module Extra has no row", "Books to import Rings"] {
            #expect(problems.contains { $0.contains(part) }, "\(part) in \(problems)")
        }
    }
}
