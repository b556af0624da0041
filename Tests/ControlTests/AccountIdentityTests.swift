import Testing

@testable import Control

@Suite struct AccountIdentityTests {
    @Test func `Without a configured number only a change is news, and nothing is refused`() {
        var account = AccountIdentity(configured: nil)
        var news = account.hear(nil)
        #expect(news == nil && account.told == nil && account.refusal("stage") == nil)
        news = account.hear(7)
        #expect(news == nil && account.told == 7, "the first number is no change")
        news = account.hear(nil)
        #expect(news == nil && account.told == 7, "an answer without a number unsays nothing")
        news = account.hear(7)
        #expect(news == nil)
        news = account.hear(8)
        #expect(news == .init(kind: "ACCOUNT_CHANGED", text: "the account's number was 7 and is 8"))
        #expect(!account.isAnother && account.refusal("stage") == nil && account.told == 8)
    }

    @Test func `Before the venue has told the configured number nothing is staged`() throws {
        let account = AccountIdentity(configured: 354_937_868)
        let refusal = try #require(account.refusal("stage"))
        #expect(refusal.place == "stage" && refusal.cause.contains("354937868") && refusal.cause.contains("no number"))
        #expect(refusal.cure.contains("venue.account.number"))
        #expect(!account.isAnother, "it is not known to be another")
    }

    @Test func `The configured number allows, every other one refuses with both`() throws {
        for other: UInt64 in [1, 354_937_867, 354_937_869, .max] {
            var account = AccountIdentity(configured: 354_937_868)
            var heard = account.hear(354_937_868)
            #expect(heard == nil && account.refusal("arm") == nil && !account.isAnother)
            heard = account.hear(other)
            let news = try #require(heard)
            #expect(news.kind == "OTHER_ACCOUNT" && news.text.contains("\(other)") && news.text.contains("354937868"))
            #expect(account.isAnother)
            let refusal = try #require(account.refusal("arm"))
            #expect(refusal.place == "arm" && refusal.cause.contains("number \(other);") && refusal.cause.contains("names 354937868"))
            heard = account.hear(other)
            #expect(heard == nil, "told once")
            heard = account.hear(nil)
            #expect(heard == nil && account.isAnother, "an answer without a number does not make it good")
            heard = account.hear(354_937_868)
            #expect(heard?.kind == "ACCOUNT_CHANGED", "what comes back was away")
            #expect(account.refusal("arm") == nil)
        }
    }

    @Test func `The first answer that names another account is news at once`() {
        var account = AccountIdentity(configured: 5)
        let news = account.hear(6)
        #expect(news?.text == "the key is that of account number 6, the configuration names 5")
    }
}
