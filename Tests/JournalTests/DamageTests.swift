import Foundation
import Journal
import Model
import Testing
import Units

@Suite struct DamageTests {
    @Test func `Fewer than 128 bytes at the end of the last segment are a torn tail`() throws {
        for cut in [1, 64, 127] {
            let scratch = Scratch()
            try write(scratch, count: 10)
            let file = scratch.segments[0]
            // The marker behind the ten records is gone, too.
            store(Array(bytes(file).dropLast(128 + cut)), file)
            let back = readAll(scratch.segments)
            #expect(back.records.count == 9)
            #expect(back.damage == nil)
            #expect(back.torn?.file == file)
            #expect(back.torn?.offset == 4096 + 9 * 128)
            #expect(back.torn?.byteCount == 128 - cut)
        }
    }

    @Test func `A bad last record is a torn tail, a bad one before it is damage`() throws {
        let scratch = Scratch()
        try write(scratch, count: 10)
        let file = scratch.segments[0]
        let good = Array(bytes(file).dropLast(128))
        var bad = good
        bad[4096 + 9 * 128 + 30] ^= 1
        store(bad, file)
        #expect(readAll([file]).torn?.offset == 4096 + 9 * 128)
        bad = good
        bad[4096 + 8 * 128 + 30] ^= 1
        store(bad, file)
        let back = readAll([file])
        #expect(back.damage == .record(file: file, offset: 4096 + 8 * 128))
        #expect(back.torn == nil)
        #expect(back.records.count == 8)
    }

    @Test func `A torn tail in any segment but the last is damage`() throws {
        let scratch = Scratch()
        try write(scratch, count: 20, segmentBytes: segmentSize(10))
        let file = scratch.segments[0]
        store(Array(bytes(file).dropLast(5)), file)
        #expect(readAll(scratch.segments).damage == .record(file: file, offset: 4096 + 10 * 128))
    }

    @Test func `A missing, exchanged or shortened segment is damage`() throws {
        let scratch = Scratch()
        try write(scratch, count: 40, segmentBytes: segmentSize(10))
        let files = scratch.segments
        #expect(files.count == 4)
        #expect(readAll([files[0], files[2]]).damage == .chain(file: files[2]))
        #expect(readAll([files[1], files[0]]).damage == .chain(file: files[0]))
        store(Array(bytes(files[1]).dropLast(256)), files[1])
        #expect(readAll(files).damage == .chain(file: files[2]))
        #expect(readAll([files[0], "/nowhere"]).damage == .unreadable(file: "/nowhere"))
    }

    @Test func `Bit flips and truncation never let a wrong record through`() throws {
        let scratch = Scratch()
        try write(scratch, count: 60, segmentBytes: segmentSize(25))
        let files = scratch.segments
        let originals = files.map(bytes)
        let truth = (1...60).map { content(record($0)) }
        var random = SplitMix(seed: UInt64.random(in: 0 ... .max))
        print("seed \(random.state)")
        for _ in 0..<600 {
            let which = Int(random.next() % UInt64(files.count))
            var spoiled = originals[which]
            for _ in 0...(random.next() % 3) {
                spoiled[Int(random.next() % UInt64(spoiled.count))] ^= UInt8(1 << (random.next() % 8))
            }
            if random.next() % 3 == 0 { spoiled.removeLast(Int(random.next() % UInt64(spoiled.count))) }
            store(spoiled, files[which])
            let back = readAll(files)
            #expect(back.records.count <= 60)
            #expect(back.records.map(content) == Array(truth.prefix(back.records.count)))
            if spoiled != originals[which] {
                #expect(back.records.count < 60 || back.damage != nil || back.torn != nil)
            }
            store(originals[which], files[which])
        }
    }

    @Test func `Random bytes are refused without a crash`() throws {
        let scratch = Scratch()
        let file = scratch.path + "/run-000001.ntj"
        var random = SplitMix(seed: UInt64.random(in: 0 ... .max))
        print("seed \(random.state)")
        for _ in 0..<300 {
            store((0..<Int(random.next() % 2000)).map { _ in UInt8(truncatingIfNeeded: random.next()) }, file)
            let back = readAll([file])
            #expect(back.records.isEmpty)
            #expect(back.damage != nil || back.torn != nil)
        }
    }
}


/// Small seeded generator.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
