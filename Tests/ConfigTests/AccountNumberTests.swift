import Config
import Testing

private let plain = "{api_key_env: NT_KEY, hmac_secret_env: NT_SECRET}"

private func account(_ number: String) -> String { "{api_key_env: NT_KEY, hmac_secret_env: NT_SECRET, number: \(number)}" }

@Suite struct AccountNumberTests {
    @Test func `The account's number is in the hash, the facts and what check prints`() throws {
        let none = try parse(sample)
        let some = try parse(sample.replacing(plain, with: account("354937868")))
        let other = try parse(sample.replacing(plain, with: account("354937869")))
        #expect(none.venue.account?.number == nil && some.venue.account?.number == 354_937_868)
        #expect(Set([none.hash, some.hash, other.hash]).count == 3)
        #expect(none.canonicalText == some.canonicalText.replacing("\nvenue.account.number=354937868", with: ""))
        #expect(some.facts.contains { $0.key == "venue.account.number" && $0.value == "354937868" })
        #expect(!none.facts.contains { $0.key == "venue.account.number" })
        #expect(some.explain().joined().contains("account number 354937868") && !none.explain().joined().contains("account number"))
    }

    @Test(arguments: ["0", "-1", "+7", "1.5", "1e3", "9223372036854775808", "uid-7", "\"\""])
    func `A number that is none is an error with its place and cure`(text: String) {
        let found = errors(plain, account(text))
        #expect(found.count == 1 && found[0].path == "venue.account.number" && found[0].line == line(of: "  account:"), "\(found)")
        #expect(!found[0].cure.isEmpty)
    }

    @Test func `The largest and the smallest number are read`() throws {
        for text in ["1", "9223372036854775807"] {
            #expect(try parse(sample.replacing(plain, with: account(text))).venue.account?.number == UInt64(text))
        }
    }
}
