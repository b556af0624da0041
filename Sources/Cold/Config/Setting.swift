import Yams

/// Where a setting was written.
struct Place: Sendable, Equatable {
    var file: String
    var line: Int
    var column: Int
    static let commandLine = Place(file: "command line", line: 0, column: 0)
}

/// The configuration before it has types: texts, lists and maps, each with its place.
struct Setting: Sendable {
    struct Entry: Sendable {
        var key: String
        var keyPlace: Place
        var value: Setting
    }
    enum Content: Sendable {
        case empty
        case text(String)
        case list([Setting])
        case map([Entry])
    }
    var place: Place
    var content: Content

    /// Reads YAML text. Fails with one error, which never quotes the text: it may hold a secret put there by mistake.
    init(yaml: String, file: String) throws(ConfigurationErrors) {
        if let problem = YAMLBounds.problem(yaml, file: file) { throw ConfigurationErrors([problem]) }
        let node: Node?
        do {
            node = try Yams.compose(yaml: yaml)
        } catch {
            throw ConfigurationErrors([Setting.error(error, file: file)])
        }
        let start = Place(file: file, line: 1, column: 1)
        guard let node else {
            self.init(place: start, content: .map([]))
            return
        }
        self.init(node, file: file, near: start)
    }

    init(place: Place, content: Content) {
        self.place = place
        self.content = content
    }

    private init(_ node: Node, file: String, near: Place) {
        let place = node.mark.map { Place(file: file, line: $0.line, column: $0.column) } ?? near
        switch node {
        case .scalar(let scalar):
            let isNothing = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
            self.init(place: place, content: isNothing ? .empty : .text(scalar.string))
        case .sequence(let sequence):
            self.init(place: place, content: .list(sequence.map { Setting($0, file: file, near: place) }))
        case .mapping(let mapping):
            let entries = mapping.map { pair in
                let key = Setting(pair.key, file: file, near: place)
                return Entry(
                    key: pair.key.scalar?.string ?? "", keyPlace: key.place,
                    value: Setting(pair.value, file: file, near: key.place))
            }
            self.init(place: place, content: .map(entries))
        case .alias:
            self.init(place: place, content: .empty)
        }
    }

    /// A value of the command line: a map or a list where it is written as YAML's `{…}` or `[…]`, else a text.
    private init(written text: String) {
        let file = Place.commandLine.file
        if text.hasPrefix("{") || text.hasPrefix("["), let node = try? Yams.compose(yaml: text) {
            self.init(node, file: file, near: .commandLine)
        } else {
            self.init(place: .commandLine, content: .text(text))
        }
    }

    private static func error(_ error: any Error, file: String) -> ConfigurationError {
        var line = 0
        var column = 0
        var cause = "the file is not YAML"
        var cure = "correct the syntax near this place; indentation is by spaces, and text with ': ' or '#' needs quotes"
        if let error = error as? YamlError {
            switch error {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
                .composer(_, let problem, let mark, _):
                line = mark.line
                column = mark.column
                cause += ": \(problem)"
            case .duplicatedKeysInMapping(let duplicates, let context):
                line = context.mark.line
                column = context.mark.column
                cause = "a map has the same key more than once: \(duplicates.joined(separator: ", "))"
                cure = "keep one of them"
            default: break
            }
        }
        return ConfigurationError(file: file, line: line, column: column, path: "", cause: cause, cure: cure)
    }

    /// Sets the text at a dotted path (`venue.orders.url`, `instruments.0.symbol`), making maps on the way.
    mutating func override(_ path: ArraySlice<String>, with text: String) throws(OverrideFailure) {
        guard let first = path.first, !first.isEmpty else { throw OverrideFailure() }
        let rest = path.dropFirst()
        if case .list(var items) = content {
            guard let index = Int(first), items.indices.contains(index) else { throw OverrideFailure() }
            try items[index].replace(rest, with: text)
            content = .list(items)
            return
        }
        var entries: [Entry] = []
        if case .map(let present) = content { entries = present }
        if let index = entries.firstIndex(where: { $0.key == first }) {
            try entries[index].value.replace(rest, with: text)
        } else {
            var value = Setting(place: .commandLine, content: .empty)
            try value.replace(rest, with: text)
            entries.append(Entry(key: first, keyPlace: .commandLine, value: value))
        }
        content = .map(entries)
    }

    private mutating func replace(_ path: ArraySlice<String>, with text: String) throws(OverrideFailure) {
        if path.isEmpty {
            self = Setting(written: text)
        } else {
            try override(path, with: text)
        }
    }
}

/// An override's path does not lead anywhere.
struct OverrideFailure: Error {}
