/// What went wrong on the command line, and what to do about it; printed as it is.
struct ToolError: Error, CustomStringConvertible {
    let cause: String
    let cure: String?

    init(_ cause: String, cure: String? = nil) {
        self.cause = cause
        self.cure = cure
    }

    var description: String { cure.map { "\(cause)\n  cure: \($0)" } ?? cause }
}
