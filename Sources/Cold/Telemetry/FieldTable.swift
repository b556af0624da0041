import Model
import Units

/// One field of a document: its name and how it goes to JSON and back. Writing and reading share one table, so that they
/// cannot drift apart.
struct Field<Root> {
    var name: String
    var write: (Root) -> JSONValue
    /// `false` when the value does not fit the field.
    var read: (inout Root, JSONValue) -> Bool

    init<Value>(
        _ name: String, _ path: WritableKeyPath<Root, Value>, _ write: @escaping (Value) -> JSONValue,
        _ read: @escaping (JSONValue) -> Value?
    ) {
        self.name = name
        self.write = { write($0[keyPath: path]) }
        self.read = { root, json in
            guard let value = read(json) else { return false }
            root[keyPath: path] = value
            return true
        }
    }

    static func money<Value: FixedPoint>(_ name: String, _ path: WritableKeyPath<Root, Value>) -> Field {
        Field(name, path, { .money($0) }, { $0.string.flatMap { try? Value($0) } })
    }
    static func time(_ name: String, _ path: WritableKeyPath<Root, Nanoseconds>) -> Field {
        Field(name, path, { .time($0) }, { $0.integer.map { Nanoseconds(raw: $0) } })
    }
    static func number<Value: FixedWidthInteger>(_ name: String, _ path: WritableKeyPath<Root, Value>) -> Field {
        Field(name, path, { .integer(Int64(clamping: $0)) }, { $0.integer.flatMap { Value(exactly: $0) } })
    }
    static func hash(_ name: String, _ path: WritableKeyPath<Root, UInt64>) -> Field {
        Field(name, path, { .hash($0) }, { $0.string.flatMap { UInt64($0, radix: 16) } })
    }
    static func text(_ name: String, _ path: WritableKeyPath<Root, String>) -> Field {
        Field(name, path, { .string($0) }, { $0.string })
    }
    static func flag(_ name: String, _ path: WritableKeyPath<Root, Bool>) -> Field {
        Field(name, path, { .bool($0) }, { $0.bool })
    }
    /// An enum by its name.
    static func word<Value: CaseIterable>(
        _ name: String, _ path: WritableKeyPath<Root, Value>, _ text: @escaping (Value) -> String
    ) -> Field {
        Field(name, path, { .string(text($0)) }, { json in Value.allCases.first { text($0) == json.string } })
    }
}

extension Array {
    func json<Root>(_ root: Root) -> JSONValue where Element == Field<Root> {
        .object(map { JSONMember($0.name, $0.write(root)) })
    }

    /// Fills `root`; `nil` when a field is missing or wrong. Keys of no field are passed over, so that an older tool
    /// can read a newer engine.
    func value<Root>(_ root: Root, from json: JSONValue?) -> Root? where Element == Field<Root> {
        guard let json else { return nil }
        var root = root
        for field in self {
            guard let member = json[field.name], field.read(&root, member) else { return nil }
        }
        return root
    }
}

extension LinkState {
    package var name: String {
        switch self {
        case .down: return "DOWN"
        case .connecting: return "CONNECTING"
        case .up: return "UP"
        }
    }
}

extension Severity {
    package var name: String {
        switch self {
        case .info: return "INFO"
        case .warning: return "WARNING"
        case .critical: return "CRITICAL"
        }
    }
    static var all: [Severity] { [.info, .warning, .critical] }
}
