import Foundation
import Testing

/// Words that have no place in code that runs on a hot thread, and what they would do there.
private let coldWords: [(word: String, why: String)] = [
    ("async", "suspends"), ("await", "suspends"), ("actor", "suspends"), ("Task", "makes a task"),
    ("Mutex", "takes a lock"), ("NSLock", "takes a lock"), ("DispatchQueue", "hands over to a queue"),
    ("DispatchSemaphore", "waits"), ("pthread_mutex_lock", "takes a lock"), ("print", "writes text"),
]

/// The words of hot code that are not allowed, with the file.
private func coldWordsFound(in file: SourceFile) -> [String] {
    let words = Set(file.code.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
    return coldWords.filter { words.contains($0.word) }.map { "\(file.path) says '\($0.word)': it \($0.why)" }
}

@Suite struct HotCodeTests {
    @Test func `Hot layers take no lock, suspend nowhere and print nothing`() {
        let hot = sources.filter { hotLayers.contains($0.layer) }
        #expect(hot.count > 100)
        for file in hot { for problem in coldWordsFound(in: file) { Issue.record("\(problem)") } }
    }

    @Test func `The check sees a lock in code and none in a comment or a text`() {
        let bad = SourceFile(layer: "Hot", module: "M", path: "bad", text: "let lock = Mutex<Int>(0)\nfunc f() async {}\n")
        #expect(coldWordsFound(in: bad).count == 2)
        let good = SourceFile(
            layer: "Hot", module: "M", path: "good", text: "// no Mutex, no async\nlet a = \"await \\(1) print\" /* Task */\n")
        #expect(coldWordsFound(in: good).isEmpty)
    }

    /// All that threads share lives in these; everything else owns its state.
    @Test func `Atomics live where threads meet and nowhere else`() {
        let allowed: Set<String> = ["Rings", "Agents", "Uring", "Signals"]
        // One that shares nothing: it keeps a value in its place (`InPlace`).
        for file in sources where file.code.contains("Atomic<") && !file.path.hasSuffix("Base/Memory/InPlace.swift") {
            #expect(allowed.contains(file.module), "\(file.path) holds an atomic")
        }
    }

    @Test func `Money is never floating point in the layers that count it`() {
        for file in sources where ["Units", "Model", "Orders", "Risk", "Core", "StrategyKit", "Books"].contains(file.module) {
            #expect(!file.code.contains("Double") && !file.code.contains("Float"), "\(file.path) uses floating point")
        }
    }
}
