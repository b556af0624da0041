import Foundation
import Testing

/// A row of a table of docs/CONTROLS.md, its cells under their headings.
private struct ControlRow {
    let section: String
    let cells: [(heading: String, text: String)]
    var name: String { cells.first?.text ?? "" }
    func cell(_ headings: [String]) -> String? { cells.first { cell in headings.contains { cell.heading.hasPrefix($0) } }?.text }
}

/// Every row of every table of the page.
private func controlRows() throws -> [ControlRow] {
    var rows: [ControlRow] = []
    var section = ""
    var headings: [String]?
    for line in try controlsPage().split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
        if line.hasPrefix("#") { section = line.trimmingCharacters(in: ["#", " "]) }
        guard line.hasPrefix("|") else { headings = nil; continue }
        let cells = line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard let known = headings else { headings = cells; continue }
        if cells.allSatisfy({ $0.allSatisfy { $0 == "-" } && !$0.isEmpty && $0.count > 1 }) { continue }
        rows.append(ControlRow(section: section, cells: Array(zip(known, cells))))
    }
    return rows
}

private func controlsPage() throws -> String {
    try String(contentsOf: root.appending(path: "docs/CONTROLS.md"), encoding: .utf8)
}

/// What stands in `quotes`.
private func quoted(_ text: String) -> [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
        .map { $0.element.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}

/// Everything below `Tests` that may be named: text by path from there on.
private let testFiles: [String: String] = {
    let base = root.appending(path: "Tests")
    let all = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)!
    var found: [String: String] = [:]
    for case let url as URL in all where ["swift", "sh", "py", "pml"].contains(url.pathExtension) {
        found[String(url.path.dropFirst(base.path.count + 1))] = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    }
    return found
}()

private let allTests = testFiles.filter { $0.key.hasSuffix(".swift") }.values.joined(separator: "\n")

/// A test's own name: a function of the tests, written either way.
private func isTest(_ name: String) -> Bool {
    allTests.contains("func \(name)(") || allTests.contains("func `\(name)`(")
}

/// docs/CONTROLS.md maps each control to code, key and test. A name there that leads nowhere is a promise nobody keeps.
@Suite struct ControlsPageTests {
    @Test func `Every test that the page of controls names is there`() throws {
        var seen = 0
        for name in quoted(try controlsPage()) {
            let isFunction = name.count > 18 && name.first?.isLowercase == true && name.allSatisfy { $0.isLetter || $0.isNumber }
            let isSentence = name.first?.isUppercase == true && name.split(separator: " ").count > 4
            guard isFunction || isSentence, !name.hasSuffix("...") else { continue }
            seen += 1
            #expect(isTest(name), "no test is called '\(name)'")
        }
        #expect(seen > 150, "only \(seen) names were found: the page is not read as it is written")
    }

    @Test func `Every suite and script that the page of controls names is there`() throws {
        let page = try controlsPage()
        var seen = 0
        for match in page.matches(of: /\b([A-Z][A-Za-z]+Tests|[a-z_]+\.sh)\b/) {
            seen += 1
            let name = String(match.output.1)
            let isThere = testFiles.contains { path, text in
                path == "\(name).swift" || path.hasSuffix("/\(name).swift") || path.hasPrefix("\(name)/")
                    || path.hasSuffix("/\(name)") || text.contains("struct \(name) ")
            }
            #expect(isThere, "nothing below Tests is called \(name)")
        }
        #expect(seen > 30, "only \(seen) names were found")
    }

    @Test func `Every file that the page of controls names as a control's code is there`() throws {
        var seen = 0
        for row in try controlRows() {
            for name in quoted(row.cell(["code"]) ?? "") {
                seen += 1
                let isThere = sources.contains { "/\($0.path)".hasSuffix("/\(name).swift") }
                #expect(isThere, "\(row.name): there is no \(name).swift")
            }
        }
        #expect(seen > 40, "only \(seen) files were found")
    }

    @Test func `Every key that the page of controls names is read by the configuration`() throws {
        let reading = sources.filter { $0.layer == "Cold" && $0.module == "Config" }.map(\.text).joined()
        var parent = ""
        var seen = 0
        for row in try controlRows() {
            for key in quoted(row.cell(["key"]) ?? "") where !key.contains("*") && !key.hasPrefix("{") && !key.hasPrefix("--") {
                let word = key.split(separator: ":").first.map(String.init) ?? key
                if word == word.uppercased() { continue }  // from the environment
                if word.hasPrefix(".") { #expect(!parent.isEmpty) } else { parent = word }
                seen += 1
                let last = word.split(separator: ".").last.map(String.init) ?? word
                let isRead = reading.contains("\"\(last)\"")
                #expect(isRead, "\(row.name): the configuration reads no \(key)")
            }
        }
        #expect(seen > 80, "only \(seen) keys were found")
    }

    @Test func `No row of the page of controls is a promise, and each says what shows it`() throws {
        for row in try controlRows() {
            let isPromised = row.cells.contains { $0.text.lowercased().contains("not yet") }
            #expect(!isPromised, "\(row.section): \(row.name) is not there yet")
            guard let shown = row.cell(["scenario", "test", "shown by"]) else { continue }
            let isShown = quoted(shown).contains(where: isTest) || ["Tests", ".sh", "above"].contains { shown.contains($0) }
            #expect(isShown, "\(row.section): nothing shows \(row.name)")
        }
    }
}
