import Foundation

/// The root of the checkout, found from this file.
let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// One of our own Swift files.
struct SourceFile: Sendable {
    /// `Base`, `Hot`, … : the folder below `Sources`.
    let layer: String
    /// The folder below the layer.
    let module: String
    /// From `Sources` on.
    let path: String
    let text: String
    /// The text without comments and without what stands in string literals; lines keep their places.
    let code: String

    init(layer: String, module: String, path: String, text: String) {
        self.layer = layer
        self.module = module
        self.path = path
        self.text = text
        code = withoutComments(text, keepStrings: false)
    }

    /// The modules it imports, with attributes and kinds of declarations left out.
    var imports: [String] {
        code.split(separator: "\n").compactMap { line in
            var words = line.split(separator: " ").map(String.init)[...]
            while let word = words.first, word.hasPrefix("@") || ["public", "internal", "package", "private"].contains(word) {
                words = words.dropFirst()
            }
            guard words.popFirst() == "import", var name = words.popFirst() else { return nil }
            if ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"].contains(name) {
                name = words.popFirst() ?? ""
            }
            return name.split(separator: ".").first.map(String.init)
        }
    }
}

/// Every Swift file below `Sources`, read once.
let sources = swiftFiles(below: "Sources")

/// The benchmarks' own, which the benchmarks' package and the application share.
let benchmarkSources = swiftFiles(below: "Benchmarks").filter { $0.module != "needletail-bench" }

private func swiftFiles(below folder: String) -> [SourceFile] {
    let base = root.appending(path: folder)
    let all = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)!
    return all.compactMap { item in
        guard let url = item as? URL, url.pathExtension == "swift" else { return nil }
        let parts = url.path.dropFirst(base.path.count + 1).split(separator: "/").map(String.init)
        guard parts.count > 2, let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
        return SourceFile(layer: parts[0], module: parts[1], path: parts.joined(separator: "/"), text: text)
    }
}

/// Folder names below a folder of the checkout.
func folders(in path: String) -> [String] {
    let url = root.appending(path: path)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.filter {
        (try? url.appending(path: $0).resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true
    }.sorted()
}

/// Swift text with its comments blanked, and what its string literals say blanked as well unless `keepStrings`. Newlines
/// stay. An interpolation counts as part of its literal.
func withoutComments(_ text: String, keepStrings: Bool) -> String {
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var i = 0
    func starts(_ word: StaticString) -> Bool {
        word.withUTF8Buffer { bytes[i...].starts(with: $0) }
    }
    func blank(_ count: Int, keep: Bool) {
        for offset in i..<min(i + count, bytes.count) {
            out.append(bytes[offset] == 0x0A || keep ? bytes[offset] : 0x20)
        }
        i += count
    }
    /// The end of a literal that has just begun, past its closing quotes.
    func literal(_ quotes: Int) {
        blank(quotes, keep: keepStrings)
        while i < bytes.count {
            if bytes[i] == 0x5C { blank(2, keep: keepStrings); continue }
            if bytes[i] == 0x22, quotes == 1 || starts("\"\"\"") { return blank(quotes, keep: keepStrings) }
            if bytes[i] == 0x0A, quotes == 1 { return }
            blank(1, keep: keepStrings)
        }
    }
    while i < bytes.count {
        if starts("//") {
            while i < bytes.count, bytes[i] != 0x0A { blank(1, keep: false) }
        } else if starts("/*") {
            var depth = 0
            repeat {
                if starts("/*") { depth += 1; blank(2, keep: false) } else if starts("*/") { depth -= 1; blank(2, keep: false) } else {
                    blank(1, keep: false)
                }
            } while depth > 0 && i < bytes.count
        } else if starts("\"\"\"") {
            literal(3)
        } else if bytes[i] == 0x22 {
            literal(1)
        } else {
            out.append(bytes[i])
            i += 1
        }
    }
    return String(decoding: out, as: UTF8.self)
}
