import Testing

/// Each strategy's code as it was when its `codeVersion` was last raised.
private let versions: [String: (version: Int, code: UInt64)] = [
    "Quoting": (2, 12_153_633_399_528_154_069),
    "Taking": (1, 17_641_293_838_578_239_587),
]

@Suite struct StrategyVersionTests {
    /// The version is in every decision's record: a decision of other code must not carry the same one. Comments and
    /// spaces do not count.
    @Test func `Who changes a strategy's code raises its version`() throws {
        let modules = Set(sources.filter { $0.layer == "Strategies" }.map(\.module))
        #expect(modules == Set(versions.keys))
        for module in modules.sorted() {
            let files = sources.filter { $0.layer == "Strategies" && $0.module == module }.sorted { $0.path < $1.path }
            let known = try #require(versions[module], "no version of \(module) is written down here")
            let code = files.map { withoutComments($0.text, keepStrings: true) }.joined()
            #expect(code.contains("codeVersion: UInt32 = \(known.version)"), "\(module): its codeVersion is not \(known.version)")
            #expect(
                digest(code) == known.code,
                "\(module): its code has changed to \(digest(code)). Where it may propose something else, raise codeVersion; then write both here.")
        }
    }

    /// FNV-1a over what is not white space.
    private func digest(_ code: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in code.utf8 where byte > 32 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash
    }
}
