import Foundation
import Guard
import Testing
import Units

@Suite struct IncidentFileTests {
    private let directory = NSTemporaryDirectory() + "/incident-tests-" + UUID().uuidString
    private var file: IncidentFile { IncidentFile(path: directory + "/incident") }
    init() throws { try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true) }

    private let record = IncidentRecord(
        time: Nanoseconds(raw: 1_763_735_000_000_000_000), state: "SAFE", trip: "DIRECTION_FLIPS", error: "FLIPFLOP_DETECTED")

    @Test func `An incident is read back until it is removed, and removing it twice is no error`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        #expect(file.read() == nil)
        try file.write(record)
        #expect(file.read() == record)
        var noted = record
        noted.noteBy = "uid 1000"
        noted.note = "a bad parameter,\nput right"
        try file.write(noted)
        noted.note = "a bad parameter, put right"
        #expect(file.read() == noted)
        try file.remove()
        #expect(file.read() == nil)
        try file.remove()
    }

    @Test func `A damaged file is an incident without a note, wherever it was cut`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var noted = record
        noted.noteBy = "uid 1000"
        noted.note = "x"
        try file.write(noted)
        let whole = FileManager.default.contents(atPath: file.path)!
        for length in 0..<whole.count - 2 {
            try whole.prefix(length).write(to: URL(filePath: file.path))
            let read = file.read()
            #expect(read != nil && read?.note == nil, "cut at \(length)")
        }
        try Data([0xFF, 0xFE, 0x00]).write(to: URL(filePath: file.path))
        #expect(file.read()?.trip == "OTHER")
    }

    @Test func `What cannot be written is told`() {
        try? FileManager.default.removeItem(atPath: directory)
        #expect(throws: LatchError.self) { try file.write(record) }
    }
}
