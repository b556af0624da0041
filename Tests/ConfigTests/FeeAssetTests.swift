import Config
import Model
import Testing
import Units

private func run(_ setting: String, _ overrides: [(path: String, value: String)] = []) throws(ConfigurationErrors) -> RunConfiguration {
    try parse(sample.replacing("client_id_prefix: nt1-", with: "client_id_prefix: nt1-" + setting), overrides)
}

private func errors(_ setting: String) -> [ConfigurationError] {
    do throws(ConfigurationErrors) {
        _ = try run("\n  fee_assets: \(setting)")
        return []
    } catch {
        return error.errors
    }
}

@Suite struct FeeAssetTests {
    @Test func `Assets that fees are taken in are read with their prices, by name`() throws {
        let read = try run("\n  fee_assets: {OKB: 60, BNB: 900.5}").venue.feeAssets
        #expect(read == [FeeAsset(name: "BNB", price: try Price("900.5")), FeeAsset(name: "OKB", price: try Price("60"))])
        #expect(try run("").venue.feeAssets.isEmpty)
        #expect(try run("\n  fee_assets: {BNB: 900}", [("venue.fee_assets.BNB", "1000")]).venue.feeAssets[0].price == Price("1000"))
    }

    @Test func `A price is in the hash, in what is approved and in what check prints`() throws {
        let none = try run("")
        let some = try run("\n  fee_assets: {BNB: 900}")
        let other = try run("\n  fee_assets: {BNB: 901}")
        #expect(Set([none.hash, some.hash, other.hash]).count == 3)
        #expect(some.facts.contains { $0.key == "venue.fee_assets.BNB" && $0.value == "900 USDT each, rounded up" })
        let text = some.explain().joined(separator: " ")
        #expect(text.contains("A fee in BNB counts as 900 USDT each, rounded up."))
        #expect(none.explain().joined(separator: " ").contains("leads to SAFE: no limit of loss could see it"))
    }

    @Test func `What is wrong is refused with its place and a cure`() {
        let wrong: [(String, String)] = [
            ("{BNB: 0}", "venue.fee_assets.BNB"), ("{BNB: -1}", "venue.fee_assets.BNB"), ("{BNB: dear}", "venue.fee_assets.BNB"),
            ("{BNB: 9e2}", "venue.fee_assets.BNB"), ("{BNB: 0.123456789}", "venue.fee_assets.BNB"), ("{bnb: 900}", "venue.fee_assets.bnb"),
            ("{USDT: 1}", "venue.fee_assets.USDT"), ("{BTC: 90000}", "venue.fee_assets.BTC"), ("900", "venue.fee_assets"),
            ("{A: 1, B: 1, C: 1, D: 1, E: 1, F: 1, G: 1, H: 1, I: 1}", "venue.fee_assets"),
        ]
        for (setting, path) in wrong {
            let found = errors(setting)
            #expect(found.contains { $0.path == path && !$0.cure.isEmpty && $0.line > 1 }, "\(setting): \(found)")
        }
    }
}
