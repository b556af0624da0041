import Foundation
import Model
import Testing
import Units

@testable import Guard

@Suite struct SwitchFileTests {
    private let file = SwitchFile(
        path: FileManager.default.temporaryDirectory.appending(path: "switches-\(UUID().uuidString)").path)

    private func records() -> [SwitchRecord] {
        [
            SwitchRecord(subject: .strategy, name: "quoter", reason: .none, until: .zero, why: "uid 1000: two\nlines"),
            SwitchRecord(
                subject: .instrument, name: "BTCUSDT", reason: .stopLoss, until: Nanoseconds(raw: 1_763_735_000_000_000_000),
                why: ""),
        ]
    }

    @Test func `What is off is read back, on one line each`() throws {
        defer { try? FileManager.default.removeItem(atPath: file.path) }
        #expect(try file.read().isEmpty, "no file: nothing is off")
        try file.write(records())
        var expected = records()
        expected[0].why = "uid 1000: two lines"
        #expect(try file.read() == expected)
        try file.write([])
        #expect(try file.read().isEmpty)
    }

    @Test func `A file that was cut off anywhere but at a line's end is damaged`() throws {
        defer { try? FileManager.default.removeItem(atPath: file.path) }
        try file.write(records())
        let whole = try #require(FileManager.default.contents(atPath: file.path))
        for count in 1..<whole.count where whole[count - 1] != 0x0A {
            try whole.prefix(count).write(to: URL(filePath: file.path))
            #expect(throws: SwitchFileError.self, "\(count) bytes") { try file.read() }
        }
        for text in ["strategy quoter 0\n", "robot quoter 0 0 x\n", "strategy quoter 9999 0 x\n", "strategy quoter 0 -1 x\n"] {
            try Data(text.utf8).write(to: URL(filePath: file.path))
            #expect(throws: SwitchFileError.damaged(line: 1)) { try file.read() }
        }
    }
}
