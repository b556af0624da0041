import Simulation
import Testing
import Units

@Suite struct FaultTextTests {
    @Test func `Every seed's faults read back as they were printed`() throws {
        for seed in 0..<200 as Range<UInt64> {
            var settings = FaultSettings.drawn(seed: seed)
            settings.script = [FaultOccurrence(.lostFill, at: Nanoseconds(raw: Int64(seed) * 1_234_567_891 + 1), skips: Int(seed % 3))]
            let read = try FaultSettings(text: settings.text(heading: ["of seed \(seed)"]))
            #expect(read == settings)
        }
    }

    @Test func `A file says rates, times, skips and remarks`() throws {
        let settings = try FaultSettings(text: """
            # A remark.
            lostReply = 4.5   # another
            at 3600.25 maintenance

            at 7200 lostFill skip 2
            """)
        #expect(settings.rates == [.lostReply: 4.5])
        #expect(
            settings.script == [
                FaultOccurrence(.maintenance, at: Nanoseconds(milliseconds: 3_600_250)),
                FaultOccurrence(.lostFill, at: Nanoseconds(seconds: 7200), skips: 2),
            ])
    }

    @Test(arguments: [
        ("lostReply = 1\nlostRepl = 2", 2, "no fault is called 'lostRepl'", "known is lostReply"),
        ("LOSTREPLY = 2", 1, "no fault is called 'LOSTREPLY'", "known is lostReply"),
        ("lostReply = -1", 1, "the rate of lostReply is '-1'", "a number from 0 to 3600"),
        ("lostReply = 3601", 1, "the rate of lostReply is '3601'", "a number from 0 to 3600"),
        ("lostReply = nan", 1, "the rate of lostReply is 'nan'", "a number from 0 to 3600"),
        ("lostReply =", 1, "the rate of lostReply is ''", "a number from 0 to 3600"),
        ("lostReply = 1\n\nlostReply = 2", 3, "lostReply has two rates", "keep one"),
        ("lostReply 3", 1, "'lostReply 3' is neither a rate nor a time", "lostReply = 4.5"),
        ("at lostReply", 1, "'at lostReply' is not a fault at a time", "at SECONDS CLASS"),
        ("at 1e3 lostReply", 1, "the time is '1e3'", "seconds since the start"),
        ("at 1.2.3 lostReply", 1, "the time is '1.2.3'", "seconds since the start"),
        ("at 99999999 lostReply", 1, "the time is '99999999'", "seconds since the start"),
        ("at . lostReply", 1, "the time is '.'", "seconds since the start"),
        ("at 5 lostReply skip -1", 1, "the count behind skip is '-1'", "whole number"),
        ("at 5 lostReply twice 1", 1, "'at 5 lostReply twice 1' is not a fault at a time", "skip COUNT"),
    ])
    func `What cannot be used is refused with place, cause and cure`(
        _ text: String, _ line: Int, _ cause: String, _ cure: String
    ) {
        do throws(FaultTextError) {
            _ = try FaultSettings(text: text)
            Issue.record("'\(text)' was taken")
        } catch {
            #expect(error.line == line)
            #expect(error.cause.contains(cause), "\(error)")
            #expect(error.cure.contains(cure), "\(error)")
        }
    }

    @Test func `Each class has a name that reads back and a sentence`() {
        for fault in FaultClass.allCases {
            #expect(FaultClass(name: fault.name) == fault)
            #expect(!fault.sentence.isEmpty)
        }
    }

    @Test func `Some seeds are quiet and every class is on in some and off in others`() {
        let drawn = (0..<100 as Range<UInt64>).map { FaultSettings.drawn(seed: $0) }
        for fault in FaultClass.allCases {
            let count = drawn.filter { $0.rates[fault] != nil }.count
            #expect(count > 40 && count < 95, "\(fault.name) is on in \(count) of 100")
        }
    }
}
