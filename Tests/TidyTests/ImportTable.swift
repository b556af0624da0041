import Foundation

/// The table of modules in docs/ARCHITECTURE.md: which module is in which layer and what it may import.
struct ImportTable {
    struct Row {
        let module: String
        let layer: String
        let allowed: Set<String>
        /// The application, which chooses between all there is.
        var mayImportAll: Bool { allowed == ["all"] }
    }

    let rows: [Row]

    subscript(module: String) -> Row? { rows.first { $0.module == module } }

    /// Reads the rows below the line that begins with `| layer | module |`; a table without a fourth column allows nothing.
    init(_ document: String) {
        var rows: [Row] = []
        var isInside = false
        for line in document.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("| layer | module |") { isInside = true; continue }
            guard isInside, !line.hasPrefix("|---") else { continue }
            guard line.hasPrefix("|") else { break }
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count > 2 else { continue }
            let names = cells.dropFirst(3).joined().split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            rows.append(Row(module: cells[1].trimmingCharacters(in: ["`"]), layer: cells[0], allowed: Set(names).subtracting(["–"])))
        }
        self.rows = rows
    }

    static func read() throws -> ImportTable {
        ImportTable(try String(contentsOf: root.appending(path: "docs/ARCHITECTURE.md"), encoding: .utf8))
    }

    /// Everything in which the table and these files differ, a sentence each.
    func problems(_ files: [SourceFile]) -> [String] {
        var found: [String] = []
        for file in files {
            guard let row = self[file.module] else {
                found.append("\(file.path): module \(file.module) has no row in the table")
                continue
            }
            if row.layer != file.layer { found.append("\(file.path) lies in \(file.layer), the table says \(row.layer)") }
            for name in file.imports where !row.allowed.contains(name) && !row.mayImportAll {
                found.append("\(file.path) imports \(name), which the table does not allow \(file.module)")
            }
        }
        for row in rows {
            let imports = Set(files.filter { $0.module == row.module }.flatMap(\.imports))
            if !files.contains(where: { $0.module == row.module }) { found.append("the table's \(row.module) does not exist") }
            for name in row.allowed.subtracting(imports).sorted() where !row.mayImportAll {
                found.append("the table allows \(row.module) to import \(name), and nothing in it does")
            }
        }
        return found
    }
}

/// What each target of Package.swift names as its dependencies: our modules and shims, not products of packages.
func manifestDependencies() throws -> [String: Set<String>] {
    let text = withoutComments(
        try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8), keepStrings: true)
    var found: [String: Set<String>] = [:]
    let module = try Regex(#"(?:module\(\s*\.\w+,|benchmark\()\s*"(\w+)"(?:,\s*\[([^\]]*)\])?"#)
    let executable = try Regex(#"executableTarget\(\s*name: "([\w-]+)",\s*dependencies: names\(\[([^\]]*)\]\)"#)
    for match in text.matches(of: module) + text.matches(of: executable) {
        let name = String(match.output[1].substring ?? "")
        let list = match.output[2].substring ?? ""
        found[name] = Set(list.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).map(String.init))
    }
    return found
}
