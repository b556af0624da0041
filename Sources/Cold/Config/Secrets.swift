import Foundation
import Model

/// Bytes that must not be seen. Prints, reflects and dumps as `<redacted>`; overwritten when the last owner lets go.
package final class Secret: @unchecked Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    // Written only by `init` and `deinit`, so sharing it is safe.
    private var bytes: [UInt8]

    package init(_ text: String) { bytes = Array(text.utf8) }
    deinit { Secret.overwrite(&bytes) }

    /// Lends the bytes; the body must not keep a copy.
    package func withBytes<Result, Failure: Error>(_ body: ([UInt8]) throws(Failure) -> Result) throws(Failure) -> Result {
        try body(bytes)
    }
    package var isEmpty: Bool { bytes.isEmpty }

    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }

    /// Not inlined, so that the writes are not dropped as dead.
    @inline(never) private static func overwrite(_ bytes: inout [UInt8]) {
        for index in bytes.indices { bytes[index] = 0 }
    }
}

/// The account's keys, read once at start from the environment.
package struct Secrets: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    package let apiKey: Secret
    /// The Ed25519 private key (PEM) or the HMAC secret, by `method`.
    package let signingKey: Secret
    package let method: SigningMethod

    /// The keys of a run; `nil` in every mode without a right to send, where none are read.
    package static func read(
        for configuration: RunConfiguration, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationErrors) -> Secrets? {
        guard configuration.mode == .live, let account = configuration.venue.account else { return nil }
        var errors: [ConfigurationError] = []
        func take(_ variable: String, _ path: String) -> Secret {
            if let value = environment[variable], !value.isEmpty { return Secret(value) }
            errors.append(
                ConfigurationError(
                    file: configuration.file, line: 0, column: 0, path: "venue.account.\(path)",
                    cause: "the environment variable \(variable) is not set",
                    cure: "export \(variable) for the engine's process, best from a file only its user can read"))
            return Secret("")
        }
        let apiKey = take(account.apiKeyVariable, "api_key_env")
        let signingKey = take(
            account.keyVariable, account.method == .ed25519 ? "ed25519_private_key_env" : "hmac_secret_env")
        guard errors.isEmpty else { throw ConfigurationErrors(errors) }
        return Secrets(apiKey: apiKey, signingKey: signingKey, method: account.method)
    }

    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
}
