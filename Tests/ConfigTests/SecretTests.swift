import Config
import Testing

private let canary = "cAnArY-7f3a9b2e5d1c8f60cAnArY-7f3a9b2e5d1c8f60cAnArY"

/// All the ways to look at a value.
private func everyView(_ value: some Any) -> String {
    var dumped = ""
    dump(value, to: &dumped)
    return "\(value) \(String(reflecting: value)) \(String(describing: value)) \(dumped)"
}

@Suite struct SecretTests {
    @Test func `Keys are read from the environment and shown nowhere`() throws {
        let run = try parse(sample)
        let secrets = try #require(try Secrets.read(for: run, environment: ["NT_KEY": canary, "NT_SECRET": canary + "2"]))
        #expect(secrets.apiKey.withBytes { String(decoding: $0, as: UTF8.self) } == canary)
        #expect(secrets.signingKey.withBytes { String(decoding: $0, as: UTF8.self) } == canary + "2")
        for view in [everyView(secrets), everyView(secrets.apiKey), everyView(["k": secrets]), everyView(run), run.canonicalText] + run.explain() {
            #expect(!view.contains("cAnArY"))
        }
        #expect("\(secrets)" == "<redacted>")
    }

    @Test func `A missing variable is named without the other's value`() throws {
        let run = try parse(sample)
        do throws(ConfigurationErrors) {
            _ = try Secrets.read(for: run, environment: ["NT_KEY": canary])
            Issue.record("a missing secret passed")
        } catch {
            #expect(error.errors.map(\.path) == ["venue.account.hmac_secret_env"])
            #expect(error.description.contains("NT_SECRET"))
            #expect(!error.description.contains("cAnArY"))
        }
    }

    @Test func `A mode without a right to send reads no key`() throws {
        let run = try parse(sample, [("mode", "SHADOW")])
        #expect(try Secrets.read(for: run, environment: ["NT_KEY": canary, "NT_SECRET": canary]) == nil)
    }

    @Test(arguments: [
        ("api_key_env: NT_KEY", "api_key_env: \(canary)"), ("api_key_env: NT_KEY", "api_key: \(canary)"),
        ("wss://127.0.0.1:9002", "wss://user:\(canary)@127.0.0.1:9002"), ("name: quoter", "name: \(canary)"),
        ("max_position: 0.1", "max_position: \(canary)"), ("api_key_env: NT_KEY", "api_key_env: [\(canary)]"),
        ("api_key_env: NT_KEY", "api_key_env: {\(canary)"), ("api_key_env: NT_KEY", "api_key_env: \"\(canary)"),
        ("mode: LIVE", "mode: \(canary)"),
    ])
    func `A secret written into the file by mistake is refused and not repeated`(_ old: String, _ new: String) {
        let found = errors(old, new)
        #expect(!found.isEmpty)
        for error in found { #expect(!everyView(error).contains("cAnArY")) }
    }
}
