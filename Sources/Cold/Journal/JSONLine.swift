/// One JSON object on one line, fields in the order they were added.
struct JSONLine {
    private var body = ""

    mutating func add(_ key: String, _ text: String) {
        start(key)
        body += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": body += "\\\""
            case "\\": body += "\\\\"
            case "\n": body += "\\n"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    body += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    body.unicodeScalars.append(scalar)
                }
            }
        }
        body += "\""
    }

    mutating func add(_ key: String, _ number: some BinaryInteger) {
        start(key)
        body += String(number)
    }

    mutating func add(_ key: String, _ flag: Bool) {
        start(key)
        body += flag ? "true" : "false"
    }

    private mutating func start(_ key: String) {
        body += body.isEmpty ? "\"\(key)\":" : ",\"\(key)\":"
    }

    var text: String { "{\(body)}" }
}
