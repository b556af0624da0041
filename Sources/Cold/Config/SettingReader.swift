import Units

/// Turns settings into values and gathers everything that is wrong on the way. A getter that fails has reported why and
/// answers a placeholder; the caller must not use any result unless `errors` stayed empty.
final class SettingReader {
    private(set) var errors: [ConfigurationError] = []
    private var places: [String: Place] = [:]
    private var failed: Set<String> = []

    func fail(_ path: String, at place: Place, _ cause: String, cure: String) {
        failed.insert(path)
        errors.append(
            ConfigurationError(
                file: place.file, line: place.line, column: place.column, path: path, cause: cause, cure: cure))
    }

    func markFailed(_ path: String) { failed.insert(path) }
    func note(_ path: String, at place: Place) { places[path] = place }

    /// Reports a broken relation at the first path, unless one of the settings it relates is itself wrong or absent.
    func relate(_ paths: [String], _ holds: Bool, _ cause: String, cure: String) {
        if holds { return }
        for path in paths where failed.contains(path) || places[path] == nil { return }
        fail(paths[0], at: places[paths[0]] ?? .commandLine, cause, cure: cure)
    }

    /// The candidate nearest to `word`, when near enough to be meant.
    static func nearest(_ word: String, in candidates: [String]) -> String? {
        let scored = candidates.map { (distance(Array(word.utf8), Array($0.utf8)), $0) }.min { $0.0 < $1.0 }
        guard let (score, best) = scored, score <= max(2, best.utf8.count / 3) else { return nil }
        return best
    }

    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let cost = x == y ? diagonal : diagonal + 1
                diagonal = row[j + 1]
                row[j + 1] = min(cost, diagonal + 1, row[j] + 1)
            }
        }
        return row[b.count]
    }
}

/// One map of the configuration while it is read: which keys were asked for, so that the others can be refused.
final class Section {
    let reader: SettingReader
    let path: String
    let place: Place
    private let entries: [Setting.Entry]
    private let isMissing: Bool
    private(set) var known: [String] = []

    /// `nil`: the section is absent, and that was reported where it was required.
    init(_ setting: Setting?, path: String, reader: SettingReader) {
        self.reader = reader
        self.path = path
        place = setting?.place ?? .commandLine
        switch setting?.content {
        case .map(let entries)?:
            self.entries = entries
            isMissing = false
            return
        case nil: break
        default:
            reader.fail(path, at: place, "is not a map of keys", cure: "write keys with values, indented below it")
        }
        entries = []
        isMissing = true
    }

    func path(_ key: String) -> String { path.isEmpty ? key : path + "." + key }

    /// The setting of a key; `nil` when absent, reported when required.
    func setting(_ key: String, required: Bool = true, cure: String) -> Setting? {
        allow(key)
        let path = path(key)
        guard let entry = entries.first(where: { $0.key == key }) else {
            if required && !isMissing {
                reader.fail(path, at: place, "is missing", cure: cure)
            } else if required {
                reader.markFailed(path)
            }
            return nil
        }
        reader.note(path, at: entry.value.place)
        if case .empty = entry.value.content {
            reader.fail(path, at: entry.keyPlace, "has no value", cure: cure)
            return nil
        }
        return entry.value
    }

    /// The text of a key; `nil` when absent or not a text, reported as needed.
    func text(_ key: String, required: Bool = true, cure: String) -> String? {
        guard let setting = setting(key, required: required, cure: cure) else { return nil }
        guard case .text(let text) = setting.content else {
            fail(key, "is not a single value", cure: cure)
            return nil
        }
        return text
    }

    func section(_ key: String, required: Bool = true, cure: String) -> Section {
        Section(setting(key, required: required, cure: cure), path: path(key), reader: reader)
    }

    func list(_ key: String, cure: String) -> [Setting] {
        guard let setting = setting(key, cure: cure) else { return [] }
        guard case .list(let items) = setting.content, !items.isEmpty else {
            fail(key, "is not a list with at least one item", cure: cure)
            return []
        }
        return items
    }

    /// Marks keys as known without reading them.
    func allow(_ keys: String...) {
        for key in keys where !known.contains(key) { known.append(key) }
    }

    func contains(_ key: String) -> Bool { entries.contains { $0.key == key } }
    var keys: [(key: String, place: Place)] { entries.map { ($0.key, $0.keyPlace) } }

    func fail(_ key: String, _ cause: String, cure: String) {
        let place = entries.first { $0.key == key }.map(\.value.place) ?? place
        reader.fail(path(key), at: place, cause, cure: cure)
    }

    /// Refuses every key that nobody asked for.
    func finish() {
        for entry in entries where !known.contains(entry.key) {
            var cure = "remove it; known here: \(known.joined(separator: ", "))"
            if let near = SettingReader.nearest(entry.key, in: known) { cure = "did you mean '\(near)'? otherwise " + cure }
            reader.fail(path(entry.key), at: entry.keyPlace, "is not a known key", cure: cure)
        }
    }
}
