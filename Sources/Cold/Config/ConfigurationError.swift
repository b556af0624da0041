/// One thing wrong with a configuration, told so that it can be repaired without reading the source.
///
/// Never holds the text of a value that may be a secret: values are quoted only where the key cannot carry one.
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file, or `command line` for an override.
    package var file: String
    /// From 1; 0 where the place is not in a file.
    package var line: Int
    /// From 1; 0 where the place is not in a file.
    package var column: Int
    /// Dotted path of the key: `limits.max_position`, `strategies.0.name`.
    package var path: String
    package var cause: String
    package var cure: String

    package var description: String {
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        return "\(place): \(path.isEmpty ? "" : path + ": ")\(cause)\n    cure: \(cure)"
    }
}

/// Everything found wrong with one configuration, in the order of the file.
package struct ConfigurationErrors: Error, Sendable, CustomStringConvertible {
    package let errors: [ConfigurationError]

    package init(_ errors: [ConfigurationError]) {
        self.errors = errors.sorted { ($0.line, $0.column, $0.path) < ($1.line, $1.column, $1.path) }
    }

    package var description: String { errors.map(\.description).joined(separator: "\n") }
}
