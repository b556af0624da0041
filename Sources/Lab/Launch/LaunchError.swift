/// Why a program of our own could not be started, or its certificates not be made; printed as it is.
package struct LaunchError: Error, CustomStringConvertible {
    package let cause: String
    package let cure: String?

    package init(_ cause: String, cure: String? = nil) {
        self.cause = cause
        self.cure = cure
    }

    package var description: String { cure.map { "\(cause)\n  cure: \($0)" } ?? cause }
}
