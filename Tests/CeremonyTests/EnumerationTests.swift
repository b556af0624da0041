import Foundation
import Model
import TestSupport
import Testing

@Suite struct EnumerationTests {
    @Test func `Of all sequences of six words, none but the two ceremonies lets an order out`() throws {
        let walk = try Walk(length: 6)
        #expect(walk.problems.isEmpty, "\(walk.problems)")
        let (all, sent) = walk.count(6)
        print(
            "ceremony: \(all) sequences of up to six of \(Word.all.count) words, \(sent) let an order out, each by its ceremony; "
                + "\(walk.prefixes.count) places, \(walk.steps.map(\.count).reduce(0, +)) steps compared, \(walk.wordsSaid) words said")
        #expect(all > 500_000_000 && sent > 0)
        // The shortest of each way, with what a switch, a limit and another server put in between.
        for right: [Word] in [
            [.intent, .confirmIntent], [.stage(1), .arm(1), .confirm(1)],
            [.strategyOff, .stage(1), .arm(1), .confirm(1), .strategyOn],
            [.lowerLimit, .restoreLimit, .stage(2), .arm(2), .confirm(2)],
            [.stage(1), .failover, .arm(1), .reconciled, .confirm(1)],
        ] {
            var desk = try Desk.ready()
            for word in right { desk.hear(word) }
            let sent = desk.ordersSent
            #expect(sent > 0, "\(right)")
        }
    }

    /// What the graph leaves out is sampled: every sequence of three words, a continuation to full length of every sequence
    /// that was taken for another one, and sequences drawn at random.
    @Test func `What the graph foretells of sequences that it left out is so`() throws {
        let walk = try Walk(length: 6)
        let given = ProcessInfo.processInfo.environment["NEEDLETAIL_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 1 ... .max)
        var dice = Dice(seed: seed)
        var checked = 0
        func check(_ sequence: [Word]) throws {
            checked += 1
            if let found = try walk.contradiction(sequence) { Issue.record("seed \(seed): \(found)") }
        }
        for first in Word.all { for second in Word.all { for third in Word.all { try check([first, second, third]) } } }
        for (sequence, _) in walk.merged {
            try check(sequence + (sequence.count..<6).map { _ in dice.pick(Word.all) })
        }
        for _ in 0..<3000 { try check((0..<6).map { _ in dice.pick(Word.all) }) }
        print("ceremony: \(checked) sequences held against the graph, seed \(seed)")
    }

    @Test func `Rules with a hole, and a graph that does not look at the core, are found out`() throws {
        #expect(try !Walk(length: 5, rules: Ceremony(forgetsSwitches: true)).problems.isEmpty)
        let blind = try Walk(length: 4, isBlind: true)
        var isFound = false
        for first in Word.all where !isFound {
            for second in Word.all where !isFound {
                for third in Word.all where !isFound {
                    isFound = try blind.contradiction([first, second, third]) != nil
                }
            }
        }
        #expect(isFound)
    }
}
