import Foundation
import Testing

/// What a newcomer reads first is whole.
@Suite struct TreeTests {
    @Test func `The README names every module, in its layer, and no other`() throws {
        let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let named = Set(ImportTable(text).rows.map { "\($0.layer)/\($0.module)" })
        let present = Set(sources.map { "\($0.layer)/\($0.module)" })
        #expect(named.count > 30)
        #expect(present.subtracting(named).isEmpty, "not named: \(present.subtracting(named).sorted())")
        #expect(named.subtracting(present).isEmpty, "named, but not there: \(named.subtracting(present).sorted())")
    }

    @Test func `No file holds the two sides of a merge`() throws {
        let marks = [String(repeating: "<", count: 7) + " ", String(repeating: ">", count: 7) + " "]
        var read = 0
        for folder in ["Sources", "Tests", "Benchmarks", "CShims", "docs", "config", "tuning", ".ci"] {
            let base = root.appending(path: folder)
            let all = try #require(FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil))
            for case let file as URL in all where file.path.contains("/.build/") == false {
                guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
                read += 1
                let isMarked = text.split(separator: "\n").contains { line in marks.contains { line.hasPrefix($0) } }
                #expect(!isMarked, "\(file.path) holds both sides of a merge")
            }
        }
        #expect(read > 700)
    }
}
